import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  textOf,
  unreadable,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import { type Evidence, fails, symptomOf } from '../evidence.ts'
import { overfitting } from './overfitting.ts'

const judged = (evidence: Evidence): Worded => worded(overfitting(evidence))

/** It knows its samples by heart, and its test loss rises. */
const knows = (other: Partial<MadeUpTrials> = {}): MadeUpTrials => ({
  loss: [0.001, 0.0011, 0.0012],
  error: all(0),
  testLoss: [1, 1.1, 1.2],
  testError: [0.3, 0.31, 0.32],
  testLosses: [1.5, 0.6, 0.8],
  ...other,
})
const half = (testError: readonly (number | null)[]): MadeUpTrials => ({
  loss: testError.map((error) => error && 0.001),
  error: testError.map((error) => error && 0),
  testError,
})
const assess = (trials: MadeUp['trials'], made: MadeUp = {}): Worded => judged(madeUpEvidence({ trials, ...made }))

describe('learning by heart', () => {
  it('asks whether less data make it worse, and holds where they do', () => {
    expect(assess({ network: knows() })).toMatchObject({
      state: 'open',
      needs: [{ control: 'half the data', seeds: 3 }],
    })
    expect(assess({ network: knows(), 'half the data': half([0.45, 0.46, 0.47]) })).toMatchObject({
      state: 'holds',
      needs: [],
    })
    expect(assess({ network: knows(), 'half the data': half([0.2, 0.21, 0.22]) })).toMatchObject({
      state: 'ruled out',
      by: 'half the data',
    })
  })

  it('holds without that where the data cannot be halved', () => {
    expect(assess({ network: knows() }, { without: ['half the data'] })).toMatchObject({ state: 'holds', needs: [] })
  })

  const limits = assess({ network: knows() }).evidence.map(({ limit }) => limit ?? Number.NaN)

  it('takes a gap between the errors, a test loss that rises, and a training set that is learned', () => {
    const [gap, rise] = limits
    const testError = (value: number) => assess({ network: knows({ testError: all(value) }) }).state
    expect([testError(gap * 1.01), testError(gap * 0.99)]).toEqual(['open', 'ruled out'])
    const risen = (value: number) => assess({ network: knows({ testLoss: all(0.6 * (1 + value)) }) }).state
    expect([risen(rise * 1.01), risen(rise * 0.99)]).toEqual(['open', 'ruled out'])
    const error = (value: number) => assess({ network: knows({ error: all(value) }) }).state
    expect([error(0.015), error(0.05)]).toEqual(['open', 'ruled out'])
  })

  it('says which of these is missing', () => {
    expect(assess({ network: knows({ testError: all(0.01) }) }).statement).toContain('test error 1.0%')
    expect(assess({ network: knows({ error: all(0.1) }) }).statement).toContain('10.0%')
    expect(assess({ network: knows({ testLoss: all(0.5) }) }).statement).toContain('lowest')
  })

  it('asks for no more where all of it is known, and says of one seed that three would tell', () => {
    const one = { network: knows({ loss: [0.001], error: [0], testLoss: [1], testError: [0.3] }) }
    expect(assess(one, { seeds: [0] }).needs).toEqual([{ control: 'half the data', seeds: 1 }])
    const found = assess({ ...one, 'half the data': half([0.5]) }, { seeds: [0] })
    expect(found).toMatchObject({ state: 'open', needs: [] })
    expect(found.statement).toContain('three seeds')
  })

  it('counts for nothing where no test loss was seen on the way', () => {
    expect(assess({ network: knows({ testLosses: [] }) }).state).toBe('ruled out')
  })
})

