import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { batchNorm, chain, dense, repeat, residual, tanh } from '../network/layers.ts'
import { gradientNorm } from './gradient-norm.ts'

const backend = createReferenceBackend()
const scaled = (gain: number) => dense(2, { bias: false, init: { kind: 'identity', gain } })

describe('gradientNorm', () => {
  it('the gradient norm of a linear chain is the product of all other gains, the input norm and the output error', async () => {
    const gains = [2, 0.5, 4, 3]
    const product = 12
    const network = chain(scaled(2), repeat(2, scaled(1), { name: 'hidden' }), scaled(3))
    const weights = { 'hidden.dense1.weight': [0.5, 0, 0, 0.5, 4, 0, 0, 4] }
    // The outputs are (36, 48), of length 60, and so is the gradient of the mean of their squares.
    const found = await readHandMade(backend, gradientNorm, { network, inputs: [[3, 4]], weights })
    expect(found).toEqual(gains.map((gain) => expect.closeTo(((60 * product) / gain) * 5, 9)))
  })

  it('the gradient norm is exact for gradients whose squares underflow in float64', async () => {
    const network = chain(scaled(1e-40), scaled(1e-40), scaled(1e-40))
    const found = await readHandMade(backend, gradientNorm, { network, inputs: [[3, 4]] })
    expect(found.map((norm) => norm / 1e-200)).toEqual(found.map(() => expect.closeTo(25, 10)))
  })

  it('the gradient norm combines all weights of a block, without biases and scales', async () => {
    const block = residual(chain(dense(6), batchNorm(), tanh(), dense(3)))
    const made = {
      network: chain(dense(3), tanh(), repeat(3, block, { name: 'hidden' }), dense(2)),
      inputs: [
        [0.5, -1],
        [2, 0.25],
        [-1, -3],
      ],
      targets: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
    }
    const naive = await seeHandMade(backend, made, { gradients: true }, async (view) => {
      const squares = new Map<string, number>()
      for (const parameter of view.blueprint.parameters.filter(({ role }) => role === 'weight')) {
        const [times = 1] = parameter.loops
        for (let iteration = 0; iteration < times; iteration++) {
          const stage = parameter.loops.length > 0 ? `hidden[${iteration}]` : parameter.name.split('.')[0]
          const gradient = await view.gradient({ parameter, iteration })
          const own = Array.from(gradient).reduce((sum, value) => sum + value ** 2, 0)
          squares.set(stage, (squares.get(stage) ?? 0) + own)
        }
      }
      return view.stages.map(({ name }) => Math.sqrt(squares.get(name) ?? Number.NaN))
    })
    expect(naive).toHaveLength(5)
    const found = await readHandMade(backend, gradientNorm, made)
    expect(found).toEqual(naive.map((norm) => expect.closeTo(norm, 12)))
  })

  it('the gradient norm is NaN for weights that are not trained', async () => {
    const network = chain(dense(2, { trained: false, init: { kind: 'identity', gain: 1 } }), scaled(1))
    const found = await readHandMade(backend, gradientNorm, { network, inputs: [[3, 4]] })
    expect(found).toEqual([Number.NaN, expect.closeTo(25, 12)])
  })
})
