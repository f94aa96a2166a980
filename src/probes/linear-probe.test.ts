import { describe, expect, it } from 'vitest'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import { autoencode, type Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chain, dense, relu, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { fitRidge } from '../numerics/ridge.ts'
import type { Weights } from '../training/evaluator.ts'
import { linearProbeAccuracy } from './linear-probe.ts'
import { recordStages } from './recorded-stages.ts'
import { samplesOf } from './samples.ts'
import { type Stage, stagesOf } from './stages.ts'

const backend = createReferenceBackend()
const blob = blobs({ classes: 3, features: 4, train: 60, test: 30, seed: 1, noise: 0.8 })

/** The training and test samples of a data set, not standardized. */
function bothOf(data: Dataset) {
  const standardizer = createStandardizer(data.train, data.shape, 'none')
  const of = (set: Dataset['train']) => samplesOf({ ...data, train: set }, standardizer, 'cross-entropy')
  return [of(data.train), of(data.test)] as const
}

function probe(network: Network, data: Dataset, own: Weights = new Map(), on = backend) {
  const blueprint = createBlueprint(network, data.shape)
  const [train, test] = bothOf(data)
  const weights = new Map<string, ArrayLike<number>>([...initialize(blueprint, 3), ...own])
  return linearProbeAccuracy(blueprint, on, train, test, weights)
}

/** The corners of a square. Opposite corners belong to the same class. */
function corners(count: number): Dataset {
  const places = Array.from({ length: count }, (_, n) => [n & 1, (n >> 1) & 1])
  const set = {
    count,
    inputs: Float64Array.from(places.flat()),
    labels: Uint8Array.from(places, ([a, b]) => a ^ b),
  }
  return { name: 'corners', shape: [2], classes: 2, train: set, test: set }
}

describe('linearProbeAccuracy', () => {
  it('has an accuracy of 1 after the stage that makes the classes linearly separable', async () => {
    // The units are x + y and relu(x + y - 1), and x xor y equals the first unit minus twice the second.
    const weights = new Map([
      ['a.weight', [1, 0, 0, 1]],
      ['b.weight', [1, 1, 1, 1]],
      ['b.bias', [0, -1]],
      ['c.weight', [0, 0, 0, 0]],
    ])
    const network = chain(dense(2, { name: 'a' }), dense(2, { name: 'b' }), relu(), dense(2, { name: 'c' }))
    const found = await probe(network, corners(40), weights)
    expect(found?.train.length).toBe(3)
    expect(found?.train[0]).toBeLessThan(0.8)
    // The last stage outputs only zeros, so all samples are assigned to the same class.
    expect(found?.train.slice(1)).toEqual([1, 0.5])
    expect(found?.test.slice(1)).toEqual([1, 0.5])
  })

  it('agrees with the accuracy of a ridge regression on each stage, computed directly', async () => {
    const network = parseNetwork('mlp:depth=3,width=6,norm=batch', { input: [4], classes: 3 })
    const found = await probe(network, blob)
    const blueprint = createBlueprint(network, [4])
    const weights = initialize(blueprint, 3)
    const [train, test] = bothOf(blob)
    const [seen, unseen] = await Promise.all([train, test].map((set) => recordStages(blueprint, backend, set, weights)))
    const accuracyAt = async ({ end }: Stage): Promise<number> => {
      const features = await seen.output(end)
      const width = features.length / 60
      const targets = Float64Array.from({ length: 180 }, (_, place) =>
        Number(blob.train.labels[Math.floor(place / 3)] === place % 3),
      )
      const map = fitRidge({ rows: 60, width, values: features }, { rows: 60, width: 3, values: targets })
      const { values } = map({ rows: 30, width, values: await unseen.output(end) })
      const right = Array.from(blob.test.labels, (label, row) => {
        const outputs = [0, 1, 2].map((k) => values[3 * row + k])
        return outputs.every((value) => value <= outputs[label])
      })
      return right.filter(Boolean).length / 30
    }
    const expected = await Promise.all(stagesOf(blueprint.root).map(accuracyAt))
    expect(found?.test).toEqual(expected)
    expect(new Set(expected).size).toBeGreaterThan(1)
    expect(Math.min(...(found?.train ?? []))).toBeGreaterThan(0.5)
    expect(Math.min(...(found?.train ?? []))).toBeLessThan(1)
  })

  it('projects wide stages and stages of images, and gives the same result on the WebAssembly backend', async () => {
    const clear = blobs({ classes: 3, features: 16, train: 90, test: 60, seed: 2, noise: 0.3 })
    const image = { ...clear, shape: [1, 4, 4] }
    const network = parseNetwork('plain-8', { input: [1, 4, 4], classes: 3 })
    const found = await probe(network, image)
    const compiled = await createWasmBackend({ precision: 'float64', threads: 'inline' })
    expect(await probe(network, image, undefined, compiled)).toEqual(found)
    compiled.dispose()
    expect(found?.test[0]).toBeGreaterThan(0.9)
    const wide = await probe(chain(dense(600), tanh(), dense(3)), clear)
    expect(wide?.test[0]).toBeGreaterThan(0.9)
  })

  it('probes a limited number of stages that includes the first and the last, and can be aborted', async () => {
    const network = parseNetwork('mlp:depth=6,width=6', { input: [4], classes: 3 })
    const blueprint = createBlueprint(network, [4])
    const those = [blueprint, backend, ...bothOf(blob), initialize(blueprint, 3)] as const
    const [all, some] = [await linearProbeAccuracy(...those), await linearProbeAccuracy(...those, { stages: 3 })]
    expect(all?.test).toHaveLength(7)
    expect(some?.test).toEqual(all?.test.map((accuracy, stage) => (stage % 3 === 0 ? accuracy : Number.NaN)))
    const abort = AbortSignal.abort(new Error('stopped'))
    await expect(linearProbeAccuracy(...those, { abort })).rejects.toThrow('stopped')
    const later = new AbortController()
    setTimeout(() => later.abort(new Error('stopped later')), 0)
    await expect(linearProbeAccuracy(...those, { abort: later.signal })).rejects.toThrow('stopped later')
  })

  it('returns null for data without classes', async () => {
    expect(await probe(dense(4), autoencode(blob))).toBe(null)
  })
})
