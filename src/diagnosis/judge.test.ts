import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  guessedErrors,
  helpless,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  madeUpTrials,
  noBetterRate,
  noHelp,
  reading,
  restoredBy,
  sound,
  textOfAll,
  throughJson,
  unreadable,
  usefulDepth,
  worse,
} from '../../test/support/made-up-evidence.ts'
import type { Reading } from '../probes/probe-pass.ts'
import { remedyNames } from '../remedies/table.ts'
import { causes } from './cause.ts'
import type { JudgedCause } from './causes/table.ts'
import { type ChangeName, type ControlName, controlsOf } from './controls.ts'
import type { Evidence } from './evidence.ts'
import { type Judgment, judge } from './judge.ts'
import { wordsOf } from './wording/causes.ts'

const judged = (trials: MadeUp['trials'], made: MadeUp = {}): Judgment =>
  judge(madeUpEvidence({ trials, measured: usefulDepth(), ...made }))
const named = ({ findings }: Judgment): string[] => findings.map(({ cause }) => cause)

/**
 * Runs the needs of open causes one after another until no need is left. `done` lists the needs, such as `float64, 3
 * seeds`.
 */
function diagnoseMadeUp(made: MadeUp, results: (control: ControlName) => MadeUpTrials) {
  let evidence: Evidence = madeUpEvidence(made)
  const done: string[] = []
  for (;;) {
    const judgment = judge(evidence)
    const [need] = judgment.open.flatMap(({ needs }) => needs)
    if (need === undefined || done.length > 80) return { judgment, done }
    if ('measurement' in need) {
      done.push(need.measurement)
      evidence = {
        ...evidence,
        measured: { ...evidence.measured, [need.measurement]: usefulDepth()[need.measurement] },
      }
    } else {
      const { control, seeds } = need
      done.push(seeds === 1 ? control : `${control}, ${seeds} seeds`)
      const others = evidence.records.filter((record) => record.control !== control)
      const made = results(control)
      const cut = { ...made, loss: made.loss.slice(0, seeds), error: made.error?.slice(0, seeds) }
      evidence = { ...evidence, records: [...others, ...madeUpTrials(control, cut)] }
    }
  }
}

describe('All causes', () => {
  it('are judged exactly once for any evidence', () => {
    for (const trials of [sound(), worse(), helpless(), { ...worse(), ...noHelp() }]) {
      const { findings, ruledOut, open, untested } = judged(trials)
      const found = [findings, ruledOut, open, untested].flat().map(({ cause }) => cause)
      expect(found.sort()).toEqual([...causes].sort())
    }
  })

  it('are not judged before the network was trained once', () => {
    expect(judged({})).toEqual({ verdict: 'undecided', findings: [], ruledOut: [], open: [], untested: [] })
  })

  it('have readable sentences, also for values that are missing, infinite or loaded from a file', () => {
    const value = fc.constantFrom(0, 1, 1e-30, 1e30, 0.5, Number.NaN, Number.POSITIVE_INFINITY)
    const values = fc.array(value, { minLength: 7, maxLength: 7 })
    const names = ['meanSquare', 'gradientNorm', 'cosine', 'closestPairs', 'deadUnits', 'saturatedUnits'] as const
    const readings: fc.Arbitrary<Reading> = fc.record(Object.fromEntries(names.map((name) => [name, values])))
    fc.assert(
      fc.property(readings, fc.constantFrom(sound, worse, helpless), (read, trialsOf) => {
        const start = { ...read, lostUpdates: along(0.1, 0.1), effectiveRank: along(3, 3) }
        const trials = {
          ...trialsOf(start),
          ...noHelp(),
          ...restoredBy(undefined, { loss: all(0.05), start: reading() }),
        }
        const evidence = madeUpEvidence({ trials, measured: usefulDepth() })
        for (const one of [evidence, throughJson(evidence)]) {
          expect(textOfAll(judge(one))).not.toMatch(unreadable)
        }
      }),
    )
  })

  it('have statements that can stand as a sentence and in brackets', () => {
    for (const trials of [sound(), worse(), helpless(), { ...worse(), ...noHelp() }]) {
      const { findings, ruledOut, open } = judged(trials, { measured: {} })
      for (const one of [...findings, ...ruledOut, ...open]) {
        expect(wordsOf(one).statement).toMatch(/^[a-z0-9].*[^.]$/)
      }
      for (const one of ruledOut) expect(wordsOf(one).statement).not.toMatch(/[.;] /)
    }
  })
})

