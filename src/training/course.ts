/** The course of a training's loss: whether the loss diverged, fell, is still falling, or stopped falling long ago. */
import type { LossRecord } from './state.ts'

/** How the loss of a training behaved from the first to the last step. */
export type Course =
  /** The loss rose from one of the first steps on. `factor`: the largest loss, divided by the first loss. */
  | { readonly kind: 'rising'; readonly factor: number }
  /** The loss of the last tenth of the steps is at least 5% below the loss of the tenth before. */
  | { readonly kind: 'falling' }
  /** The loss fell, and then stayed near its lowest level. `since`: the step from which on the loss hardly fell. */
  | { readonly kind: 'flat'; readonly since: number; readonly level: number }
  /** Any other course. */
  | { readonly kind: 'other' }

/** Number of parts of a training whose median losses are compared. */
const parts = 10
/** Fewest losses from which a course is read. Fewer losses differ too much from batch to batch. */
const fewest = 3 * parts
/** Number of steps within which a loss counts as rising from the start. */
const firstSteps = 20
/** Factor by which a loss that rises from the start exceeds the first loss. */
const leastRise = 2
/** Fraction of a part's loss by which the next part of a training that still falls is lower. */
const leastFall = 0.05
/** Fraction of the first loss by which a loss must have fallen before it can count as flat. */
const leastWhole = 0.1
/** Fraction of the whole fall of the loss within which a part counts as near the lowest part. */
const nearLowest = 0.03
/** Fraction of the lowest part's loss within which a part counts as near the lowest part. */
const nearLowestLevel = 0.2

/** Returns whether the loss rose from one of the first steps on, by more than a factor of two. */
function riseOf(losses: readonly LossRecord[]): number | undefined {
  const [first] = losses
  const early = losses.filter(({ step }) => step <= first.step + firstSteps).map(({ loss }) => loss)
  const largest = early.reduce((most, loss) => Math.max(most, loss), 0)
  const end = early[early.length - 1]
  return largest > leastRise * first.loss && end > leastRise * first.loss ? largest / first.loss : undefined
}

/**
 * Reads the course of a training from its logged losses, which must be finite and in the order of the steps. The
 * median losses of ten parts of the training are compared, so that single batches matter little.
 */
export function courseOf(losses: readonly LossRecord[]): Course {
  if (losses.length === 0) return { kind: 'other' }
  const factor = riseOf(losses)
  if (factor !== undefined) return { kind: 'rising', factor }
  if (losses.length < fewest) return { kind: 'other' }
  const medians = Array.from({ length: parts }, (_, part) => {
    const own = losses.slice(
      Math.floor((part * losses.length) / parts),
      Math.floor(((part + 1) * losses.length) / parts),
    )
    return medianOf(own.map(({ loss }) => loss))
  })
  const lowest = Math.min(...medians)
  const [last, before] = [medians[parts - 1], medians[parts - 2]]
  if (last < (1 - leastFall) * before && last === lowest) return { kind: 'falling' }
  const start = losses[0].loss
  if (lowest > (1 - leastWhole) * start) return { kind: 'other' }
  // A loss that halves from 0.1 to 0.05 still falls, although the difference is a small fraction of the whole fall.
  const margin = Math.min(nearLowest * (start - lowest), nearLowestLevel * lowest)
  const from = medians.findIndex((median) => median <= lowest + margin)
  if (from > parts / 2) return { kind: 'other' }
  const { step } = losses[Math.floor((Math.max(1, from) * losses.length) / parts)]
  return { kind: 'flat', since: step, level: last }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
}
