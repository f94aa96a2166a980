/**
 * Counts the least work of a kernel: its operations, computed from shapes, and the bytes of its operands. The
 * operations of products are counted exactly: a multiplication and an addition for each term. The operation counts of
 * all kernels other than products are approximate. An approximate count adds up the additions, multiplications and
 * divisions of the textbook formula, and counts each elementary function as one operation.
 */
import type { Precision } from '../backends/backend.ts'
import { tileOf } from '../backends/wasm/plan/algorithms.ts'
import type { Kernel, Operand } from '../backends/wasm/plan/plan.ts'
import { elementBytes, operationsIn } from '../backends/wasm/plan/plan.ts'
import type { OpNode, Value } from '../graph/graph.ts'
import { sizeOf } from '../graph/graph.ts'
import type { OpName } from '../graph/ops.ts'
import { geometryOf } from '../graph/windows.ts'

type CostRow = (node: OpNode) => number

const size = ({ shape }: Value): number => sizeOf(shape)

const firstInput = ({ inputs }: OpNode): Value => inputs[0]
const firstOutput = ({ outputs }: OpNode): Value => outputs[0]

/**
 * Builds the cost function of an operation that does `operations` floating-point operations for each element of its
 * first output.
 */
const perOutput =
  (operations: number): CostRow =>
  ({ outputs }) =>
    operations * size(outputs[0])

/**
 * Builds the cost function of an operation that does `operations` floating-point operations for each element of its
 * first input.
 */
const perInput =
  (operations: number): CostRow =>
  ({ inputs }) =>
    operations * size(inputs[0])

/**
 * Builds the cost function of a product. The number of terms is the size of the value `factor(node)` times
 * `others(node)`, and each term costs a multiplication and an addition. Terms at the border of an image are counted
 * like all other terms.
 */
const product =
  (factor: (node: OpNode) => Value, others: (node: OpNode) => number): CostRow =>
  (node) =>
    2 * size(factor(node)) * others(node)

/**
 * Builds the cost function of a window operation, which does `operations` floating-point operations for each position
 * of the window and each element of the value `where(node)`.
 */
const perPlace =
  (operations: number, where: (node: OpNode) => Value): CostRow =>
  (node) =>
    operations * geometryOf(node.attributes).kernel ** 2 * size(where(node))

/**
 * Builds the cost function of an optimizer step, which does `operations` floating-point operations for each parameter.
 * Weight decay adds two operations for each parameter. Gradient clipping adds one operation for each parameter.
 * Learning rates that differ by layer also add one operation for each parameter.
 */
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
  prelu: perOutput(1),
  preluGradient: perOutput(1),
  preluSlopeTerms: perOutput(1),
  dropout: perOutput(1),
  dense: product(firstOutput, ({ inputs }) => inputs[0].shape[1]),
  denseInputGradient: product(firstOutput, ({ inputs }) => inputs[0].shape[1]),
  denseWeightGradient: product(firstOutput, ({ inputs }) => inputs[0].shape[0]),
  toPositions: () => 0,
  fromPositions: () => 0,
  conv: product(firstOutput, ({ inputs }) => inputs[1].shape[1]),
  flipKernel: () => 0,
  convInputGradient: product(
    ({ inputs }) => inputs[1],
    ({ inputs }) => inputs[0].shape[0],
  ),
  convWeightGradient: product(firstInput, ({ outputs }) => outputs[0].shape[1]),
  sumParts: ({ outputs, attributes }) => Number(attributes.parts) * size(outputs[0]),
  maxPool: perPlace(1, firstOutput),
  maxPoolGradient: perPlace(2, firstInput),
  averagePool: perPlace(1, firstOutput),
  averagePoolGradient: perPlace(1, firstInput),
  meanOverPositions: perInput(1),
  meanOverPositionsGradient: perInput(1),
  subsample: () => 0,
  subsampleGradient: () => 0,
  partialSums: perInput(1),
  sumOfVector: perInput(1),
  addScalar: perOutput(1),
  multiply: perOutput(1),
  partialStatistics: perInput(4),
  mergeStatistics: perInput(7),
  batchNormPartialGradients: perInput(4),
  sumOverBatch: perInput(1),
  meanOverBatch: perInput(1),
  layerNorm: perOutput(7),
  layerNormInputGradient: perOutput(10),
  layerNormScaleGradient: perInput(4),
  batchStatistics: perInput(4),
  batchNormalize: perOutput(4),
  inverseDeviation: perOutput(3),
  batchNormScaleGradient: perInput(4),
  batchNormInputGradient: perOutput(8),
  runningUpdate: perOutput(3),
  softmax: perInput(4),
  softmaxGradient: perOutput(4),
  softmaxCrossEntropy: perInput(5),
  binaryCrossEntropy: perInput(7),
  squaredError: perInput(4),
  absoluteError: perInput(4),
  huber: perInput(6),
  norms: perInput(2),
  unmoved: perInput(3),
  normOfAll: ({ inputs }) => inputs.reduce((sum, input) => sum + 2 * size(input), 0),
  clipFactor: perOutput(3),
  sgdUpdate: update(2),
  momentumUpdate: update(4),
  adagradUpdate: update(7),
  rmspropUpdate: update(9),
  rmspropMomentumUpdate: update(11),
  adamUpdate: update(12),
  lionUpdate: update(9),
  copy: () => 0,
  zeros: () => 0,
  part: () => 0,
  join: () => 0,
} satisfies Record<OpName, CostRow>

