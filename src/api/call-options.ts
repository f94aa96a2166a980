/** Table of the options that are neither settings nor machine options: data, weights, folders and callbacks. */
import type { Dataset } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import { type Fields, field } from '../support/fields.ts'
import { count, type Kind } from '../support/kinds.ts'
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

/** Kind of an object whose fields another function checks. */
const plainObject = <T extends object>(example: string): Kind<T> => ({
  expected: `an object such as ${example}`,
  accepts: (value): value is T => isObject(value) && !Array.isArray(value),
  remedy: leaveOut,
})

/** Kind of an object of numbers, texts, lists and objects, such as the options of data sets. */
const plainData: Kind<Readonly<Record<string, unknown>>> = {
  expected: 'an object of numbers, texts and lists, such as { seed: 1 }',
  accepts: (value): value is Readonly<Record<string, unknown>> =>
    isObject(value) && !Array.isArray(value) && !isNestedBeyond(value, 8) && Object.values(value).every(isPlain),
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

/** The options of `train` beside the settings of the training and the options of the machine. */
export const callOptions = {
  /** The data set to train and test on: `glyphs()`, `dataset({ inputs, labels })`, or the result of `loadDataset`. */
  data: field(dataset, { required: true }),
  /**
   * Initial values of all parameters and running statistics, by name: the result of `initialize` or `loadWeights`, or
   * the weights of a run. By default, the initial weights are drawn from `seed`.
   */
  weights: field(weights),
  /**
   * Path of a folder in which to store the run, so that the run can be resumed (Node only). By default, nothing is
   * stored.
   */
  run: field(text('the path of a folder')),
  /** Name of the network, which is stored in the folder. `network` by default. */
  label: field(text("a text with the network's name")),
  /**
   * Options with which the data set was loaded. The options are stored in the folder, so that the same data can be
   * loaded again.
   */
  dataOptions: field(plainData),
  /**
   * Number of steps between two checkpoints in the folder. By default, a checkpoint is written about every 30 seconds.
   * A checkpoint is always written at the start and at the end.
   */
  checkpointEvery: field(count()),
  /**
   * Stops the run when the running steps are done. The state of the run is stored in the folder and returned. A stopped
   * run is not scored: its scores are null, and `interrupted` is true.
   */
  abort: field(abortSignal),
  /**
   * Called at the start with the number of steps done, which is 0 for a new run. After that, the callback is called
   * repeatedly with the number of steps done, the number of all steps, and the losses logged since the last call. An
   * error that the callback throws ends the training.
   */
  onProgress: field(callback<(done: number, steps: number, losses: readonly LossRecord[]) => void>()),
  /**
   * Called repeatedly after the last step, with the number of samples scored so far and the number of samples in all
   * sets.
   */
  onEvaluation: field(callback<(done: number, samples: number) => void>()),
  /**
   * Called before the first step with the mean squares of the layers' outputs. The callback is not called when a run
   * resumes.
   */
  onSignal: field(callback<(signal: Signal) => void>()),
  /** Called with each evaluation and each check of the warm-up between two steps, in chronological order. */
  onMeasured: field(callback<(measurement: Measurement) => void>()),
  /**
   * Probes that measure each layer during the training, such as `{ of: ['gradientNorm'], every: 50 }`. Probes don't
   * change the training. By default, no probes are used.
   */
  probes: field(plainObject<ProbeOptions>("{ of: ['gradientNorm'], every: 50 }")),
  /**
   * Called with each snapshot of the probes: before the first step, every `probes.every` steps, and after the last
   * step.
   */
  onProbed: field(callback<(snapshot: ProbeSnapshot) => void>()),
  /** Called after each checkpoint, including the checkpoint of step 0, with the step and the path of the file. */
  onCheckpoint: field(callback<(step: number, file: string) => void>()),
  /** Observers that read weights and gradients between two steps of the training. None by default. */
  observers: field(observers),
} satisfies Fields

/** Options that have the same meaning in every function of the public API. */
export const sharedOptions = {
  ...callOptions,
  /** Statistics of the data on which the weights were trained, as a run has them. */
  statistics: field(statistics),
  /** Function that returns the initial weights: `(blueprint, seed) => weights`. */
  start: field(callback<(blueprint: never, seed: never) => void>()),
  /** Called with each event of the work. */
  onEvent: field(callback<(event: never) => void>()),
} satisfies Fields

/** The option `weights` for functions that require it. */
export const neededWeights = { weights: field(weights, { required: true }) } satisfies Fields
