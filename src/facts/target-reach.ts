/** The part of the targets that limited outputs can reach. */

import type { LossSettings } from '../graph/losses.ts'
import { lossOf } from '../graph/losses.ts'
import type { OutputRange } from '../network/activations.ts'
import type { ColumnFigures } from './columns.ts'

/** Targets against the range of limited outputs. */
export interface TargetReach {
  /** The smallest and the largest target. */
  readonly targets: OutputRange
  /** Fraction of the targets outside the range of the outputs. */
  readonly outside: number
  /** The lowest mean loss of outputs within the range. */
  readonly lowest: number
  /** The mean loss of outputs that are the mean of each target. */
  readonly guessing: number
}

/**
 * Compares targets with the range of the outputs. `values` holds rows of targets as the loss reads them, and `columns`
 * holds the figures of each target.
 */
export function targetReach(
  values: ArrayLike<number>,
  columns: ColumnFigures,
  range: OutputRange,
  loss: LossSettings,
): TargetReach {
  const { values: scores, delta } = lossOf(loss)
  const score = scores?.score ?? ((output: number, target: number): number => (output - target) ** 2)
  const width = columns.mean.length
  let [low, high, outside, lowest, guessing] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0]
  for (let index = 0; index < values.length; index++) {
    const target = values[index]
    const nearest = Math.min(Math.max(target, range.low), range.high)
    if (target < low) low = target
    if (target > high) high = target
    if (nearest !== target) outside++
    lowest += score(nearest, target, delta)
    guessing += score(columns.mean[index % width], target, delta)
  }
  const count = values.length
  return { targets: { low, high }, outside: outside / count, lowest: lowest / count, guessing: guessing / count }
}
