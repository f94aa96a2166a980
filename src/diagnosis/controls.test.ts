import fc from 'fast-check'
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
import { trainingOf } from './control-trainings.ts'
import {
  type ControlName,
  changeNames,
  controlNames,
  controlOf,
  controlsOf,
  highestPosition,
  nameAt,
  orderOf,
  rateAt,
  type Subject,
  type Training,
} from './controls.ts'

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
    for (const [control, rate] of [
      ['rate / 3', 0.1],
      ['rate / 10', 0.03],
      ['rate / 10000', 0.00003],
      ['rate x 3', 0.9],
      ['rate x 1000', 300],
    ] as const) {
      expect(training(control)).toEqual({
        ...plain,
        settings: { ...settings, optimizer: momentum({ rate, momentum: 0.8, weightDecay: 1e-3 }) },
      })
    }
    expect(training('float64')).toEqual({ ...plain, precision: 'float64' })
    expect(training('3 x steps')).toEqual({ ...plain, settings: { ...settings, steps: 120 } })
    expect(training('10 x steps')).toEqual({ ...plain, settings: { ...settings, steps: 400 } })
    expect(training('clipped gradients')).toEqual({ ...plain, settings: { ...settings, clipNorm: 1 } })
    expect(training('4 x width')).toEqual({ ...plain, network: preset('mlp:depth=4,width=24') })
    expect(training('16 x width')).toEqual({ ...plain, network: preset('mlp:depth=4,width=96') })
  })

  it('is found by the kind of its change', () => {
    expect(controlsOf('steps')).toEqual(['3 x steps', '10 x steps'])
    expect(controlsOf('width')).toEqual(['4 x width', '16 x width'])
    expect(controlsOf('none')).toEqual(['network'])
    expect(controlsOf('twin')).toEqual(['shallow twin', 'shallower twin'])
  })

  it('does not modify the diagnosed network', () => {
    const before = JSON.stringify(subject)
    for (const name of controlNames) trainingOf(subject, name)
    expect(JSON.stringify(subject)).toBe(before)
  })
})

describe('A control at another rate', () => {
  it('is the control with only the rate changed', () => {
    const at = (base: ControlName, name: ControlName, rate: number): void => {
      const made = training(base)
      if (!made) throw new Error(`${base} does not apply`)
      const { settings: own } = made
      expect(training(name)).toEqual({
        ...made,
        settings: { ...own, optimizer: momentum({ rate, momentum: 0.8, weightDecay: 1e-3 }) },
      })
    }
    at('3 x steps', '3 x steps, rate / 10', 0.03)
    at('float64', 'float64, rate x 3', 0.9)
    at('shallow twin', 'shallow twin, rate / 100', 0.003)
    at('half the data', 'half the data, rate x 10', 3)
    at('short run', 'short run, rate / 30', 0.01)
  })

  it('has a name that is read back as the same change and position', () => {
    for (const change of changeNames) {
      for (let position = -highestPosition; position <= highestPosition; position++) {
        expect(controlOf(nameAt(change, position))).toEqual({ change, position })
      }
    }
    expect(new Set(controlNames).size).toBe(controlNames.length)
    expect(controlNames).toHaveLength(changeNames.length * (2 * highestPosition + 1))
  })

  it('belongs to the ladder of rates', () => {
    expect(() => nameAt('network', highestPosition + 1)).toThrow(`no position ${highestPosition + 1}`)
    expect([nameAt('network', 0), nameAt('network', -2), nameAt('3 x steps', 1)]).toEqual([
      'network',
      'rate / 10',
      '3 x steps, rate x 3',
    ])
  })

  it('follows its change in the order of all controls', () => {
    const orders = controlNames.map(orderOf)
    expect(orders).toEqual(orders.toSorted((one, other) => one - other))
    expect(orderOf('network')).toBe(0)
    expect(orderOf('rate x 10000')).toBeLessThan(orderOf('shallow twin'))
  })
})

