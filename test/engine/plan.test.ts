/** Tests of plans as printed text, and of plans that the verifier must refuse. */
import { describe, expect, test } from 'vitest'
import { createPlan, type PlanOptions } from '../../src/backends/wasm/plan/create.ts'
import type { Plan, PlanNode } from '../../src/backends/wasm/plan/plan.ts'
import { printPlan } from '../../src/backends/wasm/plan/print.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  gelu,
  globalAveragePool,
  layerNorm,
  relu,
  repeat,
  residual,
  subsample,
  tanh,
} from '../../src/network/layers.ts'
import { exampleNames, examples, fullOptions } from '../support/networks.ts'
import { createProblem, sgdRule } from '../support/problems.ts'

const options: PlanOptions = { precision: 'float32', ringSlots: 1, reservedBytes: 256 }

test('a residual network computes the branch, the sum and the stacked values in one kernel', () => {
  const block = residual(chain(dense(4), relu()), { multiplier: [1, 0.5, 0.25] })
  const network = chain(repeat(3, block, { name: 'hidden' }), dense(2, { name: 'out' }))
  const { graph } = createProblem(network, { input: [4], batch: 8, optimizer: sgdRule })
  const plan = createPlan(graph, options)
  verifyPlan(plan)
  expect(printPlan(plan)).toMatchInlineSnapshot(`
    "plan training step, float32, 6.00 KiB (* marks values that every thread reads)
      #0 hidden.dense1.weight: 3 slots, 768 B at 256
      #1 hidden.dense1.bias: 3 slots, 96 B at 1024
      #2 out.weight: 256 B at 1152
      #3 out.bias: 32 B at 1408
      #4 x: 256 B at 1472
      #5 labels: 32 B at 1728
      #6 step: 32 B at 1792
      #7 rate: 32 B at 1856
      #8 hidden.multiplier: 3 slots, 96 B at 1920
      #9 loss: 32 B at 2048
      #10 stack %36: 3 slots, 768 B (shared) at 4352
      #11 carried hidden: 4 slots, 1.00 KiB (shared) at 3328
      #12 stack %33: 3 slots, 768 B at 2112
      #13 stack %34: 3 slots, 96 B at 2880
      #14 carried hidden: 2 slots, 512 B (shared) at 5120
      #15 out.addBias: 256 B (shared) at 5120
      #16 loss.softmaxCrossEntropy: 32 B (shared) at 5376
      #17 loss.softmaxCrossEntropy: 256 B (shared) at 5632
      #18 out.sumOverBatch: 32 B at 3008
      #19 out.denseWeightGradient: 256 B at 3072
      #20 hidden.activation1.activationGradient: 2 slots, 512 B (shared) at 5632
      copy: #4 -> #11[0] by 2 rows
      barrier
      loop hidden i0 up 3 times
        dense + addBias + relu + scale + add: #11[i0] #0[i0]* #1[i0]* #8[i0]* -> #10[i0] #11[1+i0] by 2 rows
      dense + addBias: #11[3] #2* #3* -> #15 by 2 rows
      softmaxCrossEntropy: #15 #5 -> #16 #17 by 2 rows
      barrier
      meanOverBatch: #16* -> #9 by 1 first
      barrier
      stop unless #9 is finite
      sumOverBatch + sgdUpdate: #17* #3 #7* -> #18 #3 by 1 columns
      denseInputGradient: #17 #2* -> #14[0] by 2 rows
      barrier
      denseWeightGradient + sgdUpdate: #17* #11[3]* #2 #7* -> #19 #2 by 2 tiles
      barrier
      loop hidden i1 down 3 times
        scale + activationGradient: #14[(i1-2)%2] #8[i1]* #10[i1] -> #20[i1%2] by 2 rows
        denseInputGradient + add: #20[i1%2] #0[i1]* #14[(i1-2)%2] -> #14[(i1-3)%2] by 2 rows
        barrier
        sumOverBatch: #20[i1%2]* -> #13[i1] by 1 columns
        denseWeightGradient: #20[i1%2]* #11[i1]* -> #12[i1] by 2 tiles
      barrier
      sgdUpdate: #0[0] #12[0] #7* -> #0[0] by 12 flat
      sgdUpdate: #1[0] #13[0] #7* -> #1[0] by 2 flat"
  `)
})