describe('A healthy network', () => {
  it('trains as well as the twin, whatever stands out before training', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const size = fc.double({ min: -30, max: 30, noNaN: true }).map((power) => 10 ** power)
    const of = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 7, maxLength: 7 })
    const readings: fc.Arbitrary<Reading> = fc.record({
      meanSquare: of(size),
      gradientNorm: of(size),
      cosine: of(share),
      closestPairs: of(share),
      deadUnits: of(share),
      saturatedUnits: of(share),
      lostUpdates: of(share),
      effectiveRank: of(size),
    })
    fc.assert(
      fc.property(readings, (start) => {
        const judgment = judged(sound(start))
        expect(judgment).toMatchObject({ verdict: 'healthy', findings: [], open: [] })
        expect(textOfAll(judgment)).not.toMatch(unreadable)
      }),
    )
  })

  it('needs no twin and no removable layer', () => {
    const alone = { network: { loss: [0.05, 0.06, 0.05], start: reading() } }
    const without: ChangeName[] = ['shallow twin', 'shallower twin']
    expect(judged(alone, { without }).verdict).toBe('healthy')
    const shallow = { network: { loss: all(0.05), start: reading({ meanSquare: [1, 1], gradientNorm: [1, 1] }) } }
    expect(judged(shallow, { without, hidden: 1, measured: usefulDepth(1) }).verdict).toBe('healthy')
  })

  it('can be better than the twin', () => {
    expect(judged({ network: { loss: all(0.05) }, 'shallow twin': { loss: all(1) } }).verdict).toBe('healthy')
  })

  it('can have residual blocks and can predict values', () => {
    expect(judged(sound(), { blocks: 4 }).verdict).toBe('healthy')
    const values = { network: { loss: all(0.03), error: all(0.03), testError: [0.05, 1.2, 0.06] } }
    expect(judged(values, { chance: { loss: 1, error: 1 } }).verdict).toBe('healthy')
  })
})

describe('The verdict on a network without findings', () => {
  const network = (error: number): MadeUpTrials => ({ loss: all(2 * error), error: all(error), start: reading() })
  const alone = (error: number, made: MadeUp = {}): Judgment => judged({ network: network(error) }, made)
  const openCauses = ({ open }: Judgment): string[] => open.map(({ cause }) => cause)

  it('is healthy for a good fit, although not every rate and every length was tried', () => {
    const judgment = alone(0.05)
    expect(judgment.verdict).toBe('healthy')
    expect(openCauses(judgment)).toEqual(['unstable-step', 'step-too-small'])
  })

  it('is undecided for a poor fit while rates, lengths or widths are untried', () => {
    const judgment = alone(0.3)
    expect(judgment.verdict).toBe('undecided')
    expect(openCauses(judgment)).toEqual(['unstable-step', 'step-too-small', 'too-few-steps', 'under-capacity'])
    expect(alone(0.3, { without: ['4 x width', '16 x width'] }).verdict).toBe('undecided')
  })

  it('is healthy for a poor fit if no rate, no length and no width is better', () => {
    const poor = network(0.3)
    const tried = { ...noHelp(0.6), network: poor, '3 x steps': poor, '4 x width': poor, '16 x width': poor }
    const judgment = judged(tried)
    expect([judgment.verdict, judgment.open]).toEqual(['healthy', []])
  })

  it('is healthy for a good fit with a suspect that was not mended, but not with a class that is missed', () => {
    const suspicious = { mendable: controlsOf('mending'), facts: ['output-range', 'unscaled-inputs'] } as const
    const good = alone(0.05, suspicious)
    expect(good.verdict).toBe('healthy')
    expect(openCauses(good)).toContain('output-cannot-reach-targets')
    expect(openCauses(good)).toContain('no-nonlinearity')
    const scores = { recall: [1, 0.1], balancedAccuracy: 0.55, classSamples: [95, 5] }
    const missing = judged({ network: { ...network(0.05), scores } }, { mendable: ['balanced classes'] })
    expect(missing.verdict).toBe('undecided')
    expect(openCauses(missing)).toContain('unbalanced-classes')
  })

  it('is undecided for a network that does not beat the best linear model although another training does', () => {
    const linear = { train: { loss: 0.3, error: 0.05 }, test: { loss: 0.3, error: 0.05 }, samples: 100 }
    const wider = { '4 x width': network(0.03) }
    const judge1 = judged(
      { network: network(0.06), ...noBetterRate(0.12), ...wider },
      { other: { baselines: { guessing: guessedErrors, linear } } },
    )
    expect(judge1.verdict).toBe('undecided')
    expect(judge1.findings).toEqual([])
    const judge2 = judged(
      { network: network(0.06), ...noBetterRate(0.12) },
      { other: { baselines: { guessing: guessedErrors, linear } } },
    )
    expect(judge2.verdict).toBe('healthy')
  })

  it('is undecided for a network that fails with some seeds', () => {
    const some = { loss: [0.1, 2.3, 0.1, 0.1, 0.1], error: [0.04, 0.9, 0.04, 0.04, 0.04], start: reading() }
    const seeds = [0, 1, 2, 3, 4]
    expect(judged({ network: some }, { seeds }).verdict).toBe('undecided')
    expect(judged({ network: some, ...noHelp(0.1) }, { seeds }).verdict).toBe('undecided')
  })
})

