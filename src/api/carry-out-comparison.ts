/**
 * Trains all networks of a comparison on this machine's cores, and stores the trainings if the comparison has a folder.
 */
import type { Machine, Mode } from '../backends/machine.ts'
import { type Baselines, baselinesOf } from '../baselines/baselines.ts'
import { taskOf } from '../data/dataset.ts'
import type { ComparisonFolder } from '../runs/comparison-folder.ts'
import type { TrainingSettings } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { describeSignal } from '../training/signal.ts'
import type { TrialEvent } from '../trials/events.ts'
import type { TrialResult } from '../trials/result.ts'
import { runTrials } from '../trials/runner.ts'
import { workersOf } from '../trials/workers.ts'
import { type ComparedFact, comparedFacts } from './compared-facts.ts'
import { outcomeOf, type TrainingOutcome, wholeOf } from './comparison-outcome.ts'
import { type NetworkRate, type RunComparisonTrials, type TunedRun, tuneRates } from './comparison-rates.ts'
import { comparisonSentence } from './comparison-sentence.ts'
import { type ComparisonGrid, type ComparisonTrial, networksOf, wholeTrials } from './comparison-trials.ts'
import { type StuckNetwork, stuckNetworks } from './stuck-networks.ts'
import { type SuspectRate, suspectRates } from './suspect-rates.ts'
import { tunedSentence } from './tuned-sentence.ts'

/** An event of a comparison: an event of one of its trainings, a note for the user, or a fact. */
export type ComparisonEvent =
  | TrialEvent<ComparisonTrial>
  /**
   * A note for the user: the trained network differs from the given network, or a line of the folder is broken, so its
   * training is repeated.
   */
  | { readonly kind: 'note'; readonly note: string }
  /** A fault that can be read off a network, the data or the settings, before the first training. */
  | { readonly kind: 'fact'; readonly fact: ComparedFact }

/** Result of one training of a comparison. */
export interface ComparisonRun extends TrainingOutcome {
  /** Name of the network family. */
  readonly family: string
  /** Name of the network family, the same text as `family`. */
  readonly network: string
  /** Depth that `ofDepth` received to build the network. */
  readonly depth: number
  /** Seed of the training. */
  readonly seed: number
  /** Learning rate of the training, which all networks of the comparison share. */
  readonly rate: number
  /** Description of where the signal vanishes or explodes before training, or null if the signal is steady. */
  readonly signal: string | null
  /**
   * Result of the training with the same seed at the network's own best rate, if the comparison searched for best
   * rates.
   */
  readonly tuned?: TunedRun
}
/** Result of a comparison of networks at several depths. */
export interface Comparison {
  /** One row for each finished training, ordered by family, then by depth, then by seed. */
  readonly rows: readonly ComparisonRun[]
  /** The search for the best rate of each network, if the comparison searched for best rates. */
  readonly searches?: readonly NetworkRate[]
  /**
   * Networks whose shared rate looks wrong, judged by their trainings. Empty if the comparison searched for best rates.
   */
  readonly suspectRates: readonly SuspectRate[]
  /**
   * Networks that learned next to nothing or stopped improving long ago, at their own best rates if the comparison
   * searched for best rates. Networks in `suspectRates` are left out.
   */
  readonly stuckNetworks: readonly StuckNetwork[]
  /**
   * Faults that could be read off the networks, the data and the settings before the trainings. Empty if nothing stood
   * out.
   */
  readonly facts: readonly ComparedFact[]
  /** Scores of guessing and of the best linear model, if the option `baselines` asked for the scores. */
  readonly baselines?: Baselines
  /** How the error changes with depth, in one or more sentences. */
  readonly sentence: string
  /** Settings of all trainings of the comparison, except for the seed. Each training has its own seed. */
  readonly settings: TrainingSettings
  /** Backend, precision and mode in which all trainings were computed. */
  readonly mode: Mode
  /** True if the comparison was stopped before all trainings were done. */
  readonly interrupted: boolean
  /** Duration of the comparison in seconds, summed over all sessions in which the comparison was started or resumed. */
  readonly seconds: number
}

