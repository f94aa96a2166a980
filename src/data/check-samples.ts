/** Checks the samples of a data set. The checks are needed because callers can build a data set from any arrays. */
import { counted } from '../format/words.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, pickOptions } from '../support/fields.ts'
import { count, sampleShape, text, texts } from '../support/kinds.ts'
import { type Dataset, inputSize, outputsOf, type Samples, taskOf } from './dataset.ts'

/**
 * The data sets that have passed `checkSamples`. Data sets are treated as immutable, so each data set is checked only
 * once.
 */
const checked = new WeakSet<Dataset>()

/** The fields of a data set that describe its samples. */
const described = {
  name: field(text(), { required: true }),
  classes: field(count(0)),
  classNames: field(texts()),
  targetNames: field(texts()),
} satisfies Fields

type SetName = 'train' | 'test' | 'validation'

function isSamples(value: unknown): value is Samples {
  if (typeof value !== 'object' || value === null || !('inputs' in value) || !('labels' in value)) return false
  const targets = 'targets' in value ? value.targets : undefined
  const areTargets = targets === undefined || targets === 'inputs' || ArrayBuffer.isView(targets)
  return ArrayBuffer.isView(value.inputs) && ArrayBuffer.isView(value.labels) && areTargets
}

/**
 * Checks the training set, the test set and the validation set of a data set. Throws a `data` error that names the
 * location of the first problem. Only the test set may be empty. For each sample, a set needs one row of inputs, and either one label or one row of
 * targets. All values must be finite, and every label must name a class. The labels or targets of a whole set may be
 * unknown. Samples without known labels can be predicted but not scored.
 */
export function checkSamples(data: Dataset): void {
  if (typeof data !== 'object' || data === null) {
    throw new IsobathError('data', `data: expected a data set, such as glyphs(), got ${describeValue(data)}.`)
  }
  if (checked.has(data)) return
  const { name, shape, classes } = data
  pickOptions(described, data, { name: 'data', code: 'data' })
  pickOptions({ shape: field(sampleShape(), { required: true }) }, { shape }, { name, code: 'data' })
  for (const set of ['train', 'test', 'validation'] as const) {
    const samples: unknown = data[set]
    if (samples === undefined && set === 'validation') continue
    if (!isSamples(samples)) {
      throw new IsobathError(
        'data',
        `${name}, ${set}: expected samples, { count, inputs, labels } with typed arrays, got ${describeValue(samples)}.`,
      )
    }
    if (set === 'train' && taskOf(data) === 'classification' && !(classes >= 1)) {
      throw new IsobathError('data', `${name}: classes: expected at least 1, got ${describeValue(classes)}.`)
    }
    checkSet(data, samples, set)
    if (set !== 'train') checkAlike(data, samples, set)
  }
  checkNames(data)
  checked.add(data)
}

/** Marks a data set as checked because its samples were checked as parts of another data set. */
export function passChecked(data: Dataset): Dataset {
  checked.add(data)
  return data
}

/** Throws a `data` error if the number of names differs from the number of classes or targets. */
function checkNames(data: Dataset): void {
  const { name, classes, classNames, targetNames, train } = data
  const isClasses = taskOf(data) === 'classification'
  const [option, names, wanted, each] = isClasses
    ? ['classNames', classNames, classes, 'class']
    : ['targetNames', train.targets === 'inputs' ? undefined : targetNames, outputsOf(data), 'target']
  if (names === undefined || names.length === wanted) return
  throw new IsobathError(
    'data',
    `${name}: ${option}: expected ${wanted} names, one for each ${each}, got ${names.length}.`,
  )
}

