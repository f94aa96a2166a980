import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
  type MadeUp,
  madeUpEvidence,
  textOf,
  unreadable,
  usefulDepth,
  type Worded,
  worded,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import { fitsPoorly, poorFit, relief, restoring } from './control-answers.ts'
import { unstableStep } from './step.ts'

const judged = (evidence: Evidence): Worded => worded(unstableStep(evidence))
const assess = (trials: MadeUp['trials'], seeds = [0, 1, 2]): Worded =>
  judged(madeUpEvidence({ trials, seeds, measured: usefulDepth() }))
/** Losses that recover a fraction of the loss gap of 1.5. */
const lacking = (share: number): number[] => [1.5, 1.6, 1.55].map((loss) => loss - share * 1.5)
const noHelp = { loss: [1.5] }

describe('The cause "unstable step" in a network that is worse than its twin', () => {
  it('needs trainings at a third and a tenth of the rate, with one seed each', () => {
    expect(assess(worse())).toMatchObject({
      state: 'open',
      needs: [
        { control: 'rate / 3', seeds: 1 },
        { control: 'rate / 10', seeds: 1 },
      ],
    })
  })

  it('needs all seeds of a rate that helps with one seed', () => {
    const found = assess({ ...worse(), 'rate / 3': noHelp, 'rate / 10': { loss: [0.1] } })
    expect(found).toMatchObject({ state: 'open', needs: [{ control: 'rate / 10', seeds: 3 }] })
  })

  it('is ruled out by two trainings that change nothing', () => {
    const found = assess({ ...worse(), 'rate / 3': noHelp, 'rate / 10': { loss: [null] } })
    expect(found).toMatchObject({ state: 'ruled out', needs: [] })
    expect(found.by).toContain('rate / 3')
    expect(found.by).toContain('rate / 10')
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('holds if either rate restores the training, and needs no further training', () => {
    for (const rate of ['rate / 3', 'rate / 10'] as const) {
      const found = assess({ ...worse(), [rate]: { loss: lacking(restoring + 0.01) } })
      expect(found).toMatchObject({ state: 'holds', needs: [] })
      expect(found.statement).toContain(rate === 'rate / 3' ? 'a third' : 'a tenth')
    }
    const short = { loss: lacking(restoring - 0.01) }
    expect(assess({ ...worse(), 'rate / 3': short, 'rate / 10': short }).state).toBe('ruled out')
  })

  it('names the rate that recovers most of the loss gap', () => {
    const found = assess({ ...worse(), 'rate / 3': { loss: lacking(0.8) }, 'rate / 10': { loss: lacking(1) } })
    expect(found.statement).toContain('a tenth')
  })

  it('can explain a network that learns nothing', () => {
    const restored = { ...helpless(), 'rate / 10': { loss: all(0.5) } }
    expect(assess(restored).state).toBe('holds')
    const diverged = { network: { loss: [null, null, null] }, 'rate / 10': { loss: all(0.5) } }
    const found = assess(diverged)
    expect(found.state).toBe('holds')
    expect(found.statement).toContain('instead of diverging')
  })

  it('shows the curvature as evidence, but is not judged by the curvature', () => {
    const measured = { sharpness: { eigenvalue: 1e6, stability: 1e5 } }
    const trials = { ...worse(), 'rate / 3': noHelp, 'rate / 10': noHelp }
    const found = judged(madeUpEvidence({ trials, measured }))
    expect(found.state).toBe('ruled out')
    expect(found.evidence.map(({ value }) => value)).toContain(1e5)
    const adam = judged(madeUpEvidence({ trials, measured: { sharpness: { eigenvalue: 3, stability: null } } }))
    expect(textOf(adam)).not.toMatch(unreadable)
  })
})

describe('The cause "unstable step" in a network that is no worse than its twin', () => {
  const poor = (error = 0.5): MadeUp['trials'] => ({
    network: { loss: all(1), error: all(error) },
    'shallow twin': { loss: all(1), error: all(error) },
  })
  const halves = { loss: all(0.4), error: all(0.2) }

  it('is not tested if the network fits the training set', () => {
    expect(assess(poor(poorFit * 0.99))).toMatchObject({ state: 'ruled out', needs: [] })
    expect(assess(poor(poorFit * 1.01)).state).toBe('open')
    expect(fitsPoorly(madeUpEvidence({ trials: poor(poorFit * 1.01) }))).toBe(true)
    expect(fitsPoorly(madeUpEvidence({ trials: poor(poorFit * 0.99) }))).toBe(false)
  })

  it('needs one seed, and all seeds of a rate that halves the error', () => {
    expect(assess(poor()).needs).toEqual([
      { control: 'rate / 3', seeds: 1 },
      { control: 'rate / 10', seeds: 1 },
    ])
    const one = { loss: [0.4], error: [0.2] }
    const same = { loss: [1], error: [0.5] }
    expect(assess({ ...poor(), 'rate / 3': one, 'rate / 10': same }).needs).toEqual([{ control: 'rate / 3', seeds: 3 }])
  })

  it('holds if a smaller rate halves the error with all seeds, and is ruled out for a smaller effect', () => {
    const same = { loss: [1], error: [0.5] }
    expect(assess({ ...poor(), 'rate / 3': halves, 'rate / 10': same }).state).toBe('holds')
    const less = { loss: all(0.8), error: all(0.3) }
    expect(assess({ ...poor(), 'rate / 3': less, 'rate / 10': same }).state).toBe('ruled out')
    expect(assess({ ...poor(), 'rate / 3': { loss: [null] }, 'rate / 10': same }).state).toBe('ruled out')
  })

  it('compares the same seeds', () => {
    const trials = { network: { loss: all(1), error: [0.1, 0.1, 0.9] }, 'rate / 3': { loss: [1], error: [0.1] } }
    expect(relief(madeUpEvidence({ trials }), 'rate / 3')?.share).toBe(0)
  })

  it('stays open with fewer than three seeds', () => {
    const trials = {
      network: { loss: [1], error: [0.5] },
      'rate / 3': { loss: [0.1], error: [0.01] },
      'rate / 10': { loss: [1], error: [0.5] },
    }
    expect(assess(trials, [0])).toMatchObject({ state: 'open', needs: [] })
  })

  it('is ruled out if the seeds differ as much as the errors', () => {
    const spread = { loss: all(0.4), error: [0, 0, 0.72] }
    const same = { loss: [1], error: [0.5] }
    expect(assess({ ...poor(), 'rate / 3': spread, 'rate / 10': same }).state).toBe('ruled out')
  })

  it('holds if a seed diverges and no seed diverges at a smaller rate, however far apart the seeds are', () => {
    const network = { loss: [0.9, null, 0.1], error: [0.9, null, 0.1] }
    const trials = (slower: { loss: (number | null)[]; error: (number | null)[] }) => ({
      network,
      'shallow twin': { loss: [0.9, 0.9, 0.1], error: [0.9, 0.9, 0.1] },
      'rate / 3': slower,
      'rate / 10': { loss: [0.9], error: [0.9] },
    })
    expect(assess(trials({ loss: all(0.09), error: all(0.09) })).state).toBe('holds')
    expect(assess(trials({ loss: [0.09, null, 0.09], error: [0.09, null, 0.09] })).state).toBe('ruled out')
  })

  it('is judged by the fraction of the error that a smaller rate removes', () => {
    const evidence = madeUpEvidence({ trials: { ...poor(), 'rate / 3': halves } })
    expect(relief(evidence, 'rate / 3')).toEqual({
      before: 0.5,
      after: expect.closeTo(0.2, 12),
      share: expect.closeTo(0.6, 12),
      isSure: true,
      seeds: 3,
    })
    expect(relief(evidence, 'rate / 10')).toBeNull()
  })

  it('needs other seeds if the error is 0 with the trained seeds', () => {
    const network = { loss: [0, 0, 0.9], error: [0, 0, 0.9] }
    const with3 = madeUpEvidence({ trials: { network, 'rate / 3': { loss: [0], error: [0] } } })
    expect(relief(with3, 'rate / 3')?.share).toBe(1)
    const zero = { loss: all(0), error: all(0) }
    expect(relief(madeUpEvidence({ trials: { network: zero, 'rate / 3': zero } }), 'rate / 3')?.share).toBe(0)
  })
})
