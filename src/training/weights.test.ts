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

describe('weights', () => {
  it('have the names and shapes of the contract, running statistics included', () => {
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

  it('survive a file, rounded to float32', () => {
    const decoded = decodeTensors(encodeTensors(file()), 'w')
    const read = fromTensors(blueprint, decoded, 'w')
    expect([...read.keys()]).toEqual([...weights.keys()])
    for (const [name, values] of weights) expect(read.get(name)).toEqual(Float64Array.from(values, Math.fround))
  })

  it('are read beside what a checkpoint keeps of the optimizer', () => {
    const withVelocity = file((tensors) =>
      tensors.set('velocity:first.weight', { shape: [2, 2], data: new Float32Array(4) }),
    )
    expect(fromTensors(blueprint, withVelocity, 'w').size).toBe(blueprint.parameters.length)
  })

  it("that don't fit are refused, each with its name", () => {
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
      "IsobathError: w.safetensors: expected a tensor hidden.dense1.bias, and there is none. Give the weights of this network.
      IsobathError: w.safetensors: readout.weight: expected the shape [2, 2], got [4]. Give the weights of this network.
      IsobathError: w.safetensors: hidden.dense1.weight: expected the shape [2, 2, 2], got [1, 2, 2]. Give the weights of this network.
      IsobathError: w.safetensors: first.weight: expected finite values, got NaN at 2. A run that diverged leaves no weights to use.
      IsobathError: w.safetensors: expected no tensor hidden4.weight, and there is one. Give the weights of this network."
    `)
  })

  it('that a caller gives are checked too', () => {
    const missing = new Map(weights)
    missing.delete('first.weight')
    const bad: Weights[] = [
      missing,
      new Map(weights).set('first.bias', Float64Array.of(1)),
      new Map(weights).set('first.bias', Float64Array.of(1, Number.POSITIVE_INFINITY)),
    ]
    expect(bad.map((one) => refusal(() => checkWeights(blueprint, one))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: weights: expected values of first.weight, and there are none. Give the weights of this network.
      IsobathError: weights: first.bias: expected 2 values, got 1. Give the weights of this network.
      IsobathError: weights: first.bias: expected finite values, got Infinity at 1. A run that diverged leaves no weights to use."
    `)
    expect(() => checkWeights(blueprint, weights)).not.toThrow()
  })

  it('have the hash of their bytes in file order', async () => {
    const tensors = new Map([
      ['b', { shape: [1], data: Float32Array.of(1) }],
      ['a', { shape: [1], data: Float32Array.of(2) }],
    ])
    const { createHash } = await import('node:crypto')
    const bytes = Buffer.from(Float32Array.of(1, 2).buffer)
    expect(await hashTensors(tensors)).toBe(createHash('sha256').update(bytes).digest('hex'))
  })
})
