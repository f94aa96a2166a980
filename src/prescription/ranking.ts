/** Ranks candidates by their scores in short trainings. */
import { summarize } from '../numerics/statistics.ts'
import { remedySizes } from '../remedies/remedy.ts'
import { areEqual, equalTo } from '../trials/rate-search.ts'
import { type Arm, negligible, type RaceOutcome, type Racer } from './race-types.ts'

/** The mean score of a candidate at one rate. */
export interface Standing extends Arm {
  readonly rate: number
  readonly score: number
}

const options = { negligible }

/** Returns the mean score of each candidate at each rate over the seeds. */
export function standingsOf(outcomes: readonly RaceOutcome[]): Standing[] {
  const arms = new Map<string, RaceOutcome[]>()
  for (const outcome of outcomes) {
    const key = `${outcome.racer} ${outcome.position}`
    arms.set(key, [...(arms.get(key) ?? []), outcome])
  }
  return [...arms.values()].map((own) => {
    const [{ racer, position, rate }] = own
    return { racer, position, rate, score: summarize(own.map(({ score }) => score))?.mean ?? 1 }
  })
}

/** Whether no candidate is better than the others. */
export const isFlat = (standings: readonly Standing[]): boolean =>
  areEqual(
    standings.map(({ score }) => ({ loss: score })),
    options,
  )

/**
 * Ranks candidates at their rates, best first. Of standings with equal scores, the smallest change comes first. If
 * these candidates learned nothing, the order of `racers` decides. Then the rate nearest to the given rate comes first.
 */
export function ranked(standings: readonly Standing[], racers: readonly Racer[]): Standing[] {
  const waiting = new Set(standings)
  const result: Standing[] = []
  while (waiting.size > 0) {
    const best = Math.min(...[...waiting].map(({ score }) => score))
    const hasLearned = equalTo(best, options) < 1
    const place = ({ racer }: Standing): number => {
      const index = racers.findIndex(({ name }) => name === racer)
      return hasLearned ? remedySizes.indexOf(racers[index].size) : index
    }
    const equal = [...waiting].filter(({ score }) => score <= equalTo(best, options))
    const [first] = equal.sort(
      (one, other) =>
        place(one) - place(other) ||
        Math.abs(one.position) - Math.abs(other.position) ||
        one.score - other.score ||
        one.position - other.position,
    )
    result.push(first)
    waiting.delete(first)
  }
  return result
}

/** Largest number of rates of one candidate that go on. */
const mostRates = 2

/** Returns the standings that go on: a third, at least two, and at most two rates of one candidate. */
export function goingOn(standings: readonly Standing[], racers: readonly Racer[]): Standing[] {
  const count = Math.max(2, Math.ceil(standings.length / 3))
  // If nothing was learned yet, more candidates are better than more rates.
  const most = isFlat(standings) ? 1 : mostRates
  const chosen: Standing[] = []
  for (const standing of ranked(standings, racers)) {
    if (chosen.length === count) break
    if (chosen.filter(({ racer }) => racer === standing.racer).length < most) chosen.push(standing)
  }
  return chosen
}

/** Whether a score is that of guessing. */
const isGuessing = (score: number): boolean => score > 1 - negligible

/** Whether no candidate has learned anything at any rate. */
export const nothingLearned = (standings: readonly Standing[]): boolean =>
  standings.every(({ score }) => isGuessing(score))

/** Returns the positions just below and above the positions of the standings. */
export function around(own: readonly Standing[]): readonly [number, number] {
  const places = own.map(({ position }) => position)
  return [Math.min(...places) - 2, Math.max(...places) + 2]
}

/**
 * Returns the next rate of a candidate to try, if its best rate is at an end of the rates tried so far: the position
 * beyond this end. Returns undefined if the best rate lies within, if several rates are equally good, or if the candidate
 * learned nothing.
 */
export function beyond(own: readonly Standing[]): number | undefined {
  const best = Math.min(...own.map(({ score }) => score))
  const equal = own.filter(({ score }) => score <= equalTo(best, options))
  if (isGuessing(best) || equal.length > 1) return undefined
  const [{ position }] = equal
  return around(own).find((next) => Math.abs(next - position) === 2)
}
