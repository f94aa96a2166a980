/** Traits of every kind of layer, and a search for a trait in a whole network. */
import type { Layer, LayerKind, Network } from './network.ts'

interface LayerTraits {
  /**
   * Whether the layer has a matrix or a kernel of weights, which mixes all units and sets the number of output units.
   */
  readonly mixesUnits: boolean
  /** Whether the layer's input must be an image. */
  readonly needsImages: boolean
  /** Whether the layer's output for a sample depends on the other samples of the batch in training mode. */
  readonly couplesSamples: boolean
}

const none: LayerTraits = { mixesUnits: false, needsImages: false, couplesSamples: false }
const ofImages: LayerTraits = { ...none, needsImages: true }

export const layerTraits: Readonly<Record<LayerKind, LayerTraits>> = {
  dense: { ...none, mixesUnits: true },
  conv: { ...ofImages, mixesUnits: true },
  maxPool: ofImages,
  averagePool: ofImages,
  globalAveragePool: ofImages,
  subsample: ofImages,
  scalarBias: none,
  scale: none,
  activation: none,
  prelu: none,
  softmax: none,
  dropout: none,
  layerNorm: none,
  batchNorm: { ...none, couplesSamples: true },
  flatten: none,
  chain: none,
  residual: none,
  repeat: none,
}

/** Whether the layer, or any layer within it, has the trait. Layers within shortcuts are not searched. */
export function hasOnTheWay(layer: Layer, trait: keyof LayerTraits): boolean {
  switch (layer.kind) {
    case 'chain':
      return layer.layers.some((member) => hasOnTheWay(member, trait))
    case 'residual':
      return hasOnTheWay(layer.branch, trait)
    case 'repeat':
      return hasOnTheWay(layer.block, trait)
    case 'dense':
    case 'conv':
    case 'maxPool':
    case 'averagePool':
    case 'globalAveragePool':
    case 'subsample':
    case 'scalarBias':
    case 'scale':
    case 'activation':
    case 'prelu':
    case 'softmax':
    case 'dropout':
    case 'layerNorm':
    case 'batchNorm':
    case 'flatten':
      return layerTraits[layer.kind][trait]
  }
}

/** Whether the network's input must be an image. */
export const takesImages = (network: Network): boolean => hasOnTheWay(network, 'needsImages')
