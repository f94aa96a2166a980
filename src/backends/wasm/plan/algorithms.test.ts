/** Tests of the rule that chooses the algorithm of a convolution from its shape. */
import { describe, expect, test } from 'vitest'
import { type Call, graphOfCalls } from '../../../../test/support/calls.ts'
import { convCalls, type Sizes } from '../../../../test/support/convolutions.ts'
import { kernelsOf } from './barriers.ts'
import { createPlan, type PlanOptions } from './create.ts'
import { printPlan } from './print.ts'
import { verifyPlan } from './verify.ts'

const options: PlanOptions = { precision: 'float32', ringSlots: 1, reservedBytes: 0 }
const usual: Sizes = { B: 16, C: 32, O: 32, H: 8, W: 8, kernel: 3, stride: 1, padding: 'zero' }

function planOf(sizes: Partial<Sizes>, choices: Partial<PlanOptions> = {}) {
  const calls: Call[] = convCalls({ ...usual, ...sizes })
  const plan = createPlan(graphOfCalls(calls), { ...options, ...choices })
  verifyPlan(plan)
  return { calls, plan }
}

/** Returns the algorithms of a convolution, of its input gradient and of its weight gradient. */
function algorithmsOf(sizes: Partial<Sizes>, choices?: Partial<PlanOptions>): string {
  const { calls, plan } = planOf(sizes, choices)
  const kernels = [...kernelsOf(plan.body)]
  return calls.map(({ op }) => kernels.find(({ nodes: [node] }) => node.op === op)?.algorithm ?? 'none').join(', ')
}

const always = (algorithm: string): string => [algorithm, algorithm, algorithm].join(', ')

describe("choice of Winograd's algorithm:", () => {
  test("Winograd's algorithm is used for 3 x 3 convolutions with stride 1 in float32, if the options allow it", () => {
    expect(algorithmsOf({})).toBe(always('winograd-4'))
    expect(algorithmsOf({ padding: 'circular' })).toBe(always('winograd-4'))
    expect(algorithmsOf({ H: 10, W: 10, padding: 'none' })).toBe('winograd-4, winograd-4, winograd-4')
    for (const kernel of [1, 2, 5]) expect(algorithmsOf({ kernel })).toBe(always('direct'))
    for (const stride of [2, 3]) expect(algorithmsOf({ stride })).toBe(always('direct'))
    expect(algorithmsOf({}, { precision: 'float64' })).toBe(always('direct'))
    expect(algorithmsOf({}, { winograd: false })).toBe(always('direct'))
  })

  test('tiles are 4 x 4 or 2 x 2, depending on how many results of a tile lie beyond the border', () => {
    const sides = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 32]
    expect(sides.map((side) => `${side}: ${algorithmsOf({ H: side, W: side })}`).join('\n')).toMatchInlineSnapshot(`
      "1: direct, direct, direct
      2: winograd-2, winograd-2, direct
      3: winograd-4, winograd-4, direct
      4: winograd-4, winograd-4, direct
      5: winograd-2, winograd-2, direct
      6: winograd-2, winograd-2, winograd-2
      7: winograd-4, winograd-4, winograd-4
      8: winograd-4, winograd-4, winograd-4
      9: winograd-4, winograd-4, winograd-2
      13: winograd-4, winograd-4, winograd-4
      32: winograd-4, winograd-4, winograd-4"
    `)
    // One line or one column of results fills at most half of a tile.
    expect(algorithmsOf({ H: 1 })).toBe(always('direct'))
    expect(algorithmsOf({ W: 1 })).toBe(always('direct'))
  })

  test("Winograd's algorithm needs enough channels and outputs, and tiles of 4 x 4 need 16 terms", () => {
    const counts = [1, 3, 8, 12, 15, 16, 64]
    expect(
      counts.map((count) => `${count}: ${algorithmsOf({ C: count, O: count })}`).join('\n'),
    ).toMatchInlineSnapshot(`
      "1: direct, direct, direct
      3: direct, direct, direct
      8: direct, direct, direct
      12: winograd-2, winograd-2, winograd-4
      15: winograd-2, winograd-2, winograd-4
      16: winograd-4, winograd-4, winograd-4
      64: winograd-4, winograd-4, winograd-4"
    `)
    // A sum of 15 terms uses tiles of 2 x 2. The weight gradient is not limited by 15 channels, because the gradient
    // sums over positions.
    expect(algorithmsOf({ C: 15 })).toBe('winograd-2, winograd-4, winograd-4')
    expect(algorithmsOf({ O: 15 })).toBe('winograd-4, winograd-2, winograd-4')
    // Three channels, as in a color image, are too few for the convolution and for the weight gradient.
    expect(algorithmsOf({ C: 3 })).toMatch(/^direct, .+, direct$/)
  })

  test('weight gradients need enough images, because each part of the batch transforms a gradient', () => {
    const batches = [1, 2, 8, 16, 128]
    const texts = batches.map((B) => `${B}: ${algorithmsOf({ B, C: 16, O: 16 })}`)
    expect(texts.join('\n')).toMatchInlineSnapshot(`
      "1: winograd-4, winograd-4, direct
      2: winograd-4, winograd-4, direct
      8: winograd-4, winograd-4, direct
      16: winograd-4, winograd-4, winograd-4
      128: winograd-4, winograd-4, winograd-4"
    `)
  })
})

test("a printed plan names the kernels that use Winograd's algorithm", () => {
  const namesOf = (sizes: Partial<Sizes>, winograd: boolean): string[] =>
    printPlan(planOf(sizes, { winograd }).plan)
      .split('\n')
      .flatMap((line) => /^ {2}(conv.*?): /.exec(line)?.[1] ?? [])
  expect(namesOf({ C: 15 }, true)).toEqual([
    'conv (winograd 2x2)',
    'convInputGradient (winograd 4x4)',
    'convWeightGradient (winograd 4x4)',
  ])
  expect(namesOf({ C: 15 }, false)).toEqual(['conv', 'convInputGradient', 'convWeightGradient'])
})
