/** What the verbs were called with, checked: callers in plain JavaScript have no compiler to tell them. */
import { checkSamples } from '../data/check-samples.ts'
import type { Dataset } from '../data/dataset.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'

/** An object of any kind, whose fields may be anything. */
type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isText = (value: unknown): boolean => typeof value === 'string'

interface Rule {
  readonly isValid: (value: unknown) => boolean
  readonly expected: string
  readonly remedy: string
}

const callback: Rule = { isValid: isFunction, expected: 'a function', remedy: 'Give one, or leave it out.' }

const choice: Rule = {
  isValid: (value) => typeof value === 'boolean',
  expected: 'true or false',
  remedy: 'Choose one of them, or leave it out.',
}

const rules = {
  weights: {
    isValid: (value) => isObject(value) && isFunction(value.get),
    expected: 'a Map with the values of each parameter by name',
    remedy: 'Give what initialise or readWeights returns, or the weights of a run.',
  },
  statistics: {
    isValid: (value) => isObject(value) && [value.inputs, value.targets].every((one) => isObject(one) && one.mean),
    expected: 'what a training found in its data',
    remedy: 'Give the statistics of a run, or leave them out.',
  },
  observers: {
    isValid: (value) => Array.isArray(value) && value.every((one) => isObject(one) && isFunction(one.observe)),
    expected: 'a list of observers',
    remedy: 'Give some, such as [{ every: 10, observe: ({ step, loss }) => console.log(step, loss) }].',
  },
  abort: {
    isValid: (value) => isObject(value) && typeof value.aborted === 'boolean' && isFunction(value.throwIfAborted),
    expected: 'an AbortSignal',
    remedy: 'Give that of an AbortController: new AbortController().signal.',
  },
  exact: choice,
  winograd: choice,
  memoryLimit: {
    isValid: (value) => typeof value === 'number',
    expected: 'a number of bytes',
    remedy: 'Give one, such as 2 ** 30, or leave it out.',
  },
  run: { isValid: isText, expected: 'the path of a folder', remedy: 'Give one, or leave it out.' },
  label: { isValid: isText, expected: "the network's name, in text", remedy: 'Give one, or leave it out.' },
  dataOptions: {
    isValid: (value) => isObject(value) && !Array.isArray(value),
    expected: 'an object such as { seed: 1 }',
    remedy: 'Give one, or leave it out.',
  },
  onProgress: callback,
  onEvaluation: callback,
  onSignal: callback,
  onMeasured: callback,
  onProbed: callback,
  onCheckpoint: callback,
} as const satisfies Readonly<Record<string, Rule>>

type Checked = { readonly [name in keyof typeof rules]?: unknown }

/** Options of the verbs that are no numbers or names, which are checked elsewhere. Throws an `option` error. */
export function checkCall(options: Checked & { readonly data?: unknown }): void {
  if (!isDataset(options.data)) {
    throw new IsobathError('option', 'data: expected a data set. Give one, such as glyphs().')
  }
  checkSamples(options.data)
  const given: Fields = options
  for (const [name, rule] of Object.entries(rules)) if (given[name] !== undefined) checkOne(name, given[name], rule)
}

/** The same, where weights can't be left out. */
export function checkTrainedCall(options: Checked & { readonly data?: unknown }): void {
  checkCall(options)
  checkOne('weights', options.weights, rules.weights)
}

function checkOne(name: string, value: unknown, { isValid, expected, remedy }: Rule): void {
  if (isValid(value)) return
  throw new IsobathError('option', `${name}: expected ${expected}, got ${foundText(value)}. ${remedy}`)
}

function isDataset(data: unknown): data is Dataset {
  const hasSamples = (set: unknown): boolean => isObject(set) && isObject(set.inputs) && isObject(set.labels)
  return isObject(data) && Array.isArray(data.shape) && hasSamples(data.train) && hasSamples(data.test)
}
