/**
 * What a kernel has to do at least: its operations, counted from shapes, and the bytes that its operands occupy. Products
 * are exact (a multiplication and an addition for each term); the rest counts the additions, multiplications and divisions
 * of the textbook formula, with one for an elementary function whatever it takes to compute, so it is approximate.
 */
import type { OpNode, Value } from '../graph/graph.ts'
import { sizeOf } from '../graph/graph.ts'
import type { OpName } from '../graph/ops.ts'
import type { Kernel, Operand, Precision } from '../plan/plan.ts'
import { elementBytes } from '../plan/plan.ts'

type CostRow = (node: OpNode) => number

const size = ({ shape }: Value): number => sizeOf(shape)

/** So many for each element of the first output. */
const perOutput =
  (operations: number): CostRow =>
  ({ outputs }) =>
    operations * size(outputs[0])

/** So many for each element of the first input. */
const perInput =
  (operations: number): CostRow =>
  ({ inputs }) =>
    operations * size(inputs[0])

/** Two for each element of `left` times a length. */
const product: (length: (node: OpNode) => number) => CostRow = (length) => (node) =>
  2 * size(node.outputs[0]) * length(node)

/** An optimizer's, for each parameter; weight decay takes two more. */
const update =
  (operations: number): CostRow =>
  ({ inputs, attributes }) => {
    const extra = (attributes.weightDecay ? 2 : 0) + (attributes.clipped ? 1 : 0) + (attributes.layered ? 1 : 0)
    return (operations + extra) * size(inputs[0])
  }

const costs = {
  add: perOutput(1),
  addBias: perOutput(1),
  scale: perOutput(1),
  activation: perOutput(1),
  activationGradient: perOutput(2),
  dropout: perOutput(1),
  dense: product(({ inputs }) => inputs[0].shape[1]),
  denseInputGradient: product(({ inputs }) => inputs[0].shape[1]),
  denseWeightGradient: product(({ inputs }) => inputs[0].shape[0]),
  sumOverBatch: perInput(1),
  meanOverBatch: perInput(1),
  layerNorm: perOutput(7),
  layerNormInputGradient: perOutput(10),
  layerNormScaleGradient: perInput(4),
  batchStatistics: perInput(4),
  batchNormalise: perOutput(4),
  inverseDeviation: perOutput(3),
  batchNormScaleGradient: perInput(4),
  batchNormInputGradient: perOutput(8),
  runningUpdate: perOutput(3),
  softmaxCrossEntropy: perInput(5),
  squaredError: perInput(4),
  norms: perInput(2),
  normOfAll: ({ inputs }) => inputs.reduce((sum, input) => sum + 2 * size(input), 0),
  clipFactor: perOutput(3),
  sgdUpdate: update(2),
  momentumUpdate: update(4),
  adamUpdate: update(12),
  copy: () => 0,
  zeros: () => 0,
  part: () => 0,
  join: () => 0,
} satisfies Record<OpName, CostRow>

/** Floating-point operations of one call. */
export function operationsOf({ nodes }: Kernel): number {
  return nodes.reduce((sum, node) => sum + costs[node.op](node), 0)
}

function operandBytes({ value, location }: Operand, precision: Precision): number {
  const { buffer, axes } = location
  return sizeOf(value.shape.slice(0, axes.length)) * buffer.slotSize * elementBytes(precision, buffer.element)
}

/** Bytes that one call reads and writes, if it touches each operand once; padding counts. */
export function bytesOf({ operands }: Kernel, precision: Precision): number {
  return operands.reduce((sum, operand) => sum + operandBytes(operand, precision), 0)
}

/** `128 x 784 x 100` (batch, inputs, outputs) for a dense layer's products, else the first operand's shape. */
export function sizeText({ nodes: [node] }: Kernel): string {
  const { op, inputs, outputs } = node
  const shapes: Partial<Record<OpName, readonly number[]>> = {
    dense: [...inputs[0].shape, outputs[0].shape[1]],
    denseInputGradient: [...outputs[0].shape, inputs[0].shape[1]],
    denseWeightGradient: [inputs[0].shape[0], outputs[0].shape[1], outputs[0].shape[0]],
  }
  const shape = shapes[op] ?? (inputs[0] ?? outputs[0]).shape
  return shape.join(' x ') || '1'
}
