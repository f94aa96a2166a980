import { expect, test } from 'vitest'
import { kernelsOf } from '../backends/wasm/plan/barriers.ts'
import { createPlan } from '../backends/wasm/plan/create.ts'
import type { Kernel } from '../backends/wasm/plan/plan.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { trainingGraph } from '../graph/programs.ts'
import { batchNorm, chain, conv, dense, maxPool, relu } from '../network/layers.ts'
import { leastOperationsOf, operationsOf, sizeText } from './cost.ts'

/** The kernels of a training step, named after their first operation. */
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

test('operationsOf counts a multiplication and an addition for each term, and sizeText describes the window', () => {
  const found = new Map(
    [...kernels()].map(([name, kernel]): [string, [string, number]] => [
      name,
      [sizeText(kernel), operationsOf(kernel)],
    ]),
  )
  const positions = 10 * 32 * 24
  // The statistics over the positions add four operations for each output.
  expect(found.get('conv1 conv')).toEqual([
    '10 x 32 x 24, 3 -> 16, 3x3',
    2 * positions * 16 * 3 * 9 + 4 * positions * 16,
  ])
  expect(found.get('conv1 convWeightGradient')).toEqual(['10 x 32 x 24, 3 -> 16, 3x3', 2 * positions * 16 * 3 * 9])
  const later = 10 * 8 * 6
  const size = '10 x 16 x 12, 16 -> 8, 3x3, stride 2'
  // The bias adds one operation for each output.
  expect(found.get('conv2 conv')).toEqual([size, 2 * later * 8 * 16 * 9 + later * 8])
  expect(found.get('conv2 convInputGradient')).toEqual([size, 2 * later * 8 * 16 * 9])
  expect(found.get('conv2 convWeightGradient')).toEqual([size, 2 * later * 8 * 16 * 9])
  expect(found.get('maxPool1 maxPool')).toEqual(['10 x 32 x 24, 16 -> 16, 2x2, stride 2', positions * 16])
  expect(found.get('dense1 dense')?.[0]).toBe('10 x 384 x 5')
})

test('leastOperationsOf counts fewer operations for Winograd convolutions than for the direct sum', () => {
  const kernel = kernels().get('conv2 conv')
  if (!kernel) throw new Error('expected the kernel of conv2')
  const bias = 10 * 8 * 6 * 8
  const direct = operationsOf(kernel) - bias
  expect(leastOperationsOf({ ...kernel, algorithm: 'direct' })).toBe(direct + bias)
  // A tile of 2 x 2 takes 16 products instead of 36, and a tile of 4 x 4 takes 36 instead of 144. The 8 x 6 outputs
  // need 2 x 2 tiles of 4 x 4.
  expect(leastOperationsOf({ ...kernel, algorithm: 'winograd-2' })).toBeCloseTo(direct * (16 / 36) + bias)
  expect(leastOperationsOf({ ...kernel, algorithm: 'winograd-4' })).toBeCloseTo(direct * (36 / 144) * (8 / 6) + bias)
})
