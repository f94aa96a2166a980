import { describe, expect, it } from 'vitest'
import { resolveOptions } from '../settings/options.ts'
import {
  areEqual,
  type ChosenRate,
  equalTo,
  expectedSteps,
  type RateGrid,
  rank,
  rateSearch,
  rungsOf,
  shortened,
  shortSteps,
  type TriedRate,
} from './rate-search.ts'

type Loss = (rate: number, steps: number) => number | null

/** Runs a search on made-up losses. Returns the choice and the rates of each round. */
function search(rates: RateGrid, lossOf: Loss, given = 0.03, rungs = [60, 180]) {
  const searching = rateSearch(rates, { given, rungs, negligible: 0.02 })
  const rounds: string[] = []
  let next = searching.next([])
  while (!next.done) {
    rounds.push(`${next.value[0].steps}: ${next.value.map(({ rate }) => rate).join(' ')}`)
    const results = next.value.map(({ rate, steps }): TriedRate => {
      const loss = lossOf(rate, steps)
      return { rate, steps, loss, diverged: loss === null }
    })
    // The results come in any order.
    next = searching.next(results.reverse())
  }
  const choice: ChosenRate = next.value
  return { ...choice, rounds }
}

/** A loss that is lowest at one rate, and infinite above another rate. */
const valley =
  (best: number, limit = Number.POSITIVE_INFINITY): Loss =>
  (rate) =>
    rate > limit ? null : Math.abs(Math.log10(rate / best))

describe('rateSearch', () => {
  it('tries the coarse rates first, then the rates beside the best rate, and lets a third go on', () => {
    const { rate, rounds, tried } = search('ladder', valley(0.001, 0.1))
    expect(rounds).toEqual(['60: 0.00003 0.0003 0.003 0.03 0.3', '60: 0.001 0.01', '180: 0.001 0.003 0.0003 0.03'])
    expect(rate).toBe(0.001)
    expect(tried.map(({ rate: one, steps }) => `${steps}: ${one}`)).toEqual([
      '60: 0.00003',
      '60: 0.0003',
      '60: 0.001',
      '60: 0.003',
      '60: 0.01',
      '60: 0.03',
      '60: 0.3',
      '180: 0.0003',
      '180: 0.001',
      '180: 0.003',
      '180: 0.03',
    ])
    expect(tried.filter(({ diverged }) => diverged)).toEqual([{ rate: 0.3, steps: 60, loss: null, diverged: true }])
  })

  it.each([1e-9, 1e-6, 0.00003, 0.0009, 0.009, 0.09, 0.9, 3, 30])(
    'finds the best rate %d within a factor of 2, if it is on the ladder',
    (best) => {
      const { rate } = search('ladder', valley(best))
      const reachable = Math.min(Math.max(best, 0.03 * 1e-6), 0.03 * 1e4)
      expect(Math.abs(Math.log(rate / reachable))).toBeLessThan(Math.log(2))
    },
  )

  it('goes down while every rate diverges, and chooses the lowest rate if no rate trains', () => {
    expect(search('ladder', valley(1e-6, 1e-6)).rate).toBe(1e-6)
    const { rate, tried } = search('ladder', () => null)
    expect(rate).toBe(3e-8)
    expect(tried.every(({ diverged }) => diverged)).toBe(true)
  })

  it('chooses the rate nearest to the given rate if several losses are equal', () => {
    const flat: Loss = (rate) => (rate > 0.05 ? null : rate < 0.002 ? 1 : 0.5 + rate / 10)
    expect(search([0.003, 0.01, 0.02], flat, 0.2).rate).toBe(0.02)
    expect(search([0.01, 0.02, 0.003], flat, 0.001).rate).toBe(0.003)
    expect(search([0.01, 0.09], flat, 0.08).rate).toBe(0.01)
  })

  it('compares the given rate in the last round, even if the given rate is not in the list', () => {
    const { rate, rounds } = search([0.003, 0.3], valley(0.02))
    expect(rounds).toEqual(['60: 0.003 0.3', '180: 0.003 0.3 0.03'])
    expect(rate).toBe(0.03)
  })

  it('lets all rates go on if the short trainings show no difference', () => {
    const slow: Loss = (rate, steps) => (steps < 180 ? 2.3 : 2.3 + Math.abs(Math.log10(rate / 0.0003)))
    const { rate, rounds } = search('ladder', slow)
    expect(rate).toBe(0.0003)
    expect(rounds).toEqual([
      '60: 0.00003 0.0003 0.003 0.03 0.3',
      '180: 0.00003 0.0003 0.003 0.03 0.3',
      '180: 0.0001 0.001',
    ])
  })

  it('chooses the given rate if no rate is better than the others', () => {
    expect(search('ladder', () => 2.3).rate).toBe(0.03)
  })

  it('needs no training to choose from one rate', () => {
    expect(search([0.01], () => 1)).toEqual({ rate: 0.01, tried: [], rounds: [] })
  })

  it('tries lower rates in whole trainings while a whole training is worse than the short ones', () => {
    const unstable: Loss = (rate, steps) => (steps > 180 && rate > 0.002 ? 2.3 : Math.abs(Math.log10(rate / 0.03)))
    const { rate, rounds } = search([0.0001, 0.001, 0.003, 0.01, 0.03, 0.1], unstable, 0.03, [60, 180, 900])
    expect(rounds).toEqual([
      '60: 0.0001 0.001 0.003 0.01 0.03 0.1',
      '180: 0.03 0.01',
      '900: 0.03 0.01',
      '900: 0.003',
      '900: 0.001',
      '900: 0.0001',
    ])
    expect(rate).toBe(0.001)
  })

  it('judges the rates by the longest trainings', () => {
    const late: Loss = (rate, steps) => (steps === 60 ? 1 - rate : 0.1 + rate / 2)
    const { rate, rounds } = search([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], late, 0.6)
    expect(rounds).toEqual(['60: 0.1 0.2 0.3 0.4 0.5 0.6', '180: 0.6 0.5'])
    expect(rate).toBe(0.5)
  })
})

