import { describe, expect, it } from 'vitest'
import { preset, tinyTask, trainTiny } from '../../test/support/tiny-training.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { chain, dense, relu, repeat, residual } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { type Divergence, describeDivergence, locateDivergence } from './divergence.ts'

/**
 * Locates the divergence of a network after `change` has changed its weights. The sample with number `broken` is [1,
 * 0], and all other samples are 0.
 */
function locate(
  network: Network,
  change: (weights: Map<string, Float64Array>) => void,
  broken = 0,
): Promise<Divergence> {
  const blueprint = createBlueprint(network, [2])
  const weights = initialize(blueprint, 0)
  change(weights)
  const samples = {
    count: 5,
    fill: (
      indices: Uint32Array,
      { array, offset, stride }: { array: { [index: number]: number }; offset: number; stride: number },
    ) => {
      indices.forEach((sample, row) => {
        array[offset + row * stride] = sample === broken ? 1 : 0
        array[offset + row * stride + 1] = 0
      })
    },
  }
  return locateDivergence({ blueprint, backend: createReferenceBackend(), weights, samples, batch: 2, step: 7 })
}

/** Sets the weight matrix of each iteration to its value from `values` on the diagonal, and to 0 elsewhere. */
function fillDiagonal(
  weights: Map<string, Float64Array>,
  name: string,
  width: number,
  values: readonly number[],
): void {
  const all = weights.get(name) ?? new Float64Array(0)
  all.fill(0)
  values.forEach((value, iteration) => {
    for (let unit = 0; unit < width; unit++) all[(iteration * width + unit) * width + unit] = value
  })
}

const identityBefore = { init: { kind: 'identity' as const, gain: 1 } }
const loops = chain(
  dense(2, identityBefore),
  repeat(4, chain(dense(2, identityBefore), relu()), { name: 'early' }),
  repeat(3, chain(dense(2, identityBefore), relu()), { name: 'late' }),
  dense(2, { ...identityBefore, name: 'readout' }),
)

describe('locateDivergence', () => {
  it('finds the first layer whose outputs are not finite, with its iteration in a loop', async () => {
    const grow = (weights: Map<string, Float64Array>): void => {
      // The product of two factors of 1e200 is too large for float64.
      fillDiagonal(weights, 'early.dense1.weight', 2, [1, 1e200, 1e200, 1])
    }
    expect(await locate(loops, grow)).toEqual({ step: 7, layer: 'early.dense1[2]', what: 'outputs' })
  })

  it('reports a divergence in the first loop, although the second loop diverges at a lower iteration number', async () => {
    const grow = (weights: Map<string, Float64Array>): void => {
      fillDiagonal(weights, 'early.dense1.weight', 2, [1, 1, 1e200, 1e200])
      fillDiagonal(weights, 'late.dense1.weight', 2, [1, 1, 1])
    }
    expect(await locate(loops, grow)).toMatchObject({ layer: 'early.dense1[3]' })
  })

  it('finds a divergence in any batch of the samples', async () => {
    const grow = (weights: Map<string, Float64Array>): void => {
      fillDiagonal(weights, 'late.dense1.weight', 2, [1e200, 1e200, 1])
    }
    expect(await locate(loops, grow, 4)).toMatchObject({ layer: 'late.dense1[1]', what: 'outputs' })
  })

  it('names the layer nearest to the output if the weights of several layers are not finite', async () => {
    const spoil = (weights: Map<string, Float64Array>): void => {
      weights.get('early.dense1.weight')?.fill(Number.NaN)
      weights.get('late.dense1.weight')?.fill(Number.NaN, 0, 8)
      weights.get('late.dense1.bias')?.fill(Number.NaN, 0, 2)
    }
    expect(await locate(loops, spoil)).toEqual({ step: 7, layer: 'late.dense1[1]', what: 'weights' })
  })

  it('names both iterations of a layer in two nested loops', async () => {
    const nested = repeat(3, repeat(2, dense(2, { ...identityBefore, name: 'inner' }), { name: 'block' }), {
      name: 'outer',
    })
    const spoil = (weights: Map<string, Float64Array>): void => {
      const [name] = [...weights.keys()]
      const values = weights.get(name) ?? new Float64Array(0)
      values[3 * 4] = Number.POSITIVE_INFINITY
    }
    expect((await locate(nested, spoil)).layer).toMatch(/inner\[1\]\[1\]$/)
  })

  it('names a shortcut if the outputs of the shortcut are the first outputs that are not finite', async () => {
    const shortcut = dense(2, identityBefore)
    const network = chain(dense(2, identityBefore), residual(dense(2, identityBefore), { shortcut }), dense(2))
    const spoil = (weights: Map<string, Float64Array>): void => {
      fillDiagonal(weights, 'dense1.weight', 2, [1e200])
      fillDiagonal(weights, 'residual1.shortcut.weight', 2, [1e200])
    }
    expect(await locate(network, spoil)).toMatchObject({ layer: 'residual1.shortcut', what: 'outputs' })
  })

  it('names the last layer and the loss if all outputs are finite and the loss is not finite', async () => {
    const huge = (weights: Map<string, Float64Array>): void => {
      weights.get('readout.weight')?.fill(1e300)
    }
    const found = await locate(loops, huge)
    expect(found).toEqual({ step: 7, layer: 'readout', what: 'loss' })
    expect(describeDivergence(found)).toBe("the loss computed from the outputs of readout wasn't finite")
  })
})

