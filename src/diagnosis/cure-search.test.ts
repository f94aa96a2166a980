import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  climbedTo,
  helpless,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  madeUpTrials,
  noHelp,
  type Results,
  reading,
  restoredBy,
  sound,
  trialsAt,
  usefulDepth,
  worse,
} from '../../test/support/made-up-evidence.ts'
import type { RemedyName } from '../remedies/table.ts'
import type { Cause } from './cause.ts'
import type { ControlName } from './controls.ts'
import { type CureSearch, searchCure } from './cure-search.ts'
import { judge } from './judge.ts'
import { viewOf } from './view.ts'

/** Trainings of a control with fresh seeds. */
type Fresh = readonly [ControlName, MadeUpTrials]

const freshTrials = ([control, made]: Fresh) =>
  madeUpTrials(control, { ...made, seeds: made.loss.map((_, index) => 3 + index) })

/** The next step of the search for a cure of the first finding, which must be `cause`. */
function searched(cause: Cause, trials: Results, fresh: readonly Fresh[] = [], made: MadeUp = {}): CureSearch {
  const other = { ...made.other, fresh: fresh.flatMap(freshTrials) }
  const evidence = madeUpEvidence({ measured: usefulDepth(), ...made, trials, other })
  const judgment = judge(evidence)
  expect(judgment.findings[0]?.cause).toBe(cause)
  return searchCure(viewOf(evidence), judgment)
}

/** The trainings of the needs, such as `ReLU, 1` or `ReLU, 3 fresh`. */
const asked = ({ needs }: CureSearch): readonly string[] =>
  needs.map((need) => ('control' in need ? `${need.control}, ${need.seeds}${need.isFresh ? ' fresh' : ''}` : ''))

const slope = 'leaky slope by depth'
const links = 'residual links'
const good = { loss: all(0.05) }

/** Trials of a network whose samples all look alike, with a loss of 1.55 beside the twin's loss of 0.05. */
const collapsed: Results = { ...worse(reading({ cosine: along(0.3, 0.99999) })), ...noHelp() }
const proven: Results = { ...collapsed, ...restoredBy([slope]) }

describe('The search for a cure', () => {
  it('begins with a finding or with a suspect that no intervention proved', () => {
    const unproven = (trials: Results, mendable: readonly RemedyName[] = [links]): CureSearch => {
      const evidence = madeUpEvidence({ trials, measured: usefulDepth(), mendable })
      const judgment = judge(evidence)
      expect(judgment.findings).toEqual([])
      return searchCure(viewOf(evidence), judgment)
    }
    const nothing = { needs: [], control: null, waiting: null }
    expect(unproven(sound() ?? {})).toEqual(nothing)
    expect(unproven(collapsed, [])).toEqual(nothing)
    expect(asked(unproven(collapsed))).toEqual([`${links}, 1`])
    expect(unproven({ ...collapsed, [links]: { loss: [0.05] } }).waiting).toBe(links)
  })

  it('measures the change that proved the cause with three fresh seeds and then with five', () => {
    const of = (...fresh: readonly Fresh[]): CureSearch => searched('correlation-collapse', proven, fresh)
    expect(of()).toEqual({
      needs: [{ control: slope, seeds: 3, isAtGivenRate: true, isFresh: true }],
      control: null,
      waiting: slope,
    })
    expect(of([slope, { loss: all(0.05, 2) }])).toMatchObject({ control: null, waiting: slope })
    const three = of([slope, good])
    expect([asked(three), three.control, three.waiting]).toEqual([[`${slope}, 5 fresh`], slope, null])
    expect(of([slope, { loss: all(0.05, 5) }])).toEqual({ needs: [], control: slope, waiting: null })
  })

  it('rejects a change with which a fresh seed diverges, or that is not clearly better with fresh seeds', () => {
    const nothing = { needs: [], control: null, waiting: null }
    const withFresh = (loss: MadeUpTrials['loss']): CureSearch =>
      searched('correlation-collapse', proven, [[slope, { loss }]])
    expect(withFresh([0.05, 0.05, null])).toEqual(nothing)
    expect(withFresh(all(1.3))).toEqual(nothing)
    expect(withFresh(all(1.2)).control).toBe(slope)
  })

  it('uses the rate at which the intervention restored the training', () => {
    const lower = {
      ...collapsed,
      ...trialsAt(slope, [{ loss: [1.5] }, { loss: all(0.05) }, { loss: [1.5] }], [0, -2, 2]),
    }
    expect(searched('correlation-collapse', lower).waiting).toBe(`${slope}, rate / 10`)
  })
})

