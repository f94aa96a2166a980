/** The order in which a forward pass runs the layers. A layer in a loop runs once in every iteration. */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'

/**
 * Position of a layer in the network's tree of layers. `steps` has one entry for each level below the root: the number
 * of the child, or `iteration` for the block of a repeat.
 */
export interface LayerPosition {
  readonly layer: LayerBlueprint
  readonly steps: readonly (number | 'iteration')[]
}

/** Maps the path of each layer without children to the layer's position. */
export function leafPositions(root: LayerBlueprint): Map<string, LayerPosition> {
  const positions = new Map<string, LayerPosition>()
  const visit = (layer: LayerBlueprint, steps: LayerPosition['steps']): void => {
    if (layer.children.length === 0) positions.set(layer.path, { layer, steps })
    layer.children.forEach((child, number) => {
      visit(child, [...steps, layer.layer.kind === 'repeat' ? 'iteration' : number])
    })
  }
  visit(root, [])
  return positions
}

/**
 * Returns a sort key that puts the iterations of layers in the order in which they run. `iteration`: number of the
 * iteration, counted consecutively over all nested loops around the layer.
 */
export function timeOf({ layer, steps }: LayerPosition, iteration: number): number[] {
  const indices = unravel(layer.loops, iteration)
  return steps.map((step) => (step === 'iteration' ? (indices.shift() ?? 0) : step))
}

/**
 * Compares two sort keys that `timeOf` returned. The result is below 0 if `one` runs before `other`, and above 0 if
 * `one` runs after `other`.
 */
export function compareTimes(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    if (one[index] !== other[index]) return one[index] - other[index]
  }
  return one.length - other.length
}

/** Name of a layer's iteration, such as `hidden.dense1[57]`, or `outer.dense1[2][0]` in two nested loops. */
export function iterationName(path: string, loops: Shape, iteration: number): string {
  return `${path}${unravel(loops, iteration)
    .map((index) => `[${index}]`)
    .join('')}`
}

function unravel(loops: Shape, iteration: number): number[] {
  const indices: number[] = []
  let rest = iteration
  for (const count of [...loops].reverse()) {
    indices.unshift(rest % count)
    rest = Math.floor(rest / count)
  }
  return indices
}
