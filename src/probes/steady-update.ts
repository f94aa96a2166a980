/**
 * The updates that an optimizer subtracts from the weights for a gradient, at the rate of the optimizer. Weight decay,
 * clipping, schedules and rate factors of layers are left out.
 */
import type { Update } from '../graph/optimizers/optimizer.ts'
import { type Optimizer, rowOf } from '../graph/optimizers/table.ts'
import type { Numbers } from './pass.ts'

const first = ({ rate, rule }: Optimizer): Update => rowOf(rule).firstUpdate(rule, rate)
const steady = ({ rate, rule }: Optimizer): Update => rowOf(rule).steadyUpdate(rule, rate)

/** The update of the first step of a training. */
export const firstUpdate = (optimizer: Optimizer, gradient: Numbers): Float64Array =>
  applied(first(optimizer), gradient)

/** The update of a step after many steps with the same gradient. */
export const steadyUpdate = (optimizer: Optimizer, gradient: Numbers): Float64Array =>
  applied(steady(optimizer), gradient)

/** The ratio of the first update to the gradient; undefined if the update is not a multiple of the gradient. */
export const firstFactor = (optimizer: Optimizer): number | undefined => factorOf(first(optimizer))

/** The ratio of the steady update to the gradient; undefined if the update is not a multiple of the gradient. */
export const steadyFactor = (optimizer: Optimizer): number | undefined => factorOf(steady(optimizer))

const factorOf = (update: Update): number | undefined => (typeof update === 'number' ? update : undefined)

function applied(update: Update, gradient: Numbers): Float64Array {
  const result = new Float64Array(gradient.length)
  for (let index = 0; index < result.length; index++) {
    result[index] = typeof update === 'number' ? update * gradient[index] : update(gradient[index])
  }
  return result
}
