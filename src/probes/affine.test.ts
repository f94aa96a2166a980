import { describe, expect, it } from 'vitest'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chain, conv, dense, relu, repeat, residual, tanh } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { fitRidge } from '../numerics/ridge.ts'
import type { Weights } from '../training/evaluator.ts'
import { type AffineOptions, affineReplacement } from './affine.ts'
import { samplesOf } from './samples.ts'

const backend = createReferenceBackend()
const blob = blobs({ classes: 3, features: 4, train: 80, test: 3, seed: 1 })

function replace(network: Network, shape = [4], options?: AffineOptions, own?: Weights) {
  const blueprint = createBlueprint(network, shape)
  const samples = samplesOf({ ...blob, shape }, createStandardizer(blob.train, shape, 'per-channel'), 'cross-entropy')
  return affineReplacement(blueprint, backend, samples, own ?? initialize(blueprint, 3), options)
}

/** The mean cross-entropy of the odd samples, computed from the outputs of all samples. */
function lossOfOdd(outputs: readonly (readonly number[])[]): number {
  const losses = outputs.flatMap((row, sample) => {
    if (sample % 2 === 0) return []
    return [Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[blob.train.labels[sample]]]
  })
  return losses.reduce((sum, loss) => sum + loss / losses.length, 0)
}

describe('affineReplacement', () => {
  it('leaves the loss of a linear network unchanged', async () => {
    const network = chain(dense(6), repeat(3, dense(6), { name: 'deep' }), dense(3))
    const { residual: residuals, loss, whole } = await replace(network)
    expect(residuals).toHaveLength(5)
    expect(Math.max(...residuals)).toBeLessThan(1e-6)
    expect(loss).toEqual(Array(5).fill(expect.closeTo(whole, 4)))
  })

  it('leaves the loss unchanged when it replaces a convolution without an activation', async () => {
    const { residual: residuals, loss, whole } = await replace(chain(conv(3), tanh(), conv(2), dense(3)), [1, 2, 2])
    expect(residuals[0]).toBeGreaterThan(1e-3)
    expect(Math.max(...residuals.slice(1))).toBeLessThan(1e-6)
    expect(loss.slice(1)).toEqual(Array(2).fill(expect.closeTo(whole, 4)))
  })

  it('fits maps on the even samples and evaluates the maps on the odd samples, as a direct computation does', async () => {
    const network = chain(dense(5, { name: 'a' }), tanh(), dense(3, { name: 'b' }))
    const blueprint = createBlueprint(network, [4])
    const weights = new Map([...initialize(blueprint, 3)].map(([name, values]) => [name, values.map((w) => 2 * w)]))
    const found = await replace(network, [4], undefined, weights)
    const read = (name: string) => weights.get(name) ?? new Float64Array(0)
    const denseOf = (name: string, input: ArrayLike<number>): number[] =>
      Array.from(read(`${name}.bias`), (bias, unit) =>
        Array.from(input).reduce(
          (sum, value, k) => sum + value * read(`${name}.weight`)[unit * input.length + k],
          bias,
        ),
      )
    const values = new Float64Array(320)
    const standardizer = createStandardizer(blob.train, [4], 'per-channel')
    standardizer.fill(
      blob.train,
      Uint32Array.from({ length: 80 }, (_, n) => n),
      { array: values, offset: 0, stride: 4 },
    )
    const inputs = Array.from({ length: 80 }, (_, n) => values.subarray(4 * n, 4 * n + 4))
    const hidden = inputs.map((row) => denseOf('a', row).map(Math.tanh))
    const tableOf = (rows: readonly ArrayLike<number>[]) => ({
      rows: rows.length,
      width: rows[0].length,
      values: Float64Array.from(rows.flatMap((row) => Array.from(row))),
    })
    const isEven = (_: unknown, n: number) => n % 2 === 0
    const map = fitRidge(tableOf(inputs.filter(isEven)), tableOf(hidden.filter(isEven)))
    const given = inputs.map((row) => Array.from(map(tableOf([row])).values))
    const odd = hidden.filter((_, n) => n % 2 === 1)
    let [error, variation] = [0, 0]
    odd.forEach((row, place) => {
      row.forEach((value, unit) => {
        error += (value - given[2 * place + 1][unit]) ** 2
        variation += (value - odd.reduce((sum, other) => sum + other[unit] / 40, 0)) ** 2
      })
    })
    expect(found.residual).toEqual([expect.closeTo(error / variation, 9), expect.closeTo(0, 6)])
    expect(found.residual[0]).toBeGreaterThan(0.01)
    expect(found.whole).toBeCloseTo(lossOfOdd(hidden.map((row) => denseOf('b', row))), 9)
    expect(found.loss[0]).toBeCloseTo(lossOfOdd(given.map((row) => denseOf('b', row))), 9)
    expect(Math.abs(found.loss[0] - found.whole)).toBeGreaterThan(1e-3)
  })

  it('finds the known residual of a ReLU, because relu(x) is x/2 + |x|/2', async () => {
    // Each value occurs twice, so the even and the odd samples are the same.
    const sizes = Array.from({ length: 200 }, (_, n) => (n + 1) / 200)
    const inputs = sizes.flatMap((size) => [size, size, -size, -size])
    const train = {
      count: 800,
      inputs: Float64Array.from(inputs),
      labels: new Uint8Array(0),
      targets: Float64Array.from(inputs),
    }
    const data: Dataset = { name: 'values', shape: [1], classes: 0, train, test: train }
    const samples = samplesOf(data, createStandardizer(train, [1], 'none'), 'squared-error')
    const blueprint = createBlueprint(chain(dense(1, { name: 'only' }), relu()), [1])
    const weights = new Map([
      ['only.weight', [1]],
      ['only.bias', [0]],
    ])
    const found = await affineReplacement(blueprint, backend, samples, weights)
    const mean = sizes.reduce((sum, size) => sum + size / 200, 0)
    const square = sizes.reduce((sum, size) => sum + size ** 2 / 200, 0)
    const lost = (square - mean ** 2) / 4
    expect(found.residual[0]).toBeCloseTo(lost / (lost + square / 4), 3)
    // The target is x, so the output x/2 + mean/2 has the error x/2 - mean/2.
    expect(found.loss[0]).toBeCloseTo((square + mean ** 2) / 4, 3)
  })

  it('measures only stages without a skip that are at most 256 wide, and an evenly spread selection of many stages', async () => {
    const network = chain(dense(4), residual(dense(4)), dense(600), relu(), dense(4), dense(3))
    const { residual: residuals, loss } = await replace(network)
    expect(residuals.map(Number.isFinite)).toEqual([true, false, false, false, true])
    expect(loss.map(Number.isFinite)).toEqual([true, false, false, false, true])
    const deep = await replace(parseNetwork('mlp:depth=40,width=4,activation=tanh', { input: [4], classes: 3 }), [4], {
      fits: 5,
      replaced: 2,
    })
    const where = (values: readonly number[]) => values.flatMap((value, stage) => (Number.isNaN(value) ? [] : [stage]))
    expect(where(deep.loss)).toEqual([0, 40])
    expect(where(deep.residual)).toEqual([0, 10, 20, 30, 40])
  })
})
