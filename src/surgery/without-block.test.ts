import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import '../../test/support/seed.ts'
import { fewPoints, preset, tinyTask } from '../../test/support/tiny-training.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { batchNorm, chain, dense, relu, repeat, residual, tanh } from '../network/layers.ts'
import type { Layer } from '../network/network.ts'
import type { Weights } from '../training/evaluate.ts'
import { functionGap } from './function-gap.ts'
import { withoutIterations } from './without-block.ts'

/** The gap between a network whose loop is left out in part, and a shorter loop with the weights of the other iterations. */
async function gapToShorter(of: (times: number) => Layer, times: number, from: number, to: number) {
  const { blueprint, weights, standardiser } = tinyTask(of(times))
  const short = createBlueprint(of(times - (to - from)), [2])
  const shorter = short.parameters.map(({ name, loops, shape }): [string, Float64Array] => {
    const values = Array.from(weights.get(name) ?? [])
    const size = sizeOf(shape.slice(1))
    return [name, Float64Array.from(loops.length > 0 ? values.toSpliced(from * size, (to - from) * size) : values)]
  })
  const without = withoutIterations(blueprint, weights, 'hidden', from, to)
  if ('impossible' in without) return without
  return functionGap(
    { blueprint: short, weights: new Map(shorter) },
    { blueprint, weights: without },
    createReferenceBackend(),
    fewPoints.test,
    standardiser,
  )
}

const loopOf = (block: Layer) => (times: number) =>
  chain(dense(5), relu(), repeat(times, block, { name: 'hidden' }), dense(2))

describe('a network without some iterations', () => {
  it('is the shorter network with the weights of the others, to the last bit', async () => {
    const blocks = [
      dense(5),
      chain(dense(5), relu()),
      chain(dense(5), batchNorm(), relu()),
      residual(chain(dense(5), tanh()), { multiplier: 0.5 }),
      chain(residual(chain(dense(5), batchNorm()), { trainedMultiplier: true }), relu()),
    ]
    const ranges = fc.integer({ min: 2, max: 6 }).chain((times) =>
      fc.tuple(fc.constant(times), fc.nat({ max: times - 2 })).chain(([all, from]) =>
        fc.record({
          times: fc.constant(all),
          from: fc.constant(from),
          to: fc.integer({ min: from + 1, max: all - 1 }),
        }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...blocks), ranges, async (block, { times, from, to }) => {
        const gap = await gapToShorter(loopOf(block), times, from, to)
        expect(gap).toMatchObject({ largest: 0, scale: expect.toSatisfy((scale: number) => scale > 0.01) })
      }),
      { numRuns: 40 },
    )
  })

  it('leaves the given weights and all other layers as they are', () => {
    const { blueprint, weights } = tinyTask('residual-mlp:depth=4,width=3')
    const before = new Map([...weights].map(([name, values]) => [name, Float64Array.from(values)]))
    const without = withoutIterations(blueprint, weights, 'hidden', 1, 2)
    expect(weights).toEqual(before)
    if ('impossible' in without) throw new Error(without.impossible)
    const changed = [...without].filter(([name, values]) =>
      values.some((value, place) => value !== before.get(name)?.[place]),
    )
    expect(changed.map(([name]) => name)).toEqual(['hidden.dense1.weight'])
    expect(without.get('hidden.dense1.weight')?.subarray(0, 9)).toEqual(
      before.get('hidden.dense1.weight')?.subarray(0, 9),
    )
  })

  it('may be without a whole loop', () => {
    const { blueprint, weights } = tinyTask('mlp:depth=4,width=2')
    const without = withoutIterations(blueprint, weights, 'hidden', 0, 3)
    const kernels = 'impossible' in without ? undefined : without.get('hidden.dense1.weight')
    expect(Array.from(kernels ?? [])).toEqual([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1])
  })

  it('leaves out an inner loop in all iterations of the outer one', () => {
    const inner = repeat(3, residual(dense(2, { bias: false })), { name: 'inner' })
    const { blueprint, weights } = tinyTask(repeat(2, chain(inner), { name: 'outer' }))
    const without = withoutIterations(blueprint, weights, 'outer.inner', 1, 3)
    const kernels = 'impossible' in without ? undefined : without.get('outer.inner.branch.weight')
    const isZero = Array.from({ length: 6 }, (_, index) =>
      kernels?.subarray(4 * index, 4 * index + 4).every((value) => value === 0),
    )
    expect(isZero).toEqual([false, true, true, false, true, true])
  })

  it('says why it cannot be', () => {
    const reasonFor = (network: Layer, from = 1): unknown => {
      const { blueprint, weights } = tinyTask(network)
      const without = withoutIterations(blueprint, weights, 'hidden', from, 2)
      return 'impossible' in without ? without.impossible : without
    }
    expect(reasonFor(preset('mlp:depth=4,width=3,activation=tanh'))).toMatchInlineSnapshot(
      `"hidden: could only nearly be made to hand on what it gets, scaled and shifted"`,
    )
    expect(reasonFor(preset('mlp:depth=4,width=3,norm=layer'))).toMatchInlineSnapshot(
      `"hidden.layerNorm1: normalises each sample, which no weights undo"`,
    )
    // What comes into the loop may be negative, what one iteration gives to the next may not.
    const afterLinear = chain(dense(5), repeat(4, chain(dense(5), relu()), { name: 'hidden' }), dense(2))
    expect(reasonFor(afterLinear, 0)).toMatchInlineSnapshot(
      `"hidden: could only nearly be made to hand on what it gets, scaled and shifted"`,
    )
    expect(reasonFor(afterLinear, 1)).toBeInstanceOf(Map)
  })

  it('says which loops and iterations there are', () => {
    const { blueprint, weights } = tinyTask('mlp:depth=4,width=3')
    const without =
      (path: string, from: number, to: number, given: Weights = weights) =>
      () =>
        withoutIterations(blueprint, given, path, from, to)
    expect(without('hiden', 0, 1)).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: path: expected that of a repeat, got hiden. Take one of hidden.]`,
    )
    expect(without('hidden', 2, 4)).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: hidden: expected iterations from 0 to below 3, got those from 2 to below 4.]`,
    )
    expect(without('hidden', 1, 1)).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: hidden: expected iterations from 0 to below 3, got those from 1 to below 1.]`,
    )
    expect(without('hidden', 0, 1, new Map())).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: weights: expected values of first.weight, and there are none. Give the weights of this network.]`,
    )
  })
})
