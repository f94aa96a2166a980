/** Fills the inputs of training steps: the batch, its targets, and the scalars that change from step to step. */
import { fillInput, type Program } from '../backends/backend.ts'
import { createAugmenter } from '../data/augment.ts'
import { createBatches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Position } from '../data/order.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { fillSampleWeights, weightsOfClasses } from './class-weights.ts'
import { stepInputs } from './step-inputs.ts'
import { targetsOf } from './targets.ts'

export interface StepFiller {
  /** Fills a slot of the program's ring buffer with the next batch and its targets. */
  fillBatch(slot: number): void
  /**
   * Fills a slot of the program's ring buffer with the scalars of a step, such as the learning rate. `warmedUpAt`: see
   * `TrainingState`.
   */
  fillScalars(slot: number, step: number, warmedUpAt: number | undefined): void
}

interface FilledTask {
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly standardizer: Standardizer
}

/**
 * Creates a filler for the inputs of training steps. `position`: where the batches begin in the order of samples, by
 * default at the start of the first epoch.
 */
export function createStepFiller(program: Program, task: FilledTask, position?: Position): StepFiller {
  const { data, settings, standardizer } = task
  const { batch, seed, order, augment } = settings
  const augmenter = createAugmenter(augment, data.shape, seed)
  const batches = createBatches(data.train, standardizer, { batch, order, seed, position, augmenter })
  const { classWeights } = settings
  const weights = classWeights && weightsOfClasses(data, classWeights)
  const targets = targetsOf({ data, loss: settings, standardizer })
  return {
    fillBatch: (slot) => {
      fillInput(program, 'x', slot, (samples) => {
        const indices = batches.next(samples)
        fillInput(program, targets.input, slot, (rows) => targets.fill(rows, indices, samples))
        if (weights === undefined) return
        fillInput(program, 'sampleWeights', slot, (rows) => {
          fillSampleWeights(rows, indices, data.train.labels, weights)
        })
      })
    },
    fillScalars: (slot, step, warmedUpAt) => {
      for (const [name, value] of stepInputs(settings, step, warmedUpAt)) program.upload(name, [value], slot)
    },
  }
}
