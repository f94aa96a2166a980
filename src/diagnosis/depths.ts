/** Counts the layers of the network and of its twins as papers count layers. */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { weightedLayers } from '../blueprint/weighted-layers.ts'
import type { Network } from '../network/network.ts'
import type { Depths } from './evidence.ts'

const hasConvolutions = ({ layer, children }: LayerBlueprint): boolean =>
  layer.kind === 'conv' || children.some(hasConvolutions)

/** Counts the hidden layers of dense networks, and all layers with weights of convolutional networks, as papers do. */
export function depthsOf(
  network: Network,
  twins: { readonly shallow?: Network; readonly shallower?: Network },
  input: Shape,
): Depths {
  const { root } = createBlueprint(network, input)
  const areAll = hasConvolutions(root)
  const countOf = (twin: Network): number => weightedLayers(createBlueprint(twin, input).root) - (areAll ? 0 : 1)
  const [shallow, shallower] = [twins.shallow, twins.shallower].map((twin) => twin && countOf(twin))
  return { what: areAll ? 'layer' : 'hidden layer', network: countOf(network), shallow, shallower }
}
