import { expect, test } from 'vitest'
import { kernelsOf } from '../backends/wasm/plan/barriers.ts'
import { createPlan } from '../backends/wasm/plan/create.ts'
import type { Kernel } from '../backends/wasm/plan/plan.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { trainingGraph } from '../graph/programs.ts'
import { batchNorm, chain, conv, dense, maxPool, relu } from '../network/layers.ts'
import { leastOperationsOf, operationsOf, sizeText } from './cost.ts'

/** The kernels of a training step, by their first operation. */
function kernels(): Map<string, Kernel> {
  const network = chain(conv(16, { bias: false }), batchNorm(), relu(), maxPool(), conv(8, { stride: 2 }), dense(5))
  const graph = trainingGraph(createBlueprint(network, [3, 32, 24]), {
    batch: 10,
    loss: 'cross-entropy',
    optimizer: { kind: 'sgd', weightDecay: 0 },
    seed: 1,
    gradients: false,
  })
  const plan = createPlan(graph, { precision: 'float32', ringSlots: 1, reservedBytes: 0 })
  return new Map([...kernelsOf(plan.body)].map((kernel) => [`${kernel.nodes[0].path} ${kernel.nodes[0].op}`, kernel]))
}

test('products count a multiplication and an addition for each term, borders included; sizes say what moves over what', () => {
  const found = new Map(
    [...kernels()].map(([name, kernel]): [string, [string, number]] => [
      name,
      [sizeText(kernel), operationsOf(kernel)],
    ]),
  )
  const positions = 10 * 32 * 24
  // Statistics over the positions are four for each of its results.
  expect(found.get('conv1 conv')).toEqual([
    '10 x 32 x 24, 3 -> 16, 3x3',
    2 * positions * 16 * 3 * 9 + 4 * positions * 16,
  ])
  expect(found.get('conv1 convWeightGradient')).toEqual(['10 x 32 x 24, 3 -> 16, 3x3', 2 * positions * 16 * 3 * 9])
  const later = 10 * 8 * 6
  const size = '10 x 16 x 12, 16 -> 8, 3x3, stride 2'
  // The bias is one more for each output.
  expect(found.get('conv2 conv')).toEqual([size, 2 * later * 8 * 16 * 9 + later * 8])
  expect(found.get('conv2 convInputGradient')).toEqual([size, 2 * later * 8 * 16 * 9])
  expect(found.get('conv2 convWeightGradient')).toEqual([size, 2 * later * 8 * 16 * 9])
  expect(found.get('maxPool1 maxPool')).toEqual(['10 x 32 x 24, 16 -> 16, 2x2, stride 2', positions * 16])
  expect(found.get('dense1 dense')?.[0]).toBe('10 x 384 x 5')
})

test('by another algorithm a convolution needs fewer operations than the direct sum, and all else of its kernel', () => {
  const kernel = kernels().get('conv2 conv')
  if (!kernel) throw new Error('expected the kernel of conv2')
  const bias = 10 * 8 * 6 * 8
  const direct = operationsOf(kernel) - bias
  expect(leastOperationsOf({ ...kernel, algorithm: 'direct' })).toBe(direct + bias)
  // Tiles of 2 x 2 take 16 products for what are 36, tiles of 4 x 4 take 36 for 144: here 2 x 2 of them for 8 x 6 results.
  expect(leastOperationsOf({ ...kernel, algorithm: 'winograd-2' })).toBeCloseTo(direct * (16 / 36) + bias)
  expect(leastOperationsOf({ ...kernel, algorithm: 'winograd-4' })).toBeCloseTo(direct * (36 / 144) * (8 / 6) + bias)
})
