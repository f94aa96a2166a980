/**
 * Trains all networks of a comparison on this machine's cores, and stores the trainings if the comparison has a folder.
 */
import type { Machine, Mode } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { ComparisonFolder } from '../runs/comparison-folder.ts'
import { settingsFor, type TrainingSettings } from '../settings/options.ts'
import { assertInvariant } from '../support/errors.ts'
import type { Divergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluator.ts'
import { type BestTest, bestOf, type Evaluation } from '../training/measurements.ts'
import { describeSignal } from '../training/signal.ts'
import type { LossRecord } from '../training/state.ts'
import { checkOutputs } from '../training/targets.ts'
import type { TrialEvent } from '../trials/events.ts'
import { workOf } from '../trials/multiply-adds.ts'
import type { TrialResult } from '../trials/result.ts'
import { runTrials } from '../trials/runner.ts'
import { createSpec, type DataReference } from '../trials/spec.ts'
import type { Trial } from '../trials/trial.ts'
import { workersOf } from '../trials/workers.ts'
import { comparisonSentence } from './comparison-sentence.ts'

/** One training of a comparison: a network family at one depth, with one seed. */
export interface ComparisonTrial extends Trial {
  /** Name of the network family. */
  readonly family: string
  /** Label of the network family in tables and pictures. */
  readonly label: string
  /** Depth that `ofDepth` received to build the network. */
  readonly depth: number
}

/** An event of a comparison: an event of one of its trainings, or a note for the user. */
export type ComparisonEvent =
  | TrialEvent<ComparisonTrial>
  /** A note for the user: a line of the folder is broken, so its training is repeated. */
  | { readonly kind: 'note'; readonly note: string }

/** Result of one training of a comparison. */
export interface ComparisonRun {
  /** Name of the network family. */
  readonly family: string
  /** Name of the network family, the same text as `family`. */
  readonly network: string
  /** Depth that `ofDepth` received to build the network. */
  readonly depth: number
  /** Seed of the training. */
  readonly seed: number
  /** Scores on the whole training set after the last step. The scores are null if the training diverged. */
  readonly train: Scores
  /** Scores on the whole test set after the last step. The scores are null if the training diverged. */
  readonly test: Scores
  /**
   * Evaluations of the network at the steps that `evaluateEvery` selects. The last evaluation has the same scores as
   * the fields `train` and `test`, without the confusion matrix and the counts of classes.
   */
  readonly evaluations?: readonly Evaluation[]
  /**
   * Lowest test error among all `evaluations`. Don't report the lowest of several test errors as a result: it was
   * chosen on the test set, so it is too low.
   */
  readonly bestTest?: BestTest
  /** The step and the layer at which the training diverged, or null if all numbers stayed finite. */
  readonly diverged: Divergence | null
  /** Description of where the signal vanishes or explodes before training, or null if the signal is steady. */
  readonly signal: string | null
  /** Loss of every logged step, in the order of the steps. */
  readonly losses: readonly LossRecord[]
  /**
   * SHA-256 hash of the final weights, in hexadecimal. The hashed weights are float32 values in the order of a weights
   * file.
   */
  readonly weightsSha256: string
  /** Duration of the training, in seconds. */
  readonly seconds: number
}

/** Result of a comparison of networks at several depths. */
export interface Comparison {
  /** One row for each finished training, ordered by family, then by depth, then by seed. */
  readonly rows: readonly ComparisonRun[]
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

/** A family of networks that differ only in depth. */
export interface ComparedFamily {
  readonly name: string
  readonly label: string
  /** Networks of the family, one for each depth, in the order of the depths. */
  readonly networks: readonly Network[]
}

export interface ComparisonRequest {
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
  const { families, depths, settings, data, abort: signal, onEvent } = request
  const started = performance.now()
  const secondsSoFar = (): number => (folder?.seconds ?? 0) + (performance.now() - started) / 1000
  const workers = workersOf(machine)
  try {
    const trials = await gridOf(request, machine)
    if (!signal?.aborted) folder?.begin()
    const store = folder && {
      find: async (trial: ComparisonTrial) => folder.find(trial),
      save: async (trial: ComparisonTrial, result: TrialResult) => folder.save(trial, result, secondsSoFar()),
    }
    const rows = new Map<ComparisonTrial, ComparisonRun>()
    const running = runTrials(trials, { workers, resolver: { data: () => data }, signal, store, onEvent })
    for await (const { trial, result } of running) rows.set(trial, rowOf(trial, result))
    const finished = trials.flatMap((trial) => rows.get(trial) ?? [])
    const sentence = comparisonSentence(finished, families, depths, taskOf(data) !== 'classification')
    const interrupted = finished.length < trials.length
    const { mode } = machine
    const comparison = { rows: finished, sentence, settings, mode, interrupted, seconds: secondsSoFar() }
    folder?.finish(comparison)
    return comparison
  } finally {
    workers.dispose()
    folder?.close()
  }
}

/**
 * Lists the trials of a comparison, ordered by family, depth and seed. Throws a `network` error if a network doesn't
 * fit the data.
 */
async function gridOf(request: ComparisonRequest, { mode: { precision } }: Machine): Promise<ComparisonTrial[]> {
  const { families, depths, seeds, data, reference } = request
  const trials: ComparisonTrial[] = []
  for (const { name: family, label, networks } of families) {
    for (const [index, depth] of depths.entries()) {
      const blueprint = createBlueprint(networks[index], data.shape)
      checkOutputs(blueprint, data)
      const { network } = blueprint
      const { seed: _, ...settings } = settingsFor(blueprint, request.settings)
      const work = workOf(blueprint, settings, precision)
      const whole = { start: { kind: 'seed' }, probes: null, scoring: 'all', keepsWeights: false } as const
      for (const seed of seeds) {
        const spec = await createSpec({ network, data: reference, settings, seed, precision, ...whole })
        trials.push({ ...spec, family, label, depth, work })
      }
    }
  }
  return trials
}

function rowOf({ family, depth, seed }: ComparisonTrial, result: TrialResult): ComparisonRun {
  const { scores, diverged, losses, seconds, whole } = result
  assertInvariant(whole !== undefined, 'a row of a comparison has the results of a whole training')
  const { signal, evaluations, weightsSha256 } = whole
  const bestTest = evaluations && bestOf(evaluations)
  return {
    family,
    network: family,
    depth,
    seed,
    signal: describeSignal(signal),
    train: scores.train,
    test: scores.test,
    ...(evaluations ? { evaluations } : {}),
    ...(bestTest ? { bestTest } : {}),
    diverged,
    losses,
    weightsSha256,
    seconds,
  }
}
