/** Tests that graph, plan and code do not grow with the depth of a network, and of the number of barriers in an mlp. */
import { describe, expect, test } from 'vitest'
import { assemble } from '../../src/backends/wasm/backend.ts'
import type { EmittedModule } from '../../src/backends/wasm/module.ts'
import type { PlanLoop, PlanNode } from '../../src/backends/wasm/plan/plan.ts'
import { printPlan } from '../../src/backends/wasm/plan/print.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import type { Node } from '../../src/graph/graph.ts'
import { printGraph } from '../../src/graph/print.ts'
import { evaluationGraph, trainingGraph } from '../../src/graph/programs.ts'
import { batchNorm, chain, dense, dropout, layerNorm, relu, repeat, residual, tanh } from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { momentumRule } from '../support/problems.ts'

const mlp = (depth: number): Network => chain(dense(16), relu(), repeat(depth, chain(dense(16), relu())), dense(10))

const families: Record<string, (depth: number) => Network> = {
  mlp,
  'residual network with layer norm': (depth) =>
    chain(dense(8), repeat(depth, residual(chain(layerNorm(), dense(8), tanh()), { multiplier: 1 / depth })), dense(2)),
  'network with batch norm and dropout': (depth) =>
    chain(dense(8), repeat(depth, chain(dense(8), batchNorm(), relu(), dropout(0.1)))),
  'network with loops in loops': (depth) =>
    chain(dense(8), repeat(depth / 5, repeat(5, chain(dense(8), tanh()))), dense(2)),
}

function build(network: Network, kind: 'training' | 'evaluation') {
  const blueprint = createBlueprint(network, [8])
  const graph =
    kind === 'training'
      ? trainingGraph(blueprint, { batch: 8, loss: 'cross-entropy', optimizer: momentumRule, seed: 1 })
      : evaluationGraph(blueprint, { batch: 8 })
  return { graph, ...assemble(graph, { precision: 'float32', ringSlots: 1, relaxed: true, shared: true }) }
}

const countNodes = (nodes: readonly Node[]): number =>
  nodes.reduce((count, node) => count + 1 + (node.kind === 'loop' ? countNodes(node.body) : 0), 0)

const countKernels = (nodes: readonly PlanNode[]): number =>
  nodes.reduce((count, node) => count + (node.kind === 'loop' ? countKernels(node.body) : 1), 0)

const callsOf = ({ kernels }: EmittedModule) => kernels.map(({ name, calls }) => ({ name, calls }))

/** Replaces all numbers in a text. Only the numbers of a deep and a shallow network may differ. */
const withoutNumbers = (text: string): string => text.replaceAll(/[\d.]+( [KMGT]?i?B)?/g, '#')

describe.each(Object.entries(families))('%s:', (_name, family) => {
  test.each(['training', 'evaluation'] as const)(
    '%s programs of depth 10 and 10,000 differ only in numbers',
    (kind) => {
      const shallow = build(family(10), kind)
      const deep = build(family(10_000), kind)
      expect(countNodes(deep.graph.body)).toBe(countNodes(shallow.graph.body))
      expect(countKernels(deep.plan.body)).toBe(countKernels(shallow.plan.body))
      expect(withoutNumbers(printGraph(deep.graph))).toBe(withoutNumbers(printGraph(shallow.graph)))
      expect(withoutNumbers(printPlan(deep.plan))).toBe(withoutNumbers(printPlan(shallow.plan)))
      expect(callsOf(deep.module)).toEqual(callsOf(shallow.module))
      // Larger offsets, loop counts and tensor sizes take one or two additional bytes each in LEB128 encoding.
      const growth = deep.module.bytes.length / shallow.module.bytes.length
      expect(growth).toBeGreaterThanOrEqual(1)
      expect(growth).toBeLessThan(1.02)
    },
  )
})

test('the plan of 1,000 layers is legal in every iteration', () => {
  verifyPlan(build(mlp(1000), 'training').plan)
})

test('threads of an mlp wait once for each layer, and only in the backward pass', () => {
  const { plan } = build(mlp(100), 'training')
  const loops = plan.body.filter((node): node is PlanLoop => node.kind === 'loop')
  const barriers = loops.map(({ body }) => body.filter(({ kind }) => kind === 'barrier').length)
  // In the forward pass, a thread needs only the rows that the thread itself computed. In the backward pass, the
  // gradients of weights and biases are sums over all rows, including the rows of other threads. The next layer's rows
  // again belong to a single thread each.
  expect(barriers).toEqual([0, 1])
})
