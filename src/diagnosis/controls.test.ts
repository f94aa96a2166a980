import { describe, expect, it } from 'vitest'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { autoencode, type Dataset, type Samples } from '../data/dataset.ts'
import { glyphs } from '../data/glyphs.ts'
import { vary } from '../data/vary.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { batchNorm, chain, dense, relu } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { resolveOptions } from '../settings/options.ts'
import { type ControlName, controlNames, controlsOf, type Subject, type Training, trainingOf } from './controls.ts'

const network = preset('mlp:depth=4,width=6')
const optimizer = momentum({ rate: 0.3, momentum: 0.8, weightDecay: 1e-3 })
const settings = resolveOptions({ steps: 40, batch: 48, optimizer, schedule: 'cosine', seed: 5 }, 64)
const subject: Subject = {
  network,
  data: fewPoints,
  settings,
  precision: 'float32',
  twins: { shallow: preset('mlp:depth=2,width=6'), shallower: preset('mlp:depth=1,width=6') },
}
const plain: Training = { network, data: fewPoints, settings, precision: 'float32' }
const training = (control: ControlName, changed: Partial<Subject> = {}): Training | undefined =>
  trainingOf({ ...subject, ...changed }, control)

const rows = ({ inputs, count, labels }: Samples): string[] =>
  Array.from({ length: count }, (_, row) => {
    const width = inputs.length / count
    return `${inputs.subarray(row * width, (row + 1) * width).join()}:${labels[row]}`
  })

describe('A control', () => {
  it('changes exactly one setting of the training', () => {
    expect(training('network')).toEqual(plain)
    expect(training('shallow twin')).toEqual({ ...plain, network: subject.twins.shallow })
    expect(training('shallower twin')).toEqual({ ...plain, network: subject.twins.shallower })
    for (const [control, divisor] of [
      ['rate / 3', 3],
      ['rate / 10', 10],
    ] as const) {
      const rate = 0.3 / divisor
      expect(training(control)).toEqual({
        ...plain,
        settings: { ...settings, optimizer: momentum({ rate, momentum: 0.8, weightDecay: 1e-3 }) },
      })
    }
    expect(training('float64')).toEqual({ ...plain, precision: 'float64' })
    expect(training('3 x steps')).toEqual({ ...plain, settings: { ...settings, steps: 120 } })
    expect(training('4 x width')).toEqual({ ...plain, network: preset('mlp:depth=4,width=24') })
    expect(training('16 x width')).toEqual({ ...plain, network: preset('mlp:depth=4,width=96') })
  })

  it('is found by the kind of its change', () => {
    expect(controlsOf('rate')).toEqual(['rate / 3', 'rate / 10'])
    expect(controlsOf('width')).toEqual(['4 x width', '16 x width'])
    expect(controlsOf('none')).toEqual(['network'])
  })

  it('does not modify the diagnosed network', () => {
    const before = JSON.stringify(subject)
    for (const name of controlNames) trainingOf(subject, name)
    expect(JSON.stringify(subject)).toBe(before)
  })
})

/** Returns the data of a training after the variation. */
function dataOf(made: Training | undefined): Dataset {
  if (!made?.variation) throw new Error('the data is not varied')
  return vary(made.data, made.variation)
}

describe('The control "half the data"', () => {
  it('uses half of the training samples, each sample once with its label, and the same test set', () => {
    const half = training('half the data')
    const { train, test } = dataOf(half)
    expect(train.count).toBe(32)
    const [all, chosen] = [rows(fewPoints.train), rows(train)]
    expect(new Set(chosen).size).toBe(32)
    expect(chosen.every((row) => all.includes(row))).toBe(true)
    expect(test).toBe(fewPoints.test)
    expect(half).toMatchObject({ network, precision: 'float32', settings: { ...settings, batch: 32 } })
    expect(training('half the data')).toEqual(half)
  })

  it('keeps the batch size if the batch is smaller than half the data', () => {
    const small = { ...settings, batch: 8 }
    expect(training('half the data', { settings: small })?.settings).toEqual(small)
  })

  it('does not apply to three samples, or if the training set is also the test set', () => {
    const few = (count: number): Dataset => {
      const { inputs, labels } = fewPoints.train
      return {
        ...fewPoints,
        train: { count, inputs: inputs.slice(0, 2 * count), labels: labels.slice(0, count) },
      }
    }
    expect(training('half the data', { data: few(3) })).toBeUndefined()
    expect(dataOf(training('half the data', { data: few(4) })).train.count).toBe(2)
    expect(training('half the data', { data: { ...fewPoints, test: fewPoints.train } })).toBeUndefined()
  })
})

describe('Controls that do not apply', () => {
  it('include twins that do not exist', () => {
    expect(training('shallow twin', { twins: {} })).toBeUndefined()
    expect(training('shallower twin', { twins: {} })).toBeUndefined()
  })

  it('include float64 for a training in float64', () => {
    expect(training('float64', { precision: 'float64' })).toBeUndefined()
  })

  it('include wider networks for a network without hidden layers', () => {
    expect(training('4 x width', { network: chain(dense(2)) })).toBeUndefined()
    expect(training('16 x width', { network: dense(2) })).toBeUndefined()
    expect(training('4 x width', { network: chain(dense(3), relu(), dense(2)) })?.network).toEqual(
      chain(dense(12), relu(), dense(2)),
    )
  })
})

describe('The controls with wider networks', () => {
  const image = glyphs({ train: 20, test: 10 })
  it('fit the same data for convolutional, residual and normalized networks', () => {
    const context = { input: image.shape, classes: image.classes }
    const networks: Network[] = [
      parseNetwork('cifar-resnet-8', context),
      parseNetwork('residual-mlp:depth=3,width=4', context),
      chain(dense(4), batchNorm(), relu(), dense(image.classes)),
    ]
    for (const one of networks) {
      const wide = training('4 x width', { network: one, data: image })
      expect(wide?.data).toBe(image)
      expect(wide?.network).not.toEqual(one)
    }
  })
})

describe('The control "random labels"', () => {
  it('changes only the labels of the training set', () => {
    const random = training('random labels')
    const { train, test } = dataOf(random)
    expect(train.inputs).toEqual(fewPoints.train.inputs)
    expect(train.labels).not.toEqual(fewPoints.train.labels)
    expect(test).toEqual(fewPoints.test)
    expect(random).toMatchObject({ network, settings, precision: 'float32' })
  })

  it('does not apply to data without labels', () => {
    expect(training('random labels', { data: autoencode(fewPoints) })).toBeUndefined()
    expect(training('random labels', { data: { ...fewPoints, test: fewPoints.train } })).toBeUndefined()
  })
})
