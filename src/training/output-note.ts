/**
 * The note about a last layer that limits the network's outputs, such as a sigmoid, and about its meaning for the loss.
 * The note depends on the last layer and the loss.
 */
import type { Blueprint, LayerBlueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import type { LossName } from '../graph/losses.ts'
import type { ActivationName, OutputRange } from '../network/activations.ts'
import { nameInCode } from '../support/errors.ts'
import type { TargetRange } from './target-range.ts'

/** A last layer that limits the outputs. */
export type LimitingOutput = 'softmax' | Exclude<ActivationName, 'identity' | UnlimitedName>

type UnlimitedName = 'leakyRelu' | 'elu' | 'gelu' | 'silu' | 'mish' | 'hardSwish' | 'selu'

const infinity = Number.POSITIVE_INFINITY
const limits: Readonly<Record<LimitingOutput, OutputRange>> = {
  softmax: { low: 0, high: 1 },
  sigmoid: { low: 0, high: 1 },
  tanh: { low: -1, high: 1 },
  softsign: { low: -1, high: 1 },
  erf: { low: -1, high: 1 },
  relu6: { low: 0, high: 6 },
  relu: { low: 0, high: infinity },
  softplus: { low: 0, high: infinity },
}

/** What a loss does with limited outputs. */
type Use = 'applies softmax' | 'applies sigmoid' | 'compares values'

const uses: Readonly<Record<LossName, Use>> = {
  'cross-entropy': 'applies softmax',
  'binary-cross-entropy': 'applies sigmoid',
  'squared-error': 'compares values',
  'absolute-error': 'compares values',
  huber: 'compares values',
}

/** The facts of which the note about the outputs is made. */
export interface OutputFacts {
  readonly blueprint: Blueprint
  readonly loss: LossName
  /** Smallest and largest number that the loss compares the outputs with. Undefined if the numbers are unknown. */
  readonly targets?: TargetRange
}

const sentences: Readonly<Record<Use, (output: LimitingOutput, facts: OutputFacts) => string>> = {
  'applies softmax': (output, { blueprint, loss }) => {
    const others = sizeOf(blueprint.output) - 1
    const { low, high } = limits[output]
    const remedy = `Leave the ${output} at the end out.`
    if (output !== 'softmax' && high === infinity) {
      return `The network ends in a ${output}, so its outputs are at least ${low}. The loss ${loss} applies its own softmax to these outputs, and no class gets an output below ${low}. ${remedy}`
    }
    const best = 1 / (1 + others * Math.exp(low - high))
    const reach = `A class can get at most the probability ${percent(best)}, and the loss can't fall below ${digits(-Math.log(best))}.`
    const ends =
      output === 'softmax'
        ? `The network ends in a softmax, and the loss ${loss} applies its own softmax, so softmax is applied twice.`
        : `The network ends in a ${output}, so its outputs are from ${low} to ${high}, and the loss ${loss} applies its own softmax to them.`
    return `${ends} ${reach} ${remedy}`
  },
  'applies sigmoid': (output, { loss }) => {
    const { low, high } = limits[output]
    const [least, most] = [sigmoid(low), sigmoid(high)]
    const range = high === infinity ? `at least ${percent(least)}` : `from ${percent(least)} to ${percent(most)}`
    return `The network ends in a ${output}, and the loss ${loss} applies its own sigmoid, so every probability is ${range}. Leave the ${output} at the end out.`
  },
  'compares values': (output, { loss, targets }) => {
    const { low, high } = limits[output]
    const range = high === infinity ? `at least ${low}` : `from ${low} to ${high}`
    const first = `The network ends in a ${output}, so its outputs are ${range}.`
    if (targets === undefined) return `${first} The loss ${loss} compares these outputs with the targets.`
    const scaled = targets.areClasses ? '' : ' (after standardizing)'
    const compared = `The loss ${loss} compares the outputs with targets from ${digits(targets.low)} to ${digits(targets.high)}${scaled}.`
    const isWithin = targets.low >= low && targets.high <= high
    const reached = isWithin
      ? 'All targets lie within the range of the outputs.'
      : `The network can't reach targets outside of the range of its outputs. Leave the ${output} at the end out, or scale the targets and take ${nameInCode('standardize', 'none')}.`
    return `${first} ${compared} ${reached}`
  },
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value))
const percent = (share: number): string => `${(100 * share).toPrecision(3)}%`
const digits = (value: number): string => String(Number(value.toPrecision(3)))

/**
 * The note about the network's outputs for the loss, or undefined if the last layer doesn't limit the outputs. Layers
 * that change no output in an evaluation, such as dropout, don't count as the last layer.
 */
export function outputNote(facts: OutputFacts): string | undefined {
  const output = limitingOutput(facts.blueprint.root)
  if (output === 'softmax' && facts.blueprint.output.at(-1) === 1) {
    return 'The network ends in a softmax over a single output. A softmax over one output is always 1, so the network learns nothing. Leave the softmax at the end out.'
  }
  return output && sentences[uses[facts.loss]](output, facts)
}

/** The last layer of a network, if the last layer limits the outputs. */
export function limitingOutput(layer: LayerBlueprint): LimitingOutput | undefined {
  const { layer: own, children } = layer
  if (own.kind === 'chain' || own.kind === 'repeat') {
    const last = children.findLast((child) => !changesNothing(child))
    return last && limitingOutput(last)
  }
  const name = own.kind === 'activation' ? own.function : own.kind
  return isLimiting(name) ? name : undefined
}

function changesNothing({ layer }: LayerBlueprint): boolean {
  if (layer.kind === 'activation') return layer.function === 'identity'
  return layer.kind === 'dropout' || layer.kind === 'flatten'
}

/** Whether an activation or a layer limits the outputs of a network that ends in it. */
export const isLimiting = (name: string): name is LimitingOutput => name in limits
