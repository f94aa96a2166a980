/** Tests of a training step's graph as printed text, and of graphs that the verifier must refuse. */
import { expect, test } from 'vitest'
import { GraphBuilder } from '../../src/graph/builder.ts'
import type { Graph, LoopNode, Node, OpNode, Value } from '../../src/graph/graph.ts'
import { printGraph } from '../../src/graph/print.ts'
import { verifyGraph } from '../../src/graph/verify.ts'
import { chain, dense, relu, repeat, residual } from '../../src/network/layers.ts'
import { createProblem, sgdRule } from '../support/problems.ts'

const block = residual(chain(dense(4), relu()), { multiplier: [1, 0.5, 0.25] })
const network = chain(repeat(3, block, { name: 'hidden' }), dense(2, { name: 'out' }))
const { graph } = createProblem(network, { input: [4], batch: 8, optimizer: sgdRule })

test('a training step prints as one forward loop and one backward loop', () => {
  verifyGraph(graph)
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "graph training step
      parameter hidden.dense1.weight [3 4 4]
      parameter hidden.dense1.bias [3 4]
      parameter out.weight [2 4]
      parameter out.bias [2]
      input x [8 4]
      input labels int[8]
      input step int[]
      input rate []
      constant hidden.multiplier [3]
      loop hidden 3 times
        carry %7 [8 4] from x
        slice %8 [4 4] of hidden.dense1.weight
        slice %10 [4] of hidden.dense1.bias
        slice %14 [] of hidden.multiplier
        %9 [8 4] = dense %7 %8
        %11 [8 4] = addBias %9 %10
        %12 [8 4] = activation %11 function=relu slope=0
        %15 [8 4] = scale %12 %14
        %16 [8 4] = add %7 %15
        stack %12 as %36 [3 8 4]
        stack %7 as %39 [3 8 4]
        next %16, at the end %17
      %18 [8 2] = dense %17 out.weight
      %19 [8 2] = addBias %18 out.bias
      %20 [8], %21 [8 2] = softmaxCrossEntropy %19 labels
      %22 [] = meanOverBatch %20
      %23 [2] = sumOverBatch %21
      %24 [8 4] = denseInputGradient %21 out.weight
      %25 [2 4] = denseWeightGradient %21 %17
      loop hidden 3 times, last first
        carry %26 [8 4] from %24
        slice %35 [] of hidden.multiplier
        slice %37 [8 4] of %36
        slice %38 [4 4] of hidden.dense1.weight
        slice %40 [8 4] of %39
        %27 [8 4] = scale %26 %35
        %28 [8 4] = activationGradient %27 %37 function=relu slope=0
        %29 [4] = sumOverBatch %28
        %30 [8 4] = denseInputGradient %28 %38
        %31 [4 4] = denseWeightGradient %28 %40
        %32 [8 4] = add %26 %30
        stack %31 as %33 [3 4 4]
        stack %29 as %34 [3 4]
        next %32, at the end %41
      %43 [3 4 4] = sgdUpdate hidden.dense1.weight %33 rate weightDecay=0
      %44 [3 4] = sgdUpdate hidden.dense1.bias %34 rate weightDecay=0
      %45 [2 4] = sgdUpdate out.weight %25 rate weightDecay=0
      %46 [2] = sgdUpdate out.bias %23 rate weightDecay=0
      update hidden.dense1.weight with %43
      update hidden.dense1.bias with %44
      update out.weight with %45
      update out.bias with %46
      output loss %22
      output gradient.hidden.dense1.weight %33
      output gradient.hidden.dense1.bias %34
      output gradient.out.weight %25
      output gradient.out.bias %23"
  `)
})

function isLoop(node: Node): node is LoopNode {
  return node.kind === 'loop'
}

function isOp(node: Node): node is OpNode {
  return node.kind === 'op'
}

/** Returns the graph with a change to the first loop of the graph's body. */
function withLoop(change: (loop: LoopNode) => LoopNode): Graph {
  const first = graph.body.find(isLoop)
  return { ...graph, body: graph.body.map((node) => (isLoop(node) && node === first ? change(node) : node)) }
}

/** Returns the graph with a change to the first operation of the given name. */
function withOp(op: string, change: (node: OpNode) => OpNode): Graph {
  const first = graph.body.filter(isOp).find((node) => node.op === op)
  return { ...graph, body: graph.body.map((node) => (isOp(node) && node === first ? change(node) : node)) }
}

const stranger: Value = { id: 999, shape: [8, 4], element: 'real' }
const [weight, bias] = graph.inputs.map(({ value }) => value)

const broken: Record<string, Graph> = {
  'a value is used before it is made': { ...graph, body: [...graph.body].reverse() },
  'a value is made twice': { ...graph, body: [...graph.body, ...graph.body.slice(-1)] },
  'an operation reads a value of another loop': withOp('dense', (node) => ({
    ...node,
    inputs: [stranger, node.inputs[1]],
  })),
  'an operation takes shapes that do not fit': withOp('dense', (node) => ({
    ...node,
    inputs: [node.inputs[0], weight],
  })),
  'an operation gives another shape than its inputs say': withOp('dense', (node) => ({ ...node, outputs: [stranger] })),
  'a loop carries two shapes': withLoop((loop) => ({
    ...loop,
    carried: loop.carried.map((one) => ({ ...one, next: loop.slices[0].parameter })),
  })),
  'a loop carries forward an undefined value': withLoop((loop) => ({
    ...loop,
    carried: loop.carried.map((one) => ({ ...one, next: stranger })),
  })),
  'a loop slices a stack of another length': withLoop((loop) => ({ ...loop, times: 4 })),
  'a loop runs 0 times': withLoop((loop) => ({ ...loop, times: 0 })),
  'a loop stacks an undefined value': withLoop((loop) => ({
    ...loop,
    stacks: loop.stacks.map((stack) => ({ ...stack, value: stranger })),
  })),
  'an update has another shape than its target': { ...graph, updates: [{ target: weight, value: bias }] },
  'an update has a step input as its target': {
    ...graph,
    updates: graph.inputs.filter(({ name }) => name === 'rate').map(({ value }) => ({ target: value, value })),
  },
  'an input is updated twice': { ...graph, updates: [...graph.updates, ...graph.updates] },
  'an output is not made': { ...graph, outputs: [{ name: 'loss', value: stranger }] },
  'two outputs have one name': { ...graph, outputs: [...graph.outputs, ...graph.outputs] },
  'the guard is not a scalar': { ...graph, guard: weight },
  'a constant has too few numbers': {
    ...graph,
    constants: graph.constants.map((constant) => ({ ...constant, data: constant.data.slice(1) })),
  },
}

test('the verifier of graphs names the fault of each broken graph', () => {
  const messageOf = (candidate: Graph): string => {
    try {
      verifyGraph(candidate)
    } catch (error) {
      return String(error)
    }
    return 'nothing'
  }
  const messages = Object.entries(broken).map(([what, candidate]) => `${what}: ${messageOf(candidate)}`)
  expect(messages.join('\n').replaceAll('IsobathError: broken invariant: ', '')).toMatchInlineSnapshot(`
    "a value is used before it is made: sgdUpdate at out.bias reads %23, which isn't defined
    a value is made twice: %46 is defined twice
    an operation reads a value of another loop: dense at out reads %999, which isn't defined
    an operation takes shapes that do not fit: weight: expected [3,4], got [3,4,4]
    an operation gives another shape than its inputs say: dense at out gives real [8,2], not real [8,4]
    a loop carries two shapes: loop hidden carries a value that changes its shape
    a loop carries forward an undefined value: loop hidden carries forward %999, which isn't defined
    a loop slices a stack of another length: loop hidden cuts a value of shape [3,4,4] into 4 slices
    a loop runs 0 times: loop hidden runs 0 times
    a loop stacks an undefined value: loop hidden stacks %999, which isn't defined
    an update has another shape than its target: the update of %0 has another shape or an undefined value
    an update has a step input as its target: an update has the target %42, which is not a parameter or state
    an input is updated twice: an input is updated twice
    an output is not made: output loss isn't defined
    two outputs have one name: two inputs or outputs are called loss
    the guard is not a scalar: the guard is not a scalar of the graph
    a constant has too few numbers: constant hidden.multiplier of shape [3] has 2 values"
  `)
})

test('finishing a graph inside a loop throws an error', () => {
  const builder = new GraphBuilder()
  const x = builder.input('x', 'input', [2, 2])
  const finishInside = (value: Value): Value => {
    builder.finish('early')
    return value
  }
  expect(() => builder.loop(2, x, 'open', finishInside)).toThrow('a graph is finished while a loop is open')
})