test('a long backward loop runs in blocks, with one barrier between activation gradients and weight gradients', () => {
  const network = chain(dense(4), repeat(9, chain(dense(4), relu())), dense(2))
  const { graph } = createProblem(network, { batch: 8, optimizer: sgdRule })
  const plan = createPlan(graph, options)
  verifyPlan(plan)
  const text = printPlan(plan)
  expect(text.slice(text.indexOf('  loop repeat1 i2'))).toMatchInlineSnapshot(`
    "  loop repeat1 i2 down 3 times
        loop repeat1 i1 down of 9, block i2 of 4
          activationGradient: #14[(i1-8)%2] #11[1+i1] -> #20[i1%8] by 2 rows
          denseInputGradient: #20[i1%8] #2[i1]* -> #14[(i1-9)%2] by 2 rows
        barrier
        loop repeat1 i1 down of 9, block i2 of 4
          sumOverBatch: #20[i1%8]* -> #13[i1] by 1 columns
          denseWeightGradient: #20[i1%8]* #11[i1]* -> #12[i1] by 2 tiles
      sumOverBatch + sgdUpdate: #14[1]* #1 #9* -> #21 #1 by 1 columns
      denseWeightGradient + sgdUpdate: #14[1]* #6* #0 #9* -> #22 #0 by 4 tiles
      barrier
      sgdUpdate: #2[0] #12[0] #9* -> #2[0] by 36 flat
      sgdUpdate: #3[0] #13[0] #9* -> #3[0] by 5 flat"
  `)
})

test('the derivative of an activation that a loop carries is computed in the kernel of the preceding product', () => {
  const network = chain(dense(4), tanh(), repeat(9, chain(dense(4), tanh())), dense(2))
  const { graph } = createProblem(network, { batch: 8, optimizer: sgdRule })
  const plan = createPlan(graph, options)
  verifyPlan(plan)
  const text = printPlan(plan)
  expect(text.slice(text.indexOf('  denseInputGradient'))).toMatchInlineSnapshot(`
    "  denseInputGradient + activationGradient: #17 #4* #11[9] -> #14[0] by 2 rows
      barrier
      denseWeightGradient + sgdUpdate: #17* #11[9]* #4 #9* -> #19 #4 by 2 tiles
      loop repeat1 i2 down 3 times
        loop repeat1 i1 down of 9, block i2 of 4
          denseInputGradient + activationGradient: #14[(i1-8)%16] #2[i1]* #11[i1] -> #14[(i1-9)%16] by 2 rows
        barrier
        loop repeat1 i1 down of 9, block i2 of 4
          sumOverBatch: #14[(i1-8)%16]* -> #13[i1] by 1 columns
          denseWeightGradient: #14[(i1-8)%16]* #11[i1]* -> #12[i1] by 2 tiles
      sumOverBatch + sgdUpdate: #14[7]* #1 #9* -> #20 #1 by 1 columns
      denseWeightGradient + sgdUpdate: #14[7]* #6* #0 #9* -> #21 #0 by 4 tiles
      barrier
      sgdUpdate: #2[0] #12[0] #9* -> #2[0] by 36 flat
      sgdUpdate: #3[0] #13[0] #9* -> #3[0] by 5 flat"
  `)
})

test("a shortcut's gradient is made before the product to which the gradient is added", () => {
  const block = residual(chain(conv(8, { stride: 2, bias: false }), relu(), conv(8, { bias: false })), {
    shortcut: subsample({ stride: 2, channels: 8 }),
  })
  const network = chain(conv(4, { bias: false }), relu(), block, globalAveragePool(), dense(2))
  const { graph } = createProblem(network, { input: [3, 8, 8], batch: 8, optimizer: sgdRule })
  const plan = createPlan(graph, options)
  verifyPlan(plan)
  const kernels = plan.body.flatMap((node) =>
    node.kind === 'kernel' ? [node.nodes.map(({ op }) => op).join(' + ')] : [],
  )
  expect(kernels.filter((name) => /InputGradient|subsampleGradient|add/.test(name))).toMatchInlineSnapshot(`
    [
      "conv + add",
      "dense + addBias",
      "denseInputGradient",
      "convInputGradient + activationGradient",
      "subsampleGradient",
      "convInputGradient + add + activationGradient",
    ]
  `)
})