describe('A network without hidden layers', () => {
  it('is judged by its setup, its rate, its length and its dead outputs', () => {
    const network = { loss: all(1), error: all(0.4), start: {} }
    const { findings, ruledOut, open, untested } = judged({ network }, { hidden: 0, measured: {} })
    const found = [findings, ruledOut, open, untested].flat().map(({ cause }) => cause)
    expect(found).toContain('dead-units')
    expect(found).toContain('unstable-step')
    expect(found).toContain('output-cannot-reach-targets')
    expect(found).not.toContain('saturated-units')
    expect(found).not.toContain('correlation-collapse')
    const dead = { loss: all(2.3), start: { deadUnits: [0.8] } }
    const tried = { network: dead, ...noBetterRate(2.3), ...restoredBy(['rescaled weights, zero biases']) }
    expect(named(judged(tried, { hidden: 0, measured: {} }))).toEqual(['dead-units'])
  })
})

describe('A network that reaches the loss of its twin with three times the steps', () => {
  it('has too few steps if the user chose the number of steps', () => {
    const trials = { ...worse(), ...noHelp(), '3 x steps': { loss: all(0.05), error: all(0.01) } }
    const found = judged(trials)
    expect([found.verdict, named(found)]).toEqual(['too-few-steps', ['too-few-steps']])
    expect(judged({ ...trials, '3 x steps': { loss: all(1.5), error: all(0.6) } }).verdict).toBe('optimization-failure')
  })

  it('is healthy but slow if the diagnosis chose the number of steps', () => {
    const trials = { ...worse(), ...noHelp(), '3 x steps': { loss: all(0.05), error: all(0.01) } }
    const found = judged(trials, { other: { hasOwnSteps: false } })
    expect([found.verdict, named(found)]).toEqual(['healthy', []])
  })
})

describe('An undecided diagnosis', () => {
  it('has open causes', () => {
    const judgment = judged(worse())
    expect(judgment.verdict).toBe('undecided')
    expect(judgment.open.map(({ cause }) => cause)).toEqual([
      'numerical-error',
      'unstable-step',
      'step-too-small',
      'too-few-steps',
      'optimization-failure',
    ])
  })

  it('can have a symptom that no cause explains', () => {
    const { judgment } = diagnoseMadeUp({ trials: helpless(), measured: usefulDepth() }, same(2.3))
    expect(judgment).toMatchObject({ verdict: 'undecided', open: [], findings: [] })
  })

  it('follows from a network that was not trained', () => {
    const nothing = { verdict: 'undecided', findings: [], ruledOut: [], open: [] }
    expect(judge(madeUpEvidence())).toMatchObject(nothing)
    expect(judged({ 'shallow twin': { loss: all(0.05) } })).toMatchObject(nothing)
  })

  it('follows from a network that fails while the twin trains, with one seed, two seeds, or three different seeds', () => {
    for (const loss of [[2.3], [null], [2.3, 2.3], [2.3, null, 0.01], [null, 0.01, 0.01]]) {
      const seeds = loss.map((_, seed) => seed)
      const trials = { network: { loss, start: reading() }, 'shallow twin': { loss: all(0.01, loss.length) } }
      const { verdict, ruledOut } = judged(trials, { seeds })
      expect(verdict).toBe('undecided')
      expect(ruledOut.map(({ by }) => by)).not.toContainEqual({ observation: 'training' })
    }
  })

  it('follows from a network that is far worse with too few seeds', () => {
    const trials = { network: { loss: [1.5], start: reading() }, 'shallow twin': { loss: [0.05] } }
    const { judgment } = diagnoseMadeUp({ trials, seeds: [0], measured: usefulDepth() }, same(1.5))
    expect(judgment.verdict).toBe('undecided')
    expect(judgment.findings).toEqual([])
  })

  it('follows from a diverged network if nearly all samples belong to one class', () => {
    const trials = { network: { loss: all(null) }, 'shallow twin': { loss: all(0.001), error: all(0) } }
    expect(judged(trials, { chance: { loss: 0.056, error: 0.01 } }).verdict).toBe('undecided')
    const both = { network: { loss: all(null) }, 'shallow twin': { loss: all(null) } }
    expect(judged(both, { chance: { loss: 0.056, error: 0.01 } }).verdict).toBe('undecided')
  })
})

