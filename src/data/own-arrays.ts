/** A data set of a caller's own arrays. */
import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { createRandom } from '../support/random.ts'
import { checkSamples } from './check-samples.ts'
import { sortWords } from './csv-target.ts'
import { type Dataset, type Samples, selectSamples } from './dataset.ts'
import { checkFraction, checkWhole } from './generated.ts'

/** Rows of numbers, or all rows after each other in one array; bytes (0 to 255) count as images' values. */
export type OwnInputs = readonly (readonly number[])[] | Uint8Array | Float32Array | Float64Array

/** Samples of one set: what goes in, and what should come out. One of labels and targets, as in the other sets. */
export interface OwnSamples {
  readonly inputs: OwnInputs
  /** Classes: a number from 0 on for each sample, or a word. */
  readonly labels?: ArrayLike<number> | readonly string[]
  /** Values: a number for each sample, or a row of them; `inputs`: the inputs are to be given back. */
  readonly targets?: readonly number[] | OwnInputs | 'inputs'
}

export interface OwnDataset extends OwnSamples {
  /** The sizes of one sample, [features] or [channels, height, width]; needed where inputs are one array. */
  readonly shape?: readonly number[]
  /** Samples to test on. A random part of the others by default. */
  readonly test?: OwnSamples
  /** Samples to choose settings by. */
  readonly validation?: OwnSamples
  /** The part of the samples to test on, where no test samples are given: 0.2 by default. */
  readonly testFraction?: number
  /** Chooses these; 0 by default. */
  readonly seed?: number
  /** How many classes there are, where labels are numbers: one more than the largest label by default. */
  readonly classes?: number
  /** What the classes are called, in the order of their numbers. Words as labels are their own names. */
  readonly classNames?: readonly string[]
  /** What the targets are called. */
  readonly targetNames?: readonly string[]
  /** What the data set is called in texts and pictures: "data" by default. */
  readonly name?: string
}

const known: readonly (keyof OwnDataset)[] = [
  'inputs',
  'labels',
  'targets',
  'shape',
  'test',
  'validation',
  'testFraction',
  'seed',
  'classes',
  'classNames',
  'targetNames',
  'name',
]

/**
 * A checked data set of one's own arrays: `dataset({ inputs: [[0, 1], [1, 1]], labels: ['no', 'yes'] })`. Arrays of numbers
 * are copied; typed arrays are taken as they are. Throws a `data` error that says where a length is wrong, a label out of
 * range, or a value no finite number.
 */
export function dataset(own: OwnDataset): Dataset {
  const rules = { code: 'data', known, example: '{ inputs: [[0, 1], [1, 1]], labels: [0, 1] }' } as const
  checkOptions('dataset', own, rules)
  const { name = 'data', test, validation, testFraction, seed = 0, targetNames } = own
  const shape = shapeOf(own, name)
  const size = shape.reduce((product, extent) => product * extent, 1)
  const classes = classesOf(own, name)
  const read = (samples: OwnSamples, set: string): Samples =>
    readSet(samples, `${name}, ${set}`, size, classes.numberOf)
  if (test !== undefined && testFraction !== undefined) {
    throw new IsobathError('data', `${name}: testFraction: the test samples are given. Leave one out.`)
  }
  const all = read(own, 'train')
  const whole: Dataset = {
    name,
    shape,
    classes: classes.count,
    train: all,
    test: test === undefined ? all : read(test, 'test'),
    ...(validation === undefined ? {} : { validation: read(validation, 'validation') }),
    ...(classes.names === undefined ? {} : { classNames: classes.names }),
    ...(targetNames === undefined ? {} : { targetNames }),
  }
  // Before samples are parted, so that errors number them as they were given.
  checkSamples(whole)
  const data = test === undefined ? { ...whole, ...split(all, name, testFraction, seed) } : whole
  checkAlike(data)
  return data
}

function shapeOf({ shape, inputs }: OwnDataset, name: string): readonly number[] {
  if (shape !== undefined) return [...shape]
  if (Array.isArray(inputs) && Array.isArray(inputs[0])) return [inputs[0].length]
  throw new IsobathError(
    'data',
    `${name}: shape: expected the sizes of one sample where inputs are not rows, got nothing. Give one, such as [3, 32, 32].`,
  )
}

interface Classes {
  readonly count: number
  readonly names?: readonly string[]
  /** Of a label; undefined where it names no class. */
  readonly numberOf: (label: number | string) => number | undefined
}

function classesOf(own: OwnDataset, name: string): Classes {
  const { targets, test, validation } = own
  if (targets !== undefined) return { count: 0, numberOf: () => undefined }
  const labels = [own, test, validation].flatMap((set) => Array.from<number | string>(set?.labels ?? []))
  if (labels.some((label) => typeof label === 'string')) return classesOfWords(own, labels.map(String))
  const largest = labels.reduce((most: number, label) => Math.max(most, Number(label)), 0)
  const { classes = own.classNames?.length ?? largest + 1, classNames } = own
  checkWhole(`${name}: classes`, classes, 1, 2 ** 16)
  if (classNames !== undefined && classNames.length !== classes) {
    throw new IsobathError(
      'data',
      `${name}: classNames: expected ${classes}, one for each class, got ${classNames.length}.`,
    )
  }
  return { count: classes, names: classNames, numberOf: (label) => (typeof label === 'number' ? label : undefined) }
}

