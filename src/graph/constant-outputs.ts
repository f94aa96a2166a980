/**
 * The smallest mean loss that a constant output can reach, for each loss of single outputs. `targets` lists the target
 * values, and `shares` lists the fraction of the samples that have each target.
 */

const total = (terms: readonly number[]): number => terms.reduce((sum, term) => sum + term, 0)

const meanOf = (targets: readonly number[], shares: readonly number[]): number =>
  total(targets.map((target, index) => target * shares[index]))

/**
 * Binary cross-entropy: the best constant probability is the mean of the targets, and the loss is the entropy of the
 * mean in nats. The targets lie between 0 and 1.
 */
export function entropyOf(targets: readonly number[], shares: readonly number[]): number {
  const mean = meanOf(targets, shares)
  return total([mean, 1 - mean].map((share) => (share > 0 ? -share * Math.log(share) : 0)))
}

/** Squared error: the best constant output is the mean of the targets, and the loss is the variance of the targets. */
export function varianceOf(targets: readonly number[], shares: readonly number[]): number {
  const mean = meanOf(targets, shares)
  return total(targets.map((target, index) => (target - mean) ** 2 * shares[index]))
}

/** Absolute error: the best constant output is the median, and the loss is the mean distance from the median. */
export function meanDistanceFromMedian(targets: readonly number[], shares: readonly number[]): number {
  const order = targets.map((_, index) => index).sort((one, other) => targets[one] - targets[other])
  let below = 0
  const middle = order.find((index) => {
    below += shares[index]
    return below >= 0.5
  })
  const median = targets[middle ?? order[order.length - 1]]
  return total(targets.map((target, index) => Math.abs(target - median) * shares[index]))
}

/** The Huber loss of a distance between output and target. */
export function huberLoss(distance: number, delta: number): number {
  const size = Math.abs(distance)
  return size <= delta ? distance ** 2 / 2 : delta * (size - delta / 2)
}

/** Number of bisection steps after which the best constant output is known to the last digits of float64. */
const bisections = 60

/**
 * Huber loss: the derivative of the mean loss rises with the constant output, so bisection finds the output at which
 * the derivative is 0.
 */
export function bestHuberLoss(targets: readonly number[], shares: readonly number[], delta: number): number {
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
  const best = (low + high) / 2
  return total(targets.map((target, index) => huberLoss(best - target, delta) * shares[index]))
}
