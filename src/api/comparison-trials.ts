/** The trials of a comparison: networks at several depths, with several seeds and at several rates. */
import type { Machine } from '../backends/machine.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { Tuning } from '../runs/comparison-line.ts'
import { settingsFor, type TrainingSettings } from '../settings/options.ts'
import { checkTask } from '../training/check-task.ts'
import { workOf } from '../trials/multiply-adds.ts'
import type { RateGrid } from '../trials/rate-search.ts'
import { createSpec, type DataReference, type TrialFacts, type TrialSpec } from '../trials/spec.ts'
import type { Trial } from '../trials/trial.ts'

/** One training of a comparison: a network family at one depth, with one seed. */
export interface ComparisonTrial extends Trial {
  /** Name of the network family. */
  readonly family: string
  /** Label of the network family in tables and pictures. */
  readonly label: string
  /** Depth that `ofDepth` received to build the network. */
  readonly depth: number
  /**
   * The part of the training in the choice of the network's own best rate. Absent for a training at the rate that all
   * networks share.
   */
  readonly tuning?: Tuning
}

/** A family of networks that differ only in depth. */
export interface ComparedFamily {
  readonly name: string
  readonly label: string
  /** Networks of the family, one for each depth, in the order of the depths. */
  readonly networks: readonly Network[]
}

/** What a comparison trains. */
export interface ComparisonGrid {
  readonly families: readonly ComparedFamily[]
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  readonly data: Dataset
  /** Reference to the data set in the specs of the trials. */
  readonly reference: DataReference
  /**
   * Settings of all trainings of the comparison. Each training uses its own seed. The warm-up is left out for a network
   * with few layers.
   */
  readonly settings: TrainingSettings
  /** Rates from which each network's best rate is chosen. Absent if all networks have only the shared rate. */
  readonly rates?: RateGrid
}

/** One network of a comparison: a family at one depth. */
export interface ComparedNetwork {
  readonly family: string
  readonly label: string
  readonly depth: number
  readonly blueprint: Blueprint
  /** Facts of the network's trainings, except for the seed. */
  readonly facts: Pick<TrialFacts, 'network' | 'data' | 'settings' | 'start' | 'precision'>
}

/**
 * Lists the networks of a comparison, ordered by family and depth. Throws a `network` error if a network doesn't fit
 * the data.
 */
export function networksOf(grid: ComparisonGrid, { mode: { precision } }: Machine): ComparedNetwork[] {
  const { families, depths, data, reference } = grid
  return families.flatMap(({ name: family, label, networks }) =>
    depths.map((depth, index) => {
      const blueprint = createBlueprint(networks[index], data.shape)
      checkTask(blueprint, data, grid.settings)
      const { seed: _, ...settings } = settingsFor(blueprint, grid.settings)
      const facts = {
        network: blueprint.network,
        data: reference,
        settings,
        start: { kind: 'seed' },
        precision,
      } as const
      return { family, label, depth, blueprint, facts }
    }),
  )
}

/** Makes the trial of a spec. */
export function trialOf(
  { family, label, depth, blueprint }: ComparedNetwork,
  spec: TrialSpec,
  tuning?: Tuning,
): ComparisonTrial {
  const work = workOf(blueprint, spec.settings, spec.precision)
  return { ...spec, family, label, depth, work, ...(tuning ? { tuning } : {}) }
}

/** Lists the whole trainings of a network, one for each seed: at the shared rate, or at a rate of its own. */
export async function wholeTrials(
  network: ComparedNetwork,
  seeds: readonly number[],
  rate?: number,
): Promise<ComparisonTrial[]> {
  const { settings, ...facts } = network.facts
  const optimizer = rate === undefined ? settings.optimizer : { ...settings.optimizer, rate }
  const whole = { probes: null, scoring: 'all', keepsWeights: false } as const
  const tuning = rate === undefined ? undefined : ({ part: 'final', rate, steps: settings.steps } as const)
  const trials: ComparisonTrial[] = []
  for (const seed of seeds) {
    const spec = await createSpec({ ...facts, settings: { ...settings, optimizer }, seed, ...whole })
    trials.push(trialOf(network, spec, tuning))
  }
  return trials
}
