import { describe, expect, it } from 'vitest'
import type { TriedRate } from '../causes/step.ts'
import { unstableStepWords } from './step.ts'

const sharpness = { eigenvalue: 412, stability: 3.3 }
const third: TriedRate = {
  control: 'rate / 3',
  loss: { before: 2.3, after: 1.9 },
  diverged: null,
  recovery: { share: 0.3, limit: 0.75, seeds: 1 },
}
const tenth: TriedRate = {
  control: 'rate / 10',
  loss: { before: 2.3, after: 0.2 },
  diverged: null,
  recovery: { share: 0.95, limit: 0.75, seeds: 3 },
}
const tried = [third, tenth]

describe('Words for the cause "unstable step"', () => {
  it('state the changes that smaller rates make', () => {
    const statements = [
      unstableStepWords({ sharpness, outcome: 'fits', error: 0.02 }),
      unstableStepWords({ sharpness, outcome: 'unsettled', tried }),
      unstableStepWords({ sharpness, outcome: 'too large', tried, best: tenth }),
      unstableStepWords({
        sharpness,
        outcome: 'too large',
        tried,
        best: { ...tenth, diverged: { network: 2, slower: 0, seeds: 3 } },
      }),
      unstableStepWords({ sharpness, outcome: 'not too large', tried, helps: true }),
      unstableStepWords({ sharpness, outcome: 'not too large', tried: [third], helps: false }),
      unstableStepWords({ sharpness, outcome: 'not too large', tried, helps: false }),
      unstableStepWords({ sharpness, outcome: 'not too large', tried: [], helps: false }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the training error is 2.0%",
        "more trainings are needed to tell whether a smaller rate helps",
        "the step is too large: the training loss at a tenth of the rate is 0.2 instead of 2.3",
        "the step is too large: the training loss at a tenth of the rate is 0.2 instead of 2.3, and no seed diverges instead of 2 of 3",
        "a smaller rate helps but does not restore the training. The training loss at a third of the rate is 1.9 instead of 2.3, and the training loss at a tenth of the rate is 0.2 instead of 2.3",
        "the training loss at a third of the rate is 1.9 instead of 2.3",
        "the training loss at a third of the rate is 1.9 instead of 2.3, and the training loss at a tenth of the rate is 0.2 instead of 2.3",
        "no smaller rate could be tried",
      ]
    `)
  })

  it('list the recovery by each rate, if it decides, and the curvature as evidence', () => {
    const { evidence } = unstableStepWords({ sharpness, outcome: 'too large', tried, best: tenth })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.75,
          "name": "fraction of the loss gap that a third of the rate recovers",
          "value": 0.3,
          "words": "the training loss at a third of the rate is 1.9 instead of 2.3 (one seed)",
        },
        {
          "limit": 0.75,
          "name": "fraction of the loss gap that a tenth of the rate recovers",
          "value": 0.95,
          "words": "the training loss at a tenth of the rate is 0.2 instead of 2.3 (3 seeds)",
        },
        {
          "limit": null,
          "name": "largest eigenvalue of the Hessian times rate over 2(1 + momentum)",
          "value": 3.3,
          "words": "the largest eigenvalue of the Hessian before training is 412, which is 3.3 times the stability limit at this rate",
        },
      ]
    `)
    const relieved = { ...third, recovery: null }
    const adam = { eigenvalue: 412, stability: null }
    const found = unstableStepWords({ sharpness: adam, outcome: 'not too large', tried: [relieved], helps: false })
    expect(found.evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": null,
          "name": "largest eigenvalue of the Hessian times rate over 2(1 + momentum)",
          "value": null,
          "words": "the largest eigenvalue of the Hessian before training is 412",
        },
      ]
    `)
  })
})
