import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  climbedTo,
  guessedErrors,
  helpless,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  noBetterRate,
  noHelp,
  type Result,
  reading,
  restoredBy,
  sound,
  textOfAll,
  unreadable,
  usefulDepth,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import { factNames } from '../../facts/fact.ts'
import { type ControlName, controlNames, controlsOf } from '../controls.ts'
import { type Evidence, recordsOf } from '../evidence.ts'
import { judge } from '../judge.ts'
import { answerOf } from './answer.ts'
import { wordsOf } from './causes.ts'

function answer(trials: MadeUp['trials'], made: MadeUp = {}): string[] {
  const evidence = madeUpEvidence({ trials, measured: usefulDepth(), ...made })
  return answerOf(evidence, judge(evidence))
}
const collapse = reading({ cosine: along(0.3, 0.99999) })
/** Trials of the intervention that proves a collapse. */
const proven = restoredBy(['leaky slope by depth'])

describe('The answer of a diagnosis', () => {
  it('names the symptom, the cause, and the causes that are ruled out', () => {
    expect(answer({ ...worse(collapse), ...noHelp(), ...proven })).toMatchInlineSnapshot(`
      [
        "With 6 hidden layers, the training loss is 1.55, and that of the twin with 2 hidden layers is 0.05. The network is worse on the training set, so this is not overfitting. Better weights exist: the weights of the twin with 4 added identity layers have a training loss of 0.05 with the first seed.",
        "All inputs look alike to the network before training, so the gradients hardly depend on the input. The cosine between different samples is 0.30 after the first layer and 0.9999900 after the last hidden layer. The intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 0.05 instead of 1.55 (3 seeds, rate 0.03), which closes 100.0% of the gap to the best training.",
        "Overfitting is ruled out: the network is also worse on the training set, with an error of 60.7% against 2.0%, and overfitting cannot cause that. Numerical error is ruled out: the training loss in float64 is also 1.5. Unstable step is ruled out: no rate from 0.0003 to 3 trains the network clearly better than 0.03. Step too small is ruled out: no rate from 0.0003 to 3 trains the network clearly better than 0.03. Too few steps is ruled out: ten times the steps leave the training error at 58.7%. Too little capacity is ruled out: a network of the same width with fewer layers trains better.",
      ]
    `)
  })

  it('says of a healthy network that no measurement found anything wrong', () => {
    expect(answer(sound())).toMatchInlineSnapshot(`
      [
        "With 6 hidden layers, the network trains: the training error is 2.0%, and the test error is 2.0%. The training error of the twin with 2 hidden layers is 2.0%, so the network is no worse.",
        "No measurement found anything wrong with the network.",
        "Overfitting is ruled out: the training error is 2.0%, and the test error is 2.0%.",
      ]
    `)
  })

  it('makes no claim about a network if the diagnosis stopped before the twin was trained', () => {
    const found = answer({ network: { loss: [1.2, 1.4], error: [0.46, 0.5] }, 'shallow twin': { loss: [] } })
    expect(found[0]).toBe(
      'With 6 hidden layers, the training loss is 1.3, and that of guessing is 2.3. The diagnosis was stopped before a network with fewer layers was trained for comparison.',
    )
    const diverged = answer({ network: { loss: [1.2, null], error: [0.46, null] }, 'shallow twin': { loss: [] } })
    expect(diverged[0]).toBe(
      'With 6 hidden layers, the training fails with 1 of 2 seeds. The training errors by seed are 46.0% and diverged, and that of guessing is 90.0%.',
    )
    for (const one of [found, diverged]) expect(one.join(' ')).not.toMatch(/trains|as good|no worse/)
  })

  it('names a difference within the spread of the seeds as such', () => {
    const twin = { loss: [0.5, 0.9, 0.7], error: [0.2, 0.25, 0.22] }
    const network = { loss: [0.9, 0.6, 0.9], error: [0.4, 0.22, 0.3] }
    expect(answer({ network, 'shallow twin': twin })[0]).toContain(
      'the training error is 30.7%, and the test error is 30.7%. The training error of the twin with 2 hidden layers is 22.3%, so any difference is within the spread of the seeds.',
    )
  })

  it('says of a sound network with too few steps that the training is too short', () => {
    const poor = { loss: all(0.6), error: all(0.17) }
    const longer = { '3 x steps': { loss: all(0.03), error: all(0.01) } }
    const trials = { network: poor, 'shallow twin': poor, ...noBetterRate(0.6), ...longer }
    expect(answer(trials)[1]).toBe(
      'The training is too short: three times the steps change the training error from 17.0% to 1.0%.',
    )
    // If the diagnosis chose the number of steps, a training that is too short is no fault of the user.
    expect(answer(trials, { other: { hasOwnSteps: false } })[1]).toBe(
      'The network trains; the training is only too short: three times the steps reduce the training error from 17.0% to 1.0%, so the network is wide enough.',
    )
  })

  describe('about faults of the raw data that the standardization removes', () => {
    const fault = 'The input x is from 0 to 999, with a typical size of 573 instead of about 1.'
    const removed = [{ fact: 'unscaled-inputs' as const, sentence: fault, remedy: 'Standardize the inputs.' }]
    const rawAnswer = (raw?: MadeUpTrials, others: MadeUp['trials'] = sound()): string[] =>
      answer({ ...others, ...(raw && { 'raw data': raw }) }, { other: { removed } })

    it('names the raw data as a cause if the network fails on them', () => {
      expect(rawAnswer({ loss: all(1.5), error: [0.6, 0.5, 0.55] })[2]).toBe(
        `Your raw inputs are a cause of failure, and Isobath standardized them. Without this standardization, the training error at the same rate is 55.0%. ${fault}`,
      )
      expect(rawAnswer({ loss: all(null) })[2]).toContain(
        'Without this standardization, the training diverges with 3 seeds.',
      )
    })

    it('says that the scale does no harm if the network trains on the raw data too', () => {
      expect(rawAnswer({ loss: all(0.05), error: all(0.02) })[2]).toBe(
        'Isobath standardized the inputs. Without this standardization, the training error at the same rate is 2.0%, so the scale of the raw inputs does no harm.',
      )
    })

    it('claims neither harm nor harmlessness if the seeds do not show it', () => {
      const unclear = 'but the seeds do not show clearly whether the raw inputs are the cause.'
      expect(rawAnswer({ loss: [1.5, 0.04, 0.05], error: [0.6, 0.01, 0.02] })[2]).toContain(unclear)
      const one = { network: { loss: [0.05], error: [0.02] }, 'shallow twin': { loss: [0.05], error: [0.02] } }
      const made = { seeds: [0], other: { removed, seeds: [0] } }
      const alone = answer({ ...one, 'raw data': { loss: [null] } }, made).join(' ')
      expect(alone).toContain(`the training diverges with one seed, ${unclear}`)
    })

    it('claims no cause without trainings with every seed', () => {
      const untried = `Isobath standardized the inputs, and did not train on the raw inputs. ${fault}`
      expect(rawAnswer()[2]).toBe(untried)
      expect(rawAnswer({ loss: [null] })[2]).toBe(untried)
    })

    it('says nothing if another cause explains a failure', () => {
      expect(rawAnswer({ loss: all(null) }, { ...worse(collapse), ...noHelp(), ...proven }).join(' ')).not.toContain(
        'raw',
      )
    })
  })

  it('says that the network learns nothing', () => {
    expect(answer({ ...helpless(collapse), ...noHelp(2.3), ...proven })).toMatchInlineSnapshot(`
      [
        "With 6 hidden layers, the network learns nothing: the training loss is 2.3, that of the twin with 2 hidden layers is 2.3, and that of guessing is 2.3.",
        "All inputs look alike to the network before training, so the gradients hardly depend on the input. The cosine between different samples is 0.30 after the first layer and 0.9999900 after the last hidden layer. The intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 0.05 instead of 2.3 (3 seeds, rate 0.03), which closes 100.0% of the gap to the best training.",
        "Overfitting is ruled out: the network does not learn the training set. Numerical error is ruled out: the training loss in float64 is also 2.3. Unstable step is ruled out: no rate from 0.0003 to 3 trains the network clearly better than 0.03. Step too small is ruled out: no rate from 0.0003 to 3 trains the network clearly better than 0.03. Too few steps is ruled out: ten times the steps leave the training error at 90.0%. Optimization failure (degradation) is ruled out: the same network with fewer layers does not train either, so the depth is not the cause.",
      ]
    `)
  })

  it('names the better weights that the solver does not find', () => {
    const [first, second] = answer({ ...worse(), ...noHelp() })
    expect(first).toContain('4 added identity layers')
    expect(first).toContain('not overfitting')
    expect(second).toContain('solver')
  })

  it('names the other findings after the first finding', () => {
    const start = reading({ cosine: along(0.3, 0.99999), deadUnits: all(0.9, 7) })
    const [, second] = answer({ ...worse(start), ...noHelp(), ...restoredBy() })
    expect(second).toContain('dead')
    expect(second).toMatch(/correlation collapse/)
  })

  it('names the causes that are undecided', () => {
    const [, second] = answer(worse())
    expect(second).toContain('Undecided')
    expect(second).toContain(
      'numerical error, unstable step, a step that is too small, too few steps and optimization failure',
    )
    const [, none] = answer({ ...helpless(), ...noHelp(2.3) })
    expect(none).toContain('17 controls')
  })

  it('is one sentence if nothing was trained', () => {
    expect(answer({})).toHaveLength(1)
  })

  it('gives the number of seeds that diverged', () => {
    const one = { network: { loss: [null, 1.5, 1.6] }, 'shallow twin': { loss: all(0.05) } }
    expect(answer(one)[0]).toContain('1 of 3 seeds diverged')
    const [first] = answer({ network: { loss: [null, null, null] }, 'shallow twin': { loss: all(0.05) } })
    expect(first).toContain('not finite')
    expect(first).not.toMatch(unreadable)
  })

  it('says with how many seeds a network diverges that trains otherwise, and counts these seeds as guessing', () => {
    const seeds = Array.from({ length: 60 }, (_, seed) => seed)
    const of = (value: number) => seeds.map((seed) => (seed === 0 ? null : value))
    const some = { loss: of(0.001), error: of(0) }
    const twin = { loss: all(0.001, 60), error: all(0, 60) }
    const [first] = answer({ network: some, 'shallow twin': twin }, { seeds })
    expect(first).toContain(
      'trains with 59 of 60 seeds and diverges with 1. If a diverged training counts as guessing, the training error is 1.5%, and the test error is 1.5%.',
    )
  })

  it('lists the training errors by seed if the training fails with some seeds', () => {
    const some = { loss: [null, 0.1, 2.3, 0.1, 0.1], error: [null, 0.04, 0.95, 0.05, 0.04] }
    const alone = { seeds: [0, 1, 2, 3, 4], without: ['shallow twin', 'shallower twin'] } as const
    expect(answer({ network: some }, alone)[0]).toBe(
      'With 6 hidden layers, the training fails with 2 of 5 seeds. The training errors by seed are diverged, 4.0%, 90.0%, 5.0% and 4.0%, and that of guessing is 90.0%.',
    )
  })

  it('tells the result at the given rate if another rate is the best', () => {
    const best = climbedTo(-2, { loss: all(0.1), error: all(0.04), start: reading() })
    const trials = { ...worse(), ...best, 'shallow twin': { loss: all(0.1), error: all(0.04) } }
    const [first, second] = answer(trials)
    expect(first).toBe(
      "At the rate 0.03, the training error is 60.7%. At the network's best rate, 0.003, the training error is 4.0%. With 6 hidden layers at the best rates, the network trains: the training error is 4.0%, and the test error is 4.0%. The training error of the twin with 2 hidden layers is 4.0%, so the network is no worse.",
    )
    expect(second).toBe('The step is too large: at 0.003 instead of 0.03, the training error is 4.0% instead of 60.7%.')
    const some = { loss: [1.5, null, 1.5], error: [0.6, null, 0.6] }
    expect(answer({ ...trials, network: some })[0]).toContain(
      'At the rate 0.03, the training error is 70.0% (1 of 3 seeds diverged and count as guessing).',
    )
    expect(answer({ ...trials, network: { loss: all(null) } })[0]).toContain(
      "At the rate 0.03, the training diverges with 3 seeds. At the network's best rate, 0.003, the training error is 4.0%.",
    )
  })

  it('compares the network with the best linear model', () => {
    const linear = { train: { loss: 0.5, error: 0.31 }, test: { loss: 0.5, error: 0.33 }, samples: 100 }
    const other = { baselines: { guessing: guessedErrors, linear } }
    const poor = { loss: all(0.9), error: all(0.35) }
    const wider = { loss: all(0.3), error: all(0.12) }
    expect(answer({ network: poor, '4 x width': wider }, { other })[0]).toBe(
      'With 6 hidden layers, the training error is 35.0%, and that of the best linear model is 31.0%.',
    )
    expect(answer({ network: poor }, { other })[0]).toContain(' The training error of the best linear model is 31.0%.')
    expect(answer({ network: poor })[0]).not.toContain('linear')
    const far = { ...linear, train: { loss: 0.2, error: 0.11 } }
    expect(answer({ network: poor }, { other: { baselines: { guessing: guessedErrors, linear: far } } })[0]).toBe(
      'With 6 hidden layers, the training error is 35.0%, and that of the best linear model is 11.0%.',
    )
  })

  it('gives the error of the largest class if this class has most of the samples', () => {
    const made = { loss: all(0.1), error: all(0.04) }
    const chance = { loss: 0.2, error: 0.05 }
    const [first] = answer({ network: made, 'shallow twin': made }, { chance })
    expect(first).toContain('Always predicting the largest class has a training error of 5.0%')
    expect(answer({ network: made, 'shallow twin': made })[0]).not.toContain('largest class')
  })

  it('compares the network with the given network or with the twin that trains', () => {
    const evidence = madeUpEvidence({ trials: worse(), measured: usefulDepth() })
    const given = { ...evidence, isTwinGiven: true }
    const [first] = answerOf(given, judge(given))
    expect(first).not.toMatch(unreadable)
    expect(first).toContain('the comparison network with 2 hidden layers')
    const [other] = answer({ ...worse(), 'shallow twin': { loss: all(2.3) }, 'shallower twin': { loss: all(0.05) } })
    expect(other).toMatch(/twin.* 1 hidden layer\b/)
    expect(other).toContain('5 added identity layers')
  })

  it('does not compare two networks if the seeds are too few for a comparison', () => {
    for (const loss of [[1.5], [2.3, null]]) {
      const made = { network: { loss }, 'shallow twin': { loss: all(0.05, loss.length) } }
      const text = answer(made, { seeds: loss.map((_, seed) => seed) }).join(' ')
      expect(text).not.toMatch(/as good as|no worse|as well as|within the spread/)
      expect(text).not.toMatch(unreadable)
    }
  })

  it('uses the singular for one control', () => {
    const one = { network: { loss: all(2.3) }, 'shallow twin': { loss: all(2.3) } }
    expect(answer(one, { without: ['float64'] }).join(' ')).not.toMatch(/\b1 controls/)
  })

  it('rules out the causes that users suspect first', () => {
    const [, , third] = answer({ ...worse(collapse), ...noHelp(), ...proven })
    expect(third).toMatch(
      /^Overfitting is ruled out: .*\. Numerical error is .*\. Unstable step is .*\. Step too small is .*\. Too few steps is .*\. Too little capacity is/,
    )
  })

  it('has no missing value for any depth, number of seeds and measurement', () => {
    const depths = [0, 1, 6]
    const trials = [sound, worse, helpless]
    const seeds = [[0], [0, 1], [0, 1, 2]]
    for (const hidden of depths) {
      for (const made of trials) {
        for (const own of seeds) {
          const records = madeUpEvidence({ trials: made(), hidden, seeds: own }).records.filter(
            ({ seed }) => seed < own.length,
          )
          for (const measured of [{}, usefulDepth(hidden)]) {
            const evidence = { ...madeUpEvidence({ hidden, seeds: own, measured }), records }
            expect(answerOf(evidence, judge(evidence)).join(' ')).not.toMatch(unreadable)
          }
        }
      }
    }
  })

  it('shows an error above 100% for a regression', () => {
    const values = {
      network: { loss: all(0.2), error: all(0.2), testError: [1.5, 1.6, 1.7] },
      'shallow twin': { loss: all(0.2), error: all(0.2) },
    }
    expect(answer(values, { chance: { loss: 1, error: 1 } })[0]).toContain('160.0%')
  })
})

