/** The initial weights of a training: drawn from the seed, and changed as the setting `start` says. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { StartName } from '../settings/start-names.ts'
import type { Weights } from '../training/evaluator.ts'
import type { AdjustControl, AdjustedStart, StartAdjuster, StartChange } from '../training/start-change.ts'
import { isUnitVariance, type LayerScale, lsuv, rescaledLayers } from './lsuv.ts'

/** A training whose initial weights are wanted. */
export interface StartTask {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly backend: Backend
}

type Adjust = (task: StartTask, standardizer: Standardizer, control: AdjustControl) => Promise<AdjustedStart>

const adjustments: Readonly<Record<StartName, Adjust | undefined>> = {
  drawn: undefined,
  lsuv: async ({ blueprint, data, settings, backend }, standardizer, control) => {
    const { batch, seed } = settings
    const drawn = initialize(blueprint, seed)
    const found = await lsuv(blueprint, backend, drawn, data.train, standardizer, { batch, seed, ...control })
    return { weights: found.weights, change: summarize(found.layers, found.samples) }
  },
}

/**
 * Returns the adjuster that draws and changes the initial weights before the first step, or undefined if the setting
 * `start` changes nothing.
 */
export function startAdjuster(task: StartTask): StartAdjuster | undefined {
  const adjust = adjustments[task.settings.start ?? 'drawn']
  if (adjust === undefined) return undefined
  return {
    layers: rescaledLayers(task.blueprint.root),
    adjust: (standardizer, control = {}) => adjust(task, standardizer, control),
  }
}

/**
 * The initial weights of a training whose weights nobody gave. Throws the reason of `abort` if `abort` stops the
 * change of the drawn weights.
 */
export async function startingWeights(
  task: StartTask,
  standardizer: Standardizer,
  abort?: AbortSignal,
): Promise<Weights> {
  const adjusted = await startAdjuster(task)?.adjust(standardizer, { abort })
  return adjusted?.weights ?? initialize(task.blueprint, task.settings.seed)
}

function summarize(layers: readonly LayerScale[], samples: number): StartChange {
  const factors = layers.flatMap(({ factor }) => (factor === 1 ? [] : [factor]))
  // Math.min(...factors) would fail for networks with more layers than a call can have arguments.
  const [first = 1] = factors
  return {
    layers: layers.length,
    changed: factors.length,
    smallest: factors.reduce((least, factor) => Math.min(least, factor), first),
    largest: factors.reduce((most, factor) => Math.max(most, factor), first),
    unreached: layers.filter(({ after }) => !isUnitVariance(after)).length,
    samples,
  }
}
