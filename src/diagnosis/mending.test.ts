import { describe, expect, it } from 'vitest'
import { each, tableOf } from '../../test/support/fact-subject.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { autoencode, type Dataset, taskOf } from '../data/dataset.ts'
import { adamw } from '../graph/optimizers/adam.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { chain, dense, dropout, relu, sigmoid, softmax, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { trainingOf } from './control-trainings.ts'
import type { Mending, Subject, Training } from './controls.ts'
import { mended } from './mending.ts'

const values = tableOf(
  each(20, (row) => [row / 10, row % 3]),
  { targets: each(20, (row) => [100 * row]) },
)
/** A table with one sample of the second class among the given number of samples of the first class. */
const oneAmong = (others: number): Dataset =>
  tableOf(
    each(others + 1, (row) => [row]),
    { labels: each(others + 1, (row) => (row === others ? 1 : 0)), classes: 3 },
  )

function subjectOf(network: Network, data: Dataset = fewPoints, options: TrainingOptions = {}): Subject {
  const settings = resolveOptions({ steps: 40, batch: 8, ...options }, data.train.count, taskOf(data))
  return { network, data, settings, precision: 'float32', twins: {} }
}
const plain = ({ network, data, settings, precision }: Subject): Training => ({ network, data, settings, precision })

/** The names of the settings that a mended training changes, with the new values. */
function changes(subject: Subject, what: Mending): Readonly<Record<string, unknown>> | undefined {
  const made = mended(subject, what)
  if (made === undefined) return undefined
  expect({ ...made, settings: subject.settings }).toEqual(plain(subject))
  const before = new Map<string, unknown>(Object.entries(subject.settings))
  return Object.fromEntries(Object.entries(made.settings).filter(([name, value]) => before.get(name) !== value))
}

const network = preset('mlp:depth=2,width=6')
const line = chain(dense(4), relu(), dense(1))

describe('A training with standardized data', () => {
  it('standardizes inputs that are not standardized, and changes nothing else', () => {
    for (const standardize of ['none', 'raw'] as const) {
      expect(changes(subjectOf(network, fewPoints, { standardize }), 'scales')).toEqual({ standardize: 'per-channel' })
    }
    expect(changes(subjectOf(network, fewPoints, { standardize: 'per-pixel' }), 'scales')).toBeUndefined()
    expect(changes(subjectOf(network), 'scales')).toBeUndefined()
  })

  it('standardizes the targets of a regression', () => {
    const own = { standardize: 'per-channel', standardizeTargets: 'none' } as const
    expect(changes(subjectOf(line, values, own), 'scales')).toEqual({ standardizeTargets: 'per-target' })
    expect(changes(subjectOf(line, values, { ...own, standardize: 'none' }), 'scales')).toEqual({
      standardize: 'per-channel',
      standardizeTargets: 'per-target',
    })
    expect(changes(subjectOf(line, values), 'scales')).toBeUndefined()
  })

  it('keeps the targets if an output has limits, since standardized targets lie on both sides of 0', () => {
    const own = { standardize: 'none', standardizeTargets: 'none' } as const
    const limited = chain(dense(4), relu(), dense(1), sigmoid())
    // Without a mode of their own, the targets would be standardized with the inputs.
    expect(changes(subjectOf(limited, values, own), 'scales')).toEqual({
      standardize: 'per-channel',
      standardizeTargets: 'none',
    })
    const scaled = { ...own, standardize: 'per-channel' } as const
    expect(changes(subjectOf(limited, values, scaled), 'scales')).toBeUndefined()
  })

  it('does not standardize targets that follow the inputs', () => {
    const made = mended(subjectOf(line, autoencode(fewPoints), { standardize: 'none' }), 'scales')
    expect(made?.settings.standardize).toBe('per-channel')
  })
})

