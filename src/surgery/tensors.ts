/** Access to the weights of single loop iterations, and a record of the parameters that were set. */
import type { LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { ChainLayer, Layer, RepeatLayer } from '../network/network.ts'
import { assertInvariant } from '../support/errors.ts'

/** An edit of a network's weights. */
export interface Edit {
  /** Values of the network's parameters by name, which the edit changes. */
  readonly weights: Map<string, Float64Array>
  /** Parameters of which at least one iteration was set. */
  readonly changed: Set<ParameterBlueprint>
}

/** A layer in one iteration of the loops around it. */
export interface Iteration {
  readonly blueprint: LayerBlueprint
  /** Number of the iteration for each loop around the layer, outermost first. */
  readonly index: readonly number[]
}

/**
 * A visit: one pass of a signal through one layer in one loop iteration. A chain or a repeat is replaced by the visits
 * to its inner layers.
 */
export interface LayerVisit extends Iteration {
  readonly layer: Exclude<Layer, ChainLayer | RepeatLayer>
}

/** The reason why no weights make the network compute the wanted function. */
export interface Impossible {
  /** The path of the layer that makes the function impossible, and the reason. */
  readonly impossible: string
}

export const impossible = ({ path }: LayerBlueprint, why: string): Impossible => ({
  impossible: `${path || 'the network'}: ${why}`,
})

/**
 * The visits of a signal to the layers within a layer, in the order in which the signal passes them. A residual counts
 * as one visit, together with its branch and shortcut.
 */
export function visitsOf(blueprint: LayerBlueprint, index: readonly number[]): LayerVisit[] {
  const { layer, children } = blueprint
  if (layer.kind === 'chain') return children.flatMap((child) => visitsOf(child, index))
  if (layer.kind !== 'repeat') return [{ blueprint, layer, index }]
  return Array.from({ length: layer.times }, (_, iteration) => visitsOf(children[0], [...index, iteration])).flat()
}

/** Every combination of iterations of nested loops, in order. Without loops, there is one empty combination. */
export function iterationsOf(loops: readonly number[]): number[][] {
  return loops.reduce<number[][]>(
    (outer, times) => outer.flatMap((index) => Array.from({ length: times }, (_, iteration) => [...index, iteration])),
    [[]],
  )
}

/** The values of a parameter in one iteration, as a view of the whole array. */
export function valuesAt(
  values: Float64Array,
  { shape, loops }: ParameterBlueprint,
  index: readonly number[],
): Float64Array {
  const size = sizeOf(shape.slice(loops.length))
  const number = loops.reduce((sum, times, axis) => sum * times + index[axis], 0)
  return values.subarray(number * size, (number + 1) * size)
}

/**
 * The values of the layer's parameter of the given role in one iteration, as a view to be set. `toSet` marks the
 * parameter as changed. Undefined if the layer has no parameter of the given role.
 */
export function toSet(edit: Edit, { blueprint, index }: Iteration, role: ParameterRole): Float64Array | undefined {
  const parameter = blueprint.parameters.find((one) => one.role === role)
  if (parameter === undefined) return undefined
  const values = edit.weights.get(parameter.name)
  assertInvariant(values !== undefined, `${parameter.name} has no values`)
  edit.changed.add(parameter)
  return valuesAt(values, parameter, index)
}
