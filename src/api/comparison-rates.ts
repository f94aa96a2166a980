/**
 * The part of a comparison that gives each network its own best rate. The best rate is searched for on the first seed,
 * and then judged by whole trainings with all seeds.
 */

import { createStandardizer } from '../data/standardize.ts'
import { chanceOf } from '../diagnosis/evidence.ts'
import { workOf } from '../trials/multiply-adds.ts'
import {
  type ChosenRate,
  expectedSteps,
  type RateGrid,
  type RateTask,
  rungsOf,
  searchRates,
  type TriedRate,
} from '../trials/rate-search.ts'
import type { TrialResult } from '../trials/result.ts'
import { outcomeOf, type TrainingOutcome } from './comparison-outcome.ts'
import {
  type ComparedNetwork,
  type ComparisonGrid,
  type ComparisonTrial,
  trialOf,
  wholeTrials,
} from './comparison-trials.ts'

/** The best rate of one network of a comparison, and the short trainings by which the rate was chosen. */
export interface NetworkRate extends ChosenRate {
  /** Name of the network family. */
  readonly family: string
  readonly depth: number
  /** Short trainings of the search, with the first seed. */
  readonly tried: readonly TriedRate[]
}

/** Result of a training at the network's own best rate. */
export interface TunedRun extends TrainingOutcome {
  /** The network's own best rate. */
  readonly rate: number
}

/**
 * Runs the trials that have no result yet, and adds their results to a map. `later` is the expected work after these trials, in multiply-adds.
 */
export type RunComparisonTrials = (trials: readonly ComparisonTrial[], later: number) => Promise<void>

interface TuningWork {
  readonly networks: readonly ComparedNetwork[]
  /** Trials at the shared rate, which run together with the first short trainings. */
  readonly trials: readonly ComparisonTrial[]
  /** Results of the trials that ended, by the ids of the trials. */
  readonly results: ReadonlyMap<string, TrialResult>
  readonly run: RunComparisonTrials
}

export interface TunedRates {
  readonly searches: readonly NetworkRate[]
  /** Whether every search and every training at a best rate ended. */
  readonly isComplete: boolean
  /** Returns the training at the best rate for a trial at the shared rate, or undefined if it was stopped. */
  rowOf(trial: ComparisonTrial): TunedRun | undefined
}

/** Fraction of the loss of guessing below which a difference between two training losses does not count. */
const negligibleFraction = 0.01

/**
 * Runs the trials at the shared rate, searches for the best rate of each network, and trains each network at its best
 * rate. A network whose best rate is the shared rate is not trained again.
 */
export async function tuneRates(
  { data, seeds, settings }: ComparisonGrid,
  rates: RateGrid,
  { networks, trials, results, run }: TuningWork,
): Promise<TunedRates> {
  const shared = settings.optimizer.rate
  const rungs = rungsOf(settings.steps)
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const negligible = negligibleFraction * chanceOf(data, settings, standardizer).loss
  const options = { given: shared, rungs, negligible }
  const tasks = networks.map((network): RateTask<ComparisonTrial> => {
    const facts = { ...network.facts, seed: seeds[0] }
    return {
      facts,
      rates,
      options,
      wholeScoring: 'all',
      trialOf: (spec, request, isWhole) => {
        const isShared = isWhole && request.rate === shared
        return trialOf(network, spec, isShared ? undefined : { part: isWhole ? 'final' : 'search', ...request })
      },
    }
  })
  const perStep = networks.reduce((sum, { blueprint, facts }) => {
    return sum + workOf(blueprint, { ...settings, steps: 1 }, facts.precision)
  }, 0)
  const finalWork = perStep * settings.steps * (seeds.length - 1)
  let searchWork = perStep * expectedSteps(rates, rungs)
  let isFirst = true
  const chosen = await searchRates(tasks, async (list) => {
    searchWork = Math.max(0, searchWork - list.reduce((sum, { work }) => sum + work, 0))
    await run(isFirst ? [...trials, ...list] : list, searchWork + finalWork)
    isFirst = false
    return results
  })
  if (isFirst) await run(trials, finalWork)
  const finals = new Map<ComparedNetwork, readonly ComparisonTrial[]>()
  for (const [index, network] of networks.entries()) {
    const rate = chosen[index]?.rate
    if (rate !== undefined && rate !== shared) finals.set(network, await wholeTrials(network, seeds, rate))
  }
  const all = [...finals.values()].flat()
  if (all.length > 0) await run(all, 0)
  return {
    searches: networks.flatMap(({ family, depth }, index) => {
      const found = chosen[index]
      return found ? [{ family, depth, ...found }] : []
    }),
    isComplete: chosen.every((found) => found !== undefined) && all.every(({ id }) => results.has(id)),
    rowOf: (trial) => {
      const index = networks.findIndex(({ family, depth }) => family === trial.family && depth === trial.depth)
      const found = chosen[index]
      const final = finals.get(networks[index])?.find(({ seed }) => seed === trial.seed) ?? trial
      const result = results.get(final.id)
      return found && result ? { rate: found.rate, ...outcomeOf(result) } : undefined
    },
  }
}
