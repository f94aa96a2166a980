import { describe, expect, it } from 'vitest'
import { madeUpEvidence, sound, worse } from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import { harmlessness, type Judged, mechanism, type Standing, scoreOf } from './assessment.ts'

describe('The score of a cause', () => {
  it('is 0.5 at the limit', () => {
    expect([scoreOf(4, 4), scoreOf(12, 4), scoreOf(Number.POSITIVE_INFINITY, 4)]).toEqual([0.5, 0.75, 1])
  })
})

describe('A network that trains', () => {
  it('needs no explanation and names the kind of the comparison network', () => {
    const trains = madeUpEvidence({ trials: sound() })
    expect(harmlessness(trains)).toEqual({ outcome: 'harmless', twin: 'own' })
    expect(harmlessness({ ...trains, isTwinGiven: true })).toEqual({ outcome: 'harmless', twin: 'given' })
    expect(harmlessness(madeUpEvidence({ trials: { network: { loss: [0.1] } } }))).toMatchObject({ twin: null })
    expect(harmlessness(madeUpEvidence({ trials: worse() }))).toBeUndefined()
  })
})

describe('A mechanism', () => {
  const read = (evidence: Evidence, isBeyond: boolean): Judged<'dead-units', { share: number } & Standing> =>
    mechanism('dead-units', evidence, {
      observation: 'units before training',
      facts: { share: 0.7 },
      beyond: isBeyond ? { score: 0.6, onset: 2, facts: {} } : null,
    })
  const [bad, good] = [worse(), sound()].map((trials) => madeUpEvidence({ trials }))

  it('is a suspect beyond the limits, and is ruled out within the limits or if the network trains', () => {
    expect(read(bad, true)).toMatchObject({
      state: 'suspect',
      score: 0.6,
      onset: 2,
      facts: { share: 0.7, outcome: 'beyond limits' },
    })
    expect(read(bad, false)).toMatchObject({
      state: 'ruled out',
      by: { observation: 'units before training' },
      facts: { share: 0.7, outcome: 'within limits' },
    })
    expect(read(good, true)).toMatchObject({
      state: 'ruled out',
      by: { observation: 'training' },
      facts: { share: 0.7, outcome: 'harmless', twin: 'own' },
    })
    expect(read(good, false)).toMatchObject({ by: { observation: 'units before training' } })
  })
})