function classesOfWords({ classNames }: OwnDataset, labels: readonly string[]): Classes {
  const names = classNames ?? sortWords([...new Set(labels)])
  const places = new Map(names.map((word, place) => [word, place]))
  return { count: names.length, names, numberOf: (label) => places.get(String(label)) }
}

function readSet(
  { inputs, labels, targets }: OwnSamples,
  where: string,
  size: number,
  numberOf: Classes['numberOf'],
): Samples {
  if ((labels === undefined) === (targets === undefined)) {
    const found = labels === undefined ? 'neither' : 'both'
    throw new IsobathError('data', `${where}: expected labels (classes) or targets (values), got ${found}.`)
  }
  const values = numbersOf(inputs, `${where}: inputs`, size)
  const count = values.length / size
  if (!Number.isInteger(count)) {
    throw new IsobathError('data', `${where}: inputs: expected a multiple of ${size} values, got ${values.length}.`)
  }
  if (labels !== undefined) return { count, inputs: values, labels: labelsOf(labels, `${where}: labels`, numberOf) }
  if (targets === 'inputs') return { count, inputs: values, labels: new Uint8Array(0), targets }
  return { count, inputs: values, labels: new Uint8Array(0), targets: targetsOf(targets, `${where}: targets`) }
}

/** Inputs of samples of `size` values. Throws a `data` error, which begins with `where`. */
export function numbersOf(given: unknown, where: string, size: number): Samples['inputs'] {
  if (given instanceof Uint8Array || given instanceof Float32Array || given instanceof Float64Array) return given
  if (!Array.isArray(given)) {
    throw new IsobathError('data', `${where}: expected rows of numbers, or one typed array, got ${foundText(given)}.`)
  }
  const values = new Float64Array(given.length * size)
  for (const [sample, row] of given.entries()) {
    if (!Array.isArray(row) || row.length !== size) {
      const found = Array.isArray(row) ? `${row.length}` : foundText(row)
      throw new IsobathError('data', `${where}: sample ${sample}: expected ${size} values, got ${found}.`)
    }
    for (const [at, value] of row.entries())
      values[sample * size + at] = numberIn(value, `${where}: sample ${sample}`, at)
  }
  // Float32 does where it holds every value exactly.
  return values.every((value) => Math.fround(value) === value) ? Float32Array.from(values) : values
}

function numberIn(value: unknown, where: string, at: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const remedy = 'Leave the sample out, or fill the value in.'
  throw new IsobathError('data', `${where}, value ${at}: expected a finite number, got ${foundText(value)}. ${remedy}`)
}

function targetsOf(given: unknown, where: string): Float32Array | Float64Array {
  if (given instanceof Float32Array || given instanceof Float64Array) return given
  if (given instanceof Uint8Array) return Float32Array.from(given)
  const width = Array.isArray(given) && Array.isArray(given[0]) ? given[0].length : 1
  const rows = Array.isArray(given) ? given.map((row) => (Array.isArray(row) ? row : [row])) : given
  const values = numbersOf(rows, where, width)
  return values instanceof Uint8Array ? Float32Array.from(values) : values
}

function labelsOf(given: unknown, where: string, numberOf: Classes['numberOf']): Samples['labels'] {
  const isList = Array.isArray(given) || ArrayBuffer.isView(given)
  if (!isList) throw new IsobathError('data', `${where}: expected a list of classes, got ${foundText(given)}.`)
  const numbers = Array.from(given as ArrayLike<unknown>, (label, sample) => {
    const isKnown = typeof label === 'number' || typeof label === 'string'
    const number = isKnown ? numberOf(label) : undefined
    if (number !== undefined && Number.isInteger(number) && number >= 0 && number < 2 ** 16) return number
    throw new IsobathError('data', `${where}: sample ${sample}: expected a class, got ${foundText(label)}.`)
  })
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : Uint16Array.from(numbers)
}

/** At random, both parts in the order that the samples were given in. */
function split(all: Samples, name: string, fraction = 0.2, seed: number): { train: Samples; test: Samples } {
  checkFraction(`${name}: testFraction`, fraction)
  if (all.count < 2) {
    throw new IsobathError(
      'data',
      `${name}: expected at least 2 samples to test on some, got ${all.count}. Give test samples.`,
    )
  }
  const tested = Math.min(all.count - 1, Math.max(1, Math.round(fraction * all.count)))
  const order = createRandom(seed, 'test rows').permutation(all.count)
  return {
    train: selectSamples(all, order.subarray(tested).toSorted()),
    test: selectSamples(all, order.subarray(0, tested).toSorted()),
  }
}

/** All sets are of one kind: what the training set has, the others have as well. */
function checkAlike({ name, train, test, validation }: Dataset): void {
  for (const [set, other] of Object.entries({ test, validation })) {
    if (other === undefined) continue
    const isBytes = train.inputs instanceof Uint8Array
    if (other.inputs instanceof Uint8Array !== isBytes) {
      throw new IsobathError(
        'data',
        `${name}, ${set}: inputs: expected ${isBytes ? 'bytes' : 'numbers'}, as in training.`,
      )
    }
    const [own, others] = [train, other].map(({ targets, count }) =>
      targets === undefined || targets === 'inputs' ? String(targets) : `${targets.length / count} a sample`,
    )
    if (own === others) continue
    throw new IsobathError('data', `${name}, ${set}: targets: expected ${own}, as in training, got ${others}.`)
  }
}
