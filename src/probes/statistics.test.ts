import { describe, expect, it } from 'vitest'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import { createSampleOrder } from '../data/order.ts'
import { createStandardizer } from '../data/standardize.ts'
import { batchNorm, chain, conv, dense, globalAveragePool, relu } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import type { Weights } from '../training/evaluator.ts'
import { openTappedPass } from '../training/tapped-pass.ts'
import { settleStatistics } from './statistics.ts'

const data = blobs({ classes: 3, features: 4, train: 24, test: 3, seed: 1 })
const standardizer = createStandardizer(data.train, data.shape, 'per-channel')
const blueprintOf = (text: string) => createBlueprint(parseNetwork(text, { input: [4], classes: 3 }), [4])
const settle = (network: Network, backend: Backend, batch: number, batches: number): Promise<Weights> => {
  const blueprint = createBlueprint(network, data.shape)
  const options = { batch, batches, seed: 5 }
  return settleStatistics(blueprint, backend, data.train, standardizer, initialize(blueprint, 2), options)
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) }
}

/** The standardized inputs of a sample. */
function rowOf(sample: number): Float64Array {
  const array = new Float64Array(4)
  standardizer.fill(data.train, Uint32Array.of(sample), { array, offset: 0, stride: 4 })
  return array
}

function expectClose(found: ArrayLike<number> | undefined, expected: readonly number[], digits: number): void {
  expect(found?.length).toBe(expected.length)
  expected.forEach((value, index) => {
    expect(found?.[index]).toBeCloseTo(value, digits)
  })
}

describe('settleStatistics', () => {
  it('averages the mean and variance of each batch over the batches, as a direct computation does', async () => {
    const blueprint = blueprintOf('mlp:depth=2,width=3,norm=batch')
    const weights = initialize(blueprint, 2)
    const options = { batch: 7, batches: 5, seed: 9 }
    const settled = await settleStatistics(
      blueprint,
      createReferenceBackend(),
      data.train,
      standardizer,
      weights,
      options,
    )
    const weight = weights.get('first.weight') ?? []
    const order = createSampleOrder(24, { seed: 9 })
    const indices = new Uint32Array(7)
    const sums = [0, 1, 2].map(() => ({ mean: 0, variance: 0 }))
    for (let batch = 0; batch < 5; batch++) {
      order.next(indices)
      const rows = Array.from(indices, rowOf)
      sums.forEach((sum, unit) => {
        const { mean, variance } = moments(
          rows.map((row) => row.reduce((total, value, k) => total + value * weight[4 * unit + k], 0)),
        )
        sum.mean += mean / 5
        sum.variance += variance / 5
      })
    }
    const close = (one: 'mean' | 'variance') => sums.map((sum) => sum[one])
    expectClose(settled.get('batchNorm1.running_mean'), close('mean'), 12)
    expectClose(settled.get('batchNorm1.running_var'), close('variance'), 12)
    expect(settled.get('first.weight')).toBe(weights.get('first.weight'))
    expectClose(weights.get('batchNorm1.running_mean'), [0, 0, 0], 12)
  })

  it('finds mean 0 and variance n/(n - 1) for standardized samples, and averages channels over all positions', async () => {
    const direct = await settle(chain(batchNorm(), dense(3)), createReferenceBackend(), 99, 2)
    expectClose(direct.get('batchNorm1.running_mean'), [0, 0, 0, 0], 6)
    expectClose(direct.get('batchNorm1.running_var'), Array(4).fill(24 / 23), 6)
    const image = createBlueprint(chain(conv(2, { kernel: 1 }), batchNorm(), globalAveragePool()), [1, 2, 2])
    const weights = new Map<string, ArrayLike<number>>([...initialize(image, 1), ['conv1.weight', [1, -3]]])
    const backend = createReferenceBackend()
    const options = { batch: 24, batches: 1, seed: 0 }
    const settled = await settleStatistics(image, backend, data.train, standardizer, weights, options)
    const { mean, variance } = moments(Array.from({ length: 24 }, (_, sample) => [...rowOf(sample)]).flat())
    expectClose(settled.get('batchNorm1.running_mean'), [mean, -3 * mean], 10)
    expectClose(settled.get('batchNorm1.running_var'), [variance, 9 * variance], 10)
  })

  it('finds the statistics of deeper layers in loops on the WebAssembly backend, as a tapped pass does', async () => {
    const backend = await createWasmBackend({ threads: 'inline' })
    const blueprint = blueprintOf('mlp:depth=4,width=5,norm=batch')
    const weights = initialize(blueprint, 3)
    const options = { batch: 24, batches: 2, seed: 1 }
    const settled = await settleStatistics(blueprint, backend, data.train, standardizer, weights, options)
    const pass = await openTappedPass(blueprint, createReferenceBackend(), weights, 24, ({ path }) => {
      return path === 'hidden.dense1'
    })
    const all = Uint32Array.from({ length: 24 }, (_, sample) => sample)
    const [tapped] = await pass.run((rows) => standardizer.fill(data.train, all, rows))
    const expected = [0, 1, 2].flatMap((iteration) =>
      [0, 1, 2, 3, 4].map((unit) => moments([...tapped.values(iteration)].filter((_, place) => place % 5 === unit))),
    )
    const seen = (one: 'mean' | 'variance') => expected.map((each) => each[one])
    expectClose(settled.get('hidden.batchNorm1.running_mean'), seen('mean'), 5)
    expectClose(settled.get('hidden.batchNorm1.running_var'), seen('variance'), 5)
    backend.dispose()
  })

  it('replaces statistics that are not finite, and returns the same weights for a network without batch norm', async () => {
    const network = chain(dense(3), batchNorm(), relu())
    const blueprint = createBlueprint(network, data.shape)
    const broken = new Map<string, ArrayLike<number>>([
      ...initialize(blueprint, 2),
      ['batchNorm1.running_var', [Number.POSITIVE_INFINITY, Number.NaN, 1]],
    ])
    const backend = createReferenceBackend()
    const options = { batch: 8, batches: 3, seed: 5 }
    const settled = await settleStatistics(blueprint, backend, data.train, standardizer, broken, options)
    const fromSound = await settle(network, backend, 8, 3)
    expect(settled.get('batchNorm1.running_var')).toEqual(fromSound.get('batchNorm1.running_var'))

    const idle: Backend = { ...backend, compile: () => Promise.reject(new Error('compiled')) }
    const plain = blueprintOf('mlp:depth=2,width=3')
    const weights = initialize(plain, 1)
    expect(await settleStatistics(plain, idle, data.train, standardizer, weights, options)).toBe(weights)
  })
})
