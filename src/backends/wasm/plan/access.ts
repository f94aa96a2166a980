/** How the threads divide the work of each operation, and which part of each operand a thread touches. */
import type { OpNode, Value } from '../../../graph/graph.ts'
import { type OpName, ops } from '../../../graph/ops.ts'
import { geometryOf } from '../../../graph/windows.ts'
import { gradientOps, isSelfContained } from '../schedule/fuse-updates.ts'
import {
  fewestImagesToPart,
  linesTogether,
  partsOfPositions,
  positionsTogether,
  rowsOfBlock,
} from '../schedule/parts.ts'
import { linesOfTiles, tileOf } from './algorithms.ts'
import { flatUnit, panelWidth, roundUp, tileRows } from './layout.ts'
import type { Algorithm, Operand, Partition } from './plan.ts'

type Reach = Operand['reach']

interface AccessRow {
  readonly by: Partition['by']
  /**
   * The reach of each input: whether a thread touches only its own part or all of the input. The last reach in the list
   * also applies to all further inputs.
   */
  readonly inputs: readonly Reach[]
  readonly outputs: Reach
}

const row = (by: Partition['by'], inputs: readonly Reach[], outputs: Reach = 'own'): AccessRow => ({
  by,
  inputs,
  outputs,
})

/** Table row of an elementwise operation on full-size inputs: each thread touches only its own rows of every input. */
const byRows = row('rows', ['own', 'own'])

const accesses = {
  add: byRows,
  addBias: row('rows', ['own', 'all']),
  scale: row('rows', ['own', 'all']),
  activation: byRows,
  activationGradient: byRows,
  prelu: row('rows', ['own', 'all']),
  preluGradient: row('rows', ['own', 'own', 'all']),
  preluSlopeTerms: byRows,
  dropout: row('rows', ['own', 'all']),
  dense: row('rows', ['own', 'all']),
  denseInputGradient: row('rows', ['own', 'all']),
  denseWeightGradient: row('tiles', ['all']),
  toPositions: row('samples', ['all']),
  fromPositions: row('samples', ['all']),
  conv: row('lines', ['all']),
  flipKernel: row('columns', ['all']),
  convInputGradient: row('lines', ['all']),
  convWeightGradient: row('parts', ['all']),
  sumParts: row('elements', ['all']),
  maxPool: row('samples', ['all']),
  maxPoolGradient: row('samples', ['all']),
  averagePool: row('samples', ['all']),
  averagePoolGradient: row('samples', ['all']),
  meanOverPositions: row('samples', ['all']),
  meanOverPositionsGradient: row('samples', ['all']),
  subsample: row('samples', ['all']),
  subsampleGradient: row('samples', ['all']),
  partialSums: row('parts', ['all']),
  sumOfVector: row('first', ['all'], 'all'),
  multiply: byRows,
  addScalar: row('rows', ['own', 'all']),
  partialStatistics: row('parts', ['all']),
  mergeStatistics: row('columns', ['all']),
  batchNormPartialGradients: row('parts', ['all']),
  sumOverBatch: row('columns', ['all']),
  meanOverBatch: row('first', ['all'], 'all'),
  layerNorm: row('rows', ['own', 'all']),
  layerNormInputGradient: row('rows', ['own', 'own', 'all', 'own']),
  layerNormScaleGradient: row('columns', ['all']),
  batchStatistics: row('columns', ['all']),
  batchNormalize: row('rows', ['own', 'all']),
  inverseDeviation: row('columns', ['own']),
  batchNormScaleGradient: row('columns', ['all', 'all', 'own']),
  batchNormInputGradient: row('rows', ['own', 'own', 'all']),
  runningUpdate: row('flat', ['own']),
  softmax: byRows,
  softmaxGradient: byRows,
  softmaxCrossEntropy: row('rows', ['own']),
  binaryCrossEntropy: row('rows', ['own']),
  squaredError: row('rows', ['own']),
  absoluteError: row('rows', ['own']),
  huber: row('rows', ['own']),
  sgdUpdate: row('flat', ['own', 'own', 'all']),
  momentumUpdate: row('flat', ['own', 'own', 'own', 'all']),
  adagradUpdate: row('flat', ['own', 'own', 'own', 'all']),
  rmspropUpdate: row('flat', ['own', 'own', 'own', 'all']),
  rmspropMomentumUpdate: row('flat', ['own', 'own', 'own', 'own', 'all']),
  adamUpdate: row('flat', ['own', 'own', 'own', 'own', 'all']),
  lionUpdate: row('flat', ['own', 'own', 'own', 'all']),
  norms: row('tensors', ['all']),
  unmoved: row('tensors', ['all']),
  normOfAll: row('first', ['all'], 'all'),
  clipFactor: row('first', ['all'], 'all'),
  // The operations `part` and `join` are views and need no kernel.
  part: row('everyone', ['own']),
  join: row('everyone', ['own']),
  copy: byRows,
  zeros: row('rows', []),
} satisfies Record<OpName, AccessRow>