type Results = Partial<Record<ControlName, MadeUpTrials>>

/** Results in which all controls have the same training loss, apart from those of some controls. */
const same =
  (loss: number, others: Results = {}) =>
  (control: ControlName): MadeUpTrials =>
    others[control] ?? { loss: all(loss) }

/** Whether a training, with its seeds, belongs to the ladder of rates. */
const isOfLadder = (training: string): boolean => /^(short run|rate )/.test(training)
const rates = ['rate / 100', 'rate / 10', 'rate x 10', 'rate x 100']
const shortRates = [
  'short run, rate / 100',
  'short run, rate / 10',
  'short run',
  ...rates.slice(2).map((one) => `short run, ${one}`),
]
/** If no whole training differs from another one, the rate below the given rate comes last. */
const wholeRates = [...rates, 'rate / 3']

describe('The needs of open causes', () => {
  it('lead to an optimization failure if one seed of each control changes nothing', () => {
    const { judgment, done } = diagnoseMadeUp({ trials: worse() }, same(1.5))
    expect(named(judgment)).toEqual(['optimization-failure'])
    expect(done.filter((control) => !isOfLadder(control))).toEqual([
      'float64',
      '3 x steps',
      '10 x steps',
      'constructive',
      'affine',
    ])
    expect(done.filter(isOfLadder)).toEqual([...shortRates, ...wholeRates])
  })

  it('include further seeds only for controls that help', () => {
    const { judgment, done } = diagnoseMadeUp(
      { trials: worse() },
      same(1.5, { 'short run, rate / 10': { loss: [0.05] }, 'rate / 10': { loss: all(0.05), start: reading() } }),
    )
    expect(judgment.verdict).toBe('unstable-step')
    expect(done.filter((one) => one.endsWith('seeds'))).toEqual(['rate / 10, 3 seeds'])
  })

  it('include no control for a network that trains', () => {
    const { judgment, done } = diagnoseMadeUp({ trials: sound() }, same(1.5))
    expect(judgment.verdict).toBe('healthy')
    expect(done).toEqual(['affine'])
  })

  it('go from a longer training to wider networks if the network fits poorly', () => {
    const poor = { loss: all(1), error: all(0.4) }
    const results = (control: ControlName): MadeUpTrials =>
      control === '16 x width' ? { loss: all(0.1), error: all(0.05) } : poor
    const { judgment, done } = diagnoseMadeUp(
      { trials: { network: poor, 'shallow twin': poor }, measured: usefulDepth() },
      results,
    )
    expect(judgment.verdict).toBe('under-capacity')
    expect(done.filter((control) => !isOfLadder(control))).toEqual([
      '3 x steps',
      '4 x width',
      '16 x width',
      '16 x width, 3 seeds',
    ])
    expect(done.findLastIndex(isOfLadder)).toBeLessThan(done.indexOf('3 x steps'))
  })

  it('are always satisfied after fewer than 100 trainings and measurements', () => {
    const loss = fc.array(fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { freq: 6 }), {
      minLength: 3,
      maxLength: 3,
    })
    const starts = fc.constantFrom(reading(), reading({ cosine: along(0.3, 0.99999), deadUnits: all(0.9, 7) }))
    const made = fc.record({ loss, start: starts }).map((one): MadeUpTrials => one)
    const mendable: ChangeName[] = [...controlsOf('mending'), ...remedyNames]
    fc.assert(
      fc.property(made, made, fc.func(made), fc.boolean(), (network, twin, results, hasFaults) => {
        const { judgment, done } = diagnoseMadeUp(
          {
            trials: { network, 'shallow twin': twin },
            ...(hasFaults ? { mendable, facts: ['output-range', 'unscaled-inputs'] } : {}),
          },
          results,
        )
        expect(judgment.open.flatMap(({ needs }) => needs)).toEqual([])
        expect(done.length).toBeLessThan(100)
        expect(new Set(done).size).toBe(done.length)
        expect(textOfAll(judgment)).not.toMatch(unreadable)
        for (const one of [...judgment.findings, ...judgment.ruledOut, ...judgment.open]) {
          expect(wordsOf(one).statement).toMatch(/^[a-z0-9].*[^.]$/)
        }
      }),
    )
  })
})

