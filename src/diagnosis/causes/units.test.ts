import { describe, expect, it } from 'vitest'
import {
  all,
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
import type { Reading } from '../../probes/probe-pass.ts'
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

  it('is a suspect just beyond the limit in any hidden layer and is ruled out just within the limit', () => {
    const found = shares([0, 0, limit + 0.01, 0, 0, 0, 0])
    expect(found.state).toBe('suspect')
    expect(found.statement).toContain('layer 3 of 6')
    expect(shares(all(limit - 0.01, 7)).state).toBe('ruled out')
  })

  it('is a suspect for the units of the read-out as for those of a hidden layer', () => {
    const found = shares([0, 0, 0, 0, 0, 0, 1])
    expect(found.state).toBe('suspect')
    expect(found.statement).toContain('the read-out')
    expect(shares([0, 0, 0, 0, 0, 0, limit - 0.01]).state).toBe('ruled out')
  })

  it('ignores layers without units of this kind', () => {
    const some = shares([Number.NaN, Number.NaN, 0.1, Number.NaN, 1, Number.NaN, Number.NaN])
    expect(some).toMatchObject({ state: 'suspect' })
    expect(some.statement).toContain('layer 5 of 6')
    const none = shares(all(Number.NaN, 7))
    expect(none.state).toBe('ruled out')
    expect(textOf(none)).not.toMatch(unreadable)
  })

  it('is judged before training, whatever happens during training', () => {
    expect(shares(all(0, 7), all(1, 7)).state).toBe('ruled out')
    expect(shares(all(1, 7), all(0, 7)).state).toBe('suspect')
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

describe('Dead units that differ from seed to seed', () => {
  const dead = (share: number, place = 1): Reading => ({
    ...reading(),
    deadUnits: [0, 0.2, 0, 0, 0, 0, 0].map((other, at) => (at === place ? share : other)),
  })
  interface Start {
    readonly loss: number | null
    /** Largest fraction of dead units before and after training. */
    readonly before: number
    readonly after: number
    /** Place of the layer with this fraction. The default is the second layer. */
    readonly place?: number
  }
  const good: Start = { loss: 0.1, before: 0.1, after: 0.2 }
  const off: Start = { loss: 2.3, before: 0.9, after: 0.9 }
  const died: Start = { loss: 2.3, before: 0.1, after: 0.9 }
  const judged = (starts: readonly Start[], hidden = 6): Worded => {
    const seeds = starts.map((_, seed) => seed)
    const records = starts.flatMap(({ loss, before, after, place }, seed) =>
      madeUpTrials('network', { loss: [loss], seeds: [seed], start: dead(before, place), end: dead(after, place) }),
    )
    const found = worded(deadUnits({ ...madeUpEvidence({ seeds, hidden }), records }))
    expect(textOf(found)).not.toMatch(unreadable)
    return found
  }

  it('are a suspect if exactly the seeds with dead units fail', () => {
    const found = judged([good, off, good])
    expect(found).toMatchObject({ state: 'suspect', needs: [] })
    expect(found.statement).toBe(
      'the units of layer 2 of 6 are dead before training in 1 of 3 starts, and only these trainings fail',
    )
    expect(judged([good, good, { ...off, loss: null }]).state).toBe('suspect')
  })

  it('are a suspect if exactly the seeds whose units die fail', () => {
    expect(judged([good, died, good]).statement).toContain('die during the training in 1 of 3 starts')
    expect(judged([off, died, good, good, good]).statement).toContain(
      'are dead before training in 1 of 5 starts and die during the training in 1 of 5 starts, and only these trainings fail',
    )
    const all3 = judged([died, died, died])
    expect(all3.state).toBe('suspect')
    expect(all3.statement).toContain('die during the training in 3 of 3 starts, and these trainings fail')
  })

  it('are named by the layer in which the units of these trainings are dead', () => {
    expect(judged([good, { ...died, place: 4 }, good]).statement).toContain('the units of layer 5 of 6 die')
    expect(judged([good, good, { ...off, place: 6 }]).statement).toContain('the units of the read-out are dead')
    expect(judged(all({ ...died, place: 3 })).statement).toBe(
      'the units of layer 4 of 6 die during the training in 3 of 3 starts, and these trainings fail',
    )
  })

  it('are not the cause if another seed fails, or if a seed with dead units trains', () => {
    expect(judged([good, off, { ...good, loss: 2.3 }]).state).toBe('ruled out')
    expect(judged([good, off, { ...off, loss: 0.1 }, good, good]).state).toBe('ruled out')
    expect(judged([good, died, { ...died, loss: 0.1 }]).state).toBe('ruled out')
  })

  it('are not the cause if no seed fails', () => {
    expect(judged([good, { ...off, loss: 0.1 }, good])).toMatchObject({ state: 'ruled out' })
  })

  it('are a suspect in most starts as in all starts', () => {
    const found = judged([off, off, off])
    expect(found.state).toBe('suspect')
    expect(found.statement).toContain('units are dead before training: 90.0% of the units in layer 2 of 6')
    expect(judged([off, off, good]).state).toBe('suspect')
  })
})
