/**
 * The updates that an optimizer subtracts from the weights for a given gradient, at the optimizer's learning rate. The
 * updates leave out weight decay, clipping, schedules and the rate factors of layers.
 */
import type { Update } from '../graph/optimizers/optimizer.ts'
import { type Optimizer, rowOf } from '../graph/optimizers/table.ts'
import type { Numbers } from './pass.ts'

const first = ({ rate, rule }: Optimizer): Update => rowOf(rule).firstUpdate(rule, rate)
const steady = ({ rate, rule }: Optimizer): Update =>
  rowOf(rule).steadyUpdate(rule, rate) ?? rowOf(rule).firstUpdate(rule, rate)

/** The update of the first step of a training. */
export const firstUpdate = (optimizer: Optimizer, gradient: Numbers): Float64Array =>
  applied(first(optimizer), gradient)

/**
 * The update of a step after many steps with the same gradient. If the updates of an optimizer never settle, as those
 * of Adagrad, the result is the update of the first step.
 */
export const steadyUpdate = (optimizer: Optimizer, gradient: Numbers): Float64Array =>
  applied(steady(optimizer), gradient)

/**
 * The ratio of an optimizer's first update to the gradient, or undefined if the update is not a multiple of the
 * gradient.
 */
export const firstFactor = (optimizer: Optimizer): number | undefined => factorOf(first(optimizer))

/**
 * The ratio of an optimizer's update to a gradient that has stayed the same for many steps, or undefined if the update
 * is not a multiple of the gradient.
 */
export const steadyFactor = (optimizer: Optimizer): number | undefined => factorOf(steady(optimizer))

const factorOf = (update: Update): number | undefined => (typeof update === 'number' ? update : undefined)

function applied(update: Update, gradient: Numbers): Float64Array {
  const result = new Float64Array(gradient.length)
  for (let index = 0; index < result.length; index++) {
    result[index] = typeof update === 'number' ? update * gradient[index] : update(gradient[index])
  }
  return result
}