export function inputReach({ op }: OpNode, input: number): Reach {
  const reaches: readonly Reach[] = accesses[op].inputs
  return reaches[Math.min(input, reaches.length - 1)]
}

export function outputReach({ op }: OpNode): Reach {
  return accesses[op].outputs
}

/**
 * Returns the number of images that an operation processes. Operations with a window, or with the attribute `positions`
 * or `channels`, have a fixed number of rows for each image.
 */
function samplesOf({ op, inputs, outputs, attributes }: OpNode): number {
  const [rows] = inputs[0].shape
  if (op === 'toPositions' || op === 'meanOverPositionsGradient') return rows
  if (op === 'fromPositions' || op === 'meanOverPositions') return outputs[0].shape[0]
  const { positions, outputPositions } = geometryOf(attributes)
  const isGradient = op === 'maxPoolGradient' || op === 'averagePoolGradient' || op === 'subsampleGradient'
  return rows / (isGradient ? outputPositions : positions)
}

/** Returns the partition of an operation that sums parts of the rows: how threads divide the operation's work. */
export const partsOfRows = ({ outputs, attributes }: OpNode): Partition => ({
  by: 'parts',
  units: outputs[0].shape[0],
  together: Number(attributes.together ?? 1),
})

/**
 * Returns the partition of an operation's work. `flatElements` returns the padded size of the value that a flat kernel
 * runs over, or of the parts that `sumParts` sums.
 */
export function partitionOf(
  node: OpNode,
  flatElements: (value: Value) => number,
  algorithm: Algorithm = 'direct',
): Partition {
  const { by } = accesses[node.op]
  const [first] = node.inputs
  const [output] = node.outputs
  switch (by) {
    case 'rows':
      return { by, units: roundUp(output.shape[0], tileRows) / tileRows }
    case 'columns':
      return { by, units: roundUp(output.shape[0], panelWidth) / panelWidth }
    case 'tiles': {
      const [outputs, inputs] = output.shape
      return { by, units: (roundUp(outputs, panelWidth) / tileRows) * Math.ceil(inputs / tileRows) }
    }
    case 'samples':
      return { by, units: samplesOf(node) }
    case 'lines': {
      const tile = tileOf(algorithm)
      if (tile !== undefined) return { by, units: linesOfTiles(node, tile) }
      const { outputWidth, width } = geometryOf(node.attributes)
      return { by, units: output.shape[0] / (node.op === 'conv' ? outputWidth : width) }
    }
    case 'parts':
      return isRowSum(node) ? partsOfRows(node) : { by, units: Number(node.attributes.parts) }
    case 'elements':
      return { by, units: Math.ceil(flatElements(first) / Number(node.attributes.parts) / flatUnit) }
    case 'tensors':
      return { by, units: output.shape[0] }
    case 'flat':
      return { by, units: Math.ceil(flatElements(first) / flatUnit) }
    case 'first':
    case 'everyone':
      return { by, units: 1 }
  }
}

