/** Weights that make layers pass on their input unchanged, or as an encoding. */
import { activations } from '../network/activations.ts'
import type { ActivationLayer, ConvLayer, DenseLayer, ResidualLayer } from '../network/network.ts'
import {
  type Encoding,
  factorAt,
  isPlain,
  type Linearization,
  nextLinearization,
  plain,
  setAffine,
  setNorm,
} from './encoding.ts'
import { type Edit, type Impossible, impossible, type LayerVisit, toSet, visitsOf } from './tensors.ts'
import { zeroBranch } from './zero-branch.ts'

/** The encoding factor * x + offset in which layers pass on their input x. */
export interface Passed extends Encoding {
  /** Whether the output of the layers equals their input to the last bit. */
  readonly isExact: boolean
}

interface Passing extends Passed {
  /** Linearization that the next activation must use to pass on the signal. */
  readonly linearization?: Linearization
}

interface Context {
  readonly edit: Edit
  readonly visits: readonly LayerVisit[]
  readonly isNonnegative: boolean
}

/**
 * Sets the weights of consecutive layers so that in evaluation mode all layers together pass on their input x.
 * `isNonnegative` says that x is known not to be negative. Returns the encoding of x in the output, or the reason why
 * no weights pass on x.
 *
 * - Layers of weights become the identity: ones on the diagonal (of the kernel's center), and zeros in further units.
 * - A rectifier leaves a nonnegative signal unchanged. Any other activation is used near its operating point, where the
 *   activation is nearly straight, and its output is then scaled and shifted (`operatingPoint` in
 *   network/activations.ts).
 * - Batch norm gets the mean 0, the variance 1 - epsilon, the scale 1 and the shift 0.
 * - The branch of a residual becomes a zero branch.
 */
export function makeIdentity(edit: Edit, visits: readonly LayerVisit[], isNonnegative: boolean): Passed | Impossible {
  const context = { edit, visits, isNonnegative }
  let encoding: Passing = { ...plain, isExact: true }
  for (let place = 0; place < visits.length; place++) {
    const next = passStep(context, place, encoding)
    if ('impossible' in next) return next
    encoding = next
  }
  return encoding
}

function passStep(context: Context, place: number, encoding: Passing): Passing | Impossible {
  const { edit, visits } = context
  const visit = visits[place]
  const { layer } = visit
  switch (layer.kind) {
    case 'dense':
    case 'conv':
      return passWeights(context, place, layer, encoding)
    case 'activation':
      return passActivation(context, visit, layer, encoding)
    case 'residual':
      return passResidual(context, visit, layer, encoding)
    case 'batchNorm':
      setNorm(edit, visit, layer)
      return { ...encoding, isExact: encoding.isExact && layer.epsilon < 1 }
    case 'scalarBias':
      toSet(edit, visit, 'bias')?.fill(0)
      return encoding
    case 'prelu':
      toSet(edit, visit, 'slope')?.fill(1)
      return encoding
    case 'scale': {
      const factor = factorAt(visit, layer)
      if (factor === 0) return impossible(visit.blueprint, 'the layer multiplies by 0, which no weights can undo')
      const scaled = { factor: encoding.factor * factor, offset: encoding.offset * factor }
      return { ...encoding, ...scaled, isExact: encoding.isExact && factor === 1 }
    }
    case 'dropout':
    case 'flatten':
      return encoding
    case 'softmax':
      return impossible(visit.blueprint, 'the outputs of the layer add up to 1, which no weights can undo')
    case 'layerNorm':
      return impossible(visit.blueprint, 'the layer normalizes each sample, which no weights can undo')
    case 'maxPool':
      return impossible(visit.blueprint, 'the layer takes the largest of several positions, which no weights can undo')
    case 'averagePool':
      return impossible(visit.blueprint, 'the layer takes the mean of several positions, which no weights can undo')
    case 'globalAveragePool':
      return impossible(visit.blueprint, 'the layer takes the mean of all positions, which no weights can undo')
    case 'subsample':
      return impossible(visit.blueprint, 'the layer leaves out positions, which no weights can restore')
  }
}

function passWeights(
  { edit, visits, isNonnegative }: Context,
  place: number,
  layer: DenseLayer | ConvLayer,
  encoding: Passing,
): Passing | Impossible {
  const [channels] = visits[0].blueprint.input
  const linearization = nextLinearization(visits, place, isNonnegative)
  const after = linearization?.before ?? plain
  const refusal = setAffine(edit, visits[place], layer, channels, encoding, after)
  return refusal ?? { ...after, linearization, isExact: encoding.isExact && isPlain(after) }
}

function passActivation(
  { isNonnegative }: Context,
  visit: LayerVisit,
  { function: name }: ActivationLayer,
  encoding: Passing,
): Passing | Impossible {
  if (name === 'identity') return encoding
  if (encoding.linearization?.visit === visit) {
    const { slope, value } = encoding.linearization.point
    return { factor: slope * encoding.factor, offset: value, isExact: false }
  }
  const { keepsPositive } = activations[name]
  if (keepsPositive && isNonnegative && encoding.factor > 0 && encoding.offset >= 0) return encoding
  const shape = keepsPositive ? 'nonlinear for negative inputs' : 'nonlinear'
  return impossible(visit.blueprint, `the activation is ${shape}, and no layer of weights precedes it in its block`)
}

function passResidual(
  { edit, isNonnegative }: Context,
  visit: LayerVisit,
  layer: ResidualLayer,
  encoding: Passing,
): Passing | Impossible {
  const shortcut = visit.blueprint.children.at(1)
  if (shortcut) {
    const skipped = makeIdentity(edit, visitsOf(shortcut, visit.index), isNonnegative && isPlain(encoding))
    if ('impossible' in skipped) return skipped
    if (!isPlain(skipped)) return impossible(shortcut, "the shortcut can't pass on its input without scaling it")
  }
  return zeroBranch(edit, visit, layer) ?? encoding
}
