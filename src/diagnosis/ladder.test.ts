import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  all,
  climbedTo,
  coarse,
  type MadeUpTrials,
  madeUpEvidence,
  madeUpTrials,
  noBetterRate,
  type Result,
  type Results,
  trialsAt,
} from '../../test/support/made-up-evidence.ts'
import { type ChangeName, type ControlName, controlOf, highestPosition, nameAt } from './controls.ts'
import { type Evidence, endsDivergence, endsFailures, lossAtRate, meanOf, recordsOf } from './evidence.ts'
import { type Climber, type Ladder, ladderOf } from './ladder.ts'

const far: MadeUpTrials = { loss: [1.5, 1.6, 1.55] }
const climbed = (trials: Results, seeds = [0, 1, 2]): Ladder =>
  ladderOf(madeUpEvidence({ trials: { network: far, ...trials }, seeds }), 'network')

/** Needs of a ladder, such as `short run 2` for a short training at ten times the rate, with the seeds if not one. */
const needed = ({ needs }: Ladder): string[] =>
  needs.flatMap((need) => {
    if (!('control' in need)) return ['a measurement']
    const { change, position } = controlOf(need.control)
    return [`${change} ${position}${need.seeds === 1 ? '' : `, ${need.seeds} seeds`}`]
  })

/** Short trainings with the losses given by position. */
const short = (losses: Readonly<Record<number, Result>>): Results =>
  trialsAt(
    'short run',
    Object.values(losses).map((loss) => ({ loss: [loss] })),
    Object.keys(losses).map(Number),
  )
const whole = (losses: Readonly<Record<number, readonly Result[]>>): Results =>
  trialsAt(
    'network',
    Object.values(losses).map((loss) => ({ loss })),
    Object.keys(losses).map(Number),
  )

describe('The short trainings of a ladder', () => {
  it('begin at the coarse rates, with one seed each', () => {
    expect(needed(climbed({}))).toEqual(coarse.map((position) => `short run ${position}`))
    expect(needed(climbed(short({ 0: 1 })))).toEqual([-4, -2, 2, 4].map((position) => `short run ${position}`))
  })

  it('go on while the best rate is at an end', () => {
    expect(needed(climbed(short({ [-4]: 2, [-2]: 2, 0: 2, 2: 1, 4: 0.5 })))).toEqual(['short run 6'])
    expect(needed(climbed(short({ [-4]: 0.5, [-2]: 2, 0: 2, 2: 2, 4: 2 })))).toEqual(['short run -6'])
    const up = { [-4]: 2, [-2]: 2, 0: 2, 2: 1, 4: 0.5, 6: 0.2 }
    expect(needed(climbed(short(up)))).toEqual(['short run 8'])
    // The ladder has no rate above its end, so the rate below the end is the only one beside the end.
    expect(needed(climbed(short({ ...up, 8: 0.1 })))).toEqual(['short run 7'])
  })

  it('end with the two rates beside the best rate', () => {
    const losses = { [-4]: 2, [-2]: 0.5, 0: 1.5, 2: 2, 4: null }
    expect(needed(climbed(short(losses)))).toEqual(['short run -3', 'short run -1'])
    expect(needed(climbed(short({ ...losses, [-3]: 1 })))).toEqual(['short run -1'])
    // The best rate can move by one, but not further.
    expect(needed(climbed(short({ ...losses, [-3]: 1, [-1]: 0.2 })))).toEqual(['network -1'])
  })

  it('go to lower rates if every rate diverges', () => {
    const none = { [-4]: null, [-2]: null, 0: null, 2: null, 4: null }
    expect(needed(climbed(short(none)))).toEqual(['short run -6'])
    expect(needed(climbed(short({ ...none, [-6]: null })))).toEqual(['short run -8'])
    const found = { ...none, [-6]: null, [-8]: 1 }
    expect(needed(climbed(short(found)))).toEqual(['short run -7'])
  })

  it('do not exist for a network whose short training is not possible', () => {
    const evidence = madeUpEvidence({ trials: { network: far }, without: ['short run'] })
    expect(ladderOf(evidence, 'network')).toMatchObject({ short: [], best: 0, needs: [] })
  })
})