/**
 * Number of floating-point operations of one kernel call. The operations of a convolution are counted for the direct
 * sum, even if the kernel uses Winograd's algorithm.
 */
export function operationsOf(kernel: Kernel): number {
  return operationsIn(kernel).reduce((sum, node) => sum + costs[node.op](node), 0)
}

/**
 * Returns the fraction of the direct convolution's operations that Winograd's algorithm needs. Winograd tiles that
 * cross the border of the image are counted as whole tiles.
 */
function shareOfTiles({ op, attributes }: OpNode, tile: number): number {
  const { kernel, height, width, outputHeight, outputWidth } = geometryOf(attributes)
  const extents = op === 'convInputGradient' ? [height, width] : [outputHeight, outputWidth]
  const along = (extent: number): number => (Math.ceil(extent / tile) * (tile + kernel - 1)) / (extent * kernel)
  return along(extents[0]) * along(extents[1])
}

/**
 * Least number of floating-point operations that the kernel needs with its own algorithm. The transforms of Winograd's
 * algorithm are not counted.
 */
export function leastOperationsOf(kernel: Kernel): number {
  const tile = tileOf(kernel.algorithm)
  if (tile === undefined) return operationsOf(kernel)
  const [first] = kernel.nodes
  return operationsOf(kernel) - costs[first.op](first) * (1 - shareOfTiles(first, tile))
}

function operandBytes({ value, location }: Operand, precision: Precision): number {
  const { buffer, axes } = location
  return sizeOf(value.shape.slice(0, axes.length)) * buffer.slotSize * elementBytes(precision, buffer.element)
}

/**
 * Number of bytes that one kernel call reads and writes, if the call touches each operand once. The bytes of padding
 * are included.
 */
export function bytesOf({ operands }: Kernel, precision: Precision): number {
  return operands.reduce((sum, operand) => sum + operandBytes(operand, precision), 0)
}

/**
 * Formats the size of a window operation, as in `128 x 32 x 32, 16 -> 16, 3x3` (images, height, width, channels in and
 * out, kernel).
 */
function windowText({ attributes }: OpNode, input: Value, output: Value): string {
  const { height, width, positions, kernel, stride } = geometryOf(attributes)
  const images = [input.shape[0] / positions, height, width].join(' x ')
  const text = `${images}, ${input.shape[1]} -> ${output.shape[1]}, ${kernel}x${kernel}`
  return stride > 1 ? `${text}, stride ${stride}` : text
}

const windowForward = (node: OpNode): string => windowText(node, node.inputs[0], node.outputs[0])
const windowBackward = (node: OpNode): string => windowText(node, node.outputs[0], node.inputs[0])

const sizeTexts: Partial<Record<OpName, (node: OpNode) => string>> = {
  dense: ({ inputs, outputs }) => [...inputs[0].shape, outputs[0].shape[1]].join(' x '),
  denseInputGradient: ({ inputs, outputs }) => [...outputs[0].shape, inputs[0].shape[1]].join(' x '),
  denseWeightGradient: ({ inputs, outputs }) =>
    [inputs[0].shape[0], outputs[0].shape[1], outputs[0].shape[0]].join(' x '),
  conv: windowForward,
  convInputGradient: windowBackward,
  convWeightGradient: (node) => windowText(node, node.inputs[1], node.inputs[0]),
  maxPool: windowForward,
  maxPoolGradient: windowBackward,
  averagePool: windowForward,
  averagePoolGradient: windowBackward,
  subsample: windowForward,
  subsampleGradient: windowBackward,
}

/**
 * Formats the size of a kernel: `128 x 784 x 100` (batch, inputs, outputs) for a dense product, or the shape of the
 * kernel's first operand.
 */
export function sizeText({ nodes: [node] }: Kernel): string {
  const text = sizeTexts[node.op]?.(node)
  return text ?? ((node.inputs[0] ?? node.outputs[0]).shape.join(' x ') || '1')
}
