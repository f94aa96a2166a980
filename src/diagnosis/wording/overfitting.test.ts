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

describe('Words for the cause "overfitting"', () => {
  it('state the errors and the effect of less data', () => {
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
        "the network is also worse on the training set, with an error of 60.0% against 2.0%, and overfitting cannot cause that",
        "the network is also worse on the training set, and overfitting cannot cause that",
        "the network does not learn the training set",
        "the training error is 10.0%, so the network has not memorized the training set",
        "the training error is 0.4%, and the test error is 1.4%",
        "the test loss ends 3.0% above its lowest value, and the limit is 5%",
        "the test loss ends at its lowest value, and the limit is 5%",
        "the added depth causes overfitting. The network is no worse than the same network with fewer layers on the training set, but the test error is 26.0% against 21.0%",
        "the network has not been trained on half the data",
        "half the data changes the gap between training and test error from 20.0% to 30.0%, but three seeds are needed to rule out chance",
        "half the data does not widen the gap between training and test error, which is 19.0% instead of 20.0%",
        "the network memorizes the training set: the training error is 0.4%, and the test error is 20.4%. The test loss ends 40.0% above its lowest value",
        "the network memorizes the training set: the training error is 0.4%, and the test error is 20.4%. The test loss ends 40.0% above its lowest value, and half the data widens the gap between training and test error from 20.0% to 30.0%",
        "the network memorizes the training set: the training error is 0.4%, and the test error is 20.4%. The test loss ends 40.0% above its lowest value, and half the data widens the gap between training and test error from 20.0% to 30.0%, a difference within the spread of the seeds",
      ]
    `)
  })

  it('list the errors and the results of controls as evidence', () => {
    expect(overfittingWords(deep).evidence[0]).toMatchInlineSnapshot(`
      {
        "limit": 0.01,
        "name": "excess of the test error over that of the shallow twin",
        "value": 0.05,
        "words": "the test error is 26.0%, and that of the same network with fewer layers is 21.0%",
      }
    `)
    const { evidence } = overfittingWords({ ...errors, outcome: 'learned by heart', half, randomLabels })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.05,
          "name": "excess of the test error over the training error",
          "value": 0.2,
          "words": "the training error is 0.4%, and the test error is 20.4%",
        },
        {
          "limit": 0.05,
          "name": "relative rise of the test loss above its lowest value",
          "value": 0.4,
          "words": "the test loss ends 40.0% above its lowest value",
        },
        {
          "limit": 0.2,
          "name": "gap between training and test error with half the data",
          "value": 0.3,
          "words": "the gap between training and test error is 30.0% with half the data and 20.0% with all data",
        },
        {
          "limit": null,
          "name": "training error with random labels",
          "value": 0.5,
          "words": "the training error on random labels is 50.0%, and that of guessing is 90.0%",
        },
      ]
    `)
  })
})