describe('the rounds of a search', () => {
  it('take a ninth and a third of the steps, but at least 60 and 180 steps, and then all steps', () => {
    expect([9000, 900, 300, 100, 60, 5].map(rungsOf)).toEqual([
      [1000, 3000, 9000],
      [100, 300, 900],
      [60, 180, 300],
      [60, 100],
      [60],
      [5],
    ])
  })

  it('have an expected number of steps', () => {
    expect(expectedSteps('ladder', [60, 180])).toBe(7 * 60 + 3 * 180)
    expect(expectedSteps([0.1, 0.2, 0.1], [60, 180])).toBe(2 * 60 + 2 * 180)
    expect(expectedSteps([0.1], [60, 180])).toBe(0)
  })
})

describe('Two losses', () => {
  const options = { given: 1, negligible: 0.01 }

  it('are equal up to 3% of the lower loss, and up to a negligible difference', () => {
    expect(equalTo(2, options)).toBeCloseTo(2.06, 12)
    expect(equalTo(0.1, options)).toBeCloseTo(0.11, 12)
    const equal = (...losses: (number | null)[]): boolean =>
      areEqual(
        losses.map((loss) => ({ loss })),
        options,
      )
    expect([equal(2, 2.05), equal(2, 2.07), equal(0.1, 0.109), equal(0.1, 0.12)]).toEqual([true, false, true, false])
    // A training that diverged says nothing about the others, and one loss alone is not equal to another one.
    expect([equal(2, null, 2.05), equal(2, null), equal(null, null), equal()]).toEqual([true, false, false, false])
  })

  it('are ranked by the distance of their rates from the given rate if they are equal', () => {
    const order = (losses: Readonly<Record<number, number | null>>): number[] =>
      rank(
        Object.entries(losses).map(([rate, loss]) => ({ rate: Number(rate), loss })),
        options,
      ).map(({ rate }) => rate)
    expect(order({ 0.01: 1, 0.1: 1.02, 1: 1.5, 10: 0.9 })).toEqual([10, 0.1, 0.01, 1])
    // Of two rates at the same distance, the lower one comes first.
    expect(order({ 0.1: 1, 10: 1 })).toEqual([0.1, 10])
    // Trainings that diverged come last, lower rates first.
    expect(order({ 0.1: null, 0.01: null, 1: 2.3, 100: null })).toEqual([1, 0.01, 0.1, 100])
  })
})

describe('The settings of a short training', () => {
  const settings = resolveOptions({ steps: 900, schedule: 'constant', warmup: 100, evaluateEvery: 50 }, 64)

  it('have a rate that decays to 0 and the same fraction of warm-up', () => {
    expect(shortened(settings, 90).schedule).toEqual({ ...settings.schedule, name: 'cosine', warmup: 10 })
    expect(shortened(settings, 9).schedule.warmup).toBe(1)
    expect(shortened({ ...settings, schedule: { ...settings.schedule, warmup: 0 } }, 90).schedule.warmup).toBe(0)
  })

  it('neither stop early nor score the network on the way', () => {
    const stopping = { ...settings, earlyStopping: 2 }
    const short = shortened(stopping, 90)
    expect(short.steps).toBe(90)
    expect([short.earlyStopping, short.evaluateEvery, short.probes]).toEqual([undefined, undefined, undefined])
    expect(short.optimizer).toBe(settings.optimizer)
    expect(short.batch).toBe(settings.batch)
  })

  it('take a ninth of the steps, but at least 60 steps and at most all steps', () => {
    expect([30, 60, 100, 540, 549, 90_000].map(shortSteps)).toEqual([30, 60, 60, 60, 61, 10_000])
  })
})
