import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { laterRefusal } from '../../test/support/refusal.ts'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { blobs } from '../data/blobs.ts'
import { dataset } from '../data/own-arrays.ts'
import { createStandardizer } from '../data/standardize.ts'
import { constant, gaussian, orthogonal, uniform, zeros } from '../network/initializers.ts'
import { batchNorm, chain, conv, dense, globalAveragePool, relu, repeat, residual, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { createRandom } from '../support/random.ts'
import type { Weights } from '../training/evaluator.ts'
import { iterationName } from '../training/layer-order.ts'
import type { AdjustControl } from '../training/start-change.ts'
import { openTappedPass } from '../training/tapped-pass.ts'
import { type LsuvResult, lsuv, lsuvTolerance, rescaledLayers } from './lsuv.ts'

const reference = createReferenceBackend()
let float32: Backend
beforeAll(async () => {
  float32 = await createWasmBackend({ threads: 'inline' })
})
afterAll(() => float32.dispose())

const points = blobs({ features: 5, classes: 3, train: 80, test: 20, seed: 1 })

/** Random images of two channels and 6 x 6 positions. */
const images = dataset({
  inputs: Float32Array.from(
    { length: 48 * 72 },
    (() => {
      const random = createRandom(3)
      return () => random.normal()
    })(),
  ),
  labels: Int32Array.from({ length: 48 }, (_, index) => index % 3),
  shape: [2, 6, 6],
})

interface Subject {
  readonly blueprint: Blueprint
  readonly drawn: Weights
  /** Rescales the drawn weights on a batch of 32 samples. */
  readonly rescale: (backend?: Backend, drawn?: Weights, control?: AdjustControl) => Promise<LsuvResult>
  /** The variance of the output of each weighted layer in a whole pass with the given weights. */
  readonly variances: (weights: Weights) => Promise<ReadonlyMap<string, number>>
}

const batch = 32

function subjectOf(network: Network, data = points, seed = 0): Subject {
  const blueprint = createBlueprint(network, data.shape)
  const standardizer = createStandardizer(data.train, data.shape, 'per-channel')
  const drawn = initialize(blueprint, seed)
  return {
    blueprint,
    drawn,
    rescale: (backend = reference, weights = drawn, control = {}) =>
      lsuv(blueprint, backend, weights, data.train, standardizer, { batch, seed, ...control }),
    variances: async (weights) => {
      const indices = createRandom(seed, 'lsuv batch').permutation(data.train.count).slice(0, batch)
      const isWeighted = ({ layer }: { layer: { kind: string } }) => layer.kind === 'dense' || layer.kind === 'conv'
      const pass = await openTappedPass(blueprint, reference, weights, batch, isWeighted)
      const outputs = await pass.run((target) => standardizer.fill(data.train, indices, target))
      return new Map(
        outputs.flatMap(({ layer: { path, loops }, values }) =>
          Array.from({ length: sizeOf(loops) }, (_, iteration) => [
            iterationName(path, loops, iteration),
            varianceOf(values(iteration)),
          ]),
        ),
      )
    },
  }
}

function varianceOf(values: ArrayLike<number>): number {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  return list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length
}

describe('lsuv', () => {
  const networks: readonly (readonly [string, Network, typeof points])[] = [
    ['a deep tanh network', parseNetwork('mlp:depth=30,width=9,activation=tanh,init=pytorch', { classes: 3 }), points],
    [
      'residual branches with multipliers',
      parseNetwork('residual-mlp:depth=12,width=9,multiplier=1/l,gain=0.2', { classes: 3 }),
      points,
    ],
    [
      'loops in loops, with biases',
      chain(
        dense(6, { init: gaussian({ sw2: 9, sb2: 0.3 }) }),
        tanh(),
        repeat(3, chain(repeat(2, chain(dense(6, { init: uniform() }), tanh())), batchNorm())),
        dense(3),
      ),
      points,
    ],
    [
      'convolutions with shortcuts and norms',
      chain(
        conv(4, { init: uniform({ from: -0.01, to: 0.01 }) }),
        relu(),
        residual(chain(conv(6, { stride: 2, bias: false }), batchNorm(), relu(), conv(6)), {
          shortcut: conv(6, { kernel: 1, stride: 2, init: orthogonal(7) }),
          multiplier: 0.5,
          trainedMultiplier: true,
        }),
        globalAveragePool(),
        dense(3),
      ),
      images,
    ],
  ]

  it.each(networks)('reports every layer and can be stopped after any layer: %s', async (_name, network, data) => {
    const { blueprint, rescale } = subjectOf(network, data)
    const reported: number[] = []
    const { layers } = await rescale(reference, undefined, { onLayer: (done) => reported.push(done) })
    expect(rescaledLayers(blueprint.root)).toBe(layers.length)
    expect(reported).toEqual(layers.map((_, index) => index + 1))
    const controller = new AbortController()
    const until: number[] = []
    const onLayer = (done: number): void => {
      until.push(done)
      if (done === 2) controller.abort(new Error('stopped by the test'))
    }
    const stopped = await laterRefusal(() => rescale(reference, undefined, { abort: controller.signal, onLayer }))
    expect(stopped).toBe('Error: stopped by the test')
    expect(until).toEqual([1, 2])
  })

  it('lets signals run between its layers', async () => {
    const { rescale } = subjectOf(parseNetwork('mlp:depth=400,width=40,activation=tanh', { classes: 3 }))
    const controller = new AbortController()
    let done = 0
    // A timer runs only if the work pauses, as the handler of Ctrl-C does. Without a pause, the work would end first.
    setTimeout(() => controller.abort(), 0)
    const slow = (): void => {
      done++
      const until = performance.now() + 2
      while (performance.now() < until);
    }
    await expect(rescale(float32, undefined, { abort: controller.signal, onLayer: slow })).rejects.toThrow()
    expect(done).toBeLessThan(401)
  })

  it.each(networks)('gives the output of every weighted layer a variance of 1: %s', async (_name, network, data) => {
    const { rescale, variances, drawn, blueprint } = subjectOf(network, data)
    const { weights, layers, samples } = await rescale()
    const found = await variances(weights)
    expect(samples).toBe(batch)
    expect(layers.map(({ layer }) => layer).sort()).toEqual([...found.keys()].sort())
    expect(layers.some(({ factor }) => factor !== 1)).toBe(true)
    for (const { layer, after } of layers) {
      expect(Math.abs(after - 1)).toBeLessThan(lsuvTolerance)
      expect(found.get(layer)).toBeCloseTo(after, 9)
    }
    for (const { name, role } of blueprint.parameters) {
      if (role !== 'weight') expect(weights.get(name)).toEqual(drawn.get(name))
    }
  })

  it.each(networks)('finds in float32 the factors of float64: %s', async (_name, network, data) => {
    const { rescale } = subjectOf(network, data)
    const [exact, rounded] = [await rescale(), await rescale(float32)]
    for (const [place, { layer, factor }] of exact.layers.entries()) {
      expect(rounded.layers[place].layer).toBe(layer)
      expect(Math.abs(rounded.layers[place].factor / factor - 1)).toBeLessThan(1e-4)
    }
  })

  it('finds the factors of the algorithm as the paper writes it, with a whole pass for each round', async () => {
    const network = chain(
      dense(7, { init: uniform() }),
      tanh(),
      repeat(4, chain(dense(7, { init: uniform() }), tanh())),
    )
    const { rescale, variances, drawn } = subjectOf(network)
    const { layers, weights } = await rescale()
    const naive = new Map([...drawn].map(([name, values]) => [name, Float64Array.from(values)]))
    const scaleOf = (layer: string, factor: number): void => {
      const [, path, iteration = '0'] = /^([^[]*)(?:\[(\d+)\])?$/.exec(layer) ?? []
      const values = naive.get(`${path}.weight`) ?? new Float64Array()
      const size = path === 'dense1' ? values.length : 49
      for (let place = 0; place < size; place++) values[Number(iteration) * size + place] *= factor
    }
    for (const { layer } of layers) {
      for (let round = 0; round < 10; round++) {
        const variance = (await variances(naive)).get(layer) ?? 0
        if (Math.abs(variance - 1) < 0.1) break
        scaleOf(layer, 1 / Math.sqrt(variance))
      }
    }
    for (const [name, values] of naive) {
      for (const [place, value] of values.entries()) expect(weights.get(name)?.[place]).toBeCloseTo(value, 10)
    }
  })

  it('gives any network the variances that a whole pass measures', async () => {
    const law = fc.asyncProperty(arbitraryNetwork(), async (network) => {
      const { rescale, variances } = subjectOf(network)
      const { weights, layers } = await rescale()
      // Norms of outputs that are constant but for rounding errors turn these errors into noise.
      fc.pre(layers.every(({ before }) => before > 1e-9))
      const found = await variances(weights)
      for (const { layer, after } of layers)
        expect(Math.abs((found.get(layer) ?? 0) - after)).toBeLessThan(1e-6 * after)
    })
    await fc.assert(law, { seed: 5, numRuns: 60 })
  })

  it('leaves layers as drawn whose outputs no factor brings to a variance of 1', async () => {
    const network = chain(
      dense(6, { init: zeros() }),
      dense(6, { init: constant(1, 2) }),
      dense(6, { init: gaussian({ sw2: 1, sb2: 25 }) }),
      tanh(),
      dense(3, { init: zeros() }),
    )
    const { rescale, drawn } = subjectOf(network)
    const { layers, weights } = await rescale()
    expect(layers.map(({ factor }) => factor)).toEqual([1, 1, 1, 1])
    expect(layers.slice(0, 2).map(({ after }) => after)).toEqual([0, 0])
    expect(layers[2].after).toBeGreaterThan(2)
    for (const [name, values] of drawn) expect(weights.get(name)).toEqual(values)
  })

  it('leaves a layer as drawn whose outputs differ only by rounding errors', async () => {
    // The biases saturate tanh at 1, so the second layer's inputs are equal up to rounding errors.
    const network = chain(dense(6, { init: constant(1e-9, 18) }), tanh(), dense(1, { init: uniform({ from: 0 }) }))
    const { layers } = await subjectOf(network).rescale(float32)
    expect(layers[1]).toMatchObject({ layer: 'dense2', factor: 1 })
  })

  it('changes nothing if every variance is near 1 already', async () => {
    const { rescale } = subjectOf(networks[0][1])
    const once = await rescale()
    const again = await rescale(reference, once.weights)
    expect(again.layers.every(({ factor }) => factor === 1)).toBe(true)
    expect(again.weights).toEqual(once.weights)
  })

  it('refuses weights of another network', async () => {
    const { rescale } = subjectOf(networks[0][1])
    expect(await laterRefusal(() => rescale(reference, new Map()))).toMatch(/weights: expected values of first\.weight/)
  })
})

test('lsuv calls one program for each layer, and compiles equal layers once', async () => {
  const counts = { compiled: 0, runs: 0, disposed: 0 }
  const counted: Backend = Object.assign(Object.create(reference), {
    compile: async (...those: Parameters<Backend['compile']>) => {
      const program = await reference.compile(...those)
      counts.compiled++
      return Object.assign(Object.create(program), {
        run: (...steps: Parameters<typeof program.run>) => {
          counts.runs++
          return program.run(...steps)
        },
        dispose: () => {
          counts.disposed++
          program.dispose()
        },
      })
    },
  })
  await subjectOf(parseNetwork('mlp:depth=200,width=4', { classes: 3 })).rescale(counted)
  // The programs are the first layer, a repeated layer, the read-out, and relu.
  expect(counts).toEqual({ compiled: 4, runs: 401, disposed: 4 })
})
