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
  ['dead units', 'deadUnits', (evidence: Evidence): Worded => worded(deadUnits(evidence))],
  ['saturated units', 'saturatedUnits', (evidence: Evidence): Worded => worded(saturatedUnits(evidence))],
] as const

describe.each(probes)('%s', (_name, probe, assess) => {
  const shares = (values: readonly number[], end = values): Worded => {
    const trials = worse(reading({ [probe]: values }))
    const network = { ...trials?.network, loss: [1.5, 1.5, 1.5], end: reading({ [probe]: end }) }
    return assess(madeUpEvidence({ trials: { ...trials, network } }))
  }
  const limit = shares(all(0, 7)).evidence[0].limit ?? Number.NaN

  it('are too many just beyond the limit in any hidden layer, and not just within', () => {
    const found = shares([0, 0, limit + 0.01, 0, 0, 0, 0])
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('layer 3 of 6')
    expect(shares(all(limit - 0.01, 7)).state).toBe('ruled out')
  })

  it("aren't those of the read-out", () => {
    expect(shares([0, 0, 0, 0, 0, 0, 1]).state).toBe('ruled out')
  })

  it("aren't those of layers that have none", () => {
    const some = shares([Number.NaN, Number.NaN, 0.1, Number.NaN, 1, Number.NaN, Number.NaN])
    expect(some).toMatchObject({ state: 'holds' })
    expect(some.statement).toContain('layer 5 of 6')
    const none = shares(all(Number.NaN, 7))
    expect(none.state).toBe('ruled out')
    expect(textOf(none)).not.toMatch(unreadable)
  })

  it('are known before training: what dies later is told and not blamed', () => {
    expect(shares(all(0, 7), all(1, 7)).state).toBe('ruled out')
    expect(shares(all(1, 7), all(0, 7)).state).toBe('holds')
  })

  it('are read from a file as from a training', () => {
    const evidence = madeUpEvidence({ trials: worse(reading({ [probe]: [Number.NaN, 1, 0, 0, 0, 0, Number.NaN] })) })
    expect(assess(throughJson(evidence))).toEqual(assess(evidence))
    expect(textOf(assess(throughJson(evidence)))).not.toMatch(unreadable)
  })

  it('explain nothing where there is nothing to explain', () => {
    const evidence = madeUpEvidence({ trials: sound(reading({ [probe]: all(1, 7) })) })
    expect(assess(evidence)).toMatchObject({ state: 'ruled out', by: 'training' })
  })
})