describe('A training with a free output', () => {
  it('lacks the last activation, and changes nothing else', () => {
    const subject = subjectOf(chain(dense(4), relu(), dense(1), tanh()), values)
    expect(mended(subject, 'output')).toEqual({ ...plain(subject), network: line })
  })

  it('does not exist for an output without limits', () => {
    expect(mended(subjectOf(line, values), 'output')).toBeUndefined()
    expect(mended(subjectOf(network), 'output')).toBeUndefined()
  })

  it('is made for classes behind a softmax too', () => {
    const subject = subjectOf(chain(dense(4), relu(), dense(2), softmax()))
    expect(mended(subject, 'output')).toEqual({ ...plain(subject), network: chain(dense(4), relu(), dense(2)) })
  })
})

describe('A training with activations', () => {
  it('has a ReLU between the layers, and changes nothing else', () => {
    const subject = subjectOf(chain(dense(4), dense(2)))
    expect(mended(subject, 'nonlinearity')).toEqual({
      ...plain(subject),
      network: chain(dense(4), relu(), dense(2)),
    })
    expect(mended(subjectOf(network), 'nonlinearity')).toBeUndefined()
  })
})

describe('A training without regularization', () => {
  const dropping = chain(dense(4), dropout(0.5), relu(), dense(2))

  it('has neither dropout nor weight decay, and changes nothing else', () => {
    const optimizer = momentum({ rate: 0.1, weightDecay: 0.01 })
    const subject = subjectOf(dropping, fewPoints, { optimizer })
    expect(mended(subject, 'regularization')).toEqual({
      ...plain(subject),
      network: chain(dense(4), dropout(0), relu(), dense(2)),
      settings: { ...subject.settings, optimizer: momentum({ rate: 0.1, weightDecay: 0 }) },
    })
  })

  it('removes whichever of the two exists', () => {
    const decaying = subjectOf(network, fewPoints, { optimizer: adamw({ rate: 0.1, weightDecay: 0.3 }) })
    expect(mended(decaying, 'regularization')).toEqual({
      ...plain(decaying),
      settings: { ...decaying.settings, optimizer: adamw({ rate: 0.1, weightDecay: 0 }) },
    })
    const plainRate = momentum({ rate: 0.1 })
    const only = subjectOf(dropping, fewPoints, { optimizer: plainRate })
    expect(mended(only, 'regularization')?.settings).toEqual(only.settings)
    expect(mended(subjectOf(network, fewPoints, { optimizer: plainRate }), 'regularization')).toBeUndefined()
  })
})

describe('A training with balanced classes', () => {
  const small = { batch: 4 }

  it('has balanced class weights from a ratio of three on, and changes nothing else', () => {
    expect(changes(subjectOf(network, oneAmong(3), small), 'class balance')).toEqual({ classWeights: 'balanced' })
    // A class without samples does not count.
    expect(changes(subjectOf(network, oneAmong(2), small), 'class balance')).toBeUndefined()
  })

  it('does not exist if the classes are weighted or drawn in balance already', () => {
    const own = (options: TrainingOptions) =>
      mended(subjectOf(network, oneAmong(9), { ...small, ...options }), 'class balance')
    expect(own({})).toBeDefined()
    expect(own({ classWeights: [1, 5, 1] })).toBeUndefined()
    expect(own({ order: 'balanced' })).toBeUndefined()
  })

  it('does not exist for values or for a single class', () => {
    expect(mended(subjectOf(line, values), 'class balance')).toBeUndefined()
    const one = tableOf([[0], [1], [2]], { labels: [0, 0, 0], classes: 2 })
    expect(mended(subjectOf(network, one, { batch: 2 }), 'class balance')).toBeUndefined()
  })
})

describe('A mended training at another rate', () => {
  it('is the mended training with only the rate changed', () => {
    const optimizer = momentum({ rate: 0.1 })
    const subject = subjectOf(chain(dense(4), dense(2)), fewPoints, { optimizer })
    const made = trainingOf(subject, 'with activations, rate / 10')
    expect(made).toEqual({
      ...mended(subject, 'nonlinearity'),
      settings: { ...subject.settings, optimizer: momentum({ rate: 0.01 }) },
    })
    expect(trainingOf(subject, 'free output, rate / 10')).toBeUndefined()
  })
})