describe('describeDivergence', () => {
  it('describes a divergence in different words for weights, outputs and the loss', () => {
    const words = (['weights', 'outputs', 'loss'] as const).map((what) =>
      describeDivergence({ step: 1, layer: 'hidden.dense1[57]', what }),
    )
    expect(words).toMatchInlineSnapshot(`
      [
        "the weights of hidden.dense1[57] were no longer finite",
        "the outputs of hidden.dense1[57] were the first outputs that weren't finite",
        "the loss computed from the outputs of hidden.dense1[57] wasn't finite",
      ]
    `)
  })
})

describe('when a training diverges,', () => {
  it('the training ends at the step whose loss is not finite, and makes no further update', async () => {
    const backend = await createWasmBackend({ threads: 'inline' })
    const outcome = await trainTiny('mlp:depth=6,width=8', { steps: 100, optimizer: sgd({ rate: 1e12 }), backend })
    const { diverged, losses, state } = outcome
    expect(diverged?.step).toBe(state.step)
    expect(losses).toHaveLength(state.step)
    expect(losses.every(({ loss }) => Number.isFinite(loss))).toBe(true)
    expect(diverged?.layer).toMatch(/^(first|readout|hidden\.dense1\[[0-4]\])$/)
  })

  it('the run reports step 0 and keeps the initial weights if the first loss is not finite', async () => {
    const backend = await createWasmBackend({ threads: 'inline' })
    const network = 'residual-mlp:depth=60,width=8,multiplier=1000'
    const { diverged, state, losses } = await trainTiny(network, { steps: 5, backend })
    expect(diverged).toMatchObject({
      step: 0,
      what: 'outputs',
      layer: expect.stringMatching(/^hidden\.dense1\[\d+\]$/),
    })
    expect(losses).toEqual([])
    const start = initialize(tinyTask(network).blueprint, 0)
    expect(state.weights.get('first.weight')).toEqual(Float32Array.from(start.get('first.weight') ?? []))
  })

  it('the divergence is located in batches that fit into the memory limit', async () => {
    const network = preset('mlp:depth=2000,width=8')
    // The memory limit is enough for a training step of two samples, and too small for the outputs of 64 samples.
    const backend = await createWasmBackend({ threads: 'inline', memoryLimit: 4e6 })
    const { blueprint, standardizer, data } = tinyTask(network)
    const weights = initialize(blueprint, 0)
    weights.get('hidden.dense1.weight')?.fill(1e30)
    const fill = (indices: Uint32Array, rows: Parameters<typeof standardizer.fill>[2]): void =>
      standardizer.fill(data.train, indices, rows)
    const samples = { count: data.train.count, fill }
    const found = await locateDivergence({ blueprint, backend, weights, samples, batch: 64, step: 3 })
    expect(found).toMatchObject({ layer: expect.stringMatching(/^hidden\.dense1\[[01]\]$/), what: 'outputs' })
  })
})