describe('The whole trainings of a ladder', () => {
  it('begin at the best rate of the short trainings, with one seed', () => {
    const losses = { [-4]: 2, [-3]: 1, [-2]: 0.5, [-1]: 1, 0: 1.5, 2: 2, 4: 2 }
    expect(needed(climbed(short(losses)))).toEqual(['network -2'])
    const at = (best: readonly Result[]) => needed(climbed({ ...short(losses), ...whole({ [-3]: [0.5], [-2]: best }) }))
    expect(at([0.3])).toEqual(['network -2, 3 seeds'])
    expect(at(all(0.3))).toEqual([])
  })

  it('go to lower rates while the training error is not small and the loss falls by 5%', () => {
    const losses = { [-4]: 2, [-3]: 1, [-2]: 0.5, [-1]: 1, 0: 1.5, 2: 2, 4: 2 }
    const at = (more: Readonly<Record<number, readonly Result[]>>): string[] =>
      needed(climbed({ ...short(losses), ...whole(more) }))
    expect(at({ [-2]: [0.4] })).toEqual(['network -3'])
    // A loss of 0.05 has an error below 2%.
    expect(at({ [-2]: [0.05] })).toEqual(['network -2, 3 seeds'])
    expect(at({ [-2]: [0.4], [-3]: [0.37] })).toEqual(['network -4'])
    expect(at({ [-2]: [0.4], [-3]: [0.05] })).toEqual(['network -3, 3 seeds'])
    expect(at({ [-2]: [0.4], [-3]: [0.385] })).toEqual(['network -3, 3 seeds'])
    // No more than three lower rates are tried.
    expect(at({ [-2]: [0.4], [-3]: [0.37], [-4]: [0.3], [-5]: [0.2] })).toEqual(['network -5, 3 seeds'])
  })

  it('go below the given rate too', () => {
    const losses = { [-4]: 2, [-2]: 1, [-1]: 0.7, 0: 0.5, 1: 0.7, 2: 2, 4: null }
    const at = (loss: number, more: Readonly<Record<number, readonly Result[]>> = {}): string[] =>
      needed(climbed({ ...short(losses), network: { loss: all(loss) }, ...whole(more) }))
    expect(at(0.4)).toEqual(['network -1'])
    expect(at(0.4, { [-1]: [0.2] })).toEqual(['network -2'])
    expect(at(0.4, { [-1]: [0.4] })).toEqual([])
    expect(at(0.05)).toEqual([])
  })

  it('go to lower rates while the whole training is worse than the short one', () => {
    const losses = { [-4]: 2, [-2]: 1, [-1]: 0.7, 0: 0.5, 1: 0.7, 2: 2, 4: null }
    const at = (more: Readonly<Record<number, readonly Result[]>>): string[] =>
      needed(climbed({ ...short(losses), network: { loss: all(1.5) }, ...whole(more) }))
    expect(at({})).toEqual(['network -1'])
    expect(at({ [-1]: [null] })).toEqual(['network -2'])
    expect(at({ [-1]: [null], [-2]: [1.4] })).toEqual(['network -3'])
    expect(at({ [-1]: [null], [-2]: [0.4], [-3]: [0.4] })).toEqual(['network -2, 3 seeds'])
    // No more than three lower rates are tried, and the best of them is told with all seeds.
    expect(at({ [-1]: [null], [-2]: [1.4], [-3]: [1.3] })).toEqual(['network -3, 3 seeds'])
    expect(at({ [-1]: [null], [-2]: [1.5], [-3]: [1.5] })).toEqual([])
  })

  it('are made at the coarse rates if the short trainings show no difference', () => {
    const flat = short({ [-4]: 2.3, [-2]: 2.3, 0: 2.3, 2: 2.3, 4: 2.3 })
    expect(needed(climbed(flat))).toEqual([-4, -2, 2, 4].map((position) => `network ${position}`))
    const better = whole({ [-4]: [2.3], [-2]: [2.3], 2: [0.5], 4: [1] })
    expect(needed(climbed({ ...flat, ...better }))).toEqual(['network 1', 'network 3'])
    expect(needed(climbed({ ...flat, ...better, ...whole({ 1: [1], 3: [1] }) }))).toEqual([
      // The highest rate that is equal in short trainings has been trained already.
      'network 2, 3 seeds',
    ])
    expect(needed(climbed(noBetterRate()))).toEqual([])
  })

  it('are made at the highest of several rates with equal short trainings', () => {
    const equal = { [-4]: 2, [-2]: 2, [-1]: 1, 0: 0.5, 1: 0.5, 2: 0.505, 4: 2 }
    const good = { network: { loss: all(0.4) }, ...whole({ [-1]: [0.4] }) }
    expect(needed(climbed({ ...short(equal), ...good }))).toEqual(['network 2'])
    expect(needed(climbed({ ...short(equal), ...good, ...whole({ 2: [0.1] }) }))).toEqual(['network 2, 3 seeds'])
    expect(needed(climbed({ ...short(equal), ...good, ...whole({ 2: [0.395] }) }))).toEqual([])
  })
})