describe('The rate at a position of the ladder', () => {
  it('is three times or ten thirds of the rate before, in three digits', () => {
    const rates = [-8, -3, -2, -1, 0, 1, 2, 3, 8].map((position) => rateAt(0.03, position))
    expect(rates).toEqual([0.000003, 0.001, 0.003, 0.01, 0.03, 0.09, 0.3, 0.9, 300])
  })

  it('is the given rate itself at position 0, however many digits it has', () => {
    expect(rateAt(0.0123456, 0)).toBe(0.0123456)
    expect(rateAt(0.0123456, -2)).toBe(0.00123)
  })

  it('rises with the position for any given rate', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e6, noNaN: true }), (given) => {
        for (let position = -highestPosition; position < highestPosition; position++) {
          const ratio = rateAt(given, position + 1) / rateAt(given, position)
          expect(ratio).toBeGreaterThan(2.9)
          expect(ratio).toBeLessThan(3.5)
        }
      }),
    )
  })
})

describe('A short training', () => {
  const longer = { ...settings, steps: 900, schedule: { ...settings.schedule, warmup: 90 }, evaluateEvery: 10 }
  const short = training('short run', { settings: longer })

  it('has a ninth of the steps, a rate that decays to 0, and the same fraction of warm-up', () => {
    expect(short?.settings).toMatchObject({ steps: 100, schedule: { name: 'cosine', warmup: 10 } })
    expect(short?.settings.evaluateEvery).toBeUndefined()
    expect(short).toMatchObject({ network, data: fewPoints, precision: 'float32' })
    expect(
      training('short run', { settings: { ...longer, schedule: { ...longer.schedule, name: 'constant' } } }),
    ).toEqual(short)
  })

  it('changes nothing else', () => {
    const changed = new Set(['steps', 'schedule', 'evaluateEvery', 'earlyStopping', 'probes'])
    const without = (all: object) => Object.fromEntries(Object.entries(all).filter(([name]) => !changed.has(name)))
    expect(without(short?.settings ?? {})).toEqual(without(longer))
  })

  it('takes a ninth of the steps or 60, and at most a sixth or 20 if the whole training is short', () => {
    const steps = (whole: number) => training('short run', { settings: { ...settings, steps: whole } })?.settings.steps
    expect([steps(40), steps(60), steps(200), steps(540), steps(541), steps(9000)]).toEqual([20, 20, 34, 60, 61, 1000])
  })

  it('of a twin is the training of the twin with the same settings', () => {
    const twin = training('short run of the shallow twin', { settings: longer })
    expect(twin).toEqual({ ...short, network: subject.twins.shallow })
    expect(training('short run of the shallower twin', { twins: {} })).toBeUndefined()
  })
})

/** Returns the data of a training after the variation. */
function dataOf(made: Training | undefined): Dataset {
  if (!made?.variation) throw new Error('the data is not varied')
  return vary(made.data, made.variation)
}

describe('The control "raw data"', () => {
  it('leaves inputs and targets as they are, and does not apply to settings that do so already', () => {
    const raw = training('raw data')
    expect(raw).toEqual({ ...plain, settings: { ...settings, standardize: 'none', standardizeTargets: undefined } })
    expect(training('raw data', { settings: raw?.settings })).toBeUndefined()
    const targets = { ...settings, standardize: 'none' as const, standardizeTargets: 'per-target' as const }
    expect(training('raw data', { settings: targets })?.settings).toEqual(raw?.settings)
  })
})

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

  it('include clipped gradients for a training whose gradients are clipped to a smaller norm', () => {
    const clipped = (clipNorm: number | null) => training('clipped gradients', { settings: { ...settings, clipNorm } })
    expect([clipped(0.5), clipped(1)]).toEqual([undefined, undefined])
    expect(clipped(5)?.settings.clipNorm).toBe(1)
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
