import { describe, expect, it } from 'vitest'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import { createStandardizer } from '../data/standardize.ts'
import { gradientGraph } from '../graph/programs.ts'
import { chain, dense, repeat, residual } from '../network/layers.ts'
import { parseNetwork } from '../network/presets.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import { countLost } from './lost-updates.ts'
import { openPass, type PassView } from './pass.ts'
import { chooseSamples, type ProbeSamples } from './samples.ts'
import { stagesOf } from './stages.ts'

const data = blobs({ classes: 3, features: 4, train: 64, test: 16, seed: 1 })
const samples: ProbeSamples = chooseSamples(
  data,
  createStandardizer(data.train, data.shape, 'per-channel'),
  'cross-entropy',
  16,
  1,
)
const shape = { input: [4], classes: 3 }

const namesOf = (text: string, input: readonly number[], classes: number): string[] =>
  stagesOf(createBlueprint(parseNetwork(text, { input, classes }), input).root).map(({ name }) => name)

describe('stagesOf', () => {
  it('lists each weighted layer together with the layers after it, and each iteration of a repeated block', () => {
    expect(namesOf('mlp:depth=4,width=8', [4], 3)).toEqual(['first', 'hidden[0]', 'hidden[1]', 'hidden[2]', 'readout'])
    expect(namesOf('cifar-resnet-14', [3, 8, 8], 10)).toMatchInlineSnapshot(`
      [
        "stem.conv1",
        "stage1.block[0]",
        "stage1.block[1]",
        "stage2.first",
        "stage2.block[0]",
        "stage3.first",
        "stage3.block[0]",
        "readout",
      ]
    `)
  })

  it('marks the blocks that have a skip', () => {
    const stages = stagesOf(createBlueprint(parseNetwork('residual-mlp:depth=3,width=8', shape), [4]).root)
    expect(stages.map(({ skips }) => skips)).toEqual([false, true, true, false])
  })

  it('gives the multiplier of a residual branch in each iteration', () => {
    const multipliersOf = (text: string): number[] =>
      stagesOf(createBlueprint(parseNetwork(text, shape), [4]).root).map(({ multiplier }) => multiplier)
    expect(multipliersOf('residual-mlp:depth=3,width=8,multiplier=0.5')).toEqual([1, 0.5, 0.5, 1])
    const block = residual(dense(8), { multiplier: [0.1, 0.2, 0.3] })
    const own = createBlueprint(chain(dense(8), repeat(3, block), dense(3)), [4])
    expect(stagesOf(own.root).map(({ multiplier }) => multiplier)).toEqual([1, 0.1, 0.2, 0.3, 1])
  })

  it('ends each stage after the layers that follow the weights, and lists the activations and weights', () => {
    const [first] = stagesOf(createBlueprint(parseNetwork('mlp:depth=3,width=8,norm=batch', shape), [4]).root)
    expect(first.end.layer.layer.kind).toBe('activation')
    expect(first.activations.map(({ layer }) => layer.path)).toEqual(['activation1'])
    expect(first.weights.map(({ parameter }) => parameter.name)).toEqual(['first.weight'])
  })
})

const networks = [
  'mlp:depth=4,width=8,activation=tanh',
  'mlp:depth=3,width=8,norm=batch',
  'residual-mlp:depth=4,width=8,activation=sigmoid,norm=layer',
]

async function runPass<T>(
  backend: Backend,
  text: string,
  seed: number,
  see: (view: PassView) => Promise<T>,
): Promise<T> {
  const blueprint = createBlueprint(parseNetwork(text, shape), [4])
  const weights = initialize(blueprint, seed)
  const needs = { stages: true, activations: true, gradients: true }
  const pass = await openPass(blueprint, backend, samples, needs)
  try {
    return await see(await pass.run((name) => weights.get(name) ?? []))
  } finally {
    pass.dispose()
  }
}