describe('The best rate', () => {
  const at = (loss: readonly Result[], network = far.loss, seeds = [0, 1, 2]): number =>
    climbed({ ...climbedTo(-2, { loss }), network: { loss: network } }, seeds).best

  it('is the given rate unless another rate is clearly better with all seeds', () => {
    expect(at([0.5, 0.55, 0.6])).toBe(-2)
    expect(at([0.5])).toBe(0)
    expect(at([0.5, 0.5])).toBe(0)
    // The difference is below 5%, or within the spread of the seeds.
    expect(at([1.45, 1.55, 1.5])).toBe(0)
    expect(at([0.5, 2, 1.5])).toBe(0)
    expect(climbed(noBetterRate()).best).toBe(0)
  })

  it('is the rate at which no seed fails or diverges any more', () => {
    expect(at([1, 0.5, 2], [2.3, 0.5, 2.3])).toBe(-2)
    expect(at([1, 0.5, 2], [null, 0.5, 1])).toBe(-2)
    expect(at([1, 0.5, null], [null, 0.5, 1])).toBe(0)
  })

  it('can be found with fewer than three seeds', () => {
    expect(at([0.5], [1.5], [0])).toBe(-2)
    expect(at([1.45], [1.5], [0])).toBe(0)
  })

  it('is found for each twin on a ladder of its own', () => {
    const ladders = (of: Climber, change: ChangeName): Ladder => {
      const trials = { network: far, [of]: { loss: all(1) } }
      const rungs = [-4, -3, -2, -1, 0, 2, 4]
      const runs = trialsAt(
        change,
        rungs.map((position) => ({ loss: [position === -2 ? 0.2 : 2] })),
        rungs,
      )
      const best = { [nameAt(of, -2)]: { loss: all(0.2) }, [nameAt(of, -3)]: { loss: [0.2] } }
      const evidence = madeUpEvidence({ trials: { ...trials, ...runs, ...best } })
      expect(ladderOf(evidence, 'network').best).toBe(0)
      return ladderOf(evidence, of)
    }
    expect(ladders('shallow twin', 'short run of the shallow twin')).toMatchObject({ best: -2, needs: [] })
    expect(ladders('shallower twin', 'short run of the shallower twin')).toMatchObject({ best: -2, needs: [] })
  })
})

/** Results of a training of any control with any seed: a loss, or null for a training that diverged. */
type Outcomes = (control: ControlName, seed: number) => Result

/** Answers all needs of a ladder until no need is left. Returns the evidence, the ladder, and the names of all trainings. */
function climb(of: Climber, outcomes: Outcomes, seeds: readonly number[]) {
  let evidence: Evidence = madeUpEvidence({ seeds })
  const made: string[] = []
  const add = (control: ControlName, count: number): void => {
    const known = recordsOf(evidence, control).map(({ seed }) => seed)
    const missing = seeds.slice(0, count).filter((seed) => !known.includes(seed))
    // A need whose trainings have all been made would be asked for again and again.
    expect(missing).not.toEqual([])
    const trials = missing.flatMap((seed) => madeUpTrials(control, { loss: [outcomes(control, seed)], seeds: [seed] }))
    made.push(...missing.map((seed) => `${control}, seed ${seed}`))
    evidence = { ...evidence, records: [...evidence.records, ...trials], applicable: allowed(evidence, of) }
  }
  add(of, seeds.length)
  for (;;) {
    const ladder = ladderOf(evidence, of)
    if (ladder.needs.length === 0 || made.length > 60) return { evidence, ladder, made }
    for (const need of ladder.needs) if ('control' in need) add(need.control, need.seeds)
  }
}

