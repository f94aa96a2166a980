import { describe, expect, it } from 'vitest'
import { overfittingWords } from './overfitting.ts'

const errors = { error: 0.004, gap: 0.2, gapLimit: 0.05, rise: 0.4, riseLimit: 0.05 }
const half = { gap: 0.3, isSure: true }
const randomLabels = { error: 0.5, guessing: 0.9 }
const deep = {
  ...errors,
  twin: 'own',
  test: { network: 0.26, twin: 0.21 },
  excess: 0.05,
  excessLimit: 0.01,
  outcome: 'depth overfits',
} as const

describe('words for overfitting', () => {
  it('say what it does worse, and what less data do', () => {
    const statements = [
      overfittingWords({ ...errors, outcome: 'worse in training', training: { network: 0.6, twin: 0.02 } }),
      overfittingWords({ ...errors, outcome: 'worse in training', training: null }),
      overfittingWords({ ...errors, outcome: 'learns nothing' }),
      overfittingWords({ ...errors, error: 0.1, outcome: 'not learned by heart' }),
      overfittingWords({ ...errors, gap: 0.01, outcome: 'small gap' }),
      overfittingWords({ ...errors, rise: 0.03, outcome: 'no rise' }),
      overfittingWords({ ...errors, rise: 0, outcome: 'no rise' }),
      overfittingWords(deep),
      overfittingWords({ ...errors, outcome: 'half untried' }),
      overfittingWords({ ...errors, outcome: 'too few seeds', before: 0.2, withHalf: 0.3 }),
      overfittingWords({ ...errors, outcome: 'half does not widen', before: 0.2, withHalf: 0.19 }),
      overfittingWords({ ...errors, outcome: 'learned by heart', half: null, randomLabels }),
      overfittingWords({ ...errors, outcome: 'learned by heart', half, randomLabels }),
      overfittingWords({ ...errors, outcome: 'learned by heart', half: { ...half, isSure: false }, randomLabels }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "it is worse on the training set as well: 60.0% against 2.0%, which overfitting can't be",
        "it is worse on the training set as well, which overfitting can't be",
        "it doesn't learn its training set",
        "its training error is 10.0%: it hasn't learned its samples by heart",
        "training error 0.4%, test error 1.4%",
        "the test loss ends 3.0% above its lowest (limit 5%)",
        "the test loss ends at its lowest (limit 5%)",
        "Depth overfits: no worse than the same network with fewer layers on the training set, and 26.0% test error against 21.0%",
        "whether less data widens the gap has not been tried",
        "half the data takes the gap from 20.0% to 30.0%; three seeds would tell whether that is chance",
        "half the data doesn't widen the gap: 19.0% against 20.0%",
        "It learns its samples by heart: training error 0.4%, test error 20.4%; the test loss ends 40.0% above its lowest",
        "It learns its samples by heart: training error 0.4%, test error 20.4%; the test loss ends 40.0% above its lowest, and with half the data the gap is 30.0% instead of 20.0%",
        "It learns its samples by heart: training error 0.4%, test error 20.4%; the test loss ends 40.0% above its lowest, and with half the data the gap is 30.0% instead of 20.0%, which is within the spread of the seeds",
      ]
    `)
  })

  it('have the errors as evidence, and what controls say', () => {
    expect(overfittingWords(deep).evidence[0]).toMatchInlineSnapshot(`
      {
        "limit": 0.01,
        "name": "test error above the shallow twin’s",
        "value": 0.05,
        "words": "Depth overfits: no worse than the same network with fewer layers on the training set, and 26.0% test error against 21.0%.",
      }
    `)
    const { evidence } = overfittingWords({ ...errors, outcome: 'learned by heart', half, randomLabels })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.05,
          "name": "test error above training error",
          "value": 0.2,
          "words": "training error 0.4%, test error 20.4%",
        },
        {
          "limit": 0.05,
          "name": "rise of the test loss from its lowest, relative",
          "value": 0.4,
          "words": "the test loss ends 40.0% above its lowest",
        },
        {
          "limit": 0.2,
          "name": "gap with half the data",
          "value": 0.3,
          "words": "30.0% instead of 20.0%",
        },
        {
          "limit": null,
          "name": "training error with random labels",
          "value": 0.5,
          "words": "trained on random labels it gets 50.0% of them wrong, where guessing gets 90.0%",
        },
      ]
    `)
  })
})
