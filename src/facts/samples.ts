/** Facts about the number of samples, and about samples that training set and test set share. */
import { sizeOf } from '../blueprint/shape.ts'
import { inputSize, type Samples, taskOf } from '../data/dataset.ts'
import { counted, grouped } from '../format/words.ts'
import type { Found } from './fact.ts'
import type { Look } from './look.ts'
import { evenly } from './scanned-rows.ts'
import { share } from './words.ts'

/** The fact that there are fewer training samples than outputs. An autoencoder's outputs are no separate tasks. */
export function fewSamples({ blueprint, data }: Look): Found | undefined {
  const outputs = sizeOf(blueprint.output)
  const { count } = data.train
  if (taskOf(data) === 'autoencoding' || count >= outputs) return undefined
  const samples = `${counted(count, 'training sample')} for ${counted(outputs, 'output')}`
  return {
    sentence: `There ${count === 1 ? 'is' : 'are'} ${samples}, so some outputs have no sample of their own, and the network learns the samples by heart.`,
    remedy: 'Add training samples.',
  }
}

/** The fact that the batch asked for is larger than the training set, so that an epoch has a single update. */
export function largeBatch({ data, settings, asked }: Look): Found | undefined {
  const { count } = data.train
  if (asked?.batch === undefined || asked.batch <= count || asked.steps !== undefined) return undefined
  return {
    sentence: `The batch of ${grouped(asked.batch)} samples is larger than the training set of ${grouped(count)}. So each epoch has a single update, and the whole training has ${counted(settings.steps, 'update')}.`,
    remedy: 'Take a batch of a tenth of the training set or less.',
    change: { batch: Math.max(1, Math.min(32, Math.floor(count / 10))) },
  }
}

/** Number of test samples from which on a share of them means something. */
const leastTest = 10
/** Number of samples whose copies are searched for at most. */
const mostSearched = 2000
/** Number of values by which samples are compared first. */
const keyValues = 32
/** Number of values that are compared at most to confirm copies. */
const mostCompared = 2 ** 22
/**
 * Share of the test samples from which on copies in the training set matter, beyond the share of repeated training
 * samples.
 */
const leastShare = 0.01

/**
 * The fact that test samples are also training samples. Samples with few possible values repeat by chance, and then
 * training samples repeat as often among themselves. So only a larger share counts.
 */
export function sharedRows({ data }: Look): Found | undefined {
  const { train, test } = data
  if (test.count < leastTest) return undefined
  const size = inputSize(data)
  const searched = evenly(test.count, Math.min(test.count, mostSearched))
  const shared = countCopies(test, searched, train, size)
  if (shared < 2 || shared < leastShare * searched.length) return undefined
  const own = evenly(train.count, Math.min(train.count, mostSearched))
  const repeated = countCopies(train, own, train, size) / own.length
  if (shared / searched.length < leastShare + 2 * repeated) return undefined
  const part =
    searched.length < test.count
      ? `${grouped(searched.length)} test samples that were looked at`
      : `${grouped(test.count)} test samples`
  return {
    sentence: `Of the ${part}, ${grouped(shared)} (${share(shared / searched.length)}) have the same inputs as a training sample. So the test error says less about new samples than it seems.`,
    remedy: 'Remove the copies from the test set, or split the samples anew.',
  }
}

/**
 * Counts the samples `searched` of a set that have a copy among all samples of `among`. If both sets are the same, a
 * sample is no copy of itself.
 */
function countCopies(set: Samples, searched: Uint32Array, among: Samples, size: number): number {
  const places = evenly(size, Math.min(size, keyValues))
  const waiting = new Map<number, number[]>()
  for (const row of searched) {
    const key = keyOf(set.inputs, row * size, places)
    const others = waiting.get(key)
    if (others === undefined) waiting.set(key, [row])
    else others.push(row)
  }
  let [copies, compared] = [0, 0]
  for (let row = 0; row < among.count && compared < mostCompared; row++) {
    const key = keyOf(among.inputs, row * size, places)
    const rows = waiting.get(key)
    if (rows === undefined) continue
    const left = rows.filter((other) => {
      if (set === among && other === row) return true
      const difference = firstDifference(set.inputs, other * size, among.inputs, row * size, size)
      compared += difference < 0 ? size : difference + 1
      return difference >= 0
    })
    copies += rows.length - left.length
    if (left.length > 0) waiting.set(key, left)
    else waiting.delete(key)
  }
  return copies
}

/** Words of a float64, which a key mixes. */
const words = new Uint32Array(2)
const float = new Float64Array(words.buffer)

/** A number that is equal for samples with equal values at the places (FNV-1a by words). */
function keyOf(values: ArrayLike<number>, start: number, places: Uint32Array): number {
  let key = 0x811c9dc5
  for (const place of places) {
    float[0] = values[start + place]
    key = Math.imul(key ^ words[0], 0x01000193)
    key = Math.imul(key ^ words[1], 0x01000193)
  }
  return key
}

/** Returns the place of the first difference between two samples, or -1 if the samples are equal. */
function firstDifference(
  one: ArrayLike<number>,
  from: number,
  other: ArrayLike<number>,
  to: number,
  size: number,
): number {
  for (let index = 0; index < size; index++) if (one[from + index] !== other[to + index]) return index
  return -1
}
