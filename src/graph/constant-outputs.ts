/**
 * The constant output with the smallest mean loss, for each loss of single outputs. `targets` lists the target values,
 * and `shares` lists the fraction of the samples that have each target.
 */

const total = (terms: readonly number[]): number => terms.reduce((sum, term) => sum + term, 0)

/** The mean of the targets, which is the best constant output for the squared error. */
export const meanOf = (targets: readonly number[], shares: readonly number[]): number =>
  total(targets.map((target, index) => target * shares[index]))

/** The binary cross-entropy of a constant probability. A probability of 0 or 1 may have a loss of 0. */
export function lossOfProbability(probability: number, target: number): number {
  const term = (share: number, of: number): number => (share > 0 ? -share * Math.log(of) : 0)
  return term(target, probability) + term(1 - target, 1 - probability)
}

/** The median of the targets, which is the best constant output for the absolute error. */
export function medianOf(targets: readonly number[], shares: readonly number[]): number {
  const order = targets.map((_, index) => index).sort((one, other) => targets[one] - targets[other])
  let below = 0
  const middle = order.find((index) => {
    below += shares[index]
    return below >= 0.5
  })
  return targets[middle ?? order[order.length - 1]]
}

/** The Huber loss of a distance between output and target. */
export function huberLoss(distance: number, delta: number): number {
  const size = Math.abs(distance)
  return size <= delta ? distance ** 2 / 2 : delta * (size - delta / 2)
}

/** Number of bisection steps after which the best constant output is known to the last digits of float64. */
const bisections = 60

/**
 * The best constant output for the Huber loss. The derivative of the mean loss rises with the constant output, so
 * bisection finds the output at which the derivative is 0.
 */
export function huberCenter(targets: readonly number[], shares: readonly number[], delta: number): number {
  let low = targets.reduce((least, target) => Math.min(least, target), Number.POSITIVE_INFINITY)
  let high = targets.reduce((most, target) => Math.max(most, target), Number.NEGATIVE_INFINITY)
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2
    let slope = 0
    for (const [index, target] of targets.entries()) {
      slope += Math.max(-delta, Math.min(delta, middle - target)) * shares[index]
    }
    if (slope > 0) high = middle
    else low = middle
  }
  return (low + high) / 2
}
