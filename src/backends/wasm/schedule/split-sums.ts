/**
 * Cuts long sums into parts, one for a thread at a time: sums over the rows, the statistics and gradients of batch norm, and
 * the gradients of convolutions' weights. Each part is short, which keeps the digits of float32.
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
  /** The sum of this name over the same rows as the node's, of the same layer. */
  readonly partner: (op: SumOp, node: OpNode) => OpNode | undefined
}

/** The sums over the rows that one layer's gradient has two of. */
type SumOp = 'sumOverBatch' | 'batchNormScaleGradient' | 'layerNormScaleGradient'

/** The operations that do a node's work; the last ones have its outputs. */
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

/** A scheduled graph says nothing of the images whose positions the rows are: its sums say how they are cut. */
const withoutExtents: Rule = ({ attributes: { height, width, ...attributes }, ...node }) => [{ ...node, attributes }]

/** How the rows of the first input are cut. */
function cutOf({ inputs, attributes }: OpNode): Attributes {
  const [rows] = inputs[0].shape
  if (attributes.height === undefined) return { parts: partsOfPositions(rows) }
  const [height, width] = [Number(attributes.height), Number(attributes.width)]
  const together = positionsTogether(rows / (height * width), height, width)
  return { together, parts: partsOfPositions(rows, together) }
}

const sumOverBatch: Rule = (node, context) => {
  const [x] = node.inputs
  // Layer norm's other sum, that of its scale's gradient, isn't cut either.
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

/** The gradients of batch norm's scale and shift, from one pass over the rows. */
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

/** A norm of many norms, as a tree of norms of a few each. */
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
