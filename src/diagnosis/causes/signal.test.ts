import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  helpless,
  madeUpEvidence,
  madeUpTrials,
  reading,
  sound,
  textOf,
  throughJson,
  unreadable,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import { chaoticSignal, explodingSignal, vanishingSignal } from './signal.ts'

const exploding = (evidence: Evidence): Worded => worded(explodingSignal(evidence))
const vanishing = (evidence: Evidence): Worded => worded(vanishingSignal(evidence))
const chaotic = (evidence: Evidence): Worded => worded(chaoticSignal(evidence))

const signal = (meanSquare: readonly number[]): Evidence =>
  madeUpEvidence({ trials: worse(reading({ meanSquare })), hidden: meanSquare.length - 1 })
const limitOf = (assess: typeof exploding): number => assess(signal(along(1, 1))).evidence[0].limit ?? Number.NaN

describe('The cause "exploding signal"', () => {
  const limit = limitOf(exploding)

  it('is a suspect just beyond the limit and is ruled out just within the limit', () => {
    expect(exploding(signal(along(3, 3 * 10 ** (limit + 0.01)))).state).toBe('suspect')
    expect(exploding(signal(along(3, 3 * 10 ** (limit - 0.01)))).state).toBe('ruled out')
    expect(exploding(signal(along(1, 10 ** -(limit + 1)))).state).toBe('ruled out')
  })

  it('has a score of 0.5 at the limit, and a score closer to 1 beyond the limit', () => {
    expect(exploding(signal(along(1, 10 ** limit * 1.001))).score).toBeCloseTo(0.5, 2)
    expect(exploding(signal(along(1, 10 ** (4 * limit)))).score).toBeCloseTo(0.8, 2)
    expect(exploding(signal([1, 1, Number.POSITIVE_INFINITY, Number.NaN, 1])).score).toBe(1)
  })

  it('is detected if the signal is largest in a middle layer, and names the layer', () => {
    const found = exploding(signal([1, 1, 1e3, 1e12, 1e2, 1, 1]))
    expect(found).toMatchObject({ state: 'suspect', by: '' })
    expect(found.statement).toContain('layer 4 of 6')
    expect(found.evidence[0].value).toBeCloseTo(12, 9)
  })

  it('ignores the scale of the read-out', () => {
    expect(exploding(signal(along(1, 1, 1e30))).state).toBe('ruled out')
  })

  it('is ruled out if only one of three seeds explodes', () => {
    const trials = [along(1, 1e20), along(1, 1), along(1, 1)].flatMap((meanSquare, seed) =>
      madeUpTrials('network', { loss: [1.5], seeds: [seed], start: reading({ meanSquare }) }),
    )
    const others = madeUpEvidence({ trials: worse() }).records.filter(({ control }) => control !== 'network')
    expect(exploding({ ...madeUpEvidence(), records: [...trials, ...others] }).state).toBe('ruled out')
  })

  it('is the same after loading from a file, which cannot hold Infinity', () => {
    const evidence = signal([1, 1e10, 1e300, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, 1])
    for (const one of [evidence, throughJson(evidence)]) {
      expect(exploding(one)).toMatchObject({ state: 'suspect', score: 1 })
      expect(textOf(exploding(one))).not.toMatch(unreadable)
    }
  })

  it('is ruled out for a network that trains', () => {
    const start = reading({ meanSquare: along(1, 1e20) })
    expect(exploding(madeUpEvidence({ trials: sound(start) }))).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
    expect(exploding(madeUpEvidence({ trials: helpless(start) })).state).toBe('suspect')
  })
})

describe('The cause "vanishing signal"', () => {
  const limit = limitOf(vanishing)

  it('is a suspect just beyond the limit and is ruled out just within the limit', () => {
    expect(vanishing(signal(along(3, 3 * 10 ** -(limit + 0.01)))).state).toBe('suspect')
    expect(vanishing(signal(along(3, 3 * 10 ** -(limit - 0.01)))).state).toBe('ruled out')
    expect(vanishing(signal(along(1, 10 ** (limit + 1)))).state).toBe('ruled out')
  })

  it('is a suspect for a signal of 0, and names the layer by which the signal is small', () => {
    const gone = vanishing(signal([1, 1e-2, 1e-9, 0, 0, 0, 1]))
    expect(gone).toMatchObject({ state: 'suspect', score: 1 })
    expect(gone.statement).toContain('layer 3 of 6')
    expect(textOf(gone)).not.toMatch(unreadable)
  })

  it('is ruled out for a signal of NaN', () => {
    expect(vanishing(signal([1, 1, Number.NaN, 1, 1, 1, 1])).state).toBe('ruled out')
  })

  it('is ruled out for a network that trains', () => {
    const start = reading({ meanSquare: along(1, 1e-20) })
    expect(vanishing(madeUpEvidence({ trials: sound(start) }))).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
  })
})

describe('The cause "chaotic signal"', () => {
  const chaos = (fall: number, decades: number): Evidence =>
    madeUpEvidence({
      trials: worse(reading({ closestPairs: along(0.95, 0.95 - fall), gradientNorm: along(10 ** decades, 1) })),
    })
  const [leastFall, leastGrowth] = chaotic(chaos(0, 0)).evidence.map(({ limit }) => limit ?? Number.NaN)

  it('is a suspect only if similar samples become dissimilar and gradients grow', () => {
    expect(chaotic(chaos(leastFall + 0.01, leastGrowth + 0.01)).state).toBe('suspect')
    expect(chaotic(chaos(leastFall - 0.01, leastGrowth + 0.01)).state).toBe('ruled out')
    expect(chaotic(chaos(leastFall + 0.01, leastGrowth - 0.01)).state).toBe('ruled out')
    expect(chaotic(chaos(leastFall + 0.2, -leastGrowth - 3)).state).toBe('ruled out')
  })

  it('names the condition that is missing', () => {
    expect(chaotic(chaos(leastFall + 0.01, 0)).statement).toContain('gradients')
    expect(chaotic(chaos(leastFall / 2, 5)).statement).toContain('cosine')
  })

  it('counts the fall of the cosine from the highest value', () => {
    const closestPairs = [0.5, 0.99, 0.9, 0.7, 0.6, 0.5, 1]
    const start = reading({ closestPairs, gradientNorm: along(1e6, 1) })
    const found = chaotic(madeUpEvidence({ trials: worse(start) }))
    expect(found.state).toBe('suspect')
    expect(found.evidence[0].value).toBeCloseTo(0.49, 9)
  })

  it('is ruled out for a network that trains', () => {
    const start = reading({ closestPairs: along(0.95, 0.1), gradientNorm: along(1e6, 1) })
    expect(chaotic(madeUpEvidence({ trials: sound(start) }))).toMatchObject({
      state: 'ruled out',
      by: 'training',
    })
  })
})

describe('The signal of a network with at most one hidden layer', () => {
  it('does not change from layer to layer', () => {
    for (const hidden of [0, 1]) {
      const start = reading({
        meanSquare: all(5, hidden + 1),
        gradientNorm: all(5, hidden + 1),
        closestPairs: all(0.9, hidden + 1),
      })
      const evidence = madeUpEvidence({ trials: helpless(start), hidden })
      for (const assess of [exploding, vanishing, chaotic]) {
        expect(assess(evidence).state).toBe('ruled out')
      }
    }
  })
})
