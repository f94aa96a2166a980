/** In which order layers take their turns, those in loops again in every iteration. */
import type { LayerBlueprint, Shape } from '../blueprint/blueprint.ts'

/** Where a layer stands: the number of the child at each branching from the root down, `iteration` at each repeat. */
export interface LayerPosition {
  readonly layer: LayerBlueprint
  readonly steps: readonly (number | 'iteration')[]
}

/** The layers without children, by their paths. */
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

/** A key that orders iterations of layers by time: `iteration` counts those of all loops around the layer. */
export function timeOf({ layer, steps }: LayerPosition, iteration: number): number[] {
  const indices = unravel(layer.loops, iteration)
  return steps.map((step) => (step === 'iteration' ? (indices.shift() ?? 0) : step))
}

/** Below 0 where the first key's turn comes before the second's. */
export function compareTimes(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    if (one[index] !== other[index]) return one[index] - other[index]
  }
  return one.length - other.length
}

/** `hidden.dense1[57]`, and `outer.dense1[2][0]` in a loop in a loop. */
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
