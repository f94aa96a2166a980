import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  helpless,
  type MadeUp,
  madeUpEvidence,
  noHelp,
  reading,
  sound,
  unreadable,
  usefulDepth,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import { judge } from '../judge.ts'
import { answerOf } from './answer.ts'

function answer(trials: MadeUp['trials'], made: MadeUp = {}): string[] {
  const evidence = madeUpEvidence({ trials, measured: usefulDepth(), ...made })
  return answerOf(evidence, judge(evidence))
}
const collapse = reading({ cosine: along(0.3, 0.99999) })

describe('the answer', () => {
  it('says what is wrong, why, and what it is not', () => {
    expect(answer({ ...worse(collapse), ...noHelp() })).toMatchInlineSnapshot(`
      [
        "With 6 hidden layers the training loss is 1.55, where its twin, of 2 hidden layers, has 0.05 and, with the first seed, the same with 4 identity layers added 0.05: it is worse on the training set, so this is not overfitting.",
        "All inputs look alike to the network before any training: the cosine between different samples is 0.30 after the first layer and 0.9999900 after the last hidden one, so its gradients carry hardly any difference between them.",
        "Ruled out: overfitting (it is worse on the training set as well: 60.7% against 2.0%, which overfitting can't be); numerical error (in float64 training loss 1.5 instead of 1.5); unstable step (at a third of the rate training loss 1.5 instead of 1.5, at a tenth of the rate training loss 1.5 instead of 1.5); too little capacity (a network of the same width with fewer layers trains better).",
      ]
    `)
  })

  it('says that nothing is wrong', () => {
    expect(answer(sound())).toMatchInlineSnapshot(`
      [
        "With 6 hidden layers the network trains: its training error is 2.0%, no worse than that of its twin, of 2 hidden layers, 2.0%, its test error 2.0%.",
        "Nothing is wrong with it that could be measured.",
        "Ruled out: overfitting (training error 2.0%, test error 2.0%).",
      ]
    `)
  })

  it('claims nothing of a network that was stopped before its twin was trained', () => {
    const found = answer({ network: { loss: [1.2, null], error: [0.46, null] }, 'shallow twin': { loss: [] } })
    expect(found[0]).toBe(
      'With 6 hidden layers the training loss is 1.2 (1 of 2 seeds diverged) where guessing gives 2.3; it was stopped before a network with fewer layers was trained to compare it with.',
    )
    expect(found.join(' ')).not.toMatch(/trains|as good|no worse/)
  })

  it('says of a difference within the spread what it is', () => {
    const twin = { loss: [0.5, 0.9, 0.7], error: [0.2, 0.25, 0.22] }
    const network = { loss: [0.9, 0.6, 0.9], error: [0.4, 0.22, 0.3] }
    expect(answer({ network, 'shallow twin': twin })[0]).toContain(
      'its training error is 30.7%, that of its twin, of 2 hidden layers, 22.3%, no difference beyond the spread of the seeds',
    )
  })

  it('says of a network that is fine but for its training that it was short', () => {
    const poor = { loss: all(0.6), error: all(0.17) }
    const longer = { '3 x steps': { loss: all(0.03), error: all(0.01) } }
    const rates = { 'rate / 3': poor, 'rate / 10': poor }
    expect(answer({ network: poor, 'shallow twin': poor, ...rates, ...longer })[1]).toBe(
      "Nothing is wrong with it but how long it was trained: three times the steps bring its training error from 17.0% to 1.0%, so it isn't trained to its end.",
    )
  })

  it('says that it learns nothing', () => {
    expect(answer({ ...helpless(collapse), ...noHelp(2.3) })).toMatchInlineSnapshot(`
      [
        "With 6 hidden layers the network learns nothing: its training loss is 2.3 where guessing gives 2.3, and its twin, of 2 hidden layers, has 2.3.",
        "All inputs look alike to the network before any training: the cosine between different samples is 0.30 after the first layer and 0.9999900 after the last hidden one, so its gradients carry hardly any difference between them.",
        "Ruled out: overfitting (it doesn't learn its training set); numerical error (in float64 training loss 2.3 instead of 2.3); unstable step (at a third of the rate training loss 2.3 instead of 2.3, at a tenth of the rate training loss 2.3 instead of 2.3); optimization failure (degradation) (the same network with fewer layers doesn't train either, so depth is not what makes it fail).",
      ]
    `)
  })

  it('names the weights that the solver does not find', () => {
    const [first, second] = answer({ ...worse(), ...noHelp() })
    expect(first).toContain('4 identity layers')
    expect(first).toContain('not overfitting')
    expect(second).toContain('solver')
  })

  it('names other findings beside the first', () => {
    const start = reading({ cosine: along(0.3, 0.99999), deadUnits: all(0.9, 7) })
    const [, second] = answer({ ...worse(start), ...noHelp() })
    expect(second).toContain('dead')
    expect(second).toMatch(/correlation collapse/)
  })

  it('says what is undecided', () => {
    const [, second] = answer(worse())
    expect(second).toContain('Undecided')
    expect(second).toContain('numerical error, unstable step and optimization failure')
    const [, none] = answer({ ...helpless(), ...noHelp(2.3) })
    expect(none).toContain('8 controls')
  })

  it('is short where nothing was trained', () => {
    expect(answer({})).toHaveLength(1)
  })

  it('says how many seeds diverged', () => {
    const one = { network: { loss: [null, 1.5, 1.6] }, 'shallow twin': { loss: all(0.05) } }
    expect(answer(one)[0]).toContain('1 of 3 seeds diverged')
    const [first] = answer({ network: { loss: [null, null, null] }, 'shallow twin': { loss: all(0.05) } })
    expect(first).toContain('not finite')
    expect(first).not.toMatch(unreadable)
  })

  it('compares with the network that it was given, or with the twin that trains', () => {
    const evidence = madeUpEvidence({ trials: worse(), measured: usefulDepth() })
    const given = { ...evidence, isTwinGiven: true }
    const [first] = answerOf(given, judge(given))
    expect(first).not.toMatch(unreadable)
    expect(first).toContain('compared with')
    const [other] = answer({ ...worse(), 'shallow twin': { loss: all(2.3) }, 'shallower twin': { loss: all(0.05) } })
    expect(other).toMatch(/twin.* 1 hidden layer\b/)
    expect(other).toContain('5 identity layers')
  })

  it('does not say how two networks compare that one seed cannot compare', () => {
    for (const loss of [[1.5], [2.3, null]]) {
      const made = { network: { loss }, 'shallow twin': { loss: all(0.05, loss.length) } }
      const text = answer(made, { seeds: loss.map((_, seed) => seed) }).join(' ')
      expect(text).not.toMatch(/as good as|no worse|as well as/)
      expect(text).not.toMatch(unreadable)
    }
  })

  it('counts in the singular', () => {
    const one = { network: { loss: all(2.3) }, 'shallow twin': { loss: all(2.3) } }
    expect(answer(one, { without: ['float64'] }).join(' ')).not.toMatch(/\b1 controls/)
  })

  it('rules out what users suspect first', () => {
    const [, , third] = answer({ ...worse(collapse), ...noHelp() })
    expect(third).toMatch(/^Ruled out: overfitting \(.*\); numerical error \(.*\); unstable step \(.*\); too little/)
  })

  it('has no holes, whatever was measured', () => {
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

  it('is of values as of classes', () => {
    const values = {
      network: { loss: all(0.2), error: all(0.2), testError: [1.5, 1.6, 1.7] },
      'shallow twin': { loss: all(0.2), error: all(0.2) },
    }
    expect(answer(values, { chance: { loss: 1, error: 1 } })[0]).toContain('160.0%')
  })
})
