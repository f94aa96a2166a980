/** The same network with wider hidden layers. */
import type { Shape } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { hasOnTheWay } from '../network/layer-traits.ts'
import type { Layer, Network } from '../network/network.ts'
import { orUndefined } from '../support/errors.ts'

/**
 * Every hidden layer `factor` times as wide: units of dense layers, channels of convolutions. The last layer with weights gives
 * the outputs, and stays. Initializers that go by a layer's fans follow its width. Undefined where no layer is hidden, and where
 * the wider layers don't fit the input, a shortcut or the outputs: where a network begins or ends with a block that is repeated,
 * say, whose width is the input's or the outputs'.
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
      // Its block's output has its input's width, so it can't give the outputs of a network with wider layers before it.
      return { ...layer, block: widen(layer.block, factor, false) }
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'scalarBias':
    case 'scale':
    case 'activation':
    case 'dropout':
    case 'layerNorm':
    case 'batchNorm':
    case 'flatten':
      return layer
  }
}
