/** Depth as the papers count it. */
import type { LayerBlueprint } from './blueprint.ts'
import { sizeOf } from './shape.ts'

/**
 * Layers with a matrix or a kernel of weights, each iteration of a loop by itself. Those of shortcuts aren't counted, nor
 * are norms (He et al. 2015: 6n + 2 layers whatever the shortcuts are).
 */
export function weightedLayers({ layer, loops, parameters, children }: LayerBlueprint): number {
  const own = parameters.some(({ role }) => role === 'weight') ? sizeOf(loops) : 0
  const counted = layer.kind === 'residual' ? children.slice(0, 1) : children
  return counted.reduce((sum, child) => sum + weightedLayers(child), own)
}
