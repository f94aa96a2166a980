/** Makes a data set of a caller's own arrays. */
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, pickOptions, withDefaults } from '../support/fields.ts'
import { count, fractionFromZero, sampleShape, text, texts, whole } from '../support/kinds.ts'
import { createRandom } from '../support/random.ts'
import { checkSamples, isUsable, notUsable, passChecked } from './check-samples.ts'
import { sortWords } from './csv-target.ts'
import { type Dataset, type Samples, selectSamples } from './dataset.ts'

/**
 * Inputs of samples: rows of numbers, or a single array with all rows in order. Bytes (0 to 255) are treated as pixels.
 */
export type OwnInputs = readonly ArrayLike<number>[] | Uint8Array | Float32Array | Float64Array

/**
 * The samples of one set: inputs, and either labels or targets. Either all sets have labels, or all sets have targets.
 */
export interface OwnSamples {
  readonly inputs: OwnInputs
  /** Classes of the samples. Each label is a class number, counted from 0, or a word. */
  readonly labels?: ArrayLike<number> | readonly string[]
  /**
   * Values to predict: a number or a row of numbers for each sample. The text `inputs` makes the network reproduce its
   * inputs.
   */
  readonly targets?: readonly number[] | OwnInputs | 'inputs'
}

/** A caller's own arrays, and the options for making a data set. */
export interface OwnDataset extends OwnSamples {
  /**
   * Sizes of one sample: [features] or [channels, height, width]. `shape` is required if the inputs are a single array.
   */
  readonly shape?: readonly number[]
  /** Test samples. By default, a random fraction of the training samples is used for testing. */
  readonly test?: OwnSamples
  /** Validation samples, for choosing settings. */
  readonly validation?: OwnSamples
  /**
   * Fraction of the samples to test on if no test samples are given, 0.2 by default. If the fraction is 0, all samples
   * are training samples, and the test set is empty.
   */
  readonly testFraction?: number
  /** Seed that chooses the test samples, 0 by default. */
  readonly seed?: number
  /**
   * Number of classes if labels are numbers. The default number is one more than the largest label of the training set.
   */
  readonly classes?: number
  /**
   * Names of the classes, in the order of the class numbers. If labels are words, each word is the name of its class.
   */
  readonly classNames?: readonly string[]
  /** Names of the targets, in the order of the outputs. */
  readonly targetNames?: readonly string[]
  /** Name of the data set in texts and pictures, "data" by default. */
  readonly name?: string
}

const mostClasses = 2 ** 16

/** The options of `dataset` besides the samples. */
const ownOptions = {
  shape: field(sampleShape()),
  testFraction: field(fractionFromZero()),
  seed: field(count(0), { default: 0 }),
  classes: field(whole(1, mostClasses)),
  classNames: field(texts()),
  targetNames: field(texts()),
  name: field(text(), { default: 'data' }),
} satisfies Fields

const usualTestFraction = 0.2

const ofSamples: readonly (keyof OwnSamples)[] = ['inputs', 'labels', 'targets']
const known: readonly (keyof OwnDataset)[] = [
  ...ofSamples,
  'test',
  'validation',
  'shape',
  'testFraction',
  'seed',
  'classes',
  'classNames',
  'targetNames',
  'name',
]

const example = '{ inputs: [[0, 1], [1, 1]], labels: [0, 1] }'

/**
 * Makes a checked data set of a caller's own arrays, for example `dataset({ inputs: [[0, 1], [1, 1]], labels: ['no',
 * 'yes'] })`
 *
 * Arrays of numbers are copied. Typed arrays are used without a copy. Throws a `data` error that names the location of
 * a wrong length, a label out of range, or a value that is no finite number.
 */
export function dataset(own: OwnDataset): Dataset {
  checkOptions('dataset', own, { code: 'data', known, example })
  const options = withDefaults(ownOptions, pickOptions(ownOptions, own, { name: 'dataset', code: 'data' }))
  const { name, testFraction, seed, targetNames } = options
  const { test, validation } = own
  for (const [set, samples] of Object.entries({ test, validation })) {
    if (samples !== undefined) checkOptions(`${name}, ${set}`, samples, { code: 'data', known: ofSamples, example })
  }
  if (test !== undefined && testFraction !== undefined) {
    throw new IsobathError(
      'data',
      `${name}: testFraction: expected no fraction, because test samples are given. Leave out the fraction or the test samples.`,
    )
  }
  const shape = options.shape ?? shapeOf(own, name)
  const size = shape.reduce((product, extent) => product * extent, 1)
  const classes = classesOf(own, options)
  const read = (samples: OwnSamples, set: string): Samples => readSet(samples, `${name}, ${set}`, size, classes)
  const all = read(own, 'train')
  if (targetNames !== undefined && (all.targets === undefined || all.targets === 'inputs')) {
    throw wrong(options, 'targetNames', 'the samples have no targets of their own. Leave the option out.')
  }
  const given: Dataset = {
    name,
    shape: [...shape],
    classes: classes.count,
    train: all,
    test: test === undefined ? all : read(test, 'test'),
    ...(validation === undefined ? {} : { validation: read(validation, 'validation') }),
    ...(classes.names === undefined ? {} : { classNames: classes.names }),
    ...(targetNames === undefined ? {} : { targetNames }),
  }
  // Check the samples before they are split, so that errors number them as the caller did.
  checkSamples(given)
  return test === undefined ? passChecked({ ...given, ...split(all, name, testFraction, seed) }) : given
}

