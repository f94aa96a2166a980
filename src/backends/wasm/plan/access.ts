/** How the threads divide each operation, and which part of each operand a thread touches. */
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
  /** Of each input; the last one holds for all further inputs. */
  readonly inputs: readonly Reach[]
  readonly outputs: Reach
}

const row = (by: Partition['by'], inputs: readonly Reach[], outputs: Reach = 'own'): AccessRow => ({
  by,
  inputs,
  outputs,
})

/** Element by element: the full-sized inputs by rows, the vectors and scalars whole. */
const byRows = row('rows', ['own', 'own'])

const accesses = {
  add: byRows,
  addBias: row('rows', ['own', 'all']),
  scale: row('rows', ['own', 'all']),
  activation: byRows,
  activationGradient: byRows,
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
  softmaxCrossEntropy: row('rows', ['own']),
  squaredError: row('rows', ['own']),
  sgdUpdate: row('flat', ['own', 'own', 'all']),
  momentumUpdate: row('flat', ['own', 'own', 'own', 'all']),
  adamUpdate: row('flat', ['own', 'own', 'own', 'own', 'all']),
  norms: row('tensors', ['all']),
  unmoved: row('tensors', ['all']),
  normOfAll: row('first', ['all'], 'all'),
  clipFactor: row('first', ['all'], 'all'),
  // Views: they make no kernel.
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

/** Images, of which operations with the attribute `positions` or `channels` or a window have so many rows each. */
function samplesOf({ op, inputs, outputs, attributes }: OpNode): number {
  const [rows] = inputs[0].shape
  if (op === 'toPositions' || op === 'meanOverPositionsGradient') return rows
  if (op === 'fromPositions' || op === 'meanOverPositions') return outputs[0].shape[0]
  const { positions, outputPositions } = geometryOf(attributes)
  const isGradient = op === 'maxPoolGradient' || op === 'averagePoolGradient' || op === 'subsampleGradient'
  return rows / (isGradient ? outputPositions : positions)
}

/** The parts of the rows that an operation sums. */
export const partsOfRows = ({ outputs, attributes }: OpNode): Partition => ({
  by: 'parts',
  units: outputs[0].shape[0],
  together: Number(attributes.together ?? 1),
})

/** `flatElements`: the padded size of what a flat kernel runs over, or of the parts that are summed. */
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

/** True where an operation can join the kernel whose tiles hold its inputs. */
export function canFuse({ op, outputs }: OpNode): boolean {
  return ops[op].elementwise && outputs[0].shape.length === 2
}

/** True where a kernel can go on with element-by-element work on the tiles that it just made. */
export function canHost(node: OpNode): boolean {
  return productsByTile.has(node.op) || canFuse(node)
}

const productsByTile: ReadonlySet<OpName> = new Set(['dense', 'denseInputGradient', 'conv', 'convInputGradient'])

const rowSumOps = ['partialSums', 'partialStatistics', 'batchNormPartialGradients'] as const satisfies readonly OpName[]

export type RowSum = OpNode & { readonly op: (typeof rowSumOps)[number] }

/** True for sums over parts of the rows of the first input. */
export const isRowSum = (node: OpNode): node is RowSum => rowSumOps.some((op) => op === node.op)

/** True where the convolution that makes the rows can sum them: what stays in one part is whole lines of its tiles. */
export function canSum(sum: OpNode, { op, attributes }: OpNode): boolean {
  if (op !== 'conv' && op !== 'convInputGradient') return false
  const { height, width, outputHeight, outputWidth } = geometryOf(attributes)
  const [lines, columns] = op === 'conv' ? [outputHeight, outputWidth] : [height, width]
  const together = Number(sum.attributes.together ?? 1)
  const isOfImages = together % (lines * columns) === 0
  return isOfImages || (lines % linesTogether === 0 && together % (linesTogether * columns) === 0)
}

/** How a convolution is divided whose threads do whole images: as sums over its results are. */
export function partsOfImages({ outputs: [result], attributes }: OpNode): Partition {
  const { positions } = geometryOf(attributes)
  return { by: 'parts', units: partsOfPositions(result.shape[0], positions), together: positions }
}

/**
 * True where a convolution can make what it reads, line by line: its threads do whole images, of as many positions as those that
 * it reads, and lines are whole tiles of rows.
 */
export function canPrepare({ op, inputs, outputs, attributes }: OpNode): boolean {
  if (op !== 'conv' && op !== 'convInputGradient') return false
  const { height, width, positions, outputPositions } = geometryOf(attributes)
  if (positions !== outputPositions || inputs[0].shape[0] !== outputs[0].shape[0]) return false
  const images = outputs[0].shape[0] / positions
  const isOfImages = positionsTogether(images, height, width) === positions && images >= fewestImagesToPart
  return isOfImages && width % tileRows === 0
}

/** True where an update can join the kernel of its gradient: nothing else must be known of all gradients or layers. */
export const canFollow = (update: OpNode, gradient: OpNode): boolean =>
  isSelfContained(update) && gradientOps.has(gradient.op) && !isMadeInBlocks(gradient)

/** Its sums grow in memory, from block to block of the rows. */
const isMadeInBlocks = ({ op, inputs }: OpNode): boolean =>
  op === 'denseWeightGradient' && inputs[0].shape[0] > rowsOfBlock

/** True for the operations that make a step's new parameters and states. */
export const isUpdate = ({ op }: OpNode): boolean => accesses[op].by === 'flat'

/** True for an operation that makes weights and writes their padding: the parts of a gradient begin as zeros, all of them. */
export const writesPadding = (op: OpName): boolean => op === 'convWeightGradient'

/** True for the operations that move nothing, but give a value or its parts another shape. */
export const isView = ({ op }: OpNode): boolean => op === 'part' || op === 'join'

/** True where the first input is a whole stack of tensors, and so are all inputs and outputs of its shape. */
export const isOverStacks = ({ op }: OpNode): boolean => ['flat', 'tensors'].includes(accesses[op].by)
