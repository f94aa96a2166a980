import { describe, expect, it } from 'vitest'
import { downloadOne } from '../../test/support/downloads.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import { createStandardizer } from '../data/standardize.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { orthogonal } from '../network/initializers.ts'
import { chain, conv, dense, gelu, relu, repeat, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { singularValues } from '../numerics/linear-algebra.ts'
import type { Weights } from '../training/evaluator.ts'
import { jacobianSingularValues } from './jacobian.ts'
import { samplesOf } from './samples.ts'

const backend = createReferenceBackend()
const data = blobs({ classes: 3, features: 4, train: 6, test: 3, seed: 1 })
const samplesIn = (shape: readonly number[]) =>
  samplesOf({ ...data, shape }, createStandardizer(data.train, shape, 'per-channel'), 'cross-entropy')

async function spectraOf(network: Network, own: Weights = new Map(), count?: number, shape: readonly number[] = [4]) {
  const blueprint = createBlueprint(network, shape)
  const weights = new Map<string, ArrayLike<number>>([...initialize(blueprint, 3), ...own])
  return {
    blueprint,
    weights,
    spectra: await jacobianSingularValues(blueprint, backend, samplesIn(shape), weights, { count }),
  }
}

describe('jacobianSingularValues', () => {
  const smooth: readonly (readonly [string, Network, readonly number[]])[] = [
    ['dense', chain(dense(7), tanh(), dense(5), gelu(), dense(3)), [4]],
    ['layer norm', parseNetwork('mlp:depth=3,width=6,norm=layer,activation=tanh', { input: [4], classes: 3 }), [4]],
    ['images', chain(conv(3), tanh(), conv(2), gelu(), dense(6)), [1, 2, 2]],
  ]
  it.each(smooth)('agrees with a matrix of difference quotients: %s', async (_title, network, shape) => {
    const { blueprint, weights, spectra } = await spectraOf(network, undefined, 4, shape)
    const program = await backend.compile(evaluationGraph(blueprint, { batch: 4 }))
    for (const [name, values] of weights) program.upload(name, values)
    const x = new Float64Array(16)
    samplesIn(shape).fill({ array: x, offset: 0, stride: 4, width: 4 }, 4)
    const [outputs] = blueprint.output
    const jacobians = [0, 1, 2, 3].map(() => new Float64Array(outputs * 4))
    const outputsAt = async (axis: number, step: number): Promise<Float64Array> => {
      program.upload(
        'x',
        x.map((value, index) => (index % 4 === axis ? value + step : value)),
      )
      await program.run(0, 1)
      return downloadOne(program, 'outputs')
    }
    for (let axis = 0; axis < 4; axis++) {
      const [above, below] = [await outputsAt(axis, 1e-5), await outputsAt(axis, -1e-5)]
      above.forEach((value, place) => {
        const [sample, output] = [Math.floor(place / outputs), place % outputs]
        jacobians[sample][output * 4 + axis] = (value - below[place]) / 2e-5
      })
    }
    expect(spectra?.length).toBe(4)
    jacobians.forEach((jacobian, sample) => {
      const expected = [...singularValues(jacobian, outputs, 4)].map((value) => expect.closeTo(value, 6))
      expect([...(spectra?.[sample].singularValues ?? [])]).toEqual(expected)
    })
  })

  it('finds the singular values of the weight matrix of a linear layer, for every sample', async () => {
    const weight = [3, 0, 0, 0, 0, 0, -4, 0]
    const { spectra } = await spectraOf(dense(2, { name: 'only' }), new Map([['only.weight', weight]]), 99)
    const expected = {
      singularValues: [expect.closeTo(4, 12), expect.closeTo(3, 12)],
      meanSquare: expect.closeTo(12.5, 12),
    }
    const ends = { largest: expect.closeTo(4, 12), smallest: expect.closeTo(3, 12) }
    const found = spectra?.map((spectrum) => ({ ...spectrum, singularValues: [...spectrum.singularValues] }))
    expect(found).toEqual(Array(6).fill({ ...expected, ...ends }))
  })

  it('finds gain^depth for all singular values of a deep orthogonal network, which is an isometry', async () => {
    const layer = dense(4, { init: orthogonal(0.9) })
    const { spectra } = await spectraOf(repeat(30, layer, { name: 'deep' }))
    for (const { largest, smallest } of spectra ?? []) {
      expect(largest / 0.9 ** 30).toBeCloseTo(1, 9)
      expect(smallest / 0.9 ** 30).toBeCloseTo(1, 9)
    }
    expect(spectra).toHaveLength(6)
  })

  it('keeps the digits of singular values if the outputs are large', async () => {
    const own = new Map([
      ['only.weight', [1, 0, 0, 0]],
      ['only.bias', [1e14]],
    ])
    const { spectra } = await spectraOf(dense(1, { name: 'only' }), own)
    expect(spectra?.[0].largest).toBeCloseTo(1, 12)
  })

  it('gives the same result on the WebAssembly backend, and null for a network with batch norm', async () => {
    const network = chain(dense(5), relu(), dense(3))
    const { blueprint, weights, spectra } = await spectraOf(network)
    const compiled = await createWasmBackend({ precision: 'float64', threads: 'inline' })
    const again = await jacobianSingularValues(blueprint, compiled, samplesIn([4]), weights)
    const meanSquares = spectra?.map(({ meanSquare }) => expect.closeTo(meanSquare, 12))
    expect(again?.map(({ meanSquare }) => meanSquare)).toEqual(meanSquares)
    compiled.dispose()
    const coupled = parseNetwork('mlp:depth=2,width=3,norm=batch', { input: [4], classes: 3 })
    expect((await spectraOf(coupled)).spectra).toBe(null)
  })
})