describe('openPass', () => {
  it.each(networks)('a probe pass reads equal values on WebAssembly and on the reference: %s', async (text) => {
    const see = async (view: PassView): Promise<number[][]> => {
      const seen = [[view.loss]]
      for (const { end, weights } of view.stages) {
        seen.push(Array.from(view.output(end).values))
        for (const place of weights) seen.push(Array.from(await view.gradient(place)))
      }
      return seen
    }
    const expected = await runPass(createReferenceBackend(), text, 3, see)
    const compiled = await createWasmBackend({ precision: 'float64', threads: 'inline' })
    const found = await runPass(compiled, text, 3, see)
    compiled.dispose()
    expect(found.length).toBe(expected.length)
    expected.forEach((values, index) => {
      values.forEach((value, position) => {
        expect(found[index][position]).toBeCloseTo(value, 12)
      })
    })
  })

  it.each([
    ['float32', 2],
    ['float64', 1],
  ] as const)(
    'a probe pass reads norms and counts that its program computes in %s, for stacked and padded tensors too',
    async (precision, threads) => {
      const blueprint = createBlueprint(parseNetwork('residual-mlp:depth=5,width=11', shape), [4])
      const backend = await createWasmBackend({ precision, threads })
      const weights = initialize(blueprint, 3)
      const needs = { gradients: true, tensors: true }
      // For weights of about 0.3, an update of 1e-8 is close to half a unit in the last place.
      const factor = 1e-6
      const pass = await openPass(blueprint, backend, samples, needs, { factor })
      const view = await pass.run((name) => weights.get(name) ?? [])
      const places = view.stages.flatMap((stage) => stage.weights)
      let moved = 0
      let stayed = 0
      for (const place of places) {
        const [own, gradient] = [view.weight(place), await view.gradient(place)]
        expect(view.weightNorm(place)).toBeCloseTo(euclideanNorm([own]), 5)
        expect(view.gradientNorm(place) / euclideanNorm([gradient])).toBeCloseTo(1, 6)
        const updates = Float64Array.from(gradient, (value) => Math.fround(factor) * value)
        const lost = countLost(own, updates)
        expect(view.unmoved(place)).toBe(lost)
        stayed += lost
        moved += own.length - lost
      }
      expect(places.length).toBeGreaterThan(5)
      expect(Math.min(moved, stayed)).toBeGreaterThan(20)
      pass.dispose()
      backend.dispose()
    },
  )

  it('a probe pass computes a norm from the downloaded values if the norm is out of range in float32', async () => {
    const blueprint = createBlueprint(chain(dense(3)), [4])
    const backend = await createWasmBackend({ threads: 'inline' })
    const pass = await openPass(blueprint, backend, samples, { gradients: true, tensors: true })
    for (const size of [1e-40, 3e38]) {
      const view = await pass.run((name) => new Float32Array(name.endsWith('weight') ? 12 : 3).fill(size))
      const [place] = view.stages[0].weights
      expect(view.weightNorm(place) / (Math.sqrt(12) * Math.fround(size))).toBeCloseTo(1, 9)
    }
    pass.dispose()
    backend.dispose()
  })

  it.each(networks)('computes the gradient of the loss with respect to the input: %s', async (text) => {
    const blueprint = createBlueprint(parseNetwork(text, shape), [4])
    const program = await createReferenceBackend().compile(
      gradientGraph(blueprint, { batch: 5, loss: 'cross-entropy' }),
    )
    for (const [name, values] of initialize(blueprint, 7)) program.upload(name, values)
    program.upload('labels', [0, 1, 2, 1, 0])
    const x = Float64Array.from({ length: 20 }, (_, index) => Math.sin(1 + 3 * index))
    const lossAt = async (moved: Float64Array): Promise<number> => {
      program.upload('x', moved)
      await program.run(0, 1)
      return (await program.download('loss'))[0]
    }
    await lossAt(x)
    const gradient = await program.download('gradient.x')
    const step = 1e-5
    for (let index = 0; index < x.length; index++) {
      const [above, below] = [Float64Array.from(x), Float64Array.from(x)]
      above[index] += step
      below[index] -= step
      const slope = ((await lossAt(above)) - (await lossAt(below))) / (2 * step)
      expect(Math.abs(gradient[index] - slope)).toBeLessThan(1e-7 * (1 + Math.abs(slope)))
    }
  })
})
