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

/** A network that has memorized its samples, with a rising test loss. */
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

describe('Memorizing of the training set', () => {
  it('needs a training with half the data, and holds if half the data widens the gap', () => {
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

  it('holds without half the data if the data cannot be halved', () => {
    expect(assess({ network: knows() }, { without: ['half the data'] })).toMatchObject({ state: 'holds', needs: [] })
  })

  const limits = assess({ network: knows() }).evidence.map(({ limit }) => limit ?? Number.NaN)

  it('requires a gap between the errors, a rising test loss and a learned training set', () => {
    const [gap, rise] = limits
    const testError = (value: number) => assess({ network: knows({ testError: all(value) }) }).state
    expect([testError(gap * 1.01), testError(gap * 0.99)]).toEqual(['open', 'ruled out'])
    const risen = (value: number) => assess({ network: knows({ testLoss: all(0.6 * (1 + value)) }) }).state
    expect([risen(rise * 1.01), risen(rise * 0.99)]).toEqual(['open', 'ruled out'])
    const error = (value: number) => assess({ network: knows({ error: all(value) }) }).state
    expect([error(0.015), error(0.05)]).toEqual(['open', 'ruled out'])
  })

  it('names the sign of memorizing that is missing', () => {
    expect(assess({ network: knows({ testError: all(0.01) }) }).statement).toContain('test error is 1.0%')
    expect(assess({ network: knows({ error: all(0.1) }) }).statement).toContain('10.0%')
    expect(assess({ network: knows({ testLoss: all(0.5) }) }).statement).toContain('lowest')
  })

  it('needs no more seeds than exist, and says of one seed that three seeds are needed', () => {
    const one = { network: knows({ loss: [0.001], error: [0], testLoss: [1], testError: [0.3] }) }
    expect(assess(one, { seeds: [0] }).needs).toEqual([{ control: 'half the data', seeds: 1 }])
    const found = assess({ ...one, 'half the data': half([0.5]) }, { seeds: [0] })
    expect(found).toMatchObject({ state: 'open', needs: [] })
    expect(found.statement).toContain('three seeds')
  })

  it('is judged by the training error alone if no test error is known', () => {
    const unknown = { testError: [null, null, null], testLoss: [null, null, null], testLosses: [] }
    const network = (error: number) => knows({ ...unknown, error: all(error) })
    const state = (error: number) => overfitting(madeUpEvidence({ trials: { network: network(error) } }))
    expect(state(0).state).toBe('untested')
    expect(state(0.1)).toMatchObject({ state: 'ruled out', by: { observation: 'training error' } })
    expect(assess({ network: network(0.1) }).evidence).toEqual([])
  })

  it('is ruled out if no test loss was measured during the training', () => {
    expect(assess({ network: knows({ testLosses: [] }) }).state).toBe('ruled out')
  })
})

describe('Overfitting by depth', () => {
  const twin = { loss: all(0.01), error: all(0), testError: [0.2, 0.21, 0.22] }
  const deep = (testError: readonly number[]): Worded =>
    assess({ network: { loss: all(0.01), error: all(0), testError }, 'shallow twin': twin })

  it('holds if the network matches the twin on the training set and is worse on the test set', () => {
    expect(deep([0.25, 0.26, 0.27])).toMatchObject({ state: 'holds', needs: [] })
    expect(deep([0.25, 0.26, 0.27]).statement).toContain('26.0%')
    expect(deep([0.2, 0.21, 0.22]).state).toBe('ruled out')
    expect(deep([0.1, 0.3, 0.4]).state).toBe('ruled out')
    expect(deep([0.1, 0.11, 0.12]).state).toBe('ruled out')
  })

  it('is ruled out if the difference is a fraction of a percent, or the gap to the training error below 5 points', () => {
    const small = (test: number) => ({ loss: all(0.01), error: all(0), testError: all(test) })
    expect(assess({ network: small(0.004), 'shallow twin': small(0.001) }).state).toBe('ruled out')
    expect(assess({ network: small(0.04), 'shallow twin': small(0.01) }).state).toBe('ruled out')
    expect(assess({ network: small(0.06), 'shallow twin': small(0.01) }).state).toBe('holds')
  })

  it('is ruled out if the training error is higher as well, even within the spread of the seeds', () => {
    const twin = { loss: all(0.5), error: all(0.17), testError: all(0.2) }
    const network = { loss: all(0.5), error: [0.17, 0.2, 0.22], testError: [0.23, 0.235, 0.24] }
    expect(assess({ network, 'shallow twin': twin }).state).toBe('ruled out')
    expect(assess({ network: { ...network, error: all(0.17) }, 'shallow twin': twin }).state).toBe('holds')
  })

  it('never holds with fewer than three seeds', () => {
    const two = {
      network: { loss: all(0.01, 2), error: all(0, 2), testError: all(0.9, 2) },
      'shallow twin': { loss: all(0.01, 2), error: all(0, 2), testError: all(0.1, 2) },
    }
    expect(assess(two, { seeds: [0, 1] }).state).not.toBe('holds')
  })
})

describe('The cause "overfitting"', () => {
  it('is always ruled out if the training is worse than that of the twin', () => {
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

  it('is ruled out if the training errors are worse, whether the losses are worse or not', () => {
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

  it('is ruled out if half the data leaves the gap unchanged, but not if the seeds differ as much as the gap', () => {
    const none = assess({ network: knows(), 'half the data': half([0.3, 0.31, 0.33]) })
    expect(none).toMatchObject({ state: 'ruled out', by: 'half the data' })
    const noisy = assess({ network: knows(), 'half the data': half([0.31, 0.35, 0.45]) })
    expect(noisy.state).toBe('holds')
    expect(noisy.statement).toContain('within the spread')
    const clear = assess({ network: knows(), 'half the data': half([0.45, 0.46, 0.47]) })
    expect(clear.statement).not.toContain('spread')
  })

  it('holds for a small rise of the gap if the test error is near that of guessing', () => {
    const stateOf = (before: number, withHalf: number) => {
      const network = knows({ testError: all(before), testLoss: all(2), testLosses: [1, 1.5] })
      return assess({ network, 'half the data': half(all(withHalf)) }).state
    }
    expect(stateOf(0.612, 0.634)).toBe('holds')
    expect(stateOf(0.612, 0.612)).toBe('ruled out')
    expect(stateOf(0.612, 0.6)).toBe('ruled out')
    expect(stateOf(0.95, 0.96)).toBe('holds')
    expect(stateOf(0.95, 0.95)).toBe('ruled out')
    expect(stateOf(0.4, 0.415)).toBe('ruled out')
  })

  it('has a readable sentence if the training with half the data diverges', () => {
    const found = assess({ network: knows(), 'half the data': half([null, null, null]) })
    expect(found.needs).toEqual([])
    expect(textOf(found)).not.toMatch(/NaN|unknown/)
  })

  it('is ruled out if the network learns nothing', () => {
    expect(assess(helpless())).toMatchObject({ state: 'ruled out', by: 'the training error' })
    expect(assess({ network: { loss: [null, null, null] } })).toMatchObject({ state: 'ruled out', needs: [] })
  })

  it('can hold for predicted values with an error above 1', () => {
    const network = knows({ testError: [40, 41, 42], testLoss: [40, 41, 42], testLosses: [3, 2, 10] })
    const values = { trials: { network, 'half the data': half([60, 61, 62]) }, chance: { loss: 1, error: 1 } }
    const found = judged(madeUpEvidence(values))
    expect(found.state).toBe('holds')
    expect(textOf(found)).not.toMatch(unreadable)
  })
})
