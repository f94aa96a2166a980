/** Weights by iteration, and the notes of which of them were set. */
import type { LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { ChainLayer, Layer, RepeatLayer } from '../network/network.ts'
import { assertInvariant } from '../support/errors.ts'

/** Weights that are being written, and the parameters of which something was set. */
export interface Edit {
  readonly weights: Map<string, Float64Array>
  readonly changed: Set<ParameterBlueprint>
}

/** A layer in one iteration of the loops around it: a number for each loop, outermost first. */
export interface Iteration {
  readonly blueprint: LayerBlueprint
  readonly index: readonly number[]
}

/** One that a signal passes as a whole: chains and repeats are taken apart. */
export interface LayerVisit extends Iteration {
  readonly layer: Exclude<Layer, ChainLayer | RepeatLayer>
}

/** Why no weights do what is asked for: a layer's path, and what it does. */
export interface Impossible {
  readonly impossible: string
}

export const impossible = ({ path }: LayerBlueprint, why: string): Impossible => ({
  impossible: `${path || 'the network'}: ${why}`,
})

/** The layers in the order in which a signal passes them, iteration by iteration; residuals are not taken apart. */
export function visitsOf(blueprint: LayerBlueprint, index: readonly number[]): LayerVisit[] {
  const { layer, children } = blueprint
  if (layer.kind === 'chain') return children.flatMap((child) => visitsOf(child, index))
  if (layer.kind !== 'repeat') return [{ blueprint, layer, index }]
  return Array.from({ length: layer.times }, (_, iteration) => visitsOf(children[0], [...index, iteration])).flat()
}

/** Every combination of iterations of nested loops, in their order; a single empty one where there are no loops. */
export function iterationsOf(loops: readonly number[]): number[][] {
  return loops.reduce<number[][]>(
    (outer, times) => outer.flatMap((index) => Array.from({ length: times }, (_, iteration) => [...index, iteration])),
    [[]],
  )
}

/** One iteration's values of a parameter, as a view. */
export function valuesAt(
  values: Float64Array,
  { shape, loops }: ParameterBlueprint,
  index: readonly number[],
): Float64Array {
  const size = sizeOf(shape.slice(loops.length))
  const number = loops.reduce((sum, times, axis) => sum * times + index[axis], 0)
  return values.subarray(number * size, (number + 1) * size)
}

/** One iteration's values of the layer's parameter of this role, to be set; undefined where it has none. */
export function toSet(edit: Edit, { blueprint, index }: Iteration, role: ParameterRole): Float64Array | undefined {
  const parameter = blueprint.parameters.find((one) => one.role === role)
  if (parameter === undefined) return undefined
  const values = edit.weights.get(parameter.name)
  assertInvariant(values !== undefined, `${parameter.name} has no values`)
  edit.changed.add(parameter)
  return valuesAt(values, parameter, index)
}