export interface ComparisonRequest extends ComparisonGrid {
  /** The options that the caller gave, from which a batch larger than the training set can be told. */
  readonly asked?: Pick<TrainingOptions, 'batch' | 'steps'>
  readonly baselines?: boolean
  readonly abort?: AbortSignal
  readonly onEvent?: (event: ComparisonEvent) => void
}

/**
 * Trains all networks of a comparison and returns the result. Releases the lock of the comparison's folder at the end.
 * Throws the same errors as `train`. If a network doesn't fit the data, the function throws before anything is trained.
 */
export async function carryOutComparison(
  request: ComparisonRequest,
  machine: Machine,
  folder: ComparisonFolder | undefined,
): Promise<Comparison> {
  const { families, depths, seeds, settings, data, abort: signal, onEvent } = request
  const started = performance.now()
  const secondsSoFar = (): number => (folder?.seconds ?? 0) + (performance.now() - started) / 1000
  const workers = workersOf(machine)
  try {
    const networks = networksOf(request, machine)
    const facts = comparedFacts(networks, request, request.asked)
    for (const fact of facts) onEvent?.({ kind: 'fact', fact })
    const trials = (await Promise.all(networks.map((network) => wholeTrials(network, seeds)))).flat()
    if (!signal?.aborted) folder?.begin()
    const store = folder && {
      find: async (trial: ComparisonTrial) => folder.find(trial),
      save: async (trial: ComparisonTrial, result: TrialResult) => folder.save(trial, result, secondsSoFar()),
    }
    const results = new Map<string, TrialResult>()
    const run: RunComparisonTrials = async (list, later) => {
      const watch = (event: TrialEvent<ComparisonTrial>): void =>
        onEvent?.(event.kind === 'planned' ? { ...event, later } : event)
      // A whole training of a search can be the training of a row.
      const isSame = (one: ComparisonTrial, other: ComparisonTrial): boolean =>
        one.id === other.id && one.family === other.family && one.depth === other.depth
      const missing = list.filter((one, index) => {
        return !results.has(one.id) && list.findIndex((other) => isSame(one, other)) === index
      })
      const running = runTrials(missing, { workers, resolver: { data: () => data }, signal, store, onEvent: watch })
      for await (const { trial, result } of running) results.set(trial.id, result)
    }
    const tuned = request.rates && (await tuneRates(request, request.rates, { networks, trials, results, run }))
    if (!tuned) await run(trials, 0)
    const finished = trials.flatMap((trial) => {
      const result = results.get(trial.id)
      return result ? [rowOf(trial, result, tuned?.rowOf(trial))] : []
    })
    const areValues = taskOf(data) !== 'classification'
    const sentences = [
      comparisonSentence(finished, families, depths, areValues),
      tunedSentence(finished, families, depths, areValues),
    ]
    const suspects = tuned ? [] : suspectRates(finished, request)
    const isStopped = finished.length < trials.length || tuned?.isComplete === false
    const asksBaselines = request.baselines && finished.length > 0 && !signal?.aborted
    const baselines = asksBaselines
      ? await baselinesOf({ data, settings, backend: await machine.backend(), abort: signal })
      : undefined
    const comparison = {
      rows: finished,
      ...(tuned ? { searches: tuned.searches } : {}),
      suspectRates: suspects,
      // A rate that looks wrong is the first thing to mend.
      stuckNetworks: stuckNetworks(finished, request).filter(
        ({ family, depth }) => !suspects.some((suspect) => suspect.family === family && suspect.depth === depth),
      ),
      facts,
      ...(baselines ? { baselines } : {}),
      sentence: sentences.filter((sentence) => sentence !== '').join(' '),
      settings,
      mode: machine.mode,
      interrupted: isStopped,
      seconds: secondsSoFar(),
    }
    folder?.finish(comparison)
    return comparison
  } finally {
    workers.dispose()
    folder?.close()
  }
}

function rowOf(
  { family, depth, seed, settings }: ComparisonTrial,
  result: TrialResult,
  tuned?: TunedRun,
): ComparisonRun {
  const { signal } = wholeOf(result)
  return {
    family,
    network: family,
    depth,
    seed,
    rate: settings.optimizer.rate,
    signal: describeSignal(signal),
    ...outcomeOf(result),
    ...(tuned ? { tuned } : {}),
  }
}
