import { describe, expect, it } from 'vitest'
import { fewPoints, tinyTask } from '../../test/support/tiny-training.ts'
import { chain, dense, dropout } from '../network/layers.ts'
import { functionGap } from './function-gap.ts'

describe('functionGap:', () => {
  const network = chain(dense(2, { name: 'only' }), dropout(0.5))
  const { blueprint, weights, backend, standardizer } = tinyTask(network, { standardize: 'none' })
  const withBias = (...bias: number[]) => ({
    blueprint,
    weights: new Map(weights).set('only.bias', Float64Array.from(bias)),
  })
  const gap = (one: ReturnType<typeof withBias>, other: ReturnType<typeof withBias>) =>
    functionGap(one, other, backend, fewPoints.test, standardizer)

  it('the gap is the largest difference between two outputs, and its scale is the largest output', async () => {
    const [a, b, c, d] = Array.from(weights.get('only.weight') ?? [])
    const { inputs, count } = fewPoints.test
    const outputs = Array.from({ length: count }, (_, row) => {
      const [x, y] = inputs.subarray(2 * row)
      return [a * x + b * y, c * x + d * y]
    })
    const { largest, scale } = await gap(withBias(0, 0), withBias(0.25, -0.5))
    expect(largest).toBeCloseTo(0.5, 12)
    expect(scale).toBeCloseTo(Math.max(...outputs.flat().map(Math.abs)), 12)
    expect(await gap(withBias(0, 0), withBias(0, 0))).toEqual({ largest: 0, scale })
  })

  it('the gap is NaN if an output is NaN', async () => {
    expect(await gap(withBias(0, 0), withBias(0, Number.NaN))).toMatchObject({ largest: Number.NaN })
  })

  it('networks with outputs of different shapes are refused', async () => {
    const other = tinyTask(dense(3))
    const wrong = functionGap(withBias(0, 0), other, backend, fewPoints.test, standardizer)
    await expect(wrong).rejects.toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: outputs: expected two outputs of the shape [2], got [3]. Compare networks for the same task.]`,
    )
  })
})
