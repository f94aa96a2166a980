/** An affine map from standardized inputs to outputs, and the one-layer network that computes the map. */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import type { Scale } from '../data/standardize.ts'
import { chain, dense, flatten } from '../network/layers.ts'
import type { Weights } from '../training/evaluator.ts'

/** An affine map from I standardized inputs to O outputs. */
export interface LinearMap {
  /** [O, I] matrix, stored row by row, as the weights of a dense layer. */
  readonly matrix: Float64Array
  /** One number for each output. */
  readonly biases: Float64Array
}

/** The blueprint of the network with one dense layer. */
export function linearBlueprint(shape: readonly number[], outputs: number): Blueprint {
  const readout = dense(outputs)
  return createBlueprint(shape.length > 1 ? chain(flatten(), readout) : chain(readout), shape)
}

/** Names of the matrix and of the biases among the parameters of the network. */
function namesIn({ parameters }: Blueprint): readonly [string, string] {
  const [matrix, biases] = parameters
  return [matrix.name, biases.name]
}

/** The weights of the network that computes the map. */
export function weightsOf(blueprint: Blueprint, { matrix, biases }: LinearMap): Weights {
  const [first, second] = namesIn(blueprint)
  return new Map([
    [first, matrix],
    [second, biases],
  ])
}

/** The map that the network computes with its weights. */
export function mapOf(blueprint: Blueprint, weights: Weights): LinearMap {
  const [matrix, biases] = namesIn(blueprint).map((name) => Float64Array.from(weights.get(name) ?? []))
  return { matrix, biases }
}

/** Converts a map whose outputs have the scale `from` to the map with the same predictions in the scale `to`. */
export function rescaled({ matrix, biases }: LinearMap, from: Scale, to: Scale): LinearMap {
  const inputs = matrix.length / biases.length
  const ratio = (output: number): number => from.deviation[output] / to.deviation[output]
  return {
    matrix: matrix.map((value, index) => value * ratio(Math.floor(index / inputs))),
    biases: biases.map(
      (value, output) => value * ratio(output) + (from.mean[output] - to.mean[output]) / to.deviation[output],
    ),
  }
}
