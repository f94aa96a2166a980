/** Weights that make layers hand on what they get. */
import { activations } from '../network/activations.ts'
import type { ActivationLayer, ConvLayer, DenseLayer, ResidualLayer } from '../network/network.ts'
import { type Linearization, type Encoding, factorAt, isPlain, nextLinearization, plain, setAffine, setNorm } from './encoding.ts'
import { zeroBranch } from './zero-branch.ts'
import { type Edit, type Impossible, impossible, type Step, stepsOf, toSet } from './tensors.ts'

/** What comes out of layers in place of their input. */
export interface Passed extends Encoding {
  /** Whether it is the input to the last bit. */
  readonly isExact: boolean
}

interface Passing extends Passed {
  /** The activation that is to be used where it is nearly straight. */
  readonly linearization?: Linearization
}

interface Context {
  readonly edit: Edit
  readonly steps: readonly Step[]
  readonly isNonnegative: boolean
}

/**
 * Sets the weights of consecutive layers so that in evaluation mode all of them together hand on their input x, which is
 * known not to be negative where `isNonnegative`. Gives what comes out in place of x.
 *
 * - Layers of weights become the identity: ones on the diagonal (of the kernel's center), and zeros in further units.
 * - A rectifier leaves what isn't negative. Any other activation is used where it is nearly straight, and what comes out
 *   is then scaled and shifted (`operatingPoint` in network/activations.ts).
 * - Batch norm has the mean 0, the variance 1 - epsilon, the scale 1 and the shift 0.
 * - A residual's branch is made zero.
 */
export function makeIdentity(edit: Edit, steps: readonly Step[], isNonnegative: boolean): Passed | Impossible {
  const context = { edit, steps, isNonnegative }
  let encoding: Passing = { ...plain, isExact: true }
  for (let place = 0; place < steps.length; place++) {
    const next = passStep(context, place, encoding)
    if ('impossible' in next) return next
    encoding = next
  }
  return encoding
}

function passStep(context: Context, place: number, encoding: Passing): Passing | Impossible {
  const { edit, steps } = context
  const step = steps[place]
  const { layer } = step
  switch (layer.kind) {
    case 'dense':
    case 'conv':
      return passWeights(context, place, layer, encoding)
    case 'activation':
      return passActivation(context, step, layer, encoding)
    case 'residual':
      return passResidual(context, step, layer, encoding)
    case 'batchNorm':
      setNorm(edit, step, layer)
      return { ...encoding, isExact: encoding.isExact && layer.epsilon < 1 }
    case 'scalarBias':
      toSet(edit, step, 'bias')?.fill(0)
      return encoding
    case 'scale': {
      const factor = factorAt(step, layer)
      if (factor === 0) return impossible(step.blueprint, 'multiplies by 0, which no weights undo')
      const scaled = { factor: encoding.factor * factor, offset: encoding.offset * factor }
      return { ...encoding, ...scaled, isExact: encoding.isExact && factor === 1 }
    }
    case 'dropout':
    case 'flatten':
      return encoding
    case 'layerNorm':
      return impossible(step.blueprint, 'normalizes each sample, which no weights undo')
    case 'maxPool':
      return impossible(step.blueprint, 'takes the largest of several positions, which no weights undo')
    case 'averagePool':
      return impossible(step.blueprint, 'takes the mean of several positions, which no weights undo')
    case 'globalAveragePool':
      return impossible(step.blueprint, 'takes the mean of all positions, which no weights undo')
    case 'subsample':
      return impossible(step.blueprint, 'leaves out positions, which no weights bring back')
  }
}

function passWeights(
  { edit, steps, isNonnegative }: Context,
  place: number,
  layer: DenseLayer | ConvLayer,
  encoding: Passing,
): Passing | Impossible {
  const [channels] = steps[0].blueprint.input
  const linearization = nextLinearization(steps, place, isNonnegative)
  const after = linearization?.before ?? plain
  const refusal = setAffine(edit, steps[place], layer, channels, encoding, after)
  return refusal ?? { ...after, linearization, isExact: encoding.isExact && isPlain(after) }
}

function passActivation(
  { isNonnegative }: Context,
  step: Step,
  { function: name }: ActivationLayer,
  encoding: Passing,
): Passing | Impossible {
  if (name === 'identity') return encoding
  if (encoding.linearization?.step === step) {
    const { slope, value } = encoding.linearization.point
    return { factor: slope * encoding.factor, offset: value, isExact: false }
  }
  const { keepsPositive } = activations[name]
  if (keepsPositive && isNonnegative && encoding.factor > 0 && encoding.offset >= 0) return encoding
  const what = keepsPositive ? 'what may be negative' : 'what it gets'
  return impossible(step.blueprint, `bends ${what}, and no layer of weights of its block stands before it`)
}

function passResidual(
  { edit, isNonnegative }: Context,
  step: Step,
  layer: ResidualLayer,
  encoding: Passing,
): Passing | Impossible {
  const shortcut = step.blueprint.children.at(1)
  if (shortcut) {
    const skipped = makeIdentity(edit, stepsOf(shortcut, step.index), isNonnegative && isPlain(encoding))
    if ('impossible' in skipped) return skipped
    if (!isPlain(skipped)) return impossible(shortcut, "can't hand on what it gets without scaling it")
  }
  return zeroBranch(edit, step, layer) ?? encoding
}
