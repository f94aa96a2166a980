/** Activation functions as functions of one number, with their kinks, for integrals over Gaussian inputs. */
import { type ActivationName, activations, relu6Ceiling } from '../network/activations.ts'

/** An activation function with its slope, which only leakyRelu has. An activation layer of a network has this form. */
export interface SlopedActivation {
  readonly function: ActivationName
  /** Slope of leakyRelu for inputs below 0, 0.01 by default. */
  readonly slope?: number
}

/** An activation function: its name alone, or the name with the slope of leakyRelu. */
export type TheoryActivation = ActivationName | SlopedActivation

/** Slope of leakyRelu if none is given, as in a network. */
const defaultSlope = 0.01

/** Inputs at which a function is not smooth. Integrals are split there. */
const kinksOf: Readonly<Record<ActivationName, readonly number[]>> = {
  identity: [],
  relu: [0],
  relu6: [0, relu6Ceiling],
  leakyRelu: [0],
  elu: [0],
  tanh: [],
  // The second derivative of softsign jumps at 0.
  softsign: [0],
  sigmoid: [],
  softplus: [],
  gelu: [],
  silu: [],
  mish: [],
  hardSwish: [-3, 3],
  selu: [0],
  erf: [],
}

export interface ScalarFunction {
  readonly name: ActivationName
  readonly value: (x: number) => number
  readonly derivative: (x: number) => number
  /** Inputs at which the function is not smooth, in rising order. */
  readonly kinks: readonly number[]
  /** Slope below 0 of a function that is x above 0 and slope * x below 0. Null for all other functions. */
  readonly slopeBelowZero: number | null
}

/** The function of an activation. */
export function scalarFunction(activation: TheoryActivation): ScalarFunction {
  const given: SlopedActivation = typeof activation === 'string' ? { function: activation } : activation
  const { function: name, slope = defaultSlope } = given
  const { value, derivative, derivedFrom } = activations[name]
  const fromInput = derivedFrom(slope) === 'input'
  return {
    name,
    value: (x) => value(x, slope),
    derivative: fromInput ? (x) => derivative(x, slope) : (x) => derivative(value(x, slope), slope),
    kinks: kinksOf[name],
    slopeBelowZero: name === 'identity' ? 1 : name === 'relu' ? 0 : name === 'leakyRelu' ? slope : null,
  }
}

/** Nodes and weights of the Gauss-Legendre rule with 5 nodes on [-1, 1] (Abramowitz and Stegun 25.4.30). */
const near = Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3
const far = Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3
const nearWeight = (322 + 13 * Math.sqrt(70)) / 900
const farWeight = (322 - 13 * Math.sqrt(70)) / 900
const middleWeight = 128 / 225
/** Longest interval over which a difference of values is computed as an integral of the derivative. */
const shortest = 0.1

/**
 * The difference of the function's values at `high` and `low`, without cancellation if both inputs are close. Over a
 * short interval, the difference is the integral of the derivative, by 5 Gauss-Legendre nodes between kinks.
 */
export function differenceOf(phi: ScalarFunction, low: number, high: number): number {
  if (high < low) return -differenceOf(phi, high, low)
  if (high - low > shortest) return phi.value(high) - phi.value(low)
  for (const kink of phi.kinks) {
    if (low < kink && kink < high) return smoothDifference(phi, low, kink) + differenceOf(phi, kink, high)
  }
  return smoothDifference(phi, low, high)
}

function smoothDifference({ derivative }: ScalarFunction, low: number, high: number): number {
  const half = (high - low) / 2
  const center = low + half
  const around = (distance: number): number =>
    derivative(center - distance * half) + derivative(center + distance * half)
  return half * (middleWeight * derivative(center) + nearWeight * around(near) + farWeight * around(far))
}
