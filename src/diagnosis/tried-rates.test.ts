import { describe, expect, it } from 'vitest'
import { all, madeUpEvidence } from '../../test/support/made-up-evidence.ts'
import { triedRates } from './tried-rates.ts'
import { viewOf } from './view.ts'

type Made = Parameters<typeof madeUpEvidence>[0]
const laddersOf = (made: Made) => triedRates(viewOf(madeUpEvidence(made)))

describe('The ladders of a diagnosis', () => {
  const [ladder, ...others] = laddersOf({
    trials: {
      network: { loss: [2.3, null, 2.2], error: [0.9, null, 0.9] },
      'rate / 10': { loss: all(0.1), error: all(0.03) },
      'rate x 10': { loss: [null], error: [null] },
      'short run, rate / 10': { loss: [0.5], error: [0.2] },
      'short run': { loss: [1.9], error: [0.7] },
      'shallow twin': { loss: all(0.1), error: all(0.03) },
      'float64, rate / 10': { loss: [0.1], error: [0.03] },
    },
  })

  it('list short and then whole trainings in rising order of the rates, without controls', () => {
    expect(ladder.network).toBe('network')
    expect(ladder.rungs.map(({ kind, control }) => `${kind}: ${control}`)).toEqual([
      'short: short run, rate / 10',
      'short: short run',
      'whole: rate / 10',
      'whole: network',
      'whole: rate x 10',
    ])
    const rates = ladder.rungs.map(({ rate }) => rate / ladder.givenRate)
    expect(rates.map((rate) => Number(rate.toPrecision(3)))).toEqual([0.1, 1, 0.1, 1, 10])
    expect(ladder.bestRate / ladder.givenRate).toBeCloseTo(0.1, 6)
  })

  it('have no mean loss beside a diverged seed', () => {
    const whole = ladder.rungs.filter(({ kind }) => kind === 'whole')
    expect(whole.map(({ seeds, diverged, loss }) => [seeds, diverged, loss])).toEqual([
      [3, 0, expect.closeTo(0.1, 2)],
      [3, 1, null],
      [1, 1, null],
    ])
  })

  it('leave out networks that were trained at one rate', () => {
    expect(others).toEqual([])
    expect(laddersOf({ trials: { network: { loss: all(0.1), error: all(0.03) } } })).toEqual([])
  })
})
