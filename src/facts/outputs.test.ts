import { describe, expect, it } from 'vitest'
import { each, factAbout, tableOf } from '../../test/support/fact-subject.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { activations } from '../network/activations.ts'
import {
  activation,
  chain,
  dense,
  dropout,
  elu,
  gelu,
  identity,
  relu,
  relu6,
  repeat,
  residual,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from '../network/layers.ts'
import type { Layer } from '../network/network.ts'
import { limitingOutput, limits } from './limiting-output.ts'

const classes = tableOf(
  each(40, (row) => [row / 20 - 1, (row % 7) / 3 - 1]),
  { labels: each(40, (row) => row % 10), classes: 10 },
)
const valuesFrom = (low: number, high: number) =>
  tableOf(
    each(41, (row) => [row / 20 - 1]),
    { targets: each(41, (row) => [low + ((high - low) * row) / 40]) },
  )
const ending = (outputs: number, ...layers: Layer[]) => chain(dense(8), tanh(), dense(outputs), ...layers)
const raw = { standardize: 'none' } as const

describe('facts about the outputs', () => {
  it('softmax-twice says the highest probability and the lowest loss of a softmax before cross-entropy', () => {
    // With outputs from 0 to 1, the best outputs of 10 classes are 1 and nine 0, so the probability is e / (e + 9).
    expect(Math.E / (Math.E + 9)).toBeCloseTo(0.232, 3)
    expect(factAbout('softmax-twice', ending(10, softmax()), classes)).toMatchInlineSnapshot(`
      {
        "fact": "softmax-twice",
        "remedy": "Leave the softmax at the end out.",
        "sentence": "The network ends in a softmax, and the loss cross-entropy applies its own softmax, so softmax is applied twice. A class can get at most the probability 23.2%, and the loss can't fall below 1.46.",
      }
    `)
    expect(factAbout('softmax-twice', ending(10, softmax()), classes, { loss: 'squared-error' })).toBeUndefined()
    expect(factAbout('softmax-twice', ending(10), classes)).toBeUndefined()
  })

  it('output-range says the highest probability of limited outputs before cross-entropy', () => {
    const range = (layer: Layer) => factAbout('output-range', ending(10, layer), classes)?.sentence
    expect(range(sigmoid())).toMatchInlineSnapshot(
      `"The network ends in a sigmoid, so its outputs are from 0 to 1, and the loss cross-entropy applies its own softmax to them. A class can get at most the probability 23.2%, and the loss can't fall below 1.46."`,
    )
    expect(range(tanh())).toContain('at most the probability 45.1%')
    expect(range(relu())).toMatchInlineSnapshot(
      `"The network ends in a relu. An output that is 0 for every sample has no gradient, so this output never learns."`,
    )
    for (const layer of [softplus(), elu(), silu(), identity(), softmax()]) expect(range(layer)).toBeUndefined()
  })

  it('output-range says the probabilities of limited outputs before a sigmoid of the loss', () => {
    const range = (layer: Layer) =>
      factAbout('output-range', ending(10, layer), classes, { loss: 'binary-cross-entropy' })?.sentence
    expect(range(softmax())).toMatchInlineSnapshot(
      `"The network ends in a softmax, and the loss binary-cross-entropy applies its own sigmoid, so every probability is from 50% to 73.1%."`,
    )
    expect(range(relu())).toContain('every probability is at least 50%')
    expect(range(gelu())).toContain('every probability is at least 45.8%')
    // The loss takes the place of a single sigmoid at the end.
    expect(range(sigmoid())).toBeUndefined()
  })

  it('output-range compares the outputs with targets that are values, and says the lowest loss', () => {
    const range = (layer: Layer, low: number, high: number, options: object = raw) =>
      factAbout('output-range', ending(1, layer), valuesFrom(low, high), options)
    expect(range(sigmoid(), -2, 3)).toMatchInlineSnapshot(`
      {
        "fact": "output-range",
        "remedy": "Leave the sigmoid at the end out.",
        "sentence": "The network ends in a sigmoid, so its outputs are from 0 to 1, and 78% of the targets, which are from -2 to 3, lie outside. So the loss squared-error can't fall below 1.14, while guessing gives 2.19.",
      }
    `)
    expect(range(relu(), -2, 3)?.sentence).toContain('39% of the targets')
    expect(range(relu(), 1, 3)?.sentence).toContain('An output that is 0 for every sample has no gradient')
    expect(range(relu6(), 1, 9)?.sentence).toContain('from 0 to 6')
    expect(range(selu(), -5, 5)?.sentence).toContain('at least -1.7581')
    for (const layer of [sigmoid(), tanh(), softplus(), elu()]) expect(range(layer, 0, 1)).toBeUndefined()
    expect(range(tanh(), -1, 1)).toBeUndefined()
  })

  it('output-range advises raw targets if the outputs reach the raw targets alone', () => {
    const found = factAbout('output-range', ending(1, sigmoid()), valuesFrom(0, 1))
    expect(found).toMatchInlineSnapshot(`
      {
        "change": {
          "standardizeTargets": "none",
        },
        "fact": "output-range",
        "remedy": "Leave the sigmoid at the end out, or keep the targets as they are with standardizeTargets: "none".",
        "sentence": "The network ends in a sigmoid, so its outputs are from 0 to 1, and 70.7% of the standardized targets, which are from -1.69 to 1.69, lie outside. So the loss squared-error can't fall below 0.538, while guessing gives 1.",
      }
    `)
    expect(factAbout('output-range', ending(1, tanh()), valuesFrom(0, 50))?.change).toBeUndefined()
  })

  it('output-range compares the outputs with 0 and 1 if squared errors learn classes', () => {
    const range = (layer: Layer) => factAbout('output-range', ending(10, layer), classes, { loss: 'squared-error' })
    for (const layer of [sigmoid(), softmax(), tanh()]) expect(range(layer)).toBeUndefined()
    expect(range(relu())).toBeDefined()
  })

  it('single-output-for-classes finds one output for ten classes, and a softmax over one output', () => {
    const single = (network: Layer, data = classes, options = {}) =>
      factAbout('single-output-for-classes', network, data, options)
    expect(single(ending(1))).toMatchInlineSnapshot(`
      {
        "fact": "single-output-for-classes",
        "remedy": "Set the last dense layer's width to 10, and use the loss cross-entropy.",
        "sentence": "The network has a single output for 10 classes, and a single output tells at most two classes apart.",
      }
    `)
    expect(single(ending(1, softmax()), valuesFrom(0, 1))?.sentence).toContain('A softmax over one output is always 1')
    const two = {
      ...classes,
      classes: 2,
      train: { ...classes.train, labels: classes.train.labels.map((label) => label % 2) },
    }
    expect(single(ending(1), two)?.change).toEqual({ loss: 'binary-cross-entropy' })
    expect(single(ending(1), two, { loss: 'binary-cross-entropy' })).toBeUndefined()
    expect(single(ending(10))).toBeUndefined()
    expect(single(ending(1), valuesFrom(0, 1))).toBeUndefined()
  })

  it('loss-floor says the lowest binary cross-entropy of soft targets', () => {
    const soft = tableOf(
      each(40, (row) => [row]),
      { targets: each(40, (row) => [row % 2 ? 0.8 : 0.3]) },
    )
    const floor = (-0.8 * Math.log(0.8) - 0.2 * Math.log(0.2) - 0.3 * Math.log(0.3) - 0.7 * Math.log(0.7)) / 2
    const bce = { loss: 'binary-cross-entropy', standardizeTargets: 'none' } as const
    const found = factAbout('loss-floor', ending(1), soft, bce)
    expect(found?.sentence).toContain(`can't fall below ${Number(floor.toPrecision(3))},`)
    expect(found?.change).toEqual({ loss: 'squared-error' })
    const hard = tableOf(
      each(40, (row) => [row]),
      { targets: each(40, (row) => [row % 2]) },
    )
    expect(factAbout('loss-floor', ending(1), hard, bce)).toBeUndefined()
    expect(factAbout('loss-floor', ending(1), soft)).toBeUndefined()
  })
})

describe('the limiting output of a network', () => {
  const endOf = (...layers: Layer[]) => limitingOutput(createBlueprint(chain(dense(10), ...layers), [4]).root)

  it('is the last layer that changes outputs in an evaluation, within chains and loops', () => {
    expect(endOf(sigmoid(), dropout(0.5), identity())).toBe('sigmoid')
    expect(endOf(repeat(2, chain(dense(10), chain(tanh()))))).toBe('tanh')
    expect(endOf(sigmoid(), dense(10))).toBeUndefined()
    expect(endOf(residual(chain(dense(10), relu())))).toBeUndefined()
    expect(endOf(activation('leakyRelu'))).toBeUndefined()
  })

  it('has limits that hold all values of its function and touch them', () => {
    const inputs = each(4001, (index) => (index - 2000) / 40)
    for (const [name, { low, high }] of Object.entries(limits)) {
      if (name === 'softmax') continue
      const values = inputs.map((x) => activations[name as keyof typeof activations].value(x, 0))
      const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
      expect(least, name).toBeGreaterThanOrEqual(low - 1e-4)
      expect(least, name).toBeLessThan(low + 0.03)
      expect(most, name).toBeLessThanOrEqual(high)
      if (Number.isFinite(high)) expect(most, name).toBeGreaterThan(high - 0.03)
    }
  })
})
