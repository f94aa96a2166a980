/** Weights that make layers hand on what they get. */
import { activations } from '../network/activations.ts'
import type { ActivationLayer, ConvLayer, DenseLayer, ResidualLayer } from '../network/network.ts'
import { type Bend, type Code, factorAt, isPlain, nextBend, plain, setAffine, setNorm } from './code.ts'
import { silenceBranch } from './silence.ts'
import { type Draft, type Impossible, impossible, type Step, stepsOf, toSet } from './tensors.ts'

/** What comes out of layers in place of their input. */
export interface Passed extends Code {
  /** Whether it is the input to the last bit. */
  readonly isExact: boolean
}

interface Passing extends Passed {
  /** The activation that is to be used where it is nearly straight. */
  readonly bend?: Bend
}

interface Context {
  readonly draft: Draft
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
export function makeIdentity(draft: Draft, steps: readonly Step[], isNonnegative: boolean): Passed | Impossible {
  const context = { draft, steps, isNonnegative }
  let code: Passing = { ...plain, isExact: true }
  for (let place = 0; place < steps.length; place++) {
    const next = passStep(context, place, code)
    if ('impossible' in next) return next
    code = next
  }
  return code
}

function passStep(context: Context, place: number, code: Passing): Passing | Impossible {
  const { draft, steps } = context
  const step = steps[place]
  const { layer } = step
  switch (layer.kind) {
    case 'dense':
    case 'conv':
      return passWeights(context, place, layer, code)
    case 'activation':
      return passActivation(context, step, layer, code)
    case 'residual':
      return passResidual(context, step, layer, code)
    case 'batchNorm':
      setNorm(draft, step, layer)
      return { ...code, isExact: code.isExact && layer.epsilon < 1 }
    case 'scalarBias':
      toSet(draft, step, 'bias')?.fill(0)
      return code
    case 'scale': {
      const factor = factorAt(step, layer)
      if (factor === 0) return impossible(step.blueprint, 'multiplies by 0, which no weights undo')
      const scaled = { factor: code.factor * factor, offset: code.offset * factor }
      return { ...code, ...scaled, isExact: code.isExact && factor === 1 }
    }
    case 'dropout':
    case 'flatten':
      return code
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
  { draft, steps, isNonnegative }: Context,
  place: number,
  layer: DenseLayer | ConvLayer,
  code: Passing,
): Passing | Impossible {
  const [channels] = steps[0].blueprint.input
  const bend = nextBend(steps, place, isNonnegative)
  const after = bend?.before ?? plain
  const refusal = setAffine(draft, steps[place], layer, channels, code, after)
  return refusal ?? { ...after, bend, isExact: code.isExact && isPlain(after) }
}

function passActivation(
  { isNonnegative }: Context,
  step: Step,
  { function: name }: ActivationLayer,
  code: Passing,
): Passing | Impossible {
  if (name === 'identity') return code
  if (code.bend?.step === step) {
    const { slope, value } = code.bend.point
    return { factor: slope * code.factor, offset: value, isExact: false }
  }
  const { keepsPositive } = activations[name]
  if (keepsPositive && isNonnegative && code.factor > 0 && code.offset >= 0) return code
  const what = keepsPositive ? 'what may be negative' : 'what it gets'
  return impossible(step.blueprint, `bends ${what}, and no layer of weights of its block stands before it`)
}

function passResidual(
  { draft, isNonnegative }: Context,
  step: Step,
  layer: ResidualLayer,
  code: Passing,
): Passing | Impossible {
  const shortcut = step.blueprint.children.at(1)
  if (shortcut) {
    const skipped = makeIdentity(draft, stepsOf(shortcut, step.index), isNonnegative && isPlain(code))
    if ('impossible' in skipped) return skipped
    if (!isPlain(skipped)) return impossible(shortcut, "can't hand on what it gets without scaling it")
  }
  return silenceBranch(draft, step, layer) ?? code
}
