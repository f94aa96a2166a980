/**
 * What an optimizer makes of a gradient, taken from the weights: without weight decay, clipping, schedule or factors on
 * layers' rates, at the rate that the optimizer has.
 */
import { momentumAt } from '../graph/updates.ts'
import type { Optimizer } from '../settings/optimizers.ts'
import type { Numbers } from './pass.ts'

/**
 * The update of each step once the same gradient has come for long: rate g (gradient descent); rate g / (1 - momentum),
 * with Nesterov's too, for the velocity that ends at g / (1 - momentum); rate g / (|g| + epsilon) (Adam), whose moments
 * end at g and g^2. Of a momentum's schedule it is the last that counts.
 */
export function steadyUpdate(optimizer: Optimizer, gradient: Numbers): Float64Array {
  const { rate, rule } = optimizer
  if (rule.kind === 'adam') return adamUpdate(rate, rule.epsilon, gradient)
  return scaled(steadyFactor(optimizer) ?? rate, gradient)
}

/**
 * The update of a first step: rate g, and rate (1 + momentum) g with Nesterov's momentum, which looks ahead; Adam's is the
 * steady one, for its moments are corrected.
 */
export function firstUpdate(optimizer: Optimizer, gradient: Numbers): Float64Array {
  const { rate, rule } = optimizer
  if (rule.kind === 'adam') return adamUpdate(rate, rule.epsilon, gradient)
  return scaled(firstFactor(optimizer) ?? rate, gradient)
}

/** What a first update is of its gradient where it is a multiple of it; undefined for Adam's. */
export function firstFactor({ rate, rule }: Optimizer): number | undefined {
  if (rule.kind === 'adam') return undefined
  return rule.kind === 'momentum' && rule.nesterov ? rate * (1 + momentumAt(rule, 0)) : rate
}

/** The same of a steady update. */
export function steadyFactor({ rate, rule }: Optimizer): number | undefined {
  if (rule.kind === 'adam') return undefined
  return rule.kind === 'momentum' ? rate / (1 - rule.momentum) : rate
}

function scaled(factor: number, gradient: Numbers): Float64Array {
  const update = new Float64Array(gradient.length)
  for (let index = 0; index < update.length; index++) update[index] = factor * gradient[index]
  return update
}

function adamUpdate(rate: number, epsilon: number, gradient: Numbers): Float64Array {
  const update = new Float64Array(gradient.length)
  for (let index = 0; index < update.length; index++) {
    update[index] = (rate * gradient[index]) / (Math.abs(gradient[index]) + epsilon)
  }
  return update
}
