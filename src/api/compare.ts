/** Trains several networks at several depths with several seeds, one training a core, and says what depth did to each. */
import type { Precision } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions, settingsFor, type TrainingSettings } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { assertInvariant, IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import type { Divergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluate.ts'
import { type BestTest, bestOf, type Evaluation } from '../training/measurements.ts'
import { describeSignal } from '../training/signal.ts'
import type { LossRecord } from '../training/state.ts'
import { checkOutputs } from '../training/targets.ts'
import type { TrialEvent } from '../trials/events.ts'
import type { TrialResult } from '../trials/result.ts'
import { runTrials } from '../trials/runner.ts'
import { createSpec } from '../trials/spec.ts'
import type { Trial } from '../trials/trial.ts'
import { workOf } from '../trials/work.ts'
import { createWorkers } from '../trials/workers.ts'
import { comparisonSentence } from './comparison-sentence.ts'
import { referenceOf } from './data-reference.ts'
import { describeData } from './describe-data.ts'
import { checkMachineChoice, type MachineChoice, withMachine } from './with-machine.ts'

/** Networks that differ in depth alone. */
export interface NetworkFamily {
  /** How the network is written, for the record. */
  readonly name: string
  /** What it is called in tables and pictures. */
  readonly label: string
  readonly ofDepth: (depth: number) => Network
}

export interface CompareOptions extends Omit<TrainingOptions, 'seed'>, MachineChoice {
  readonly data: Dataset
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  /** Stops it; the rows of trainings that have ended are given. */
  readonly abort?: AbortSignal
  /** Told of all trainings once every network was found to fit the data, then of each on its way. */
  readonly onEvent?: (event: ComparisonEvent) => void
}

/** One training of a comparison. */
export interface ComparisonTrial extends Trial {
  /** Its name and its label. */
  readonly family: string
  readonly label: string
  readonly depth: number
}

export type ComparisonEvent = TrialEvent<ComparisonTrial>

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
  readonly interrupted: boolean
  readonly seconds: number
}

/** Throws the errors of `train`, before anything is trained where a network doesn't fit the data. */
export async function compare(families: readonly NetworkFamily[], options: CompareOptions): Promise<Comparison> {
  const { data, depths, abort: signal, onEvent } = options
  checkMachineChoice(options)
  checkGrid(families, options)
  const started = performance.now()
  // Trainings side by side are evaluated on their way only where that was asked for, whatever the recipe.
  const { evaluateEvery = 'never' } = options
  const settingsOf = (seed: number): TrainingSettings =>
    resolveOptions({ ...options, seed, evaluateEvery }, data.train.count, taskOf(data))
  const settings = settingsOf(0)
  checkAugmentation(settings.augment, data)
  return withMachine(options, async (machine) => {
    const trials = await gridOf(families, options, settingsOf, machine.mode.precision)
    const rows = new Map<ComparisonTrial, ComparisonRun>()
    const workers = createWorkers(machine.workers, machine.createWorkerBackend)
    const resolver = { data: () => data }
    try {
      for await (const { trial, result } of runTrials(trials, { workers, resolver, signal, onEvent })) {
        rows.set(trial, rowOf(trial, result))
      }
    } finally {
      workers.dispose()
    }
    const finished = trials.flatMap((trial) => rows.get(trial) ?? [])
    const seconds = (performance.now() - started) / 1000
    const sentence = comparisonSentence(finished, families, depths)
    return { rows: finished, sentence, settings, interrupted: finished.length < trials.length, seconds }
  })
}

function checkGrid(families: readonly NetworkFamily[], { depths, seeds }: CompareOptions): void {
  if (families.length === 0 || depths.length === 0 || seeds.length === 0) {
    throw new IsobathError('option', 'compare: expected at least one network, one depth and one seed.')
  }
  for (const family of families) {
    if (typeof family?.ofDepth === 'function') continue
    const example = "{ name: 'mlp', label: 'plain', ofDepth: (depth) => chain(repeat(depth, dense(64)), dense(10)) }"
    throw new IsobathError('option', `compare: expected families such as ${example}, got ${foundText(family)}.`)
  }
}

/** By family, depth and seed. Throws where a network doesn't fit the data. */
async function gridOf(
  families: readonly NetworkFamily[],
  { depths, seeds, data }: CompareOptions,
  settingsOf: (seed: number) => TrainingSettings,
  precision: Precision,
): Promise<ComparisonTrial[]> {
  const cells = families.flatMap((family) => depths.map((depth) => ({ family, depth })))
  const planned = cells.flatMap(({ family: { name, label, ofDepth }, depth }) => {
    const blueprint = createBlueprint(ofDepth(depth), data.shape)
    checkOutputs(blueprint, data)
    return seeds.map((seed) => {
      const settings = settingsFor(blueprint, settingsOf(seed))
      const work = workOf(blueprint, settings, precision)
      return { network: blueprint.network, settings, about: { family: name, label, depth, work } }
    })
  })
  const reference = referenceOf(await describeData(data, {}))
  return Promise.all(
    planned.map(async ({ network, settings: { seed, ...settings }, about }) => {
      const whole = { start: { kind: 'seed' }, probes: null, scoring: 'all', keepsWeights: false } as const
      return { ...(await createSpec({ network, data: reference, settings, seed, precision, ...whole })), ...about }
    }),
  )
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