describe('The texts of a diagnosis with any evidence', () => {
  const loss = fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom<Result>(null, 0, 2.3, 40) },
  )
  const error = fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 0.9, 4) },
  )
  const evidence = fc
    .record({
      controls: fc.uniqueArray(fc.constantFrom(...controlNames), { maxLength: 40 }),
      lossOf: fc.func(loss),
      errorOf: fc.func(error),
      seeds: fc.constantFrom([0], [0, 1], [0, 1, 2]),
      isMeasured: fc.boolean(),
      hasOwnSteps: fc.boolean(),
      floor: fc.constantFrom(null, 0, 0.3),
    })
    .map(({ controls, lossOf, errorOf, seeds, isMeasured, hasOwnSteps, floor }): Evidence => {
      const trialsOf = (control: ControlName): MadeUpTrials => {
        const losses = seeds.map((seed) => lossOf(control, seed))
        const errorsOf = (set: string) =>
          losses.map((one, seed): Result => (one === null ? null : errorOf(control, seed, set)))
        return {
          loss: losses,
          error: errorsOf('train'),
          testError: errorsOf('test'),
          losses: [2, 1, 0.5, 0.4, 0.3, 0.2],
          start: reading(),
          scores: { recall: [1, 0.1], balancedAccuracy: 0.55, classSamples: [9, 1] },
        }
      }
      const named: readonly ControlName[] = ['network', ...controls]
      return madeUpEvidence({
        trials: Object.fromEntries(named.map((control) => [control, trialsOf(control)])),
        seeds,
        mendable: controlsOf('mending'),
        facts: factNames,
        measured: isMeasured ? usefulDepth() : {},
        other: {
          hasOwnSteps,
          outputFloor: floor,
          regularization: { dropped: 0.5, decay: 0.1 },
          baselines: {
            guessing: guessedErrors,
            linear: { train: { loss: 0.3, error: 0.2 }, test: { loss: 0.3, error: 0.2 }, samples: 9 },
          },
        },
      })
    })

  it('are readable, one sentence for each cause that is ruled out', () => {
    fc.assert(
      fc.property(evidence, (made) => {
        const judgment = judge(made)
        const texts = [...answerOf(made, judgment), textOfAll(judgment)].join('\n')
        expect(texts).not.toMatch(unreadable)
        expect(texts).not.toMatch(/Infinity/)
        const { findings, ruledOut, open } = judgment
        for (const one of [...findings, ...ruledOut, ...open]) {
          expect(wordsOf(one).statement).toMatch(/^[a-z0-9].*[^.]$/)
        }
        for (const one of ruledOut) expect(wordsOf(one).statement).not.toMatch(/[.;] /)
      }),
      { numRuns: 200 },
    )
  })

  it('ask for no training that has been made', () => {
    fc.assert(
      fc.property(evidence, (made) => {
        for (const need of judge(made).open.flatMap(({ needs }) => needs)) {
          if (!('control' in need)) continue
          const seeds = made.seeds.slice(0, need.seeds)
          const known = recordsOf(made, need.control).filter(({ seed }) => seeds.includes(seed))
          expect(known.length, need.control).toBeLessThan(seeds.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})