function checkSet(data: Dataset, samples: Samples, set: SetName): void {
  const where = `${data.name}, ${set}`
  const { count, inputs, labels, targets } = samples
  const least = set === 'test' ? 0 : 1
  if (!(Number.isSafeInteger(count) && count >= least)) {
    throw new IsobathError(
      'data',
      `${where}: count: expected at least ${counted(least, 'sample')}, got ${describeValue(count)}.`,
    )
  }
  const size = inputSize(data)
  checkLength(`${where}: inputs`, inputs.length, count * size, `${count} samples of ${size} values`)
  checkFinite(`${where}: inputs`, inputs, size)
  const isClasses = taskOf(data) === 'classification'
  if (isClasses && labels.length > 0) {
    checkLength(`${where}: labels`, labels.length, count, `one for each of ${count} samples`)
    checkClasses(`${where}: labels`, labels, data.classes)
  }
  if (targets === undefined || targets === 'inputs' || count === 0) return
  const width = targets.length / count
  if (!(Number.isInteger(width) && width >= 1)) {
    throw new IsobathError(
      'data',
      `${where}: targets: expected the same number of values for each of ${count} samples, got ${targets.length} values.`,
    )
  }
  if (!targets.every(Number.isNaN)) checkFinite(`${where}: targets`, targets, width)
}

/**
 * Throws a `data` error if the test set or the validation set has a different kind of inputs or targets than the
 * training set.
 */
function checkAlike({ name, train }: Dataset, other: Samples, set: SetName): void {
  const areBytes = train.inputs instanceof Uint8Array
  if (other.inputs instanceof Uint8Array !== areBytes) {
    const [own, found] = areBytes ? ['bytes', 'numbers'] : ['numbers', 'bytes']
    throw new IsobathError('data', `${name}, ${set}: inputs: expected ${own}, as in the training set, got ${found}.`)
  }
  if (other.count === 0) return
  const [own, found] = [train, other].map(kindOf)
  if (own === found) return
  throw new IsobathError('data', `${name}, ${set}: expected ${own}, as in the training set, got ${found}.`)
}

function kindOf({ targets, count }: Samples): string {
  if (targets === undefined) return 'class labels'
  if (targets === 'inputs') return 'the inputs themselves as targets'
  const width = targets.length / count
  return width === 1 ? 'one target for each sample' : `${width} targets for each sample`
}

/**
 * Throws a `data` error unless there is at least one sample and all inputs are finite. `checkInputs` checks samples for
 * which a network is to make predictions.
 */
export function checkInputs({ count, inputs }: Pick<Samples, 'count' | 'inputs'>, size: number): void {
  if (count < 1 || !Number.isInteger(count)) {
    throw new IsobathError(
      'data',
      `inputs: expected at least one sample of ${size} values, got ${inputs.length} values.`,
    )
  }
  checkFinite('inputs', inputs, size)
}

function checkLength(where: string, found: number, expected: number, words: string): void {
  if (found === expected) return
  throw new IsobathError('data', `${where}: expected ${expected} (${words}), got ${found}.`)
}

function checkFinite(where: string, values: ArrayLike<number>, width: number): void {
  if (values instanceof Uint8Array) return
  for (let index = 0; index < values.length; index++) {
    if (isUsable(values[index])) continue
    const place = `sample ${Math.floor(index / width)}, value ${index % width}`
    throw new IsobathError('data', `${where}: ${place}: ${notUsable(values[index])}`)
  }
}

/**
 * Returns whether a value is a number that float32 can hold. Cells of tables have the same limit. A number beyond the
 * range of float32 would be non-finite after standardizing.
 */
export const isUsable = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(Math.fround(value))

/** Describes why a value can't be used in a data set, and what to do about the value. */
export function notUsable(value: unknown): string {
  const found = `expected a finite number, got ${describeValue(value)}`
  if (Number.isFinite(value)) return `${found}, which is too large for float32. Give the values in a larger unit.`
  return `${found}. Leave the sample out, or replace the value with a finite number.`
}

function checkClasses(where: string, labels: ArrayLike<number>, classes: number): void {
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]
    if (Number.isInteger(label) && label >= 0 && label < classes) continue
    throw new IsobathError(
      'data',
      `${where}: sample ${sample}: expected a class from 0 to ${classes - 1}, got ${label}.`,
    )
  }
}
