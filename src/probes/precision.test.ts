import { describe, expect, it } from 'vitest'
import { downloadAll } from '../../test/support/downloads.ts'
import { type Backend, fillInput } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { gradientGraph } from '../graph/programs.ts'
import { chain, dense, repeat } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { type BackendSource, precisionGap } from './precision.ts'
import { type ProbeSamples, samplesOf } from './samples.ts'

const float64 = createReferenceBackend()
const sourceOf = (float32: Backend): BackendSource => ({
  backend: async (precision) => (precision === 'float32' ? float32 : float64),
})

const createFloat32 = (): Promise<Backend> => createWasmBackend({ threads: 'inline' })

/** A single sample with its target value. */
function oneSample(inputs: readonly number[], target: number): ProbeSamples {
  const set = {
    count: 1,
    inputs: Float64Array.from(inputs),
    labels: new Uint8Array(0),
    targets: Float64Array.of(target),
  }
  const data: Dataset = { name: 'one', shape: [inputs.length], classes: 0, train: set, test: set }
  return samplesOf(data, createStandardizer(set, data.shape, 'none'), 'squared-error')
}

async function gapOf(network: Network, samples: ProbeSamples, weights: Record<string, number[]>) {
  const blueprint = createBlueprint(network, [samples.set.inputs.length])
  return precisionGap(
    blueprint,
    sourceOf(await createFloat32()),
    samples,
    new Map<string, ArrayLike<number>>([...initialize(blueprint, 0), ...Object.entries(weights)]),
  )
}

const tiny = 2 ** -30
const blob = blobs({ classes: 3, features: 4, train: 16, test: 3, seed: 1 })
const samples = samplesOf(blob, createStandardizer(blob.train, blob.shape, 'per-channel'), 'cross-entropy')

/** The gradients of a pass by parameter name, with inputs and weights rounded to float32. */
async function gradientsOf(blueprint: Blueprint, backend: Backend): Promise<(name: string) => Float64Array> {
  const program = await backend.compile(gradientGraph(blueprint, { batch: 16, loss: 'cross-entropy' }))
  const x = new Float64Array(64)
  const rows = { array: x, offset: 0, stride: 4, width: 4 }
  samples.fill(rows, 16)
  program.upload('x', x.map(Math.fround))
  fillInput(program, samples.target, 0, (targets) => samples.fillTargets(targets, 16, rows))
  for (const [name, values] of initialize(blueprint, 4)) program.upload(name, values.map(Math.fround))
  await program.run(0, 1)
  const gradients = await downloadAll(
    program,
    program.graph.outputs.map(({ name }) => name),
  )
  return (name) => gradients.get(name) ?? new Float64Array()
}

describe('precisionGap', () => {
  it('the gap equals the relative distance of the gradients, computed directly', async () => {
    const text = 'mlp:depth=3,width=8,activation=tanh,norm=batch'
    const blueprint = createBlueprint(parseNetwork(text, { input: [4], classes: 3 }), [4])
    const float32 = await createFloat32()
    const gap = await precisionGap(blueprint, sourceOf(float32), samples, initialize(blueprint, 4))
    const [single, exact] = [await gradientsOf(blueprint, float32), await gradientsOf(blueprint, float64)]
    const names = ['first', 'hidden.dense1', 'hidden.dense1', 'readout']
    const expected = names.map((name, stage) => {
      const size = name === 'hidden.dense1' ? 64 : undefined
      const start = stage === 2 ? 64 : 0
      const part = (values: Float64Array) => values.subarray(start, size && start + size)
      const [found, wanted] = [single, exact].map((read) => part(read(`gradient.${name}.weight`)))
      return Math.hypot(...found.map((value, index) => value - wanted[index])) / Math.hypot(...wanted)
    })
    expect(gap.gradient).toEqual(expected.map((value) => expect.closeTo(value, 12)))
    for (const error of gap.gradient) {
      expect(error).toBeGreaterThan(1e-9)
      expect(error).toBeLessThan(1e-5)
    }
    const [loss32, loss64] = [single('loss')[0], exact('loss')[0]]
    expect(gap.loss).toBeCloseTo(Math.abs(loss32 - loss64) / loss64, 12)
    expect(gap.samples).toBe(16)
  })

  it('the gap is 1 if float32 loses a difference, and infinite if only the float64 gradient is 0', async () => {
    // In float32, 1 + 2^-30 rounds to 1, so the output equals the target. In float64, the output is off by 2^-30.
    const lost = await gapOf(dense(1, { name: 'a' }), oneSample([1, tiny], 1), { 'a.weight': [1, 1] })
    expect(lost).toEqual({ gradient: [1], loss: 1, samples: 1 })
    const network = chain(dense(1, { name: 'a' }), dense(1, { name: 'b' }))
    const weights = { 'a.weight': [1, 1], 'b.weight': [1], 'b.bias': [-1] }
    const none = await gapOf(network, oneSample([1, tiny], tiny), weights)
    expect(none.gradient).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    const huge = await gapOf(dense(1, { name: 'a' }), oneSample([2 ** 100, 1], 0), { 'a.weight': [2 ** 100, 1] })
    expect(huge.gradient).toEqual([Number.POSITIVE_INFINITY])
  })

  it('the gap is 0 if the pass rounds nothing, because inputs and weights are rounded before the pass', async () => {
    const weight = await gapOf(dense(1, { name: 'a' }), oneSample([1], 0.1), { 'a.weight': [0.1] })
    expect(weight).toEqual({ gradient: [0], loss: 0, samples: 1 })
    const input = await gapOf(dense(1, { name: 'a' }), oneSample([0.1], 0.1), { 'a.weight': [1] })
    expect(input).toEqual({ gradient: [0], loss: 0, samples: 1 })
  })

  it('the gap is 1 if the gradient underflows in float32, even if its square underflows in float64', async () => {
    const shrinking = dense(2, { init: { kind: 'identity', gain: 1e-3 } })
    const network = chain(repeat(80, shrinking, { name: 'deep' }), dense(1, { name: 'end' }))
    const gap = await gapOf(network, oneSample([1, 1], 1), { 'end.weight': [1, 1] })
    expect(gap.gradient[40]).toBe(1)
    expect(gap.gradient[80]).toBe(1)
  })

  it('both passes use the largest number of samples that fits into both backends', async () => {
    const blueprint = createBlueprint(parseNetwork('mlp:depth=200,width=16', { input: [4], classes: 3 }), [4])
    const memoryLimit = (await createFloat32()).memoryOf(gradientGraph(blueprint, { batch: 4, loss: 'cross-entropy' }))
    const float32 = await createWasmBackend({ threads: 'inline', memoryLimit })
    const gap = await precisionGap(blueprint, sourceOf(float32), samples, initialize(blueprint, 4))
    expect(gap.samples).toBe(4)
    expect(gap.gradient[199]).toBeLessThan(1e-3)
  })

  it('the gap is NaN for weights that are not trained', async () => {
    const network = chain(dense(2, { name: 'a', trained: false }), dense(1, { name: 'b' }))
    const gap = await gapOf(network, oneSample([1, 0.5], 1), {})
    expect(gap.gradient).toEqual([Number.NaN, expect.closeTo(0, 5)])
  })
})
