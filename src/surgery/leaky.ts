/** Leaky slopes for the ReLUs of a network. */
import { withLeaves } from '../network/leaves.ts'
import type { Layer, Network } from '../network/network.ts'
import { ifChanged, isWeighted } from './leaf-places.ts'
import { scaledInitializer } from './scaled-initializer.ts'

/** Slope for inputs below 0 of a ReLU or leaky ReLU, or undefined for another layer. */
function slopeOf(layer: Layer): number | undefined {
  if (layer.kind !== 'activation') return undefined
  return layer.function === 'relu' ? 0 : layer.function === 'leakyRelu' ? layer.slope : undefined
}

/** Whether the layer is a ReLU, or a leaky ReLU whose slope is smaller than `slope`. */
const hasSmallerSlope = (layer: Layer, slope: number): boolean => {
  const own = slopeOf(layer)
  return own !== undefined && Math.abs(own) < slope
}

const leaky = (layer: Layer, slope: number): Layer =>
  layer.kind === 'activation' && hasSmallerSlope(layer, slope) ? { ...layer, function: 'leakyRelu', slope } : layer

/**
 * Returns the network in which every ReLU, and every leaky ReLU with a smaller slope, has the slope for inputs below 0.
 * The weights stay as they are. Undefined if no activation changes.
 */
export const withLeakyUnits = (network: Network, slope: number): Network | undefined =>
  ifChanged(
    network,
    withLeaves(network, (leaf) => leaky(leaf, slope)),
  )

/**
 * Returns the network of `withLeakyUnits`, with weights and biases that keep the signal as it was. An activation with
 * the slope a multiplies a gaussian signal's mean square by (1 + a^2)/2 (He et al. 2015, equation 14). So for each changed
 * activation, the weights of one layer are divided by sqrt(1 + a^2). This layer comes just before the activation in its
 * chain. If no such layer comes before the activation, it is the next layer with weights.
 */
export function withLeakySlope(network: Network, slope: number): Network | undefined {
  return ifChanged(network, compensated(network, slope))
}

function compensated(layer: Layer, slope: number): Layer {
  if (layer.kind === 'chain') return { ...layer, layers: compensatedChain(layer.layers, slope) }
  if (layer.kind === 'repeat') return { ...layer, block: compensated(layer.block, slope) }
  if (layer.kind === 'residual') {
    const changed = { ...layer, branch: compensated(layer.branch, slope) }
    return layer.shortcut === undefined ? changed : { ...changed, shortcut: compensated(layer.shortcut, slope) }
  }
  return leaky(layer, slope)
}

function compensatedChain(members: readonly Layer[], slope: number): Layer[] {
  const layers = members.map((member) => compensated(member, slope))
  const scaled = new Set<number>()
  for (const [index, member] of members.entries()) {
    const own = slopeOf(member)
    if (own === undefined || !hasSmallerSlope(member, slope)) continue
    const before = members.slice(0, index).findLastIndex((one) => isWeighted(one) || isNested(one))
    const isFound = before >= 0 && isWeighted(members[before])
    const place = isFound ? before : members.findIndex((one, at) => at > index && isWeighted(one))
    const layer = place < 0 ? undefined : layers[place]
    if (layer === undefined || !isWeighted(layer) || layer.trained === false || scaled.has(place)) continue
    scaled.add(place)
    const factor = Math.sqrt((1 + own * own) / (1 + slope * slope))
    layers[place] = { ...layer, init: scaledInitializer(layer.init, factor) }
  }
  return layers
}

const isNested = ({ kind }: Layer): boolean => kind === 'chain' || kind === 'repeat' || kind === 'residual'

/** Number of ReLUs and leaky ReLUs on the longest path through the network. */
export function rectifiersOnPath(layer: Layer): number {
  if (layer.kind === 'chain') return layer.layers.reduce((sum, member) => sum + rectifiersOnPath(member), 0)
  if (layer.kind === 'repeat') return layer.times * rectifiersOnPath(layer.block)
  if (layer.kind === 'residual') {
    const skipped = layer.shortcut === undefined ? 0 : rectifiersOnPath(layer.shortcut)
    return Math.max(rectifiersOnPath(layer.branch), skipped)
  }
  return slopeOf(layer) === undefined ? 0 : 1
}
