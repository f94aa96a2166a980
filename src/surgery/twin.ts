/**
 * The shallow twin of a deep network: the same network with fewer layers. The deep network should train at least as
 * well as its twin (He et al. 2015).
 */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { IsobathError } from '../support/errors.ts'
import { depthOf } from './depth.ts'
import { type RepeatedPart, repeatedParts } from './parts.ts'

/**
 * The part of a loop, or of a stretch of equal layers, that remains in the shallow twin: the first iterations or
 * copies.
 */
export interface RetainedPart {
  /** Path of the repeat. For written-out copies, the path of the first copy's first layer. */
  readonly path: string
  /** Number of iterations or copies of the repeated part in the shallow twin. */
  readonly kept: number
  /** Number of iterations or copies of the repeated part in the deep network. */
  readonly of: number
}

export interface Twin {
  /** The twin's network, whose layers have the same paths as in the deep network. */
  readonly network: Network
  /** Depth of the twin in blocks, as counted by `depthOf`. */
  readonly depth: number
  /** All repeated parts of the deep network, in the order in which a signal passes them. */
  readonly kept: readonly RetainedPart[]
}

/** Default depth of the twin, as a fraction of the network's depth. */
const usualFraction = 1 / 5

/**
 * The shallow twin of a network, for inputs of the shape [features] or [channels, height, width]. The twin has the deep
 * network's first and last layers, and a proportional number of iterations or copies of each repeated part, at least 1.
 * A repeated part is a repeat, or a stretch of equal layers written out in a chain. Lists with a value for each
 * iteration are cut to the first values. A number that a preset computed from the depth, such as a multiplier 1/L,
 * stays unchanged.
 *
 * `wanted` is the twin's depth in blocks, by default a fifth of the network's depth and at least 2. The twin's depth is
 * as near to `wanted` as the repeated parts allow. Returns null if no layer can be removed, because no part is repeated
 * or the network is no deeper than `wanted`. Throws an `option` error if `wanted` is no whole number of at least 1.
 * Throws a `network` error if the network doesn't fit the input.
 */
export function shallowTwin(network: Network, input: Shape, wanted?: number): Twin | null {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1)) {
    throw new IsobathError('option', `depth of the shallow twin: expected a whole number from 1, got ${wanted}.`)
  }
  const { root } = createBlueprint(network, input)
  const parts = repeatedParts(root)
  const depth = depthOf(network)
  const counts = shareOut(parts, depth, wanted ?? Math.max(2, Math.round(depth * usualFraction)))
  if (parts.every(({ times }, index) => counts[index] === times)) return null
  const twin = networkFromJson(cutLayer(root, new Map(parts.map((part, index) => [part, counts[index]]))))
  const kept = parts.map(({ path, times }, index) => ({ path, kept: counts[index], of: times }))
  return { network: twin, depth: depthOf(twin), kept }
}

/**
 * The number of iterations or copies of each part in the twin. Each part gets one iteration or copy, and the remaining
 * depth is shared among the parts in proportion. The shares of the parts are rounded down, and the remaining iterations
 * go to the parts with the largest fractional shares.
 */
function shareOut(parts: readonly RepeatedPart[], depth: number, wanted: number): number[] {
  const others = parts.reduce((sum, part) => sum + (part.times - 1) * part.depth, 0)
  let left = Math.min(others, Math.max(0, wanted - (depth - others)))
  const shares = parts.map(({ times }) => (times - 1) * (left / others))
  const counts = shares.map((share) => 1 + Math.floor(share))
  left -= parts.reduce((sum, part, index) => sum + (counts[index] - 1) * part.depth, 0)
  const byRest = [...parts.keys()].sort((one, other) => (shares[other] % 1) - (shares[one] % 1))
  for (const index of byRest) {
    const { depth: more, times } = parts[index]
    if (more > left || counts[index] === times) continue
    counts[index]++
    left -= more
  }
  return counts
}

type Counts = ReadonlyMap<RepeatedPart, number>

/** The layer as data, in which each repeated part has the number of iterations or copies given by `counts`. */
function cutLayer(blueprint: LayerBlueprint, counts: Counts): unknown {
  const { layer, children } = blueprint
  if (layer.kind === 'chain') return { ...layer, layers: cutChain(blueprint, counts) }
  if (layer.kind === 'residual') return { ...layer, branch: cutLayer(children[0], counts) }
  if (layer.kind !== 'repeat') return layer
  for (const [part, kept] of counts) {
    if (part.kind === 'repeat' && part.repeat === blueprint) {
      return { ...layer, times: kept, block: cutLists(layer.block, kept) }
    }
  }
  return { ...layer, block: cutLayer(children[0], counts) }
}

/**
 * A chain's layers without the copies that the twin leaves out. If an unnamed layer moves to another place in the
 * chain, its old default name becomes its name, so that its path stays the same.
 */
function cutChain(chain: LayerBlueprint, counts: Counts): unknown[] {
  const isLeftOut = (index: number): boolean => {
    for (const [part, kept] of counts) {
      if (part.kind !== 'run' || part.chain !== chain) continue
      const { start, length, times } = part
      if (index >= start + kept * length && index < start + times * length) return true
    }
    return false
  }
  const before = new Map<string, number>()
  const now = new Map<string, number>()
  return chain.children.flatMap((child, index) => {
    const { kind, name } = child.layer
    const number = countOne(before, kind)
    if (isLeftOut(index)) return []
    const hasMoved = countOne(now, kind) !== number
    const cut = cutLayer(child, counts)
    return [name === undefined && hasMoved ? Object.assign({}, cut, { name: `${kind}${number}` }) : cut]
  })
}

function countOne(counts: Map<string, number>, kind: string): number {
  const number = (counts.get(kind) ?? 0) + 1
  counts.set(kind, number)
  return number
}

/**
 * Returns the block with each list of one number per iteration cut to its first `kept` numbers. Lists within inner
 * repeats stay unchanged.
 */
function cutLists(value: unknown, kept: number): unknown {
  if (Array.isArray(value)) {
    return typeof value[0] === 'number' ? value.slice(0, kept) : value.map((each) => cutLists(each, kept))
  }
  if (typeof value !== 'object' || value === null) return value
  if ('kind' in value && value.kind === 'repeat') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cutLists(each, kept)]))
}