describe('a depth that overfits', () => {
  const twin = { loss: all(0.01), error: all(0), testError: [0.2, 0.21, 0.22] }
  const deep = (testError: readonly number[]): Worded =>
    assess({ network: { loss: all(0.01), error: all(0), testError }, 'shallow twin': twin })

  it('is as good as the twin on the training set and worse on the test set', () => {
    expect(deep([0.25, 0.26, 0.27])).toMatchObject({ state: 'holds', needs: [] })
    expect(deep([0.25, 0.26, 0.27]).statement).toContain('26.0%')
    expect(deep([0.2, 0.21, 0.22]).state).toBe('ruled out')
    expect(deep([0.1, 0.3, 0.4]).state).toBe('ruled out')
    expect(deep([0.1, 0.11, 0.12]).state).toBe('ruled out')
  })

  it('is worth no name where the difference is a fraction of a percent', () => {
    const small = (test: number) => ({ loss: all(0.01), error: all(0), testError: all(test) })
    expect(assess({ network: small(0.004), 'shallow twin': small(0.001) }).state).toBe('ruled out')
    expect(assess({ network: small(0.04), 'shallow twin': small(0.01) }).state).toBe('holds')
  })

  it('is not what the training set loses as well, be it within the spread of the seeds', () => {
    const twin = { loss: all(0.5), error: all(0.17), testError: all(0.2) }
    const network = { loss: all(0.5), error: [0.17, 0.2, 0.22], testError: [0.23, 0.235, 0.24] }
    expect(assess({ network, 'shallow twin': twin }).state).toBe('ruled out')
    expect(assess({ network: { ...network, error: all(0.17) }, 'shallow twin': twin }).state).toBe('holds')
  })

  it('is never told with fewer than three seeds', () => {
    const two = {
      network: { loss: all(0.01, 2), error: all(0, 2), testError: all(0.9, 2) },
      'shallow twin': { loss: all(0.01, 2), error: all(0, 2), testError: all(0.1, 2) },
    }
    expect(assess(two, { seeds: [0, 1] }).state).not.toBe('holds')
  })
})

describe('overfitting', () => {
  it('is refused wherever the training is worse than with fewer layers', () => {
    const loss = fc.array(fc.double({ min: 0.001, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 })
    const error = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(loss, loss, error, error, error, (first, second, errors, twins, tests) => {
        const trials = {
          network: knows({ loss: first, error: errors, testError: tests }),
          'shallow twin': { loss: second, error: twins, testError: all(0) },
          'half the data': half(all(1)),
        }
        const evidence = madeUpEvidence({ trials })
        const found = judged(evidence)
        expect(textOf(found)).not.toMatch(unreadable)
        if (symptomOf(evidence) === 'worse than its twin')
          expect(found).toMatchObject({ state: 'ruled out', by: 'the training error' })
        if (fails(evidence, 'network')) expect(found.state).toBe('ruled out')
      }),
    )
    expect(assess({ ...worse(), network: { ...worse()?.network, loss: all(1.5), testError: all(1) } })).toMatchObject({
      state: 'ruled out',
      by: 'the training error',
    })
  })

  it('is refused where the training errors are worse, if the losses are or not', () => {
    const tests = { testLoss: all(2), testError: [0.4, 0.41, 0.42] }
    const twin = { loss: all(0.01), error: all(0.001), testError: all(0.2) }
    const slightly = { loss: all(0.05), error: [0.018, 0.019, 0.0185], ...tests }
    expect(assess({ network: slightly, 'shallow twin': twin }).state).toBe('ruled out')
    const equal = { loss: all(1), error: [0.3, 0.31, 0.3], ...tests }
    const other = { loss: all(1), error: all(0.2), testError: all(0.2) }
    expect(assess({ network: equal, 'shallow twin': other })).toMatchObject({
      state: 'ruled out',
      by: 'the training error',
    })
  })

  it('is refuted by half the data where these leave the gap as it is, not where the seeds differ by as much', () => {
    const none = assess({ network: knows(), 'half the data': half([0.3, 0.31, 0.33]) })
    expect(none).toMatchObject({ state: 'ruled out', by: 'half the data' })
    const noisy = assess({ network: knows(), 'half the data': half([0.31, 0.35, 0.45]) })
    expect(noisy.state).toBe('holds')
    expect(noisy.statement).toContain('within the spread')
    const clear = assess({ network: knows(), 'half the data': half([0.45, 0.46, 0.47]) })
    expect(clear.statement).not.toContain('spread')
  })

  it('has a sentence where half the data diverge', () => {
    const found = assess({ network: knows(), 'half the data': half([null, null, null]) })
    expect(found.needs).toEqual([])
    expect(textOf(found)).not.toMatch(/NaN|unknown/)
  })

  it("isn't there where nothing is learned", () => {
    expect(assess(helpless())).toMatchObject({ state: 'ruled out', by: 'the training error' })
    expect(assess({ network: { loss: [null, null, null] } })).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('may be of values, whose error can be above 1', () => {
    const network = knows({ testError: [40, 41, 42], testLoss: [40, 41, 42], testLosses: [3, 2, 10] })
    const values = { trials: { network, 'half the data': half([60, 61, 62]) }, chance: { loss: 1, error: 1 } }
    const found = judged(madeUpEvidence(values))
    expect(found.state).toBe('holds')
    expect(textOf(found)).not.toMatch(unreadable)
  })
})
