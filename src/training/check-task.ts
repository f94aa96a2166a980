/** Checks that the network, the data and the settings of a training fit each other. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { type Dataset, type Samples, taskOf } from '../data/dataset.ts'
import { createStandardizer, type Standardizer } from '../data/standardize.ts'
import { counted } from '../format/words.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError, type OptionName } from '../support/errors.ts'
import { checkOutputs } from './targets.ts'

type TaskSettings = Pick<TrainingSettings, 'loss' | 'standardize' | 'standardizeTargets' | 'classWeights'>

/**
 * Checks the number of outputs, the number of class weights, and the range of target values. Throws a `network`,
 * `option` or `data` error if the network, the data and the settings don't fit each other.
 */
export function checkTask(blueprint: Blueprint, data: Dataset, settings: TaskSettings): void {
  checkOutputs(blueprint, data, settings.loss)
  checkClassWeights(data, settings)
  if (needsUnitTargets(data, settings)) {
    checkUnitTargets(data, createStandardizer(data.train, data.shape, settings))
  }
}

function checkClassWeights({ classes, name, train }: Dataset, { classWeights }: TaskSettings): void {
  if (classWeights === undefined || classWeights === 'balanced') return
  if (classWeights.length !== classes) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('classWeights')}: expected ${counted(classes, 'weight')}, one for each class of ${name}, got ${classWeights.length}. Give ${counted(classes, 'weight')}, or balanced.`,
    )
  }
  if (train.labels.some((label) => classWeights[label] > 0)) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option('classWeights')}: expected a weight above 0 for a class that has training samples, got 0 for each such class of ${name}. Give one of these classes a weight above 0, or take balanced.`,
  )
}

/** Whether the loss compares values that must lie between 0 and 1. */
export function needsUnitTargets(data: Dataset, { loss }: Pick<TaskSettings, 'loss'>): boolean {
  return loss === 'binary-cross-entropy' && taskOf(data) !== 'classification'
}

/**
 * Checks that all target values lie between 0 and 1 and are not standardized. Throws a `data` error that names the
 * first wrong value.
 */
export function checkUnitTargets(data: Dataset, standardizer: Standardizer): void {
  const { statistics } = standardizer
  const isRegression = taskOf(data) === 'regression'
  const scale = isRegression ? statistics.targets : statistics.inputs
  const unit = taskOf(data) === 'autoencoding' && statistics.bytes ? 255 : 1
  const unscaled = (option: OptionName): string =>
    isRegression ? option('standardizeTargets', 'none') : option('standardize', 'none')
  // Inputs that are used as they are can be bytes, which are targets from 0 to 255.
  const areBytes = unit === 255 && scale.mean.every((mean) => mean === 0) && scale.deviation.every((one) => one === 1)
  if (!scale.mean.every((mean) => mean === 0) || !scale.deviation.every((deviation) => deviation === unit)) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('loss')}: binary-cross-entropy needs targets between 0 and 1, but the targets of ${data.name} are ${areBytes ? 'bytes from 0 to 255' : 'standardized'}. Use ${unscaled(option)}, or another loss.`,
    )
  }
  for (const set of ['train', 'test', 'validation'] as const) {
    const samples = data[set]
    const wrong = samples && wrongTarget(samples, scale.mean.length)
    if (wrong === undefined) continue
    throw new IsobathError(
      'data',
      (option) =>
        `${data.name}, ${set}: sample ${wrong.sample}: expected targets between 0 and 1 for the loss binary-cross-entropy, got ${wrong.value}. Scale the targets to 0 to 1, or use another ${option('loss')}.`,
    )
  }
}

/** Returns the first target value outside 0 to 1, and its sample. Bytes count as values from 0 to 1. */
function wrongTarget(
  { inputs, targets, count }: Samples,
  outputs: number,
): { readonly sample: number; readonly value: number } | undefined {
  const values = targets === 'inputs' ? inputs : targets
  if (values === undefined || values instanceof Uint8Array) return undefined
  const wrong = values.findIndex((value) => !(value >= 0 && value <= 1))
  const width = targets === 'inputs' ? values.length / count : outputs
  return wrong < 0 ? undefined : { sample: Math.floor(wrong / width), value: values[wrong] }
}
