/**
 * Finds the values in a network that are never negative for any weights. A rectifier leaves nonnegative values
 * unchanged.
 */
import type { LayerBlueprint } from '../blueprint/blueprint.ts'
import { activations } from '../network/activations.ts'
import type { Varying } from '../network/network.ts'

/**
 * Whether a layer's input and output are known not to be negative, in every iteration of the loops around the layer.
 */
export interface Signs {
  readonly input: boolean
  readonly output: boolean
}

const isNonnegative = (varying: Varying): boolean =>
  typeof varying === 'number' ? varying >= 0 : varying.every((value) => value >= 0)

/**
 * For every layer, whether its input and its output are known not to be negative. The network's input may be negative.
 */
export function findSigns(root: LayerBlueprint): ReadonlyMap<LayerBlueprint, Signs> {
  const signs = new Map<LayerBlueprint, Signs>()
  const pass = (blueprint: LayerBlueprint, input: boolean): boolean => {
    const output = through(blueprint, input)
    signs.set(blueprint, { input, output })
    return output
  }
  const through = ({ layer, children }: LayerBlueprint, input: boolean): boolean => {
    switch (layer.kind) {
      case 'chain':
        return children.reduce((sign, child) => pass(child, sign), input)
      case 'repeat': {
        const [block] = children
        // The block's input is nonnegative in every iteration only if the repeat's input and the block's output are
        // nonnegative.
        const everyInput = pass(block, input) && input
        return pass(block, everyInput)
      }
      case 'residual': {
        const [branch, shortcut] = children
        const [added, skipped] = [pass(branch, input), shortcut ? pass(shortcut, input) : input]
        return added && skipped && !layer.trainedMultiplier && isNonnegative(layer.multiplier)
      }
      case 'activation':
        return input || activations[layer.function].nonnegative === 'always'
      case 'scale':
        return input && isNonnegative(layer.factor)
      case 'softmax':
        return true
      case 'prelu':
      case 'maxPool':
      case 'averagePool':
      case 'globalAveragePool':
      case 'subsample':
      case 'dropout':
      case 'flatten':
        return input
      case 'dense':
      case 'conv':
      case 'scalarBias':
      case 'layerNorm':
      case 'batchNorm':
        return false
    }
  }
  pass(root, false)
  return signs
}
