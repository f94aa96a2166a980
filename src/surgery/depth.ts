/** Depth in blocks, and the layers of a chain that are copies of their neighbors. */
import { hasOnTheWay } from '../network/layer-traits.ts'
import type { ChainLayer, Layer, Network } from '../network/network.ts'

/** Longer segments aren't sought among the layers of a chain. */
const longestSegment = 8

/** Neighboring segments of a chain that are alike, `length` layers each. */
export interface SegmentRun {
  readonly start: number
  readonly length: number
  readonly copies: number
}

/** Values that may differ from one iteration of a repeat to the next; layers that differ in no others are alike. */
const varyingFields: ReadonlySet<string> = new Set([
  'sw2',
  'sb2',
  'gain',
  'deviation',
  'multiplier',
  'rate',
  'factor',
  'name',
])

/** The same text for layers that are alike: those that could be iterations of one repeat. */
const likeness = (layer: Layer): string =>
  JSON.stringify(layer, (key, value: unknown) => (varyingFields.has(key) ? undefined : value))

/**
 * The runs among a chain's layers: segments of 1 to 8 layers, each a copy of the one before in all but its name and in
 * what may differ within a repeat. A segment starts with a layer that holds weights, holds no repeat, and is one that
 * `mayHold`. Where segments of several lengths are possible, those that cover most layers are taken, and of these the
 * shortest.
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

/** Whether a signal meets a matrix or a kernel of weights in it; shortcuts don't count. */
export const holdsWeights = (layer: Layer): boolean => hasOnTheWay(layer, 'mixesUnits')

function holdsRepeat(layer: Layer): boolean {
  if (layer.kind === 'chain') return layer.layers.some(holdsRepeat)
  return layer.kind === 'repeat' || (layer.kind === 'residual' && holdsRepeat(layer.branch))
}

/**
 * How many blocks with weights a signal passes. A repeat counts each iteration; a residual, and a chain within the root
 * chain, is one block, unless there are repeats in it or it is written out (runs): then its parts count. So the preset mlp
 * of depth d has d + 1 with its read-out, whatever is in its layers.
 */
export function depthOf(network: Network): number {
  return network.kind === 'chain' ? sumOver(network, true) : blocksOf(network, true)
}

const sumOver = ({ layers }: ChainLayer, isWritten: boolean): number =>
  layers.reduce((sum, member) => sum + blocksOf(member, isWritten), 0)

/** `isWritten` within the root and its chains, where runs are sought; not in blocks and branches. */
export function blocksOf(layer: Layer, isWritten: boolean): number {
  if (!holdsWeights(layer)) return 0
  if (layer.kind === 'repeat') return layer.times * blocksOf(layer.block, false)
  if (layer.kind === 'residual') return blocksOf(layer.branch, false)
  if (layer.kind !== 'chain') return 1
  const hasParts = holdsRepeat(layer) || (isWritten && findRuns(layer).length > 0)
  return hasParts ? sumOver(layer, isWritten) : 1
}
