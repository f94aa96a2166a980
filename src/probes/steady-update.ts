/**
 * What an optimizer makes of a gradient, taken from the weights: without weight decay, clipping, schedule or factors on
 * layers' rates, at the rate that the optimizer has.
 */
import type { Update } from '../graph/optimizers/optimizer.ts'
import { type Optimizer, rowOf } from '../graph/optimizers/table.ts'
import type { Numbers } from './pass.ts'

const first = ({ rate, rule }: Optimizer): Update => rowOf(rule).firstUpdate(rule, rate)
const steady = ({ rate, rule }: Optimizer): Update => rowOf(rule).steadyUpdate(rule, rate)

/** The update of a first step. */
export const firstUpdate = (optimizer: Optimizer, gradient: Numbers): Float64Array =>
  applied(first(optimizer), gradient)

/** The update of each step once the same gradient has come for many steps. */
export const steadyUpdate = (optimizer: Optimizer, gradient: Numbers): Float64Array =>
  applied(steady(optimizer), gradient)

/** The factor on the gradient that is the first update; undefined where the update is no multiple of the gradient. */
export const firstFactor = (optimizer: Optimizer): number | undefined => factorOf(first(optimizer))

/** The same of a steady update. */
export const steadyFactor = (optimizer: Optimizer): number | undefined => factorOf(steady(optimizer))

const factorOf = (update: Update): number | undefined => (typeof update === 'number' ? update : undefined)

function applied(update: Update, gradient: Numbers): Float64Array {
  const result = new Float64Array(gradient.length)
  for (let index = 0; index < result.length; index++) {
    result[index] = typeof update === 'number' ? update * gradient[index] : update(gradient[index])
  }
  return result
}