function shapeOf({ inputs }: OwnDataset, name: string): readonly number[] {
  const first: unknown = Array.isArray(inputs) ? inputs[0] : undefined
  if (isList(first) && first.length > 0) return [first.length]
  if (first !== undefined) {
    throw new IsobathError(
      'data',
      `${name}, train: inputs: sample 0: expected a row of numbers, such as [0, 1], got ${describeValue(first)}.`,
    )
  }
  throw new IsobathError(
    'data',
    `${name}: shape: expected the sizes of one sample, because the inputs are not rows, got nothing. Give a shape, such as [3, 32, 32].`,
  )
}

interface Classes {
  readonly count: number
  readonly names?: readonly string[]
  /** Description of a valid label, to follow the word "expected" in an error message. */
  readonly expected: string
  /** Returns the class number of a label, or undefined if the label names no class. */
  readonly numberOf: (label: unknown) => number | undefined
}

type ClassOptions = Pick<OwnDataset, 'classes' | 'classNames'> & { readonly name: string }

/**
 * Returns the classes of a data set. If no classes are given, the classes are those of the training samples, and a test
 * label of any other class is out of range.
 */
function classesOf({ labels, targets }: OwnDataset, options: ClassOptions): Classes {
  const { classes, classNames } = options
  if (targets !== undefined) {
    const [extra] = Object.entries({ classes, classNames }).find(([, value]) => value !== undefined) ?? []
    if (extra !== undefined)
      throw wrong(options, extra, 'the samples have targets and no classes. Leave the option out.')
    return { count: 0, expected: 'none', numberOf: () => undefined }
  }
  if (classNames !== undefined && new Set(classNames).size < classNames.length) {
    const twice = classNames.find((word, place) => classNames.indexOf(word) !== place)
    throw wrong(options, 'classNames', `expected different names, got ${describeValue(twice)} twice.`)
  }
  const given: readonly unknown[] = isList(labels) ? Array.from<unknown>(labels) : []
  const words = given.filter((label): label is string => typeof label === 'string')
  return words.length > 0 ? classesOfWords(words, options) : classesOfNumbers(given, options)
}

function classesOfWords(words: readonly string[], options: ClassOptions): Classes {
  const { classes, classNames: names = sortWords([...new Set(words)]) } = options
  const count = names.length
  if (classes !== undefined && classes !== count) {
    throw wrong(
      options,
      'classes',
      `expected ${count}, the number of class names, got ${classes}. Leave the option out.`,
    )
  }
  const places = new Map<unknown, number>(names.map((word, place) => [word, place]))
  const shown = count > 6 ? `${names.slice(0, 5).join(', ')} and ${count - 5} more` : names.join(', ')
  return { count, names, expected: `one of the words ${shown}`, numberOf: (label) => places.get(label) }
}

function classesOfNumbers(labels: readonly unknown[], options: ClassOptions): Classes {
  const { classes, classNames: names } = options
  const isClass = (label: unknown): label is number =>
    Number.isInteger(label) && Number(label) >= 0 && Number(label) < mostClasses
  const largest = labels.filter(isClass).reduce((most, label) => Math.max(most, label), 0)
  const count = classes ?? names?.length ?? largest + 1
  // Without a given number of classes, the error for the first wrong training label names all possible classes.
  const isSaid = classes !== undefined || names !== undefined || labels.every(isClass)
  return {
    count,
    names,
    expected: `a class from 0 to ${isSaid ? count - 1 : mostClasses - 1}`,
    numberOf: (label) => (isClass(label) && label < count ? label : undefined),
  }
}

const wrong = ({ name }: ClassOptions, option: string, problem: string): IsobathError =>
  new IsobathError('data', `${name}: ${option}: ${problem}`)

