/** Extracts the part of a network that follows a stage, as a separate network with the same weights. */
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { zeros } from '../network/initializers.ts'
import { chain, named, repeat } from '../network/layers.ts'
import type { Layer, Varying } from '../network/network.ts'
import type { Weights } from '../training/evaluator.ts'
import type { LayerPlace } from './stages.ts'

export interface TailNetwork {
  readonly blueprint: Blueprint
  readonly weights: Weights
}

/** Lists the layers of a chain, with nested chains flattened. */
function membersOf(layer: LayerBlueprint): LayerBlueprint[] {
  return layer.layer.kind === 'chain' ? layer.children.flatMap(membersOf) : [layer]
}

/** Returns the part of the network that follows the end of a stage, or undefined if the stage is the last one. */
export function networkAfter(
  { root }: Blueprint,
  { layer: end, iteration }: LayerPlace,
  weights: Weights,
): TailNetwork | undefined {
  const members = membersOf(root)
  const place = members.findIndex((member) => member === end || member.children.includes(end))
  const left = sizeOf(end.loops) - iteration - 1
  const following = members.slice(left > 0 ? place : place + 1)
  if (following.length === 0) return undefined
  const layers = following.map(({ layer }, index) => {
    const cut = index === 0 && left > 0 && layer.kind === 'repeat' ? repeat(left, shortened(layer.block, left)) : layer
    // Each layer of the new chain gets a new name, because layers of different chains may share a name.
    return named(`part${index}`, cut)
  })
  const blueprint = createBlueprint(chain(...layers), end.output)
  const values = new Map<string, ArrayLike<number>>()
  blueprint.root.children.forEach((child, index) => {
    copyWeights(following[index], child, weights, values)
  })
  return { blueprint, weights: values }
}

/**
 * Shortens those options that have one value for each iteration of a loop to the values of the last `times` iterations.
 * The initial weights are set to 0, because copied weights replace the initial weights.
 */
function shortened(layer: Layer, times: number): Layer {
  const last = (varying: Varying): Varying => (typeof varying === 'number' ? varying : varying.slice(-times))
  switch (layer.kind) {
    case 'chain':
      return { ...layer, layers: layer.layers.map((member) => shortened(member, times)) }
    case 'residual': {
      const own = { ...layer, branch: shortened(layer.branch, times), multiplier: last(layer.multiplier) }
      return layer.shortcut === undefined ? own : { ...own, shortcut: shortened(layer.shortcut, times) }
    }
    case 'dense':
    case 'conv':
      return { ...layer, init: zeros() }
    case 'scale':
      return { ...layer, factor: last(layer.factor) }
    case 'dropout':
      return { ...layer, rate: last(layer.rate) }
    case 'repeat':
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'subsample':
    case 'scalarBias':
    case 'activation':
    case 'prelu':
    case 'softmax':
    case 'layerNorm':
    case 'batchNorm':
    case 'flatten':
      return layer
  }
}

/**
 * Copies the weights of each layer from one network to another. The networks `from` and `to` have the same structure,
 * but `to` may have only the last iterations of a loop.
 */
function copyWeights(
  from: LayerBlueprint,
  to: LayerBlueprint,
  weights: Weights,
  values: Map<string, ArrayLike<number>>,
): void {
  to.parameters.forEach(({ name, shape }, index) => {
    const all = Float64Array.from(weights.get(from.parameters[index].name) ?? [])
    values.set(name, all.subarray(all.length - sizeOf(shape)))
  })
  to.children.forEach((child, index) => {
    copyWeights(from.children[index], child, weights, values)
  })
}
