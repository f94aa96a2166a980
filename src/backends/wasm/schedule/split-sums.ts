/**
 * Cuts long sums into parts: sums over the rows, the statistics and gradients of batch norm, and the gradients of
 * convolution weights. A thread computes one part of a sum at a time. Each part of a sum is short, so float32 sums lose
 * few digits.
 */
import type { Attributes, Graph, Node, OpNode, Value } from '../../../graph/graph.ts'
import type { OpName } from '../../../graph/ops.ts'
import { geometryOf } from '../../../graph/windows.ts'
import type { Emitter } from './emitter.ts'
import {
  fewestRowsToPart,
  inputsOfNorm,
  panelOutputs,
  partsOfPositions,
  partsOfSamples,
  positionsTogether,
} from './parts.ts'

interface Context {
  readonly emitter: Emitter
  /**
   * Returns the sum of kind `op` that the layer of `node` takes over the same rows as `node`, or undefined if the layer
   * has no sum of this kind.
   */
  readonly partner: (op: SumOp, node: OpNode) => OpNode | undefined
}

/** Sums over rows that occur in pairs in the gradient of one layer. */
type SumOp = 'sumOverBatch' | 'batchNormScaleGradient' | 'layerNormScaleGradient'

/**
 * Returns the operations that replace a node. The last operations of the list make the outputs of the replaced node.
 */
type Rule = (node: OpNode, context: Context) => readonly OpNode[]

export function splitSums(graph: Graph, emitter: Emitter): Graph {
  return { ...graph, body: splitIn(graph.body, emitter) }
}

function splitIn(nodes: readonly Node[], emitter: Emitter): readonly Node[] {
  const key = (op: SumOp, { inputs, path }: OpNode): string => `${op} ${inputs[0].id} ${path}`
  const sums = new Map<string, OpNode>()
  for (const node of nodes) if (node.kind === 'op' && isSum(node.op)) sums.set(key(node.op, node), node)
  const context: Context = { emitter, partner: (op, node) => sums.get(key(op, node)) }
  return nodes.flatMap((node): readonly Node[] => {
    if (node.kind === 'loop') return [{ ...node, body: splitIn(node.body, emitter) }]
    return rules[node.op]?.(node, context) ?? [node]
  })
}

const isSum = (op: OpName): op is SumOp =>
  op === 'sumOverBatch' || op === 'batchNormScaleGradient' || op === 'layerNormScaleGradient'

const isLong = ({ shape }: Value): boolean => shape[0] >= fewestRowsToPart

/**
 * Removes the height and width of the images from an operation over the images' positions. In a scheduled graph, the
 * attributes of a sum say how the rows are cut, so no operation needs the size of the images.
 */
const withoutExtents: Rule = ({ attributes: { height, width, ...attributes }, ...node }) => [{ ...node, attributes }]

/** Returns the attributes that say how the rows of the first input are cut into parts. */
function cutOf({ inputs, attributes }: OpNode): Attributes {
  const [rows] = inputs[0].shape
  if (attributes.height === undefined) return { parts: partsOfPositions(rows) }
  const [height, width] = [Number(attributes.height), Number(attributes.width)]
  const together = positionsTogether(rows / (height * width), height, width)
  return { together, parts: partsOfPositions(rows, together) }
}

const sumOverBatch: Rule = (node, context) => {
  const [x] = node.inputs
  // Layer norm has two sums over rows, for the gradients of its scale and its shift, and neither sum is cut.
  if (!isLong(x) || context.partner('layerNormScaleGradient', node)) return withoutExtents(node, context)
  if (context.partner('batchNormScaleGradient', node)) return []
  const partial = context.emitter.op('partialSums', [x], cutOf(node), node.path)
  return [partial, { ...node, inputs: partial.outputs, attributes: {} }]
}

const batchStatistics: Rule = (node, context) => {
  const [x] = node.inputs
  if (!isLong(x)) return withoutExtents(node, context)
  const cut = cutOf(node)
  const partial = context.emitter.op('partialStatistics', [x], cut, node.path)
  const attributes = { epsilon: node.attributes.epsilon, rows: x.shape[0], ...cut }
  return [partial, { ...node, op: 'mergeStatistics', inputs: partial.outputs, attributes }]
}

/** Computes the gradients of batch norm's scale and shift in one pass over the rows. */
const batchNormScaleGradient: Rule = (node, context) => {
  const shift = context.partner('sumOverBatch', node)
  if (!isLong(node.inputs[0]) || !shift) return withoutExtents(node, context)
  const partial = context.emitter.op('batchNormPartialGradients', node.inputs, cutOf(node), node.path)
  const sums = [node, shift].map((sum, position): OpNode => {
    return { ...sum, op: 'sumOverBatch', inputs: [partial.outputs[position]], attributes: {} }
  })
  return [partial, ...sums]
}

const convWeightGradient: Rule = (node, { emitter }) => {
  const { inputs, outputs, attributes, path } = node
  if (attributes.parts !== undefined) return [node]
  const { kernel, positions } = geometryOf(attributes)
  const cut = { parts: partsOfSamples(inputs[1].shape[0] / positions), block: panelOutputs }
  const partial = emitter.op('convWeightGradient', inputs, { ...attributes, ...cut }, path)
  const sums = { ...cut, outputs: outputs[0].shape[0], kernel }
  return [partial, { ...node, op: 'sumParts', inputs: partial.outputs, attributes: sums }]
}

/** Replaces a norm of many inputs by a tree of norms, each with at most `inputsOfNorm` inputs. */
const normOfAll: Rule = (node, { emitter }) => {
  const added: OpNode[] = []
  let terms = node.inputs
  while (terms.length > inputsOfNorm) {
    const groups = Array.from({ length: Math.ceil(terms.length / inputsOfNorm) }, (_, group) => {
      const members = terms.slice(group * inputsOfNorm, (group + 1) * inputsOfNorm)
      return emitter.op('normOfAll', members, {}, node.path)
    })
    added.push(...groups)
    terms = groups.flatMap(({ outputs }) => outputs)
  }
  return [...added, { ...node, inputs: terms }]
}

const rules: { readonly [Name in OpName]?: Rule } = {
  addBias: withoutExtents,
  batchNormalize: withoutExtents,
  sumOverBatch,
  batchStatistics,
  batchNormScaleGradient,
  convWeightGradient,
  normOfAll,
}
