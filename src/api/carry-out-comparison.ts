/** A comparison on this machine's cores, kept in a folder or not: a grid of specs. */
import type { Machine, Mode } from '../backends/machine.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
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

/** One training of a comparison. */
export interface ComparisonTrial extends Trial {
  /** Its name and its label. */
  readonly family: string
  readonly label: string
  readonly depth: number
}

export type ComparisonEvent =
  | TrialEvent<ComparisonTrial>
  /** What a user should know: that a training's line was broken and it is made again. */
  | { readonly kind: 'note'; readonly note: string }

export interface ComparisonRun {
  readonly family: string
  readonly network: string
  readonly depth: number
  readonly seed: number
  readonly train: Scores
  readonly test: Scores
  /** Where evaluations on the way were asked for, of which the last is that of `train` and `test`. */
  readonly evaluations?: readonly Evaluation[]
  /** The lowest test error of these, which was chosen on the test set. */
  readonly bestTest?: BestTest
  readonly diverged: Divergence | null
  /** What stands out about the signal before training, in words. */
  readonly signal: string | null
  readonly losses: readonly LossRecord[]
  readonly weightsSha256: string
  readonly seconds: number
}

export interface Comparison {
  /** By family, depth and seed; what was interrupted isn't there. */
  readonly rows: readonly ComparisonRun[]
  readonly sentence: string
  readonly settings: TrainingSettings
  /** How its trainings were computed. */
  readonly mode: Mode
  readonly interrupted: boolean
  /** In all sittings. */
  readonly seconds: number
}

/** Networks that differ in depth alone. */
export interface ComparedFamily {
  readonly name: string
  readonly label: string
  /** One for each depth, in their order. */
  readonly networks: readonly Network[]
}

export interface ComparisonRequest {
  readonly families: readonly ComparedFamily[]
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  readonly data: Dataset
  /** The data set as specs name it. */
  readonly reference: DataReference
  /** With any seed, and with a warm-up whatever the layers are. */
  readonly settings: TrainingSettings
  readonly abort?: AbortSignal
  readonly onEvent?: (event: ComparisonEvent) => void
}

/** Throws the errors of `train`, before anything is trained where a network doesn't fit the data. Lets go of the folder at the end. */
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
    const sentence = comparisonSentence(finished, families, depths)
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

/** By family, depth and seed. Throws where a network doesn't fit the data. */
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
  assertInvariant(whole !== undefined, 'a row without what training it as a whole gives')
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
