import { describe, expect, it } from 'vitest'
import {
  all,
  guessedErrors,
  helpless,
  type MadeUp,
  madeUpEvidence,
  type Result,
  sound,
  usefulDepth,
  worse,
} from '../../test/support/made-up-evidence.ts'
import { type SymptomFacts, symptomFacts } from './symptom-facts.ts'

const factsOf = (trials: MadeUp['trials'], made: MadeUp = {}): SymptomFacts =>
  symptomFacts(madeUpEvidence({ trials, ...made }))

describe('The facts on how a network trains', () => {
  it('count diverged trainings as guessing, and name their number', () => {
    const of = (...loss: readonly Result[]) => factsOf({ network: { loss }, 'shallow twin': { loss: all(0.05) } }).loss
    expect(of(0.5, 0.6, 0.7)).toEqual({ mean: expect.closeTo(0.6, 12), diverged: 0, seeds: 3 })
    expect(of(null, 0.6, 0.7)).toEqual({ mean: expect.closeTo((2.3 + 0.6 + 0.7) / 3, 12), diverged: 1, seeds: 3 })
    expect(of(null, null, null)).toEqual({ mean: null, diverged: 3, seeds: 3 })
  })

  it('have no mean over the trainings that did not diverge in any error of a network that trains', () => {
    const seeds = Array.from({ length: 60 }, (_, seed) => seed)
    const of = (value: number) => seeds.map((seed) => (seed === 0 ? null : value))
    const network = { loss: of(0.001), error: of(0), testError: of(0.1) }
    const found = factsOf({ network, 'shallow twin': { loss: all(0.001, 60), error: all(0, 60) } }, { seeds })
    expect(found).toMatchObject({
      symptom: 'none',
      trainingError: expect.closeTo(0.9 / 60, 12),
      testError: expect.closeTo((0.9 + 59 * 0.1) / 60, 12),
    })
  })

  it('list the training error of each seed if some seeds fail', () => {
    const network = { loss: [0.1, null, 2.31, 0.1, 0.1], error: [0.04, null, 0.95, 0.05, 0.04] }
    expect(factsOf({ network }, { seeds: [0, 1, 2, 3, 4] })).toEqual({
      symptom: 'fails with some seeds',
      loss: { mean: expect.closeTo((0.1 + 2.3 + 2.31 + 0.2) / 5, 12), diverged: 1, seeds: 5 },
      errors: [0.04, null, 0.95, 0.05, 0.04],
      failed: 2,
      guessing: 0.9,
    })
  })

  it('compare the network with the best linear model', () => {
    const linear = { train: { loss: 0.5, error: 0.2 }, test: { loss: 0.5, error: 0.2 }, samples: 10 }
    const poor = { loss: all(0.9), error: all(0.3) }
    const wide = { loss: all(0.1), error: all(0.05) }
    expect(
      factsOf({ network: poor, '4 x width': wide }, { other: { baselines: { guessing: guessedErrors, linear } } }),
    ).toMatchObject({
      symptom: 'worse than a linear model',
      trainingError: expect.closeTo(0.3, 12),
      linearError: 0.2,
    })
    // A network that is clearly worse than the linear model needs no other training that is better.
    expect(factsOf({ network: poor }, { other: { baselines: { guessing: guessedErrors, linear } } })).toMatchObject({
      symptom: 'worse than a linear model',
      linearError: 0.2,
    })
    const better = { loss: all(0.5), error: all(0.15) }
    expect(factsOf({ network: better }, { other: { baselines: { guessing: guessedErrors, linear } } })).toMatchObject({
      symptom: 'none',
      linearError: 0.2,
    })
    expect(factsOf({ network: poor })).toMatchObject({ symptom: 'none', linearError: null })
  })

  it('compare the network with its twin', () => {
    expect(factsOf(worse())).toMatchObject({
      symptom: 'worse',
      isGuessing: false,
      twin: { isGiven: false, layers: 2, loss: expect.closeTo(0.05, 12) },
      identity: null,
    })
    expect(factsOf(worse(), { measured: usefulDepth() })).toMatchObject({ identity: { layers: 4, loss: 0.05 } })
    expect(factsOf(sound())).toMatchObject({ symptom: 'none', twin: { layers: 2, difference: 'none' } })
    expect(factsOf(helpless())).toMatchObject({ symptom: 'learns nothing', guessing: 2.3, twin: { layers: 2 } })
    expect(factsOf({ network: { loss: [1] }, 'shallow twin': { loss: [] } }).symptom).toBe('not compared')
  })
})
