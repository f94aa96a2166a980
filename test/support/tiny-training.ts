/** Trainings that take milliseconds, on 64 points. */
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import type { Blueprint } from '../../src/blueprint/blueprint.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { type Dataset, taskOf } from '../../src/data/dataset.ts'
import { moons } from '../../src/data/planar.ts'
import { createStandardizer, type Standardizer } from '../../src/data/standardize.ts'
import type { Network } from '../../src/network/network.ts'
import { parseNetwork } from '../../src/network/presets.ts'
import { resolveOptions } from '../../src/settings/options.ts'
import type { TrainingOptions } from '../../src/settings/training.ts'
import type { Weights } from '../../src/training/evaluator.ts'
import { type LoopOutcome, type LoopTask, runTrainingLoop } from '../../src/training/loop.ts'

export const fewPoints = moons({ seed: 3, train: 64, test: 32 })

export interface TinyOptions extends TrainingOptions {
  readonly data?: Dataset
  readonly backend?: Backend
  readonly weights?: Weights
  readonly abort?: AbortSignal
  readonly onProgress?: LoopTask['onProgress']
}

/** Parses a preset network for two inputs and two classes. */
export const preset = (text: string): Network => parseNetwork(text, { classes: 2, input: [2] })

export interface TinyTask extends LoopTask {
  readonly blueprint: Blueprint
  readonly standardizer: Standardizer
}

export function tinyTask(network: Network | string, options: TinyOptions = {}): TinyTask {
  const { data = fewPoints, backend = createReferenceBackend(), abort, onProgress, ...training } = options
  const blueprint = createBlueprint(typeof network === 'string' ? preset(network) : network, data.shape)
  const settings = resolveOptions(training, data.train.count, taskOf(data))
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const weights = options.weights ?? initialize(blueprint, settings.seed)
  return { blueprint, data, settings, standardizer, backend, weights, abort, onProgress }
}

export const trainTiny = (network: Network | string, options: TinyOptions = {}): Promise<LoopOutcome> =>
  runTrainingLoop(tinyTask(network, options))

export const lossesOf = ({ losses }: Pick<LoopOutcome, 'losses'>): number[] => losses.map(({ loss }) => loss)
