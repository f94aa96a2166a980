/**
 * Table of the options of public functions that are neither training settings nor machine options: data, weights,
 * folders and callbacks.
 */
import type { Dataset } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import type { Fact } from '../facts/fact.ts'
import { type StartName, startNames } from '../settings/start-names.ts'
import { type Fields, field } from '../support/fields.ts'
import { choice, count, type Kind } from '../support/kinds.ts'
import { isNestedBeyond } from '../support/nesting.ts'
import type { Weights } from '../training/evaluator.ts'
import type { Measurement, ProbeSnapshot } from '../training/measurements.ts'
import type { Observer } from '../training/observers.ts'
import type { Signal } from '../training/signal.ts'
import type { LossRecord } from '../training/state.ts'
import type { ProbeOptions } from './probes.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const hasSamples = (set: unknown): boolean => isObject(set) && isObject(set.inputs) && isObject(set.labels)

const dataset: Kind<Dataset> = {
  expected: 'a data set',
  accepts: (value): value is Dataset =>
    isObject(value) && Array.isArray(value.shape) && hasSamples(value.train) && hasSamples(value.test),
  remedy: () => 'Give a data set such as glyphs().',
}

const weights: Kind<Weights> = {
  expected: 'a Map with the values of each parameter by name',
  accepts: (value): value is Weights => isObject(value) && typeof value.get === 'function',
  remedy: () => 'Give the result of initialize or loadWeights, or the weights of a run.',
}

const statistics: Kind<Statistics> = {
  expected: 'the statistics of a training set',
  accepts: (value): value is Statistics =>
    isObject(value) && [value.inputs, value.targets].every((one) => isObject(one) && isObject(one.mean)),
  remedy: () => 'Give the statistics of a run, or leave the option out.',
}

const observers: Kind<readonly Observer[]> = {
  expected: 'a list of observers',
  accepts: (value): value is readonly Observer[] =>
    Array.isArray(value) && value.every((one) => isObject(one) && typeof one.observe === 'function'),
  remedy: () => 'Give a list such as [{ every: 10, observe: ({ step, loss }) => console.log(step, loss) }].',
}

const abortSignal: Kind<AbortSignal> = {
  expected: 'an AbortSignal',
  accepts: (value): value is AbortSignal =>
    isObject(value) && typeof value.aborted === 'boolean' && typeof value.throwIfAborted === 'function',
  remedy: () => 'Give the signal of an AbortController, such as new AbortController().signal.',
}

const leaveOut = () => 'Give a valid value, or leave the option out.'

const text = (expected: string): Kind<string> => ({
  expected,
  accepts: (value): value is string => typeof value === 'string',
  remedy: leaveOut,
})

/** Type check for an option that takes an object. Another function checks the fields of the object. */
const plainObject = <T extends object>(example: string): Kind<T> => ({
  expected: `an object such as ${example}`,
  accepts: (value): value is T => isObject(value) && !Array.isArray(value),
  remedy: leaveOut,
})

/**
 * Type check for an option that takes an object of numbers, texts, lists and objects, such as the options of a data
 * set.
 */
const plainData: Kind<Readonly<Record<string, unknown>>> = {
  expected: 'an object of numbers, texts and lists, such as { seed: 1 }',
  accepts: (value): value is Readonly<Record<string, unknown>> =>
    isObject(value) && !Array.isArray(value) && !isNestedBeyond(value, 8) && Object.values(value).every(isPlain),
  remedy: leaveOut,
}

const words: Kind<readonly string[]> = {
  expected: "a list of texts, such as ['compare', 'mlp']",
  accepts: (value): value is readonly string[] =>
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'),
  remedy: leaveOut,
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain)
  if (isObject(value)) return Object.values(value).every(isPlain)
  return ['string', 'boolean', 'undefined'].includes(typeof value) || value === null || Number.isFinite(value)
}

const callback = <F extends (...values: never[]) => void>(): Kind<F> => ({
  expected: 'a function',
  accepts: (value): value is F => typeof value === 'function',
  remedy: leaveOut,
})

const start: Kind<StartName | ((blueprint: never, seed: never) => void)> = {
  expected: `${startNames.join(', ')} or a function that returns initial weights`,
  accepts: (value): value is StartName | (() => void) =>
    typeof value === 'function' || startNames.some((name) => name === value),
  remedy: leaveOut,
}

