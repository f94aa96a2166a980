import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fewPoints, tinyTask, trainTiny } from '../../test/support/tiny-training.ts'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { initialize } from '../blueprint/initialize.ts'
import { activation, chain, dense, repeat, residual } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { describeSignal, judgeSignal, type LayerSignal, measureSignal, type Signal } from './signal.ts'

function measure(
  network: Network | string,
  backend: Backend = createReferenceBackend(),
  seed = 0,
): Promise<LayerSignal[]> {
  const { blueprint, standardizer } = tinyTask(network)
  return measureSignal(blueprint, backend, initialize(blueprint, seed), fewPoints.train, standardizer)
}

const judge = (meanSquares: readonly number[]): Signal =>
  judgeSignal(meanSquares.map((meanSquare, index) => ({ layer: `l${index}`, meanSquare })))

describe('measureSignal', () => {
  it('measures every hidden layer with parameters and the read-out, in order', async () => {
    const layers = await measure('mlp:depth=4,width=3,norm=layer,dropout=0.5')
    expect(layers.map(({ layer }) => layer)).toEqual([
      'first',
      'layerNorm1',
      'hidden[0]',
      'hidden[1]',
      'hidden[2]',
      'readout',
    ])
  })

  it('returns the mean square of the outputs of each layer', async () => {
    // Each layer doubles its inputs, so the mean square grows by a factor of 4 from layer to layer.
    const doubling = { init: { kind: 'identity' as const, gain: 2 } }
    const layers = await measure(
      chain(dense(2, { ...doubling, name: 'a' }), repeat(2, dense(2, doubling), { name: 'b' })),
    )
    const [a, first, second] = layers.map(({ meanSquare }) => meanSquare)
    expect([first / a, second / a]).toEqual([expect.closeTo(4, 10), expect.closeTo(16, 10)])
    expect(layers.map(({ layer }) => layer)).toEqual(['a', 'b.dense1[0]', 'b.dense1[1]'])
  })

  it('counts a residual block as one layer, with any layers inside', async () => {
    const block = residual(chain(dense(5), activation('tanh'), dense(2)))
    const layers = await measure(chain(dense(2), repeat(3, block, { name: 'stage' }), dense(2)))
    expect(layers.map(({ layer }) => layer)).toEqual(['dense1', 'stage[0]', 'stage[1]', 'stage[2]', 'dense2'])
  })

  it('uses fewer samples if the memory limit is low', async () => {
    const backend = await createWasmBackend({ threads: 'inline', memoryLimit: 1.5e6 })
    const layers = await measure('mlp:depth=1000,width=16', backend)
    expect(layers).toHaveLength(1001)
    backend.dispose()
  })
})

describe('judgeSignal', () => {
  it('returns `steady` if the mean squares of all layers are within a factor of 10^12 of the mean square of the first layer', () => {
    expect(judge([1, 1e11, 1e-11, 3])).toEqual({
      verdict: 'steady',
      layer: null,
      position: null,
      layers: 4,
      first: 1,
      last: 3,
    })
    expect(describeSignal(judge([1, 2]))).toBeNull()
  })

  it('names the earliest layer whose mean square differs by more than a factor of 10^12 from that of layer 1', () => {
    expect(judge([1, 1e-11, 1e-13, 1e-15])).toMatchObject({ verdict: 'vanishes', layer: 'l2', position: 3 })
    expect(judge([1, 1e13, 1])).toMatchObject({ verdict: 'explodes', layer: 'l1', position: 2 })
    expect(judge([1, Number.POSITIVE_INFINITY])).toMatchObject({ verdict: 'explodes', position: 2 })
    expect(judge([1, Number.NaN])).toMatchObject({ verdict: 'explodes', position: 2 })
    expect(judge([Number.NaN, 1])).toMatchObject({ verdict: 'explodes', position: 1 })
  })

  it('returns `vanishes` at layer 1 if the first layer has only zeros as outputs', () => {
    expect(judge([0, 1])).toMatchObject({ verdict: 'vanishes', position: 1 })
  })

  it('ignores a read-out whose outputs are all zero', () => {
    expect(judge([1, 1, 0])).toMatchObject({ verdict: 'steady' })
    expect(judge([1, 0, 0])).toMatchObject({ verdict: 'vanishes', position: 2 })
  })

  it('gives verdicts that describeSignal turns into sentences with the layer and the mean squares', () => {
    const signals = [judge([1, 1e-20, 0, 0]), judge([2.5, 1e20, Number.POSITIVE_INFINITY])]
    expect(signals.map(describeSignal)).toMatchInlineSnapshot(`
      [
        "the signal vanishes by layer 2 of 4 (l1): its mean square is 1.00 after the first layer and 0 after the last",
        "the signal explodes by layer 2 of 3 (l1): its mean square is 2.50 after the first layer and beyond the range of float32 after the last",
      ]
    `)
  })
})

describe('in a deep network,', () => {
  let backend: Backend
  beforeAll(async () => {
    backend = await createWasmBackend({ threads: 'inline' })
  })
  afterAll(() => backend.dispose())

  const verdictOf = async (text: string): Promise<Signal> => judgeSignal(await measure(text, backend))

  it('the signal of a plain network vanishes with small weights and explodes with large weights', async () => {
    expect(await verdictOf('linear:depth=300,width=8,sw2=0.5')).toMatchObject({ verdict: 'vanishes' })
    expect(await verdictOf('linear:depth=300,width=8,sw2=2')).toMatchObject({ verdict: 'explodes' })
    expect(await verdictOf('mlp:depth=50,width=64,activation=tanh')).toMatchObject({ verdict: 'steady' })
  })

  it('the signal of a residual network is steady with the default multiplier and explodes with a multiplier of 3', async () => {
    expect(await verdictOf('residual-mlp:depth=300,width=8')).toMatchObject({ verdict: 'steady' })
    expect(await verdictOf('residual-mlp:depth=300,width=8,multiplier=3')).toMatchObject({ verdict: 'explodes' })
  })

  it('the signal of 10,000 layers is measured, and the network trains for one step', async () => {
    const residualSignal = await verdictOf('residual-mlp:depth=10000,width=8')
    const { losses, diverged } = await trainTiny('residual-mlp:depth=10000,width=8', { steps: 1, backend })
    expect(residualSignal).toMatchObject({ verdict: 'steady', layers: 10_001 })
    expect(losses[0].loss).toBeGreaterThan(0)
    expect(diverged).toBeNull()

    const plain = await verdictOf('mlp:depth=10000,width=8')
    const step = await trainTiny('mlp:depth=10000,width=8', { steps: 1, backend })
    expect(plain.verdict).toBe('vanishes')
    expect(describeSignal(plain)).toMatch(
      /^the signal vanishes by layer \d+ of 10,001 \(hidden\[\d+\]\): .* 0 after the last$/,
    )
    expect(step.losses[0].loss).toBeCloseTo(Math.LN2, 4)
  })
})
