/** Other initial weights for the layers of a network. */
import { activations } from '../network/activations.ts'
import { deltaOrthogonal, glorot, he, lecun, orthogonal } from '../network/initializers.ts'
import type { Initializer, Network } from '../network/network.ts'
import {
  ifChanged,
  isWeighted,
  type LeafPlace,
  leafPlaces,
  type Nonlinearity,
  type WeightedLayer,
  withPlaces,
} from './leaf-places.ts'

/** A dense layer or a convolution, with the activation for which its weights are drawn. */
export interface WeightPlace {
  readonly layer: WeightedLayer
  /** The activation after the layer, or before the layer if none follows. Undefined in a network without activations. */
  readonly activation?: Nonlinearity
  /** Whether the layer is the first layer with weights. */
  readonly isFirst: boolean
  /** Whether the layer is the read-out. */
  readonly isReadout: boolean
}

/**
 * Returns the network with the initializers that `choose` returns. Layers that are not trained stay as they are, and so
 * do zeros in residual branches, which let a branch start as the identity. Undefined if nothing changes.
 */
export function withInitializers(
  network: Network,
  choose: (place: WeightPlace) => Initializer | undefined,
): Network | undefined {
  const first = leafPlaces(network).find(({ leaf }) => isWeighted(leaf))?.leaf
  let isBefore = true
  const changed = withPlaces(network, (place) => {
    const { leaf } = place
    if (!isWeighted(leaf)) return leaf
    const isFirst = isBefore && leaf === first
    isBefore = false
    if (leaf.trained === false || (place.isInBranch && leaf.init.kind === 'zeros')) return leaf
    const init = choose({ layer: leaf, activation: activationOf(place), isFirst, isReadout: !place.isHidden })
    return init === undefined ? leaf : { ...leaf, init }
  })
  return ifChanged(network, changed)
}

const activationOf = ({ next, previous }: LeafPlace): Nonlinearity | undefined => next ?? previous

/** Slope for inputs below 0 of an activation like ReLU, as in He et al. (2015), equation 15. */
const slopeOf = (activation: Nonlinearity): number => ('slope' in activation ? (activation.slope ?? 0) : 0)

export type RuleName = 'he' | 'lecun' | 'glorot'

/** The rule for the variance of the weights that suits an activation, as in the dense presets. */
export const ruleFor = (activation: Nonlinearity | undefined): RuleName => {
  if (activation === undefined) return 'glorot'
  return activation.kind === 'prelu' ? 'he' : activations[activation.function].initializer
}

/** Gain of He's weights for a rectifier with a slope below 0, relative to the gain for ReLU (He et al. 2015, eq. 15). */
export const gainForSlope = (slope: number): number => Math.sqrt(1 / (1 + slope * slope))

/** Weights whose variance keeps the signal: He's for rectifiers, LeCun's for SELU, Glorot's for others; biases 0. */
export function variancePreserving(activation: Nonlinearity | undefined): Initializer {
  const rule = ruleFor(activation)
  if (rule === 'lecun') return lecun()
  return rule === 'glorot' || activation === undefined ? glorot() : he(gainForSlope(slopeOf(activation)))
}

/** Critical point of tanh at which q* is small, so that tanh is nearly linear (Pennington et al. 2017; Xiao et al. 2018). */
const tanhPoint = { sw2: 1.049960955585521, sb2: 2.0058681158233865e-5 }

/** The gain of orthogonal weights that keeps the signal, and the variance of the biases. */
function orthogonalScale(activation: Nonlinearity | undefined): { readonly gain: number; readonly sb2: number } {
  if (activation?.kind === 'activation' && activation.function === 'tanh') {
    return { gain: Math.sqrt(tanhPoint.sw2), sb2: tanhPoint.sb2 }
  }
  const isRectifier = activation !== undefined && ruleFor(activation) === 'he'
  return { gain: isRectifier ? Math.SQRT2 * gainForSlope(slopeOf(activation)) : 1, sb2: 0 }
}

/** Orthogonal weights (Saxe et al. 2014). A convolution's kernel is an orthogonal matrix [out, in * height * width]. */
export function orthogonalFor({ activation }: WeightPlace): Initializer {
  const { gain, sb2 } = orthogonalScale(activation)
  return orthogonal(gain, sb2)
}

/**
 * Whether delta-orthogonal weights suit the layer: a convolution with a kernel of several positions and stride 1, apart
 * from the first one. With a larger stride, a kernel that is zero except at its center would not see most pixels.
 */
export const takesDelta = ({ layer, isFirst, isReadout }: WeightPlace): boolean =>
  layer.kind === 'conv' && layer.kernel > 1 && layer.stride === 1 && !isFirst && !isReadout

/** Delta-orthogonal weights (Xiao et al. 2018) where they suit the layer, and orthogonal weights elsewhere. */
export function deltaOrthogonalFor(place: WeightPlace): Initializer {
  const { gain, sb2 } = orthogonalScale(place.activation)
  return takesDelta(place) ? deltaOrthogonal(gain, sb2) : orthogonal(gain, sb2)
}