describe('A change that proved a mechanism and is not good enough', () => {
  const poor = trialsAt(slope, [{ loss: all(0.4) }, { loss: [1] }, { loss: [1] }], [0, -2, 2])
  const some = { ...collapsed, ...poor }
  const both: MadeUp = { mendable: [links] }
  const of = (trials: Results, fresh: readonly Fresh[] = [], made: MadeUp = both): CureSearch =>
    searched('correlation-collapse', { ...some, ...trials }, fresh, made)

  it('leads to the other remedies of the cause that apply to the network', () => {
    expect(asked(of({}))).toEqual([`${links}, 1`])
    expect(asked(of({ [links]: { loss: [1] } }))).toEqual([`${links}, rate / 10, 1`, `${links}, rate x 10, 1`])
    expect(asked(of({}, [], { mendable: ['SELU'] }))).toEqual([`${slope}, 3 fresh`])
  })

  it('is replaced by the first remedy that is good enough with one seed', () => {
    expect(of({ [links]: { loss: [0.05] } })).toMatchObject({ waiting: links })
    expect(of({ [links]: { loss: [0.05] } }, [[links, good]]).control).toBe(links)
  })

  it('is measured if no remedy is good enough, unless another one has a lower error', () => {
    const tried = (loss: number): Results =>
      trialsAt(links, [{ loss: [loss] }, { loss: [1.5] }, { loss: [1.5] }], [0, -2, 2])
    expect(of(tried(0.6)).waiting).toBe(slope)
    expect(of(tried(0.3)).waiting).toBe(links)
    // Of two changes that help alike, the first one wins.
    expect(of(tried(0.37)).waiting).toBe(slope)
    const rejected: readonly Fresh[] = [[links, { loss: [0.3, null, 0.3] }]]
    expect(of(tried(0.3), rejected).waiting).toBe(slope)
    expect(of(tried(0.3), [...rejected, [slope, { loss: all(0.4) }]]).control).toBe(slope)
    expect(of(tried(0.3), [...rejected, [slope, { loss: all(1.5) }]])).toEqual({
      needs: [],
      control: null,
      waiting: null,
    })
  })

  it('is good enough if its error is as low as that of the twin, and without a twin that trains only if its error is small', () => {
    const twin = { 'shallow twin': { loss: all(0.37), start: reading() } }
    expect(of({ ...twin }, [], both).waiting).toBe(slope)
    const collapse = reading({ cosine: along(0.3, 0.99999) })
    const alone = (loss: number): Results => ({
      ...helpless(collapse),
      ...noHelp(2.3),
      ...trialsAt(slope, [{ loss: all(loss) }, { loss: [1.5] }, { loss: [1.5] }], [0, -2, 2]),
    })
    expect(of(alone(0.1)).waiting).toBe(slope)
    expect(asked(of(alone(0.7)))).toEqual([`${links}, 1`])
  })
})