/** Returns true if an operation can join the kernel whose tiles hold the operation's inputs. */
export function canFuse({ op, outputs }: OpNode): boolean {
  return ops[op].elementwise && outputs[0].shape.length === 2
}

/**
 * Returns true if a kernel that begins with `node` can apply elementwise operations to the tiles that `node` has just
 * made.
 */
export function canHost(node: OpNode): boolean {
  return productsByTile.has(node.op) || canFuse(node)
}

const productsByTile: ReadonlySet<OpName> = new Set(['dense', 'denseInputGradient', 'conv', 'convInputGradient'])

const rowSumOps = ['partialSums', 'partialStatistics', 'batchNormPartialGradients'] as const satisfies readonly OpName[]

export type RowSum = OpNode & { readonly op: (typeof rowSumOps)[number] }

/** Returns true for an operation that sums over parts of the rows of its first input. */
export const isRowSum = (node: OpNode): node is RowSum => rowSumOps.some((op) => op === node.op)

/**
 * Returns true if the convolution that makes the rows can also sum the rows. The rows of each part must be whole lines
 * of the convolution's tiles.
 */
export function canSum(sum: OpNode, { op, attributes }: OpNode): boolean {
  if (op !== 'conv' && op !== 'convInputGradient') return false
  const { height, width, outputHeight, outputWidth } = geometryOf(attributes)
  const [lines, columns] = op === 'conv' ? [outputHeight, outputWidth] : [height, width]
  const together = Number(sum.attributes.together ?? 1)
  const isOfImages = together % (lines * columns) === 0
  return isOfImages || (lines % linesTogether === 0 && together % (linesTogether * columns) === 0)
}

/**
 * Returns the partition of a convolution whose threads process whole images. Sums over the convolution's results have
 * the same partition.
 */
export function partsOfImages({ outputs: [result], attributes }: OpNode): Partition {
  const { positions } = geometryOf(attributes)
  return { by: 'parts', units: partsOfPositions(result.shape[0], positions), together: positions }
}

/**
 * Returns true if a convolution can compute its own input, line by line. Three conditions must hold: threads process
 * whole images, the results have as many positions as the input, and each line consists of whole tiles of rows.
 */
export function canPrepare({ op, inputs, outputs, attributes }: OpNode): boolean {
  if (op !== 'conv' && op !== 'convInputGradient') return false
  const { height, width, positions, outputPositions } = geometryOf(attributes)
  if (positions !== outputPositions || inputs[0].shape[0] !== outputs[0].shape[0]) return false
  const images = outputs[0].shape[0] / positions
  const isOfImages = positionsTogether(images, height, width) === positions && images >= fewestImagesToPart
  return isOfImages && width % tileRows === 0
}

/**
 * Returns true if an update can join the kernel of its gradient. An update that joins a kernel must not need the norm
 * of all gradients or a rate for each layer. The kernel of the gradient must make the gradient in one piece.
 */
export const canFollow = (update: OpNode, gradient: OpNode): boolean =>
  isSelfContained(update) && gradientOps.has(gradient.op) && !isMadeInBlocks(gradient)

/** Returns true for a weight gradient that is summed in memory, one block of rows after the other. */
const isMadeInBlocks = ({ op, inputs }: OpNode): boolean =>
  op === 'denseWeightGradient' && inputs[0].shape[0] > rowsOfBlock

/** Returns true for an operation that makes a step's new parameters or states. */
export const isUpdate = ({ op }: OpNode): boolean => accesses[op].by === 'flat'

/**
 * Returns true for an operation that makes weights and also writes the weights' padding. The parts of a convolution's
 * weight gradient, including the padding, begin as zeros.
 */
export const writesPadding = (op: OpName): boolean => op === 'convWeightGradient'

/** Returns true for an operation that moves no data and only gives a value, or the parts of a value, another shape. */
export const isView = ({ op }: OpNode): boolean => op === 'part' || op === 'join'

/** Returns true if the first input, and all inputs and outputs of the same shape, are whole stacks of tensors. */
export const isOverStacks = ({ op }: OpNode): boolean => ['flat', 'tensors'].includes(accesses[op].by)