const allowed = ({ applicable }: Evidence, of: Climber): Evidence['applicable'] =>
  new Set([...applicable, of, ...(of === 'shallow twin' ? (['short run of the shallow twin'] as const) : [])])

describe('A ladder with any results', () => {
  const loss: fc.Arbitrary<Result> = fc.oneof(
    { weight: 3, arbitrary: fc.double({ min: 0, max: 4, noNaN: true }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 0.5, 0.505, 2.3, 2.31, 1e30) },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  const arbitrary = fc.func(loss).map(
    (make): Outcomes =>
      (control, seed) =>
        make(control, seed),
  )
  /** Losses that have a lowest point on the ladder and diverge above some rate. */
  const valley = fc
    .record({ lowest: fc.integer({ min: -12, max: 12 }), diverging: fc.integer({ min: -10, max: 12 }), slope: loss })
    .map(({ lowest, diverging, slope }): Outcomes => {
      return (control) => {
        const { position } = controlOf(control)
        return position >= diverging ? null : Math.min(2.3, 0.1 + (slope ?? 0) * Math.abs(position - lowest))
      }
    })
  const climber = fc.constantFrom<Climber>('network', 'shallow twin', 'shallower twin')
  const seeds = fc.constantFrom([0], [0, 1], [0, 1, 2], [7, 3, 1])

  it('ends after fewer than 40 trainings, without a training that is made twice', () => {
    fc.assert(
      fc.property(climber, fc.oneof(arbitrary, valley), seeds, (of, outcomes, own) => {
        const { made, ladder } = climb(of, outcomes, own)
        expect(ladder.needs).toEqual([])
        expect(made.length).toBeLessThan(40)
        expect(new Set(made).size).toBe(made.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('asks for the same trainings for the same results, in whatever order the records are', () => {
    fc.assert(
      fc.property(climber, fc.oneof(arbitrary, valley), seeds, (of, outcomes, own) => {
        const { evidence, ladder, made } = climb(of, outcomes, own)
        expect(climb(of, outcomes, own).made).toEqual(made)
        // The trainings with the first seed come in the order of the seeds.
        const reversed = own.flatMap((seed) => evidence.records.filter((record) => record.seed === seed).toReversed())
        expect(ladderOf({ ...evidence, records: reversed }, of)).toEqual(ladder)
      }),
    )
  })

  it('has a best rate that is clearly better than the given rate, with all seeds', () => {
    fc.assert(
      fc.property(climber, fc.oneof(arbitrary, valley), seeds, (of, outcomes, own) => {
        const { evidence, ladder } = climb(of, outcomes, own)
        expect(Math.abs(ladder.best)).toBeLessThanOrEqual(highestPosition)
        if (ladder.best === 0) return
        const name = nameAt(of, ladder.best)
        expect(recordsOf(evidence, name)).toHaveLength(own.length)
        const [given, best] = [of, name].map((one) => meanOf(evidence, one, lossAtRate) ?? Number.NaN)
        const hasEnded = endsFailures(evidence, of, name) || endsDivergence(evidence, of, name)
        if (!hasEnded) expect(best).toBeLessThanOrEqual(0.95 * given + 1e-12)
      }),
    )
  })

  it('finds a valley up to the ends of the ladder', () => {
    for (const lowest of [-8, -5, -4, -2, 2, 4, 5, 8]) {
      const outcomes: Outcomes = (control) => Math.min(2.2, 0.1 + 0.3 * Math.abs(controlOf(control).position - lowest))
      const { ladder } = climb('network', outcomes, [0, 1, 2])
      expect(ladder.best).toBe(lowest)
    }
  })
})
