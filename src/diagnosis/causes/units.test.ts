import { describe, expect, it } from 'vitest'
import {
  all,
  madeUpEvidence,
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
import { deadUnits, saturatedUnits } from './units.ts'

const probes = [
  ['The cause "dead units"', 'deadUnits', (evidence: Evidence): Worded => worded(deadUnits(evidence))],
  ['The cause "saturated units"', 'saturatedUnits', (evidence: Evidence): Worded => worded(saturatedUnits(evidence))],
] as const

describe.each(probes)('%s', (_name, probe, assess) => {
  const shares = (values: readonly number[], end = values): Worded => {
    const trials = worse(reading({ [probe]: values }))
    const network = { ...trials?.network, loss: [1.5, 1.5, 1.5], end: reading({ [probe]: end }) }
    return assess(madeUpEvidence({ trials: { ...trials, network } }))
  }
  const limit = shares(all(0, 7)).evidence[0].limit ?? Number.NaN

  it('holds just beyond the limit in any hidden layer and is ruled out just within the limit', () => {
    const found = shares([0, 0, limit + 0.01, 0, 0, 0, 0])
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('layer 3 of 6')
    expect(shares(all(limit - 0.01, 7)).state).toBe('ruled out')
  })

  it('holds for the units of the read-out as for those of a hidden layer', () => {
    const found = shares([0, 0, 0, 0, 0, 0, 1])
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('the read-out')
    expect(shares([0, 0, 0, 0, 0, 0, limit - 0.01]).state).toBe('ruled out')
  })

  it('ignores layers without units of this kind', () => {
    const some = shares([Number.NaN, Number.NaN, 0.1, Number.NaN, 1, Number.NaN, Number.NaN])
    expect(some).toMatchObject({ state: 'holds' })
    expect(some.statement).toContain('layer 5 of 6')
    const none = shares(all(Number.NaN, 7))
    expect(none.state).toBe('ruled out')
    expect(textOf(none)).not.toMatch(unreadable)
  })

  it('is judged before training, whatever happens during training', () => {
    expect(shares(all(0, 7), all(1, 7)).state).toBe('ruled out')
    expect(shares(all(1, 7), all(0, 7)).state).toBe('holds')
  })

  it('is the same after loading from a file', () => {
    const evidence = madeUpEvidence({ trials: worse(reading({ [probe]: [Number.NaN, 1, 0, 0, 0, 0, Number.NaN] })) })
    expect(assess(throughJson(evidence))).toEqual(assess(evidence))
    expect(textOf(assess(throughJson(evidence)))).not.toMatch(unreadable)
  })

  it('is ruled out for a network that trains', () => {
    const evidence = madeUpEvidence({ trials: sound(reading({ [probe]: all(1, 7) })) })
    expect(assess(evidence)).toMatchObject({ state: 'ruled out', by: 'training' })
  })
})
