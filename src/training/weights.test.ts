import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { preset } from '../../test/support/tiny-training.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Weights } from './evaluator.ts'
import { decodeTensors, encodeTensors, type Tensor } from './safetensors.ts'
import { checkWeights, fromTensors, hashTensors, toTensors } from './weights.ts'

const blueprint = createBlueprint(preset('mlp:depth=3,width=2,norm=batch'), [2])
const weights = initialize(blueprint, 1)
const file = (change: (tensors: Map<string, Tensor>) => unknown = () => {}) => {
  const tensors = toTensors(blueprint, weights)
  change(tensors)
  return { tensors, metadata: {} }
}

describe('when weights are converted to or from tensors,', () => {
  it('the tensors have the documented names and shapes, including running statistics', () => {
    expect([...toTensors(blueprint, weights)].map(([name, { shape }]) => `${name} [${shape}]`)).toMatchInlineSnapshot(`
      [
        "first.weight [2,2]",
        "first.bias [2]",
        "batchNorm1.weight [2]",
        "batchNorm1.bias [2]",
        "batchNorm1.running_mean [2]",
        "batchNorm1.running_var [2]",
        "hidden.dense1.weight [2,2,2]",
        "hidden.dense1.bias [2,2]",
        "hidden.batchNorm1.weight [2,2]",
        "hidden.batchNorm1.bias [2,2]",
        "hidden.batchNorm1.running_mean [2,2]",
        "hidden.batchNorm1.running_var [2,2]",
        "readout.weight [2,2]",
        "readout.bias [2]",
      ]
    `)
  })

  it('the weights are the same after encoding and decoding, rounded to float32', () => {
    const decoded = decodeTensors(encodeTensors(file()), 'w')
    const read = fromTensors(blueprint, decoded, 'w')
    expect([...read.keys()]).toEqual([...weights.keys()])
    for (const [name, values] of weights) expect(read.get(name)).toEqual(Float64Array.from(values, Math.fround))
  })

  it('the weights are read from a checkpoint that also has optimizer states', () => {
    const withVelocity = file((tensors) =>
      tensors.set('velocity:first.weight', { shape: [2, 2], data: new Float32Array(4) }),
    )
    expect(fromTensors(blueprint, withVelocity, 'w').size).toBe(blueprint.parameters.length)
  })

  it("the first tensor that doesn't fit the network is refused by its name", () => {
    const bad = [
      file((tensors) => tensors.delete('hidden.dense1.bias')),
      file((tensors) => tensors.set('readout.weight', { shape: [4], data: new Float32Array(4) })),
      file((tensors) => tensors.set('hidden.dense1.weight', { shape: [1, 2, 2], data: new Float32Array(4) })),
      file((tensors) => tensors.set('first.weight', { shape: [2, 2], data: Float32Array.of(1, 2, Number.NaN, 4) })),
      file((tensors) => tensors.set('hidden4.weight', { shape: [2, 2], data: new Float32Array(4) })),
    ]
    expect(
      bad.map((one) => refusal(() => fromTensors(blueprint, one, 'w.safetensors'))).join('\n'),
    ).toMatchInlineSnapshot(`
      "IsobathError: w.safetensors: expected a tensor hidden.dense1.bias, got none. Give the weights of this network.
      IsobathError: w.safetensors: readout.weight: expected the shape [2, 2], got [4]. Give the weights of this network.
      IsobathError: w.safetensors: hidden.dense1.weight: expected the shape [2, 2, 2], got [1, 2, 2]. Give the weights of this network.
      IsobathError: w.safetensors: first.weight: expected finite values, got NaN at index 2. A run that diverged has no usable weights.
      IsobathError: w.safetensors: expected only tensors of the network, got a tensor hidden4.weight. Give the weights of this network."
    `)
  })

  it('weights that a caller gives as a map are checked like the tensors of a file', () => {
    const missing = new Map(weights)
    missing.delete('first.weight')
    const bad: Weights[] = [
      missing,
      new Map(weights).set('first.bias', Float64Array.of(1)),
      new Map(weights).set('first.bias', Float64Array.of(1, Number.POSITIVE_INFINITY)),
    ]
    expect(bad.map((one) => refusal(() => checkWeights(blueprint, one))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: weights: expected values of first.weight, got none. Give the weights of this network.
      IsobathError: weights: first.bias: expected 2 values, got 1. Give the weights of this network.
      IsobathError: weights: first.bias: expected finite values, got Infinity at index 1. A run that diverged has no usable weights."
    `)
    expect(() => checkWeights(blueprint, weights)).not.toThrow()
  })

  it('the hash of the tensors is the SHA-256 hash of their bytes in file order', async () => {
    const tensors = new Map([
      ['b', { shape: [1], data: Float32Array.of(1) }],
      ['a', { shape: [1], data: Float32Array.of(2) }],
    ])
    const { createHash } = await import('node:crypto')
    const bytes = Buffer.from(Float32Array.of(1, 2).buffer)
    expect(await hashTensors(tensors)).toBe(createHash('sha256').update(bytes).digest('hex'))
  })
})