function readSet({ inputs, labels, targets }: OwnSamples, where: string, size: number, classes: Classes): Samples {
  if ((labels === undefined) === (targets === undefined)) {
    const found = labels === undefined ? 'neither' : 'both'
    throw new IsobathError('data', `${where}: expected labels (classes) or targets (values), got ${found}.`)
  }
  const values = numbersOf(inputs, `${where}: inputs`, size)
  const count = values.length / size
  if (!Number.isInteger(count)) {
    throw new IsobathError('data', `${where}: inputs: expected a multiple of ${size} values, got ${values.length}.`)
  }
  if (labels !== undefined) return { count, inputs: values, labels: labelsOf(labels, `${where}: labels`, classes) }
  if (targets === 'inputs') return { count, inputs: values, labels: new Uint8Array(0), targets }
  return { count, inputs: values, labels: new Uint8Array(0), targets: targetsOf(targets, `${where}: targets`, count) }
}

const isTyped = (value: unknown): value is Uint8Array | Float32Array | Float64Array =>
  value instanceof Uint8Array || value instanceof Float32Array || value instanceof Float64Array

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

/**
 * Returns the inputs of samples of `size` values as one array. Throws a `data` error whose message begins with `where`.
 */
export function numbersOf(given: unknown, where: string, size: number): Samples['inputs'] {
  if (isTyped(given)) return given
  if (!Array.isArray(given)) {
    throw new IsobathError(
      'data',
      `${where}: expected rows of numbers, or one typed array, got ${describeValue(given)}.`,
    )
  }
  const values = new Float64Array(given.length * size)
  for (const [sample, row] of given.entries()) {
    if (!isList(row) || row.length !== size) {
      const found = isList(row) ? `${row.length}` : describeValue(row)
      throw new IsobathError('data', `${where}: sample ${sample}: expected ${size} values, got ${found}.`)
    }
    for (let at = 0; at < size; at++) values[sample * size + at] = numberIn(row[at], where, sample, at)
  }
  // Use float32 if it holds every value exactly.
  return values.every((value) => Math.fround(value) === value) ? Float32Array.from(values) : values
}

function numberIn(value: unknown, where: string, sample: number, at: number): number {
  if (isUsable(value)) return value
  throw new IsobathError('data', `${where}: sample ${sample}, value ${at}: ${notUsable(value)}`)
}

function targetsOf(given: unknown, where: string, count: number): Float32Array | Float64Array {
  if (isTyped(given)) return given instanceof Uint8Array ? Float32Array.from(given) : finite(given, where, count)
  const isRows = Array.isArray(given) && isList(given[0])
  if (Array.isArray(given) && given.length !== count) {
    const each = isRows ? 'a row for each sample' : 'one for each sample'
    throw new IsobathError('data', `${where}: expected ${count}, ${each}, got ${given.length}.`)
  }
  const width = isRows ? given[0].length : 1
  const rows = Array.isArray(given) && !isRows ? given.map((value) => [value]) : given
  const values = numbersOf(rows, where, width)
  return values instanceof Uint8Array ? Float32Array.from(values) : values
}

/** Throws a `data` error if a target is not finite. Only tables can mark a target as unknown with NaN. */
function finite<Values extends Float32Array | Float64Array>(values: Values, where: string, count: number): Values {
  const wrong = values.findIndex((value) => !isUsable(value))
  const width = Math.max(1, Math.floor(values.length / count))
  if (wrong >= 0) numberIn(values[wrong], where, Math.floor(wrong / width), wrong % width)
  return values
}

function labelsOf(given: unknown, where: string, { expected, numberOf }: Classes): Samples['labels'] {
  if (!isList(given))
    throw new IsobathError('data', `${where}: expected a list of classes, got ${describeValue(given)}.`)
  const numbers = Array.from(given, (label, sample) => {
    const number = numberOf(label)
    if (number !== undefined) return number
    throw new IsobathError('data', `${where}: sample ${sample}: expected ${expected}, got ${describeValue(label)}.`)
  })
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : Uint16Array.from(numbers)
}

/** Splits the samples at random into training and test samples, each in the order in which the samples were given. */
function split(
  all: Samples,
  name: string,
  fraction = usualTestFraction,
  seed: number,
): { train: Samples; test: Samples } {
  if (fraction === 0) return { train: all, test: selectSamples(all, new Uint32Array(0)) }
  if (all.count < 2) {
    throw new IsobathError(
      'data',
      `${name}: expected at least 2 samples, one for training and one for testing, got ${all.count}. Give test samples, or train on all samples with testFraction: 0.`,
    )
  }
  const tested = Math.min(all.count - 1, Math.max(1, Math.round(fraction * all.count)))
  const order = createRandom(seed, 'test rows').permutation(all.count)
  return {
    train: selectSamples(all, order.subarray(tested).toSorted()),
    test: selectSamples(all, order.subarray(0, tested).toSorted()),
  }
}
