/**
 * Fixup (Zhang et al. 2019): a residual network without norms, whose branches start at 0. In a network with L branches,
 * the weights of a branch with m layers are scaled by L^(-1/(2m - 2)), but its last weights are 0. Trained scalar biases
 * and multipliers take the place of the norms.
 */
import { zeros } from '../network/initializers.ts'
import { scalarBias } from '../network/layers.ts'
import { leavesOf } from '../network/leaves.ts'
import type { Layer, Network, ResidualLayer } from '../network/network.ts'
import { isNonlinearity, isWeighted, leafPlaces } from './leaf-places.ts'
import { scaledInitializer } from './scaled-initializer.ts'
import { countBranches } from './with-multipliers.ts'

/**
 * Returns the residual network with Fixup. Undefined if the network has fewer than two branches, a branch with fewer than
 * two layers of weights, a branch with layers inside layers, or multipliers that are trained already.
 */
export function withFixup(network: Network): Network | undefined {
  const residuals = residualsOf(network)
  const branches = countBranches(network)
  const areSuitable = residuals.every(({ branch, trainedMultiplier }) => {
    if (trainedMultiplier || branch.kind !== 'chain' || branch.layers.some(isCombinator)) return false
    return branch.layers.filter(isWeighted).length > 1
  })
  if (branches < 2 || !areSuitable) return undefined
  const readout = leafPlaces(network).findLast(({ leaf, isHidden }) => isWeighted(leaf) && !isHidden)?.leaf
  return changed(network, { branches, readout })
}

interface Context {
  /** Number of branches, with the iterations of loops. */
  readonly branches: number
  readonly readout?: Layer
}

function residualsOf(layer: Layer): ResidualLayer[] {
  if (layer.kind === 'chain') return layer.layers.flatMap(residualsOf)
  if (layer.kind === 'repeat') return residualsOf(layer.block)
  return layer.kind === 'residual' ? [layer, ...residualsOf(layer.branch)] : []
}

const isCombinator = ({ kind }: Layer): boolean => kind === 'chain' || kind === 'repeat' || kind === 'residual'
const isNorm = ({ kind }: Layer): boolean => kind === 'batchNorm' || kind === 'layerNorm'

function changed(layer: Layer, context: Context): Layer {
  if (layer.kind === 'chain') return { ...layer, layers: changedChain(layer.layers, context) }
  if (layer.kind === 'repeat') {
    const { block } = layer
    if (block.kind !== 'residual') return { ...layer, block: changed(block, context) }
    return { ...layer, block: { kind: 'chain', layers: changedChain([{ ...block, name: block.name ?? '' }], context) } }
  }
  return layer.kind === 'residual' ? changedResidual(layer, context) : layer
}

/** The layers outside of branches. A scalar bias stands before each activation and the read-out, and after each sum. */
function changedChain(members: readonly Layer[], context: Context): Layer[] {
  return members
    .filter((member) => !isNorm(member))
    .flatMap((member, index, kept): Layer[] => {
      if (member.kind === 'residual') return [changedResidual(member, context), scalarBias({ name: 'outputBias' })]
      if (isNonlinearity(member)) return kept[index - 1]?.kind === 'residual' ? [member] : [scalarBias(), member]
      if (member !== context.readout || !isWeighted(member)) return [changed(member, context)]
      return [scalarBias({ name: 'readoutBias' }), { ...member, init: zeros() }]
    })
}

function changedResidual(residual: ResidualLayer, { branches }: Context): ResidualLayer {
  const layers = leavesOf(residual.branch).filter((leaf) => !isNorm(leaf))
  const count = layers.filter(isWeighted).length
  const factor = branches ** (-1 / (2 * count - 2))
  const last = layers.findLastIndex(isWeighted)
  const started = layers.flatMap((leaf, index): Layer[] => {
    if (isNonlinearity(leaf)) return [scalarBias(), leaf]
    if (!isWeighted(leaf)) return [leaf]
    return [scalarBias(), { ...leaf, init: index === last ? zeros() : scaledInitializer(leaf.init, factor) }]
  })
  const { shortcut } = residual
  return {
    ...residual,
    branch: { ...residual.branch, kind: 'chain', layers: started },
    multiplier: 1,
    trainedMultiplier: true,
    ...(shortcut === undefined ? {} : { shortcut: withoutNorms(shortcut) }),
  }
}

function withoutNorms(shortcut: Layer): Layer {
  if (shortcut.kind !== 'chain') return shortcut
  const layers = shortcut.layers.filter((member) => !isNorm(member))
  return layers.length === 1 ? layers[0] : { ...shortcut, layers }
}