/** Options of `train`, without the training settings and the options of the machine. */
export const callOptions = {
  /** The data set to train and test on: `glyphs()`, `dataset({ inputs, labels })`, or the result of `loadDataset`. */
  data: field(dataset, { required: true }),
  /**
   * Initial values of all parameters and running statistics, by name: the result of `initialize` or `loadWeights`, or
   * the weights of a run. By default, the initial weights are drawn from `seed`.
   */
  weights: field(weights),
  /**
   * Path of a folder in which to store the run, so that the run can be resumed (Node only). By default, the run is not
   * stored.
   */
  run: field(text('the path of a folder')),
  /** Name of the network, `network` by default. The name is stored in the folder. */
  label: field(text("a text with the network's name")),
  /**
   * Options with which the data set was loaded. The options of the data set are stored in the folder, so that the same
   * data can be loaded again.
   */
  dataOptions: field(plainData),
  /**
   * Words of the command line that started the work. The folder stores the words, so that reports and commands of later
   * work in this folder can repeat the words.
   */
  command: field(words),
  /**
   * Whether the result has the field `baselines`: the scores of guessing and of the best linear model, with which the
   * network is compared. The fit of the linear model takes at most a few seconds. False by default.
   */
  baselines: field(choice()),
  /**
   * Number of training steps between two checkpoints in the run's folder. By default, a checkpoint is written about
   * every 30 seconds. A checkpoint is always written at the start and at the end of the run.
   */
  checkpointEvery: field(count()),
  /**
   * Signal that stops the run after the training steps that are already being computed, or after a layer of LSUV. The
   * state of a stopped run is returned, and stored in the run's folder if there is one. A stopped run is not scored: its
   * scores are null, and `interrupted` is true.
   */
  abort: field(abortSignal),
  /**
   * Called at the start of the training with the number of steps done, which is 0 for a new run. During the training,
   * the callback is called repeatedly with the number of steps done, the total number of steps, and the losses logged
   * since the last call. An error that the callback throws ends the training.
   */
  onProgress: field(callback<(done: number, steps: number, losses: readonly LossRecord[]) => void>()),
  /**
   * Called repeatedly while the final scores are computed, with the number of samples scored so far and the total
   * number of samples in all sets.
   */
  onEvaluation: field(callback<(done: number, samples: number) => void>()),
  /**
   * Called repeatedly while `start: 'lsuv'` rescales the initial weights, with the number of layers done and the number
   * of layers. The first call, with 0 layers done, is before the first computation.
   */
  onAdjust: field(callback<(done: number, layers: number) => void>()),
  /**
   * Called with the mean squares of all layers' outputs, before the first training step. `onSignal` is not called when
   * a run resumes.
   */
  onSignal: field(callback<(signal: Signal) => void>()),
  /**
   * Called before the training with the faults that can be read off the network, its data and its settings. `onFacts` is
   * not called if nothing stands out, nor when a run resumes.
   */
  onFacts: field(callback<(facts: readonly Fact[]) => void>()),
  /** Called with each evaluation and each check of the warm-up between two steps, in chronological order. */
  onMeasured: field(callback<(measurement: Measurement) => void>()),
  /**
   * Probes that measure each layer during the training, such as `{ of: ['gradientNorm'], every: 50 }`. Probes don't
   * change the training. By default, no probes are used.
   */
  probes: field(plainObject<ProbeOptions>("{ of: ['gradientNorm'], every: 50 }")),
  /** Called with each probe snapshot: before the first step, every `probes.every` steps, and after the last step. */
  onProbed: field(callback<(snapshot: ProbeSnapshot) => void>()),
  /**
   * Called after each checkpoint, including the checkpoint of step 0, with the number of the step and the path of the
   * checkpoint file. With `start: 'lsuv'`, the checkpoint of step 0 is written before and after the weights change.
   */
  onCheckpoint: field(callback<(step: number, file: string) => void>()),
  /** Observers that read weights and gradients between two steps of the training. None by default. */
  observers: field(observers),
} satisfies Fields

/** Options that have the same meaning in every function of the public API. */
export const sharedOptions = {
  ...callOptions,
  /** Means and standard deviations of the data on which the weights were trained, such as `run.statistics`. */
  statistics: field(statistics),
  /** `drawn`, `lsuv`, or a function that returns the initial weights: `(blueprint, seed) => weights`. */
  start: field(start),
  /** Called with each event of a comparison or a diagnosis, such as the end of a training. */
  onEvent: field(callback<(event: never) => void>()),
} satisfies Fields

/** The option `weights` for functions that require weights. */
export const neededWeights = { weights: field(weights, { required: true }) } satisfies Fields
