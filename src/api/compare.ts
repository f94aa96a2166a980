/** Trains several networks at several depths with several seeds, one training a core, and says what depth did to each. */
import type { Backend } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { availableCores, canShareMemory } from '../backends/wasm/platform.ts'
import { count } from '../blueprint/count.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import type { MachineOptions } from '../settings/machine.ts'
import { resolveOptions, settingsFor, type TrainingSettings } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import type { Divergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluate.ts'
import type { BestTest, Evaluation } from '../training/measurements.ts'
import { trainSession } from '../training/session.ts'
import { describeSignal } from '../training/signal.ts'
import { checkOutputs } from '../training/targets.ts'
import type { LossRecord } from '../training/train.ts'
import { comparisonSentence } from './comparison-sentence.ts'

/** Networks that differ in depth alone. */
export interface NetworkFamily {
  /** How the network is written, for the record. */
  readonly name: string
  /** What it is called in tables and pictures. */
  readonly label: string
  readonly ofDepth: (depth: number) => Network
}

export interface CompareOptions extends Omit<TrainingOptions, 'seed'>, MachineOptions {
  readonly data: Dataset
  readonly depths: readonly number[]
  readonly seeds: readonly number[]
  readonly abort?: AbortSignal
  readonly observer?: ComparisonObserver
}

/** One training of a comparison, before it starts. */
export interface Trial {
  readonly family: NetworkFamily
  readonly depth: number
  readonly seed: number
  readonly steps: number
  /** Multiply-adds of one sample's forward pass: how the trials' times relate. */
  readonly macs: number
}

export interface ComparisonObserver {
  /** Told of all trials before the first starts. */
  readonly onTrials?: (trials: readonly Trial[]) => void
  readonly onProgress?: (trial: Trial, done: number, losses: readonly LossRecord[]) => void
  readonly onFinished?: (trial: Trial, row: ComparisonRun) => void
}

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

/** Throws the errors of `train`; `onTrials` is told only after every network was found to fit the data. */
export async function compare(families: readonly NetworkFamily[], options: CompareOptions): Promise<Comparison> {
  const { data, depths, seeds, abort, observer } = options
  if (families.length === 0 || depths.length === 0 || seeds.length === 0) {
    throw new IsobathError('option', 'compare: expected at least one network, one depth and one seed.')
  }
  for (const family of families) {
    if (typeof family?.ofDepth === 'function') continue
    const example = "{ name: 'mlp', label: 'plain', ofDepth: (depth) => chain(repeat(depth, dense(64)), dense(10)) }"
    throw new IsobathError('option', `compare: expected families such as ${example}, got ${foundText(family)}.`)
  }
  const started = performance.now()
  const settings = resolveOptions(choicesOf(options, 0), data.train.count, taskOf(data))
  checkAugmentation(settings.augment, data)
  const trials = families.flatMap((family) =>
    depths.flatMap((depth) => {
      const blueprint = createBlueprint(family.ofDepth(depth), data.shape)
      checkOutputs(blueprint, data)
      const { macs } = count(blueprint)
      return seeds.map((seed): Trial => ({ family, depth, seed, steps: settings.steps, macs }))
    }),
  )
  observer?.onTrials?.(trials)
  const rows = new Map<Trial, ComparisonRun>()
  const stop = new AbortController()
  const forward = (): void => stop.abort()
  if (abort?.aborted) forward()
  abort?.addEventListener('abort', forward)
  try {
    await runTrials(trials, options, stop, async (trial, backend) => {
      const row = await runTrial(trial, backend, { ...options, abort: stop.signal })
      if (!row) return
      rows.set(trial, row)
      observer?.onFinished?.(trial, row)
    })
  } finally {
    abort?.removeEventListener('abort', forward)
  }
  const finished = trials.flatMap((trial) => rows.get(trial) ?? [])
  const seconds = (performance.now() - started) / 1000
  const sentence = comparisonSentence(finished, families, depths)
  return { rows: finished, sentence, settings, interrupted: finished.length < trials.length, seconds }
}

/** Trainings side by side are evaluated on their way only where that was asked for, whatever the recipe. */
function choicesOf(options: CompareOptions, seed: number): TrainingOptions {
  return { ...options, seed, evaluateEvery: options.evaluateEvery ?? 'never' }
}

/** Longest first, each on a thread of its own, as many at a time as there are cores. What fails ends the others too. */
async function runTrials(
  trials: readonly Trial[],
  { threads, exact, winograd, memoryLimit }: MachineOptions,
  stop: AbortController,
  run: (trial: Trial, backend: Backend) => Promise<void>,
): Promise<void> {
  const waiting = [...trials].sort((a, b) => a.macs - b.macs)
  const lanes = Math.min(canShareMemory() ? (threads ?? (await availableCores())) : 1, trials.length)
  const work = async (): Promise<void> => {
    const own = canShareMemory() ? 1 : 'inline'
    const backend = await createWasmBackend({ threads: own, exact, winograd, memoryLimit })
    try {
      for (let trial = waiting.pop(); trial && !stop.signal.aborted; trial = waiting.pop()) await run(trial, backend)
    } catch (error) {
      stop.abort()
      throw error
    } finally {
      backend.dispose()
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: lanes }, work))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** Undefined where it is stopped. */
async function runTrial(trial: Trial, backend: Backend, options: CompareOptions): Promise<ComparisonRun | undefined> {
  const { data, observer, abort } = options
  const { family, depth, seed } = trial
  const blueprint = createBlueprint(family.ofDepth(depth), data.shape)
  const settings = settingsFor(blueprint, resolveOptions(choicesOf(options, seed), data.train.count, taskOf(data)))
  const onProgress = (done: number, losses: readonly LossRecord[]): void => observer?.onProgress?.(trial, done, losses)
  const record = await trainSession({ blueprint, data, settings, backend, abort, onProgress })
  if (record.interrupted) return undefined
  const { train, test, evaluations, bestTest, diverged, losses, weightsSha256, seconds } = record
  const facts = { family: family.name, network: family.name, depth, seed, signal: describeSignal(record.signal) }
  return { ...facts, train, test, evaluations, bestTest, diverged, losses, weightsSha256, seconds }
}