describe.each(exampleNames)('%s:', (name) => {
  test.each([1, 2])('the plan with %i ring slots and with taps is legal', (ringSlots) => {
    const { graph } = createProblem(examples[name].network, {
      ...fullOptions(examples[name].options),
      taps: () => true,
    })
    verifyPlan(createPlan(graph, { ...options, ringSlots }))
    verifyPlan(createPlan(graph, { ...options, ringSlots, precision: 'float64' }))
  })
})

describe('the verifier of plans', () => {
  const network = chain(
    dense(9),
    batchNorm(),
    relu(),
    repeat(4, residual(chain(dense(9), layerNorm(), gelu()), { multiplier: [1, 0.5, 0.25, 0.1] })),
    repeat(2, repeat(2, chain(dense(9), dropout(0.3)))),
    dense(3),
  )
  const plan = createPlan(createProblem(network).graph, { ...options, ringSlots: 2 })

  /** Returns all nodes of a plan, including the nodes inside loops. */
  const flatten = (body: readonly PlanNode[]): PlanNode[] =>
    body.flatMap((node) => (node.kind === 'loop' ? [node, ...flatten(node.body)] : [node]))
  const without = (body: readonly PlanNode[], gone: PlanNode): PlanNode[] =>
    body.flatMap((node): PlanNode[] => {
      if (node === gone) return []
      return node.kind === 'loop' ? [{ ...node, body: without(node.body, gone) }] : [node]
    })
  const refuses = (candidate: Plan, reason = 'broken invariant'): void =>
    expect(() => verifyPlan(candidate)).toThrow(reason)

  test('refuses a plan without one of its barriers, kernels, loops or guards', () => {
    verifyPlan(plan)
    const nodes = flatten(plan.body)
    expect(nodes.filter(({ kind }) => kind === 'barrier').length).toBeGreaterThan(5)
    for (const node of nodes) refuses({ ...plan, body: without(plan.body, node) })
  })

  test('refuses buffers that overlap', () => {
    const [first, second] = plan.buffers.filter(({ persistent }) => persistent)
    const onFirst = plan.offsets.map((offset, id) => (id === second.id ? plan.offsets[first.id] : offset))
    refuses({ ...plan, offsets: onFirst }, 'dense1.weight shares its memory with dense1.bias')
    // All buffers that are not persistent get the same address, although some of the buffers live at the same time.
    const base = Math.min(...plan.buffers.filter(({ persistent }) => !persistent).map(({ id }) => plan.offsets[id]))
    const together = plan.offsets.map((offset, id) => (plan.buffers[id].persistent ? offset : base))
    refuses({ ...plan, offsets: together }, 'batchNorm1.batchStatistics was touched as dense1.addBias')
  })

  test('refuses operands outside of memory', () => {
    refuses({ ...plan, bytes: plan.bytes - 64 }, 'lies outside of memory')
    const longer = plan.body.map((node) => (node.kind === 'loop' ? { ...node, times: node.times + 1 } : node))
    refuses({ ...plan, body: longer }, 'slot 4 of repeat1.dense1.weight does not exist')
  })

  test('refuses kernels in another order', () => {
    refuses({ ...plan, body: [...plan.body].reverse() }, 'which holds nothing')
    // The updates move before the gradients that the updates read.
    const isUpdate = (node: PlanNode): boolean =>
      node.kind === 'kernel' && node.nodes.some(({ op }) => op === 'momentumUpdate')
    const updates = plan.body.filter(isUpdate)
    refuses({ ...plan, body: [...updates, ...plan.body.filter((node) => !isUpdate(node))] }, 'which holds nothing')
  })

  test('refuses an in-place kernel whose other operand every thread reads', () => {
    const change = (node: PlanNode): PlanNode => {
      if (node.kind !== 'kernel' || !node.nodes.some(({ op }) => op === 'momentumUpdate')) return node
      return { ...node, operands: node.operands.map((operand) => ({ ...operand, reach: 'all' as const })) }
    }
    refuses({ ...plan, body: plan.body.map(change) }, 'writes dense2.bias, which other threads read')
  })
})
