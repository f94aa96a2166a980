/** Whether the samples of a data set are what they say they are: callers can make one of any arrays. */
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { type Dataset, inputSize, type Samples, taskOf } from './dataset.ts'

/** Data sets are frozen in all but name: what was found right once isn't looked through again. */
const checked = new WeakSet<Dataset>()

const setNames = ['train', 'test', 'validation'] as const

/**
 * Throws a `data` error that says where, unless every set has as many inputs, labels or targets as it has samples, all of
 * them finite, and labels that name classes. Labels and targets may be unknown all together: such samples can be predicted.
 */
export function checkSamples(data: Dataset): void {
  if (checked.has(data)) return
  const { name, shape } = data
  const isSize = (extent: unknown): boolean => Number.isSafeInteger(extent) && Number(extent) > 0
  if (!Array.isArray(shape) || shape.length === 0 || !shape.every(isSize)) {
    const found = Array.isArray(shape) ? `[${shape.map(String).join(', ')}]` : foundText(shape)
    throw new IsobathError(
      'data',
      `${name}: shape: expected the sizes of one sample, [features] or [channels, height, width], got ${found}.`,
    )
  }
  for (const set of setNames) {
    const samples = data[set]
    if (samples !== undefined) checkSet(data, samples, set)
  }
  checked.add(data)
}

function checkSet(data: Dataset, samples: Samples, set: (typeof setNames)[number]): void {
  const where = `${data.name}, ${set}`
  const { count, inputs, labels, targets } = samples
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new IsobathError('data', `${where}: count: expected at least 1 sample, got ${foundText(count)}.`)
  }
  const size = inputSize(data)
  checkLength(`${where}: inputs`, inputs.length, count * size, `${count} samples of ${size} values`)
  checkFinite(`${where}: inputs`, inputs, size)
  const isClasses = taskOf(data) === 'classification'
  if (isClasses && labels.length > 0) {
    checkLength(`${where}: labels`, labels.length, count, `one for each of ${count} samples`)
    checkClasses(`${where}: labels`, labels, data.classes)
  }
  if (targets === undefined || targets === 'inputs') return
  const width = targets.length / count
  if (!(Number.isInteger(width) && width >= 1)) {
    throw new IsobathError(
      'data',
      `${where}: targets: expected as many for each of ${count} samples, got ${targets.length}.`,
    )
  }
  if (!targets.every(Number.isNaN)) checkFinite(`${where}: targets`, targets, width)
}

/** The same of inputs alone, which are to be predicted. */
export function checkInputs({ count, inputs }: Pick<Samples, 'count' | 'inputs'>, size: number): void {
  if (count < 1 || !Number.isInteger(count)) {
    throw new IsobathError(
      'data',
      `inputs: expected at least one sample, and ${size} values of each, got ${inputs.length} values.`,
    )
  }
  checkFinite('inputs', inputs, size)
}

function checkLength(where: string, found: number, expected: number, words: string): void {
  if (found === expected) return
  throw new IsobathError('data', `${where}: expected ${expected} (${words}), got ${found}.`)
}

function checkFinite(where: string, values: ArrayLike<number>, width: number): void {
  if (values instanceof Uint8Array) return
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue
    const place = `sample ${Math.floor(index / width)}, value ${index % width}`
    throw new IsobathError(
      'data',
      `${where}: ${place}: expected a finite number, got ${values[index]}. Leave the sample out, or fill the value in.`,
    )
  }
}

function checkClasses(where: string, labels: ArrayLike<number>, classes: number): void {
  for (let sample = 0; sample < labels.length; sample++) {
    if (labels[sample] < classes) continue
    throw new IsobathError(
      'data',
      `${where}: sample ${sample}: expected a class from 0 to ${classes - 1}, got ${labels[sample]}.`,
    )
  }
}
