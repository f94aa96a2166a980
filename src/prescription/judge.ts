/** Judges the final of a race: which candidates train better than the given network, and which is the best. */
import { type PairedDifference, pairedDifference } from '../numerics/paired-difference.ts'
import { summarize } from '../numerics/statistics.ts'
import { remedySizes } from '../remedies/remedy.ts'
import { type Arm, negligible, type RaceOutcome, type Racer } from './race-types.ts'

/** A candidate in the final, at its best rate. */
export interface Finalist extends Arm {
  readonly rate: number
  readonly steps: number
  readonly runs: readonly { readonly seed: number; readonly score: number; readonly diverged: boolean }[]
}

/** A finalist that trains better than the given network. */
export interface Improvement {
  readonly finalist: Finalist
  /** Difference between the scores of the finalist and of the given network, paired by seed. Negative is better. */
  readonly difference: PairedDifference
}

/** Groups the outcomes of the final by candidate and rate. */
export function finalistsOf(outcomes: readonly RaceOutcome[]): Finalist[] {
  const finals = outcomes.filter(({ part }) => part === 'final')
  const arms = [...new Map(finals.map((one) => [`${one.racer} ${one.position}`, one])).values()]
  return arms.map(({ racer, position, rate, steps }) => ({
    racer,
    position,
    rate,
    steps,
    runs: finals
      .filter((one) => one.racer === racer && one.position === position)
      .map(({ seed, score, diverged }) => ({ seed, score, diverged }))
      .sort((one, other) => one.seed - other.seed),
  }))
}

/** Returns the given network, at the given rate, among the finalists. */
export const givenOf = (finalists: readonly Finalist[], network: string): Finalist | undefined =>
  finalists.find(({ racer, position }) => racer === network && position === 0)

const scoreOf = ({ score }: { readonly score: number }): number => score

/** The difference `second` - `first`, or null if the two have no seed in common. */
const differenceOf = (first: Finalist, second: Finalist): PairedDifference | null =>
  pairedDifference(first.runs, second.runs, scoreOf)

const isBetter = (difference: PairedDifference | null): difference is PairedDifference =>
  difference?.verdict === 'better' && Math.abs(difference.mean) > negligible

/**
 * Returns the finalists that train better than the given network, best first. A finalist is better if the 95% interval of
 * the difference excludes 0 and the difference is at least 5% of the score, and at least 1% of guessing. Of finalists
 * that are not worse than the best one by this rule, the smallest change comes first.
 */
export function improvements(
  finalists: readonly Finalist[],
  racers: readonly Racer[],
  given: Finalist,
): readonly Improvement[] {
  const sizeOf = ({ racer }: Finalist): number => {
    const size = racers.find(({ name }) => name === racer)?.size
    return size === undefined ? remedySizes.length : remedySizes.indexOf(size)
  }
  let waiting = finalists.flatMap((finalist): Improvement[] => {
    const difference = finalist === given ? null : differenceOf(given, finalist)
    return isBetter(difference) ? [{ finalist, difference }] : []
  })
  const result: Improvement[] = []
  while (waiting.length > 0) {
    const [best] = waiting.toSorted((one, other) => one.difference.mean - other.difference.mean)
    const equal = waiting.filter(
      ({ finalist }) => finalist === best.finalist || !isBetter(differenceOf(finalist, best.finalist)),
    )
    const [first] = equal.sort(
      (one, other) => sizeOf(one.finalist) - sizeOf(other.finalist) || one.difference.mean - other.difference.mean,
    )
    result.push(first)
    waiting = waiting.filter((one) => one !== first)
  }
  return result
}

/** Student's t for 2 degrees of freedom: its two-sided 99% quantile over its 95% quantile. */
const wider = 9.9248 / 4.3027

/**
 * Whether three seeds decide the final: the finalist with the lowest mean score is better than every other finalist by a
 * 99% interval. Looks at every seed would find a false winner more often, so there is only one look.
 */
export function isDecided(finalists: readonly Finalist[]): boolean {
  const meanOf = ({ runs }: Finalist): number => summarize(runs.map(scoreOf))?.mean ?? 1
  const [best, ...others] = finalists.toSorted((one, other) => meanOf(one) - meanOf(other))
  if (best === undefined || others.length === 0) return false
  return others.every((other) => {
    const difference = differenceOf(other, best)
    const halfWidth = difference?.halfWidth
    if (!isBetter(difference) || halfWidth === null || halfWidth === undefined) return false
    return Math.abs(difference.mean) > wider * halfWidth
  })
}
