/** The shallow twin: the same network with fewer layers, which a deep one must not do worse than (He et al. 2015). */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { IsobathError } from '../support/errors.ts'
import { depthOf } from './depth.ts'
import { type RepeatedPart, repeatedParts } from './parts.ts'

/** How much of a repeated part the twin has: its first iterations, or the first of its written-out copies. */
export interface RetainedPart {
  /** The repeat's path; of written-out copies, the path of their first layer. */
  readonly path: string
  readonly kept: number
  readonly of: number
}

export interface Twin {
  /** Its layers have the paths that they have in the deep network. */
  readonly network: Network
  /** In blocks, as `depthOf` counts them. */
  readonly depth: number
  /** All repeated parts of the deep network, in the order in which a signal passes them. */
  readonly kept: readonly RetainedPart[]
}

/** The usual twin has a fifth of the depth. */
const usualFraction = 1 / 5

/**
 * The network with fewer layers, for inputs of the shape [features] or [channels, height, width]: the same ends, and of
 * each repeated part fewer in proportion, at least 1. Repeated parts are repeats, and runs of equal layers
 * written out in a chain. Values that differ from iteration to iteration are cut to the first; a number that a preset
 * worked out from the depth, such as a multiplier 1/L, stays the number that it is.
 *
 * `wanted` is the twin's depth in blocks, by default a fifth of the network's and at least 2; what comes out is as near
 * as the parts allow. Null where nothing can be taken away: no part is repeated, or the network is no deeper than wanted.
 * Throws an IsobathError `option` where `wanted` is no whole number of at least 1, and `network` as `createBlueprint` does.
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

/** One of each part, and of the others the same fraction of each: whole shares, and what is left to the largest rests. */
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

/** The layer as data, with so many of each part that is in it. */
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

/** A chain's layers without the copies that are left out; where a layer would get another name by this, it keeps its own. */
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

/** All lists of numbers in a block, which have one for each iteration, cut to the first; those of inner repeats stay. */
function cutLists(value: unknown, kept: number): unknown {
  if (Array.isArray(value)) {
    return typeof value[0] === 'number' ? value.slice(0, kept) : value.map((each) => cutLists(each, kept))
  }
  if (typeof value !== 'object' || value === null) return value
  if ('kind' in value && value.kind === 'repeat') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cutLists(each, kept)]))
}
