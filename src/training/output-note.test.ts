import { describe, expect, it } from 'vitest'
import { createBlueprint } from '../blueprint/create.ts'
import type { LossName } from '../graph/losses.ts'
import {
  activation,
  chain,
  dense,
  dropout,
  identity,
  relu,
  relu6,
  repeat,
  residual,
  sigmoid,
  silu,
  softmax,
  tanh,
} from '../network/layers.ts'
import type { Layer } from '../network/network.ts'
import { limitingOutput, outputNote } from './output-note.ts'

const endingIn = (...layers: Layer[]) => createBlueprint(chain(dense(10), ...layers), [4])
const noteOf = (layer: Layer, loss: LossName, low = -2, high = 3, areClasses = false) =>
  outputNote({ blueprint: endingIn(layer), loss, targets: { low, high, areClasses } })

describe('the note about the outputs', () => {
  it('says that cross-entropy applies its own softmax, and the lowest loss that limited outputs can reach', () => {
    // With outputs from 0 to 1, the best outputs of 10 classes are 1 and nine 0, so the probability is e / (e + 9).
    expect(Math.E / (Math.E + 9)).toBeCloseTo(0.232, 3)
    expect(noteOf(softmax(), 'cross-entropy')).toMatchInlineSnapshot(
      `"The network ends in a softmax, and the loss cross-entropy applies its own softmax, so softmax is applied twice. A class can get at most the probability 23.2%, and the loss can't fall below 1.46. Leave the softmax at the end out."`,
    )
    expect(noteOf(sigmoid(), 'cross-entropy')).toMatchInlineSnapshot(
      `"The network ends in a sigmoid, so its outputs are from 0 to 1, and the loss cross-entropy applies its own softmax to them. A class can get at most the probability 23.2%, and the loss can't fall below 1.46. Leave the sigmoid at the end out."`,
    )
    expect(noteOf(tanh(), 'cross-entropy')).toMatchInlineSnapshot(
      `"The network ends in a tanh, so its outputs are from -1 to 1, and the loss cross-entropy applies its own softmax to them. A class can get at most the probability 45.1%, and the loss can't fall below 0.797. Leave the tanh at the end out."`,
    )
    expect(noteOf(relu(), 'cross-entropy')).toMatchInlineSnapshot(
      `"The network ends in a relu, so its outputs are at least 0. The loss cross-entropy applies its own softmax to these outputs, and no class gets an output below 0. Leave the relu at the end out."`,
    )
  })

  it('compares the range of the outputs with the range of the targets for squared errors', () => {
    expect(noteOf(sigmoid(), 'squared-error')).toMatchInlineSnapshot(
      `"The network ends in a sigmoid, so its outputs are from 0 to 1. The loss squared-error compares the outputs with targets from -2 to 3 (after standardizing). The network can't reach targets outside of the range of its outputs. Leave the sigmoid at the end out, or scale the targets and take standardize: "none"."`,
    )
    expect(noteOf(softmax(), 'squared-error', 0, 1, true)).toMatchInlineSnapshot(
      `"The network ends in a softmax, so its outputs are from 0 to 1. The loss squared-error compares the outputs with targets from 0 to 1. All targets lie within the range of the outputs."`,
    )
    expect(noteOf(relu(), 'squared-error')).toMatchInlineSnapshot(
      `"The network ends in a relu, so its outputs are at least 0. The loss squared-error compares the outputs with targets from -2 to 3 (after standardizing). The network can't reach targets outside of the range of its outputs. Leave the relu at the end out, or scale the targets and take standardize: "none"."`,
    )
    expect(noteOf(relu6(), 'squared-error', 0, 5)).toContain('from 0 to 6')
    expect(outputNote({ blueprint: endingIn(tanh()), loss: 'squared-error' })).toMatchInlineSnapshot(
      `"The network ends in a tanh, so its outputs are from -1 to 1. The loss squared-error compares these outputs with the targets."`,
    )
  })

  it('says that a softmax over a single output is constant', () => {
    const blueprint = createBlueprint(chain(dense(1), softmax()), [4])
    for (const loss of ['squared-error', 'binary-cross-entropy'] as const) {
      expect(outputNote({ blueprint, loss })).toContain('A softmax over one output is always 1')
    }
  })

  it('is left out for outputs without limits', () => {
    for (const layer of [silu(), activation('leakyRelu'), identity(), dense(10)]) {
      expect(noteOf(layer, 'cross-entropy')).toBeUndefined()
      expect(noteOf(layer, 'squared-error')).toBeUndefined()
    }
  })
})

describe('the limiting output of a network', () => {
  it('is the last layer that changes outputs in an evaluation, within chains and loops', () => {
    expect(limitingOutput(endingIn(sigmoid(), dropout(0.5), identity()).root)).toBe('sigmoid')
    expect(limitingOutput(endingIn(repeat(2, chain(dense(10), chain(tanh())))).root)).toBe('tanh')
    expect(limitingOutput(endingIn(sigmoid(), dense(10)).root)).toBeUndefined()
    expect(limitingOutput(endingIn(residual(chain(dense(10), relu()))).root)).toBeUndefined()
  })
})
