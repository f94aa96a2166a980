/** Adds norms before the hidden activations of a network. */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { batchNorm, layerNorm } from '../network/layers.ts'
import type { Layer, Network } from '../network/network.ts'
import { orUndefined } from '../support/errors.ts'
import { ifChanged, isNonlinearity, isWeighted, leafPlaces } from './leaf-places.ts'

const norms = { batch: () => batchNorm(), layer: () => layerNorm() } as const

export type AddedNorm = keyof typeof norms

/**
 * Returns the network with a norm between each hidden layer's weights and its activation (Ioffe & Szegedy 2015, section
 * 3.2; Ba et al. 2016). A branch of a residual that starts with an activation gets a norm before it (He et al. 2016). A
 * layer that has a norm before or after its activation gets no other norm. Undefined if no norm is added. Undefined
 * also if a layer norm would get images, or a single feature, which the norm would always make 0.
 */
export function normalized(network: Network, input: Shape, kind: AddedNorm): Network | undefined {
  const hidden = new Set<Layer>(leafPlaces(network).flatMap(({ leaf, isHidden }) => (isHidden ? [leaf] : [])))
  const changed = ifChanged(network, withNorms(network, { kind, isHidden: (layer) => hidden.has(layer) }, false))
  const root = changed && orUndefined(() => createBlueprint(changed, input))?.root
  return root === undefined || normalizesOneFeature(root) ? undefined : changed
}

interface Context {
  readonly kind: AddedNorm
  readonly isHidden: (layer: Layer) => boolean
}

function withNorms(layer: Layer, context: Context, isBranch: boolean): Layer {
  if (layer.kind === 'chain') return { ...layer, layers: withNormsInChain(layer.layers, context, isBranch) }
  if (layer.kind === 'repeat') return { ...layer, block: withNorms(layer.block, context, false) }
  if (layer.kind !== 'residual') return layer
  return { ...layer, branch: withNorms(layer.branch, context, true) }
}

function withNormsInChain(members: readonly Layer[], context: Context, isBranch: boolean): Layer[] {
  return members.flatMap((member, index) => {
    if (!isNonlinearity(member) || !context.isHidden(member))
      return [withNorms(member, context, isBranch && index === 0)]
    const before = members.slice(0, index).findLastIndex((one) => !isPassive(one))
    const isAfterWeights = before < 0 ? isBranch : isWeighted(members[before])
    const isNormed = isBeforeNorm(members, index)
    return isAfterWeights && !isNormed ? [norms[context.kind](), member] : [member]
  })
}

/** Whether a layer only scales or drops the values of its input. */
const isPassive = ({ kind }: Layer): boolean => kind === 'dropout' || kind === 'scale' || kind === 'scalarBias'

/** Whether a norm follows the activation before the next layer with weights. */
function isBeforeNorm(members: readonly Layer[], index: number): boolean {
  for (const { kind } of members.slice(index + 1)) {
    if (kind === 'batchNorm' || kind === 'layerNorm') return true
    if (kind !== 'dropout' && kind !== 'maxPool' && kind !== 'averagePool') return false
  }
  return false
}

function normalizesOneFeature({ layer, input, children }: LayerBlueprint): boolean {
  return (layer.kind === 'layerNorm' && sizeOf(input) === 1) || children.some(normalizesOneFeature)
}
