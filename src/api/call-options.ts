/** What the verbs take beside the tables of settings: data, weights, places and callbacks, a row for each. */
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
  remedy: () => 'Give one, such as glyphs().',
}

const weights: Kind<Weights> = {
  expected: 'a Map with the values of each parameter by name',
  accepts: (value): value is Weights => isObject(value) && typeof value.get === 'function',
  remedy: () => 'Give what initialize or loadWeights returns, or the weights of a run.',
}

const statistics: Kind<Statistics> = {
  expected: 'what a training found in its data',
  accepts: (value): value is Statistics =>
    isObject(value) && [value.inputs, value.targets].every((one) => isObject(one) && isObject(one.mean)),
  remedy: () => 'Give the statistics of a run, or leave them out.',
}

const observers: Kind<readonly Observer[]> = {
  expected: 'a list of observers',
  accepts: (value): value is readonly Observer[] =>
    Array.isArray(value) && value.every((one) => isObject(one) && typeof one.observe === 'function'),
  remedy: () => 'Give some, such as [{ every: 10, observe: ({ step, loss }) => console.log(step, loss) }].',
}

const abortSignal: Kind<AbortSignal> = {
  expected: 'an AbortSignal',
  accepts: (value): value is AbortSignal =>
    isObject(value) && typeof value.aborted === 'boolean' && typeof value.throwIfAborted === 'function',
  remedy: () => 'Give that of an AbortController: new AbortController().signal.',
}

const leaveOut = () => 'Give one, or leave it out.'

const text = (expected: string): Kind<string> => ({
  expected,
  accepts: (value): value is string => typeof value === 'string',
  remedy: leaveOut,
})

/** An object that another function looks into. */
const plainObject = <T extends object>(example: string): Kind<T> => ({
  expected: `an object such as ${example}`,
  accepts: (value): value is T => isObject(value) && !Array.isArray(value),
  remedy: leaveOut,
})

/** Numbers, words, lists and objects of them, as options of data sets are. */
const plainData: Kind<Readonly<Record<string, unknown>>> = {
  expected: 'an object of numbers, words and lists, such as { seed: 1 }',
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

/** The options of `train` beside those of the training and the machine. */
export const callOptions = {
  data: field(dataset, { required: true }),
  /** Initial values of all parameters, as `initialize` or a weights file gives them; drawn from the seed by default. */
  weights: field(weights),
  /** A folder to keep the run in (Node only); nothing is kept by default. */
  run: field(text('the path of a folder')),
  /** What the network is called, kept in the run's description. */
  label: field(text("the network's name, in text")),
  /** Options the data set was loaded with, kept in the run's description. */
  dataOptions: field(plainData),
  /** Steps between the checkpoints in the run's folder; about every 30 seconds by default, and always at the end. */
  checkpointEvery: field(count()),
  /** Stops the run after the steps under way; what was reached is saved and returned, and not scored. */
  abort: field(abortSignal),
  /**
   * Called at the start with 0 (where a run is resumed, with the steps it has), then now and then with the steps done, of how
   * many, and the losses logged since.
   */
  onProgress: field(callback<(done: number, steps: number, losses: readonly LossRecord[]) => void>()),
  /** Called now and then after the last step with the samples that were scored, of how many. */
  onEvaluation: field(callback<(done: number, samples: number) => void>()),
  /** Called before the first step with how large the values are from layer to layer. */
  onSignal: field(callback<(signal: Signal) => void>()),
  /** Called with what was measured between two steps: how the network does, and whether the warm-up is over. */
  onMeasured: field(callback<(measurement: Measurement) => void>()),
  /** What is looked at in each layer on the way, which changes nothing in the training; nothing by default. */
  probes: field(plainObject<ProbeOptions>("{ of: ['gradientNorm'], every: 50 }")),
  /** Called with what the probes saw: before the first step, every so many steps, and after the last. */
  onProbed: field(callback<(run: ProbeSnapshot) => void>()),
  /** Called with the number of steps and the file after each checkpoint, the first of step 0 included. */
  onCheckpoint: field(callback<(step: number, file: string) => void>()),
  /** Those who look at weights and gradients while the network trains. */
  observers: field(observers),
} satisfies Fields

/** The options with these names mean the same in every verb. */
export const sharedOptions = {
  ...callOptions,
  /** Of the data that the weights were trained on, as a run keeps them. */
  statistics: field(statistics),
  /** How weights start: `(blueprint, seed) => weights`. */
  start: field(callback<(blueprint: never, seed: never) => void>()),
  /** Told of what is done. */
  onEvent: field(callback<(event: never) => void>()),
} satisfies Fields

/** Where the weights can't be left out. */
export const neededWeights = { weights: field(weights, { required: true }) } satisfies Fields
