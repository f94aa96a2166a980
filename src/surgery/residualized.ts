/** Adds skip connections around the hidden layers of a network that keep their shape. */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sameShape, sizeOf } from '../blueprint/shape.ts'
import { hasOnTheWay } from '../network/layer-traits.ts'
import { leavesOf } from '../network/leaves.ts'
import type { ChainLayer, Layer, LayerKind, Network } from '../network/network.ts'
import { orUndefined } from '../support/errors.ts'

export interface LinkOptions {
  /** The multiplier of every branch, computed from the number L of added links. */
  readonly multiplier: (links: number) => number
  /** Whether the multipliers are trained, as in ReZero (Bachlechner et al. 2020). */
  readonly isTrained?: boolean
}

export interface Residualized {
  readonly network: Network
  /** Number of added links, with the iterations of loops. */
  readonly links: number
  /** Whether each link skips a single layer with weights. */
  readonly areSingle: boolean
}

/**
 * Returns the network with a skip connection around each hidden block whose output has the shape of its input (He et al.
 * 2015, equation 1): x + multiplier * block(x). A block is an iteration of a repeat. In a chain, a block is a layer with
 * weights and the norm, activation and dropout after the layer, or a whole chain whose parts change the shape. The first
 * and the last layer with weights get no link, and neither do layers that a skip connection already passes.
 *
 * Layers with weights keep their paths, so they draw the same weights. Returns undefined if no link can be added.
 */
export function residualized(
  network: Network,
  input: Shape,
  { multiplier, isTrained = false }: LinkOptions,
): Residualized | undefined {
  const { root } = createBlueprint(network, input)
  const found: Link[] = []
  linked(root, { ends: endsOf(root), wrap: (link) => link.layer, found })
  const links = found.reduce((sum, { times }) => sum + times, 0)
  if (links === 0) return undefined
  const wrap = ({ layer, name }: Link): Layer => ({
    kind: 'residual',
    ...(name === undefined ? {} : { name }),
    branch: layer,
    multiplier: multiplier(links),
    trainedMultiplier: isTrained,
  })
  const made = linked(root, { ends: endsOf(root), wrap, found: [] })
  const areSingle = found.every(({ layer }) => leavesOf(layer).filter(isWeighted).length === 1)
  return orUndefined(() => createBlueprint(made, input)) && { network: made, links, areSingle }
}

interface Link {
  /** The block, which becomes the branch. */
  readonly layer: Layer
  /** Name of the residual, if the block stands in a chain. */
  readonly name?: string
  /** Number of iterations of the block in all loops around the block. */
  readonly times: number
}

interface Context {
  /** The first and the last layer with weights, which get no link of their own. */
  readonly ends: ReadonlySet<LayerBlueprint>
  readonly wrap: (link: Link) => Layer
  readonly found: Link[]
}

const isWeighted = ({ kind }: Layer): boolean => kind === 'dense' || kind === 'conv'
const holdsWeights = ({ layer }: LayerBlueprint): boolean => hasOnTheWay(layer, 'mixesUnits')

function holds(layer: Layer, kind: 'repeat' | 'residual'): boolean {
  if (layer.kind === kind) return true
  if (layer.kind === 'chain') return layer.layers.some((member) => holds(member, kind))
  if (layer.kind === 'repeat') return holds(layer.block, kind)
  return layer.kind === 'residual' && holds(layer.branch, kind)
}

const isPlain = ({ layer }: LayerBlueprint): boolean => !holds(layer, 'repeat') && !holds(layer, 'residual')

/** The first and the last layer with weights, apart from layers in loops. */
function endsOf(root: LayerBlueprint): ReadonlySet<LayerBlueprint> {
  const weighted: LayerBlueprint[] = []
  const visit = (blueprint: LayerBlueprint): void => {
    if (isWeighted(blueprint.layer)) weighted.push(blueprint)
    blueprint.children.forEach(visit)
  }
  visit(root)
  return new Set([weighted[0], weighted[weighted.length - 1]].filter(({ loops }) => loops.length === 0))
}

function linked(blueprint: LayerBlueprint, context: Context): Layer {
  const { layer, children } = blueprint
  if (layer.kind === 'chain') return { ...layer, layers: linkedChain(layer, children, context) }
  if (layer.kind !== 'repeat') return layer
  const [block] = children
  if (!isPlain(block) || !holdsWeights(block)) return { ...layer, block: linked(block, context) }
  // An unnamed chain has the path of the repeat, and so does the branch in its place. Other blocks keep their name.
  const isUnnamed = block.layer.kind === 'chain' && block.layer.name === undefined
  const branch = isUnnamed ? block.layer : { ...block.layer, name: nameOf(block) }
  return { ...layer, block: link(branch, block, context) }
}

/** The chain's layers. A layer whose default name changes gets its old default name as its name. */
function linkedChain(chain: ChainLayer, members: readonly LayerBlueprint[], context: Context): Layer[] {
  const layers: Layer[] = []
  const counts = new Map<LayerKind, number>()
  const add = (layer: Layer, before: LayerBlueprint): void => {
    const number = (counts.get(layer.kind) ?? 0) + 1
    counts.set(layer.kind, number)
    const isMoved = layer.name === undefined && nameOf(before) !== `${layer.kind}${number}`
    layers.push(isMoved ? { ...layer, name: nameOf(before) } : layer)
  }
  for (let start = 0; start < members.length; ) {
    const first = members[start]
    const end = endOfBlock(members, start)
    const block = chain.layers.slice(start, end)
    const isSame = sameShape(first.input, members[end - 1].output)
    if (isWeighted(first.layer) && isSame && !context.ends.has(first)) {
      const name = nameOf(first)
      const branch: Layer = { kind: 'chain', layers: [{ ...first.layer, name: '' }, ...block.slice(1)] }
      add(link(branch, first, context, name), first)
    } else if (first.layer.kind === 'chain') {
      add(linkedMember(first, context), first)
    } else {
      add(linked(first, context), first)
      block.slice(1).forEach((layer, index) => {
        add(layer, members[start + 1 + index])
      })
    }
    start = end
  }
  return layers
}

/** A chain within a chain: links in the inner chain, or around the chain if only the whole chain keeps the shape. */
function linkedMember(member: LayerBlueprint, context: Context): Layer {
  const before = context.found.length
  const inner = linked(member, context)
  const isWhole = isPlain(member) && holdsWeights(member) && sameShape(member.input, member.output)
  if (context.found.length > before || !isWhole || holdsEnd(member, context)) return inner
  return link({ ...member.layer, name: '' }, member, context, nameOf(member))
}

const holdsEnd = (blueprint: LayerBlueprint, context: Context): boolean =>
  context.ends.has(blueprint) || blueprint.children.some((child) => holdsEnd(child, context))

/** Kinds of layers that follow the weights within a hidden layer. */
const followers: ReadonlySet<LayerKind> = new Set([
  'batchNorm',
  'layerNorm',
  'activation',
  'prelu',
  'dropout',
  'scalarBias',
  'scale',
])

function endOfBlock(members: readonly LayerBlueprint[], start: number): number {
  let end = start + 1
  if (!isWeighted(members[start].layer)) return end
  while (end < members.length && followers.has(members[end].layer.kind)) end++
  return end
}

function link(layer: Layer, { loops }: LayerBlueprint, { wrap, found }: Context, name?: string): Layer {
  const made: Link = { layer, name, times: sizeOf(loops) }
  found.push(made)
  return wrap(made)
}

const nameOf = ({ layer, path }: LayerBlueprint): string => layer.name ?? path.slice(path.lastIndexOf('.') + 1)
