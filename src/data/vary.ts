/** Varies a data set: holds samples out, takes a subset, assigns random labels, or makes the inputs the targets. */
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'
import { autoencode, type Dataset, type Samples, selectSamples, taskOf } from './dataset.ts'
import type { Variation } from './options.ts'

/**
 * Returns the data set, varied as the options say. Throws a `data` or `option` error if an option doesn't fit the data
 * set.
 */
export function vary(data: Dataset, { seed = 0, samples, validation, randomLabels, target }: Variation): Dataset {
  if (data.train === data.test) refuseParts(data, { samples, validation, randomLabels })
  let varied = data
  if (target !== undefined) varied = withTarget(varied, target)
  if (validation !== undefined) varied = holdOut(varied, validation, seed)
  if (randomLabels === true) varied = noted({ ...varied, train: randomizeLabels(varied, seed) }, RANDOM)
  if (samples === undefined) return varied
  checkSampleCount(varied, samples)
  return { ...varied, train: randomSubset(varied.train, samples, seed) }
}

function checkSampleCount({ name, train }: Dataset, samples: number): void {
  if (samples <= train.count) return
  throw new IsobathError(
    'data',
    (option) =>
      `${option('samples')}: expected at most ${grouped(train.count)}, the number of training samples of ${name}, got ${grouped(samples)}.`,
  )
}

/**
 * Throws an `option` error for options that would change the training set, if all rows of a table are used unchanged.
 */
function refuseParts({ name }: Dataset, { samples, validation, randomLabels }: Variation): void {
  const asked = Object.entries({ samples, validation, randomLabels: randomLabels || undefined })
  const found = asked.find(([, value]) => value !== undefined)
  if (found === undefined) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option(found[0])}: all rows of ${name} are used, because ${name} is not the run's own data set. Leave the option out.`,
  )
}

const RANDOM = 'the labels of the training set are random'

function noted(data: Dataset, note: string): Dataset {
  return { ...data, notes: [...(data.notes ?? []), note] }
}

function withTarget(data: Dataset, target: NonNullable<Variation['target']>): Dataset {
  const task = taskOf(data)
  if (target === 'autoencode')
    return task === 'autoencoding' ? data : noted(autoencode(data), 'the network reproduces its inputs')
  if (task === (target === 'classes' ? 'classification' : 'regression')) return data
  throw new IsobathError(
    'option',
    (option) =>
      `${option('target')}: ${data.name} has no ${target} to predict. Leave the option out, or choose autoencode.`,
  )
}

function holdOut(data: Dataset, fraction: number, seed: number): Dataset {
  const { count } = data.train
  if (count < 2)
    throw new IsobathError(
      'data',
      `${data.name}: expected at least 2 training samples for a validation set, got ${count}.`,
    )
  const held = Math.min(count - 1, Math.max(1, Math.round(fraction * count)))
  const order = createRandom(seed, 'validation').permutation(count)
  const train = selectSamples(data.train, order.subarray(held).toSorted())
  const validation = selectSamples(data.train, order.subarray(0, held).toSorted())
  return noted({ ...data, train, validation }, `${grouped(held)} of the training samples are held out for validation`)
}

function randomizeLabels(data: Dataset, seed: number): Samples {
  const { train, classes } = data
  const { targets, count } = train
  const random = createRandom(seed, 'labels')
  if (targets === undefined) return { ...train, labels: train.labels.map(() => random.integer(classes)) }
  if (targets !== 'inputs') {
    const shuffled = selectSamples({ ...train, inputs: new Uint8Array(count) }, random.permutation(count))
    return { ...train, targets: shuffled.targets }
  }
  throw new IsobathError(
    'option',
    (option) =>
      `${option('randomLabels')}: ${data.name} has no labels if the network reproduces its inputs. Leave the option out.`,
  )
}

/** Returns `count` different samples in random order, chosen by the seed. */
export function randomSubset(samples: Samples, count: number, seed: number): Samples {
  return selectSamples(samples, createRandom(seed, 'subset').permutation(samples.count).subarray(0, count))
}
