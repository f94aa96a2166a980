/**
 * Where an activation function is so straight that a layer of it hands on what it gets. A unit is given at + step * x and
 * gives value + slope * step * x; the next layer with weights undoes the scale and the offset.
 */
import { seluScale } from '../graph/activations.ts'
import type { ActivationName } from '../network/network.ts'

export interface OperatingPoint {
  readonly at: number
  /** Of the function at this point. */
  readonly value: number
  /** Of the function there. */
  readonly slope: number
  /** What x is multiplied by. */
  readonly step: number
}

/**
 * Odd functions are straightest at 0, but for x^3: of an x near 1, a layer of tanh or erf loses 10^-14, since small numbers
 * have all their digits, and one of the logistic function 10^-11, most of it by rounding about 1/2. The others are straight
 * far to the right, where rounding in float64 takes 10^-12 of an x (at 1) or 10^-11 (at 10 and at 40, where the normal
 * distribution and the logistic function are 1), as long as |x| is below some 10^4.
 */
export const operatingPoints = {
  tanh: { at: 0, value: 0, slope: 1, step: 1e-7 },
  erf: { at: 0, value: 0, slope: 2 / Math.sqrt(Math.PI), step: 1e-7 },
  sigmoid: { at: 0, value: 1 / 2, slope: 1 / 4, step: 1e-5 },
  relu: { at: 1, value: 1, slope: 1, step: 1e-4 },
  leakyRelu: { at: 1, value: 1, slope: 1, step: 1e-4 },
  selu: { at: 1, value: seluScale, slope: seluScale, step: 1e-4 },
  gelu: { at: 10, value: 10, slope: 1, step: 1e-4 },
  silu: { at: 40, value: 40, slope: 1, step: 1e-4 },
  softplus: { at: 40, value: 40, slope: 1, step: 1e-4 },
} as const satisfies Record<Exclude<ActivationName, 'identity'>, OperatingPoint>
