/** The depth of a network as papers count it. */
import type { LayerBlueprint } from './blueprint.ts'
import { sizeOf } from './shape.ts'

/**
 * Number of layers with a matrix or a kernel of weights, counting each iteration of a loop. Norm layers and layers
 * within shortcuts don't count, so the networks of He et al. (2015) have 6n + 2 layers with any kind of shortcut.
 */
export function weightedLayers({ layer, loops, parameters, children }: LayerBlueprint): number {
  const own = parameters.some(({ role }) => role === 'weight') ? sizeOf(loops) : 0
  const counted = layer.kind === 'residual' ? children.slice(0, 1) : children
  return counted.reduce((sum, child) => sum + weightedLayers(child), own)
}
