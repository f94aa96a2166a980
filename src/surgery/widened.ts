/** Widens the hidden layers of a network. */
import type { Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { hasOnTheWay } from '../network/layer-traits.ts'
import type { Layer, Network } from '../network/network.ts'
import { orUndefined } from '../support/errors.ts'

/**
 * The network with every hidden layer `factor` times as wide, in units of dense layers or channels of convolutions. The
 * last layer with weights gives the outputs and stays unchanged. Initializers that depend on the fans follow the new
 * width. Undefined if no layer is hidden, or if the wider layers don't fit the input, a shortcut or the outputs. For
 * example, a repeated block at the start or the end of a network can't be widened, because its width is the input's or
 * the outputs' width.
 */
export function widened(network: Network, factor: number, input: Shape): Network | undefined {
  const found = widen(network, factor, true)
  if (JSON.stringify(found) === JSON.stringify(network)) return undefined
  const wider = orUndefined(() => createBlueprint(found, input))
  return wider?.output.join() === createBlueprint(network, input).output.join() ? found : undefined
}

function widen(layer: Layer, factor: number, isLast: boolean): Layer {
  switch (layer.kind) {
    case 'dense':
      return isLast ? layer : { ...layer, width: layer.width * factor }
    case 'conv':
      return isLast ? layer : { ...layer, channels: layer.channels * factor }
    case 'subsample':
      return { ...layer, channels: layer.channels * factor }
    case 'chain': {
      const last = layer.layers.findLastIndex((member) => hasOnTheWay(member, 'mixesUnits'))
      return { ...layer, layers: layer.layers.map((one, index) => widen(one, factor, isLast && index === last)) }
    }
    case 'residual': {
      const { shortcut, branch } = layer
      const wider = { ...layer, branch: widen(branch, factor, isLast) }
      return shortcut === undefined ? wider : { ...wider, shortcut: widen(shortcut, factor, isLast) }
    }
    case 'repeat':
      // A repeated block's output is as wide as its input, so the block can't give the outputs after wider layers.
      return { ...layer, block: widen(layer.block, factor, false) }
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'scalarBias':
    case 'scale':
    case 'activation':
    case 'prelu':
    case 'softmax':
    case 'dropout':
    case 'layerNorm':
    case 'batchNorm':
    case 'flatten':
      return layer
  }
}