describe('The best rate', () => {
  const climbed: Results = { ...worse(), ...climbedTo(-2, { loss: all(0.6), start: reading() }) }
  /** The twin is no better than the network at its best rate. */
  const alike: Results = { ...climbed, 'shallow twin': { loss: all(0.6), start: reading() } }

  it('is measured with fresh seeds if it is the cure, although its error is not small', () => {
    const found = searched('unstable-step', alike)
    expect([asked(found), found.waiting]).toEqual([['rate / 10, 3 fresh'], 'rate / 10'])
    expect(searched('unstable-step', alike, [['rate / 10', { loss: all(0.6) }]]).control).toBe('rate / 10')
  })

  it('gives way to clipped gradients and a warm-up if it fails with fresh seeds', () => {
    const failed: Fresh = ['rate / 10', { loss: [0.6, null, 0.6] }]
    const mendable: readonly RemedyName[] = ['warm-up', 'clipped gradients']
    expect(asked(searched('unstable-step', alike, [failed], { mendable }))).toEqual(['clipped gradients, rate / 10, 1'])
  })

  it('is not enough for a network that is still worse than its twin, so skip connections are tried', () => {
    expect(asked(searched('unstable-step', climbed, [], { mendable: [links] }))).toEqual([`${links}, rate / 10, 1`])
  })

  it('is measured if the budget allows no further change', () => {
    const evidence = madeUpEvidence({
      measured: usefulDepth(),
      trials: { ...climbed },
      mendable: [links],
      without: ['shallow twin'],
    })
    expect(searchCure(viewOf(evidence), judge(evidence), false).waiting).toBe('rate / 10')
  })
})

describe('A cure of overfitting', () => {
  const learned = { loss: all(0.001), error: all(0), testLoss: [1, 1.1, 1.2], testLosses: [1.5, 0.6, 0.8] }
  const network: MadeUpTrials = { ...learned, testError: [0.3, 0.31, 0.32], start: reading() }
  const half = { loss: all(0.001), error: all(0), testError: [0.45, 0.46, 0.47] }
  const trials: Results = { network, 'half the data': half }
  const decayed = (testError: number, error = 0.05): MadeUpTrials => ({
    loss: all(0.1),
    error: all(error),
    testError: all(testError),
  })
  const of = (others: Results, fresh: readonly Fresh[] = []): CureSearch =>
    searched('overfitting', { ...trials, ...others }, fresh, { mendable: ['weight decay'] })

  it('lowers the test error, and may raise the training error', () => {
    expect(asked(of({}))).toEqual(['weight decay, 1'])
    const helps = trialsAt('weight decay', [decayed(0.1), decayed(0.3), decayed(0.3)], [0, -2, 2])
    expect(of(helps).waiting).toBe('weight decay')
    expect(of(helps, [['weight decay', decayed(0.1)]]).control).toBe('weight decay')
    expect(of(helps, [['weight decay', decayed(0.3)]]).control).toBeNull()
  })

  it('is not a change that leaves the test error', () => {
    const rates = trialsAt('weight decay', all(decayed(0.3, 0), 3), [0, -2, 2])
    expect(of(rates)).toEqual({ needs: [], control: null, waiting: null })
  })
})

describe('A cure of useless depth', () => {
  const network: MadeUpTrials = { loss: all(0.05), start: reading() }
  const made: MadeUp = {
    blocks: 6,
    measured: { withoutBlocks: { loss: 0.05, single: [], fromTop: [{ blocks: 5, loss: 0.05 }] } },
  }
  const of = (twin: MadeUpTrials, fresh: readonly Fresh[] = []): CureSearch =>
    searched('useless-depth', { network, 'shallow twin': twin }, fresh, made)

  it('is the twin with fewer layers, although its error is not lower', () => {
    expect(asked(of({ loss: all(0.051) }))).toEqual(['shallow twin, 3 fresh'])
    expect(of({ loss: all(0.051) }, [['shallow twin', { loss: all(0.052) }]]).control).toBe('shallow twin')
  })

  it('is not a twin whose training diverges with a fresh seed', () => {
    expect(of({ loss: all(0.05) }, [['shallow twin', { loss: [0.05, null, 0.05] }]]).control).toBeNull()
  })
})
