/** The depth of a network in blocks, and stretches of equal neighboring layers in a chain. */
import { withoutVarying } from '../network/initializer-fields.ts'
import { hasOnTheWay } from '../network/layer-traits.ts'
import type { ChainLayer, Layer, Network } from '../network/network.ts'

/**
 * Largest number of layers in a segment of a chain. The search for stretches of equal layers ignores longer segments.
 */
const longestSegment = 8

/**
 * A stretch of equal layers in a chain: neighboring segments that are copies of each other, each with `length` layers.
 */
export interface SegmentRun {
  readonly start: number
  readonly length: number
  readonly copies: number
}

/**
 * Fields of layers that may differ between alike layers: fields that may vary between the iterations of a repeat, and
 * the name.
 */
const varyingFields: ReadonlySet<string> = new Set(['multiplier', 'rate', 'factor', 'name'])

/** A text that is equal for alike layers. Alike layers are layers that could be iterations of one repeat. */
const likeness = (layer: Layer): string =>
  JSON.stringify(layer, (key, value) => {
    if (varyingFields.has(key)) return undefined
    return key === 'init' ? withoutVarying(value) : value
  })

/**
 * Stretches of equal neighboring layers in a chain. A stretch consists of segments of 1 to 8 layers, and the layers of
 * each segment are alike to the layers of the previous segment. A segment starts with a layer that holds weights,
 * contains no repeat, and satisfies `mayHold`. If several lengths of segments are possible, the search chooses the
 * length that covers most layers, and the shortest of several lengths that cover equally many layers.
 */
export function findRuns(
  { layers }: ChainLayer,
  mayHold: (start: number, end: number) => boolean = () => true,
): SegmentRun[] {
  const texts = layers.map((layer) => (holdsRepeat(layer) ? undefined : likeness(layer)))
  const isCopy = (start: number, length: number, from: number): boolean => {
    for (let index = 0; index < length; index++) {
      const text = texts[from + index]
      if (text === undefined || text !== texts[start + index]) return false
    }
    return mayHold(from, from + length)
  }
  const runFrom = (start: number, length: number): SegmentRun => {
    let copies = 0
    while (isCopy(start, length, start + copies * length)) copies++
    return { start, length, copies }
  }
  const runs: SegmentRun[] = []
  for (let start = 0; start < layers.length; start++) {
    if (!holdsWeights(layers[start])) continue
    const longest = Math.min(longestSegment, Math.floor((layers.length - start) / 2))
    const candidates = Array.from({ length: longest }, (_, index) => runFrom(start, index + 1))
    const possible = candidates.filter(({ copies }) => copies > 1)
    if (possible.length === 0) continue
    const best = possible.reduce((one, other) => (coveredBy(other) > coveredBy(one) ? other : one))
    runs.push(best)
    start += coveredBy(best) - 1
  }
  return runs
}

const coveredBy = ({ length, copies }: SegmentRun): number => length * copies

/** Whether the layer contains a matrix or a kernel of weights. Shortcuts don't count. */
export const holdsWeights = (layer: Layer): boolean => hasOnTheWay(layer, 'mixesUnits')

function holdsRepeat(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.some(holdsRepeat)
  return layer.kind === 'repeat' || (layer.kind === 'residual' && holdsRepeat(layer.branch))
}

/**
 * The depth of a network: the number of blocks with weights that a signal passes. Each iteration of a repeat adds its
 * blocks to the depth. A residual, or a chain within the root chain, is one block. If a residual or a chain contains
 * repeats or stretches of equal layers, the inner blocks are counted instead of the residual or chain. For example, the
 * preset mlp of depth d has d + 1 blocks, including the read-out.
 */
export function depthOf(network: Network): number {
  return network.kind === 'chain' ? sumOver(network, true) : blocksOf(network, true)
}

const sumOver = ({ layers }: ChainLayer, isWritten: boolean): number =>
  layers.reduce((sum, member) => sum + blocksOf(member, isWritten), 0)

/**
 * Number of blocks with weights in a layer. `isWritten` is true for the root and the chains within it, which are
 * searched for stretches of equal layers, and false for blocks of repeats and branches of residuals.
 */
export function blocksOf(layer: Layer, isWritten: boolean): number {
  if (!holdsWeights(layer)) return 0
  if (layer.kind === 'repeat') return layer.times * blocksOf(layer.block, false)
  if (layer.kind === 'residual') return blocksOf(layer.branch, false)
  if (layer.kind !== 'chain') return 1
  const hasParts = holdsRepeat(layer) || (isWritten && findRuns(layer).length > 0)
  return hasParts ? sumOver(layer, isWritten) : 1
}
