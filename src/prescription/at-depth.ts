/** Networks at another depth: the repeated parts of a network get more or fewer iterations or copies. */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { counted } from '../format/words.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { IsobathError } from '../support/errors.ts'
import { depthOf } from '../surgery/depth.ts'
import { type RepeatedPart, repeatedParts } from '../surgery/parts.ts'
import { shallowTwin } from '../surgery/twin.ts'

/**
 * Returns the network with `depth` blocks before its last one, as near to `depth` as its repeated parts allow. The
 * repeated parts grow or shrink in proportion. A list with a value for each iteration is stretched. A number that was
 * computed from the depth, such as a multiplier 1/L, stays unchanged. Throws an `option` error if no part is repeated.
 */
export function atDepth(network: Network, input: Shape, depth: number): Network {
  const { root } = createBlueprint(network, input)
  const now = depthOf(network) - 1
  if (depth === now) return network
  const parts = repeatedParts(root)
  if (parts.length === 0) {
    throw new IsobathError(
      'option',
      (option) =>
        `${option('depth')}: expected a network with repeated layers, got a network of ${counted(now + 1, 'layer')} without any. Leave the depth out, or write the network at this depth.`,
    )
  }
  if (depth < now) return shallowTwin(network, input, depth + 1)?.network ?? network
  return networkFromJson(grownLayer(root, new Map(growthOf(parts, depth - now))))
}

/** The number of iterations or copies to add to each part, so that `more` blocks are added in proportion. */
function growthOf(parts: readonly RepeatedPart[], more: number): (readonly [RepeatedPart, number])[] {
  const own = parts.reduce((sum, { times, depth }) => sum + times * depth, 0)
  let left = more
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1
    const share = isLast ? left : (more * part.times * part.depth) / own
    const added = Math.max(0, Math.round(share / part.depth))
    left -= added * part.depth
    return [part, added] as const
  })
}

type Growth = ReadonlyMap<RepeatedPart, number>

/** The layer as data, in which each repeated part has its additional iterations or copies. */
function grownLayer(blueprint: LayerBlueprint, growth: Growth): unknown {
  const { layer, children } = blueprint
  if (layer.kind === 'chain') return { ...layer, layers: grownChain(blueprint, growth) }
  if (layer.kind === 'residual') return { ...layer, branch: grownLayer(children[0], growth) }
  if (layer.kind !== 'repeat') return layer
  for (const [part, added] of growth) {
    if (part.kind !== 'repeat' || part.repeat !== blueprint) continue
    const times = layer.times + added
    return { ...layer, times, block: stretchLists(layer.block, times) }
  }
  return { ...layer, block: grownLayer(children[0], growth) }
}

/** A chain's layers, with further copies after the last copy of each stretch of equal layers. */
function grownChain(chain: LayerBlueprint, growth: Growth): unknown[] {
  return chain.children.flatMap((child, index) => {
    const own = grownLayer(child, growth)
    for (const [part, added] of growth) {
      if (part.kind !== 'run' || part.chain !== chain) continue
      const end = part.start + part.length * part.times
      if (index !== end - 1) continue
      const copy = chain.children.slice(end - part.length, end).map(({ layer: { name: _, ...layer } }) => layer)
      return [own, ...Array.from({ length: added }, () => copy).flat()]
    }
    return [own]
  })
}

/** Stretches each list of one number per iteration to `times` numbers. Lists within inner repeats stay unchanged. */
function stretchLists(value: unknown, times: number): unknown {
  if (Array.isArray(value)) {
    if (typeof value[0] !== 'number') return value.map((each) => stretchLists(each, times))
    const last = value.length - 1
    return Array.from({ length: times }, (_, index) => value[Math.round((index * last) / Math.max(1, times - 1))])
  }
  if (typeof value !== 'object' || value === null) return value
  if ('kind' in value && value.kind === 'repeat') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, stretchLists(each, times)]))
}