describe('A suspect', () => {
  const dead = { deadUnits: all(0.9, 7) }
  const collapse = { cosine: along(0.3, 0.99999) }
  const bad = reading({ ...dead, ...collapse })
  const slope = 'leaky slope by depth'
  const judgedWith = (trials: Results, made: MadeUp = {}): Judgment =>
    judged({ ...worse(bad), ...noHelp(), ...trials }, made)
  const of = (cause: JudgedCause['cause'], { findings, ruledOut, open }: Judgment): JudgedCause | undefined =>
    [findings, ruledOut, open].flat().find((one) => one.cause === cause)

  it('is a cause if an intervention restores the training', () => {
    const found = judgedWith(restoredBy([slope, 'leaky units']))
    expect(named(found)).toEqual(['dead-units', 'correlation-collapse'])
    expect(of('dead-units', found)?.proof).toMatchObject({ outcome: 'restores', intervention: 'leaky units' })
  })

  it('is ruled out by its interventions if none of them restores the training', () => {
    const names = [slope, `${slope}, rate / 10`, `${slope}, rate x 10`] as const
    const rates = (loss: number): Results => Object.fromEntries(names.map((name) => [name, { loss: [loss] }]))
    const nothing = of('correlation-collapse', judgedWith(rates(1.5)))
    expect(nothing).toMatchObject({ state: 'ruled out', score: 0, proof: { outcome: 'does not restore' } })
    expect(nothing?.by).toEqual({ controls: expect.arrayContaining([...names]) })
    const some = of('correlation-collapse', judgedWith({ ...rates(0.8), [slope]: { loss: all(0.8) } }))
    expect(some).toMatchObject({ state: 'ruled out', score: 0, proof: { outcome: 'contributes' } })
  })

  it('is ruled out by the training if there is no gap to close', () => {
    const near = { network: { loss: all(1.5), start: bad }, 'shallow twin': { loss: all(1.4) } }
    const found = judgedWith({ ...near, [slope]: { loss: all(1.5) }, ...noHelp(1.5) }, { mendable: [slope] })
    expect(of('correlation-collapse', found)).toMatchObject({ state: 'open', proof: { outcome: 'untried' } })
    const rates = { [`${slope}, rate / 10`]: { loss: [1.5] }, [`${slope}, rate x 10`]: { loss: [1.5] } }
    expect(of('correlation-collapse', judgedWith({ ...near, [slope]: { loss: all(1.5) }, ...rates }))).toMatchObject({
      state: 'ruled out',
      by: { observation: 'training' },
      proof: { outcome: 'no gap' },
    })
  })

  it('is open without an intervention, or with interventions that are untried or have too few seeds', () => {
    const none = judgedWith({})
    expect(none.verdict).toBe('undecided')
    expect(of('dead-units', none)).toMatchObject({ state: 'open', needs: [], proof: { outcome: 'no intervention' } })
    const untried = of('dead-units', judgedWith({}, { mendable: ['leaky units'] }))
    expect(untried).toMatchObject({
      state: 'open',
      needs: [{ control: 'leaky units', seeds: 1, isAtGivenRate: true }],
      proof: { outcome: 'untried' },
    })
    const two = { network: { loss: [1.5, 1.6], start: bad }, 'shallow twin': { loss: [0.05, 0.05] } }
    const few = judgedWith({ ...two, ...restoredBy([slope], { loss: [0.05, 0.05] }) }, { seeds: [0, 1] })
    expect(of('correlation-collapse', few)).toMatchObject({ state: 'open', proof: { outcome: 'unsure' } })
  })

  it('is proven together with the other suspects that the same intervention removes', () => {
    const moved = (start: Reading): unknown => {
      const found = of('correlation-collapse', judgedWith(restoredBy([slope], { loss: all(0.05), start })))
      return found?.proof !== undefined && 'moved' in found.proof ? found.proof.moved : undefined
    }
    expect(moved(reading())).toEqual(['dead-units'])
    expect(moved(reading(dead))).toEqual([])
    // An intervention that was not probed tells nothing about other mechanisms.
    expect(moved({})).toEqual([])
    expect(textOfAll(judgedWith(restoredBy([slope], { loss: all(0.05), start: reading() })))).toContain(
      'The same change also removes: dead units',
    )
  })
})
