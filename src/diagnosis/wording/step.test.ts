import { describe, expect, it } from 'vitest'
import type { TriedRate } from '../causes/step.ts'
import { unstableStepWords } from './step.ts'

const sharpness = { eigenvalue: 412, stability: 3.3 }
const third: TriedRate = {
  control: 'rate / 3',
  loss: { before: 2.3, after: 1.9 },
  recovery: { share: 0.3, limit: 0.75, seeds: 1 },
}
const tenth: TriedRate = {
  control: 'rate / 10',
  loss: { before: 2.3, after: 0.2 },
  recovery: { share: 0.95, limit: 0.75, seeds: 3 },
}
const tried = [third, tenth]

describe('words for a step that is too large', () => {
  it('say what smaller rates change', () => {
    const statements = [
      unstableStepWords({ sharpness, outcome: 'fits', error: 0.02 }),
      unstableStepWords({ sharpness, outcome: 'unsettled', tried }),
      unstableStepWords({ sharpness, outcome: 'too large', tried, best: tenth }),
      unstableStepWords({ sharpness, outcome: 'not too large', tried, helps: true }),
      unstableStepWords({ sharpness, outcome: 'not too large', tried: [third], helps: false }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "its training error is 2.0%",
        "whether a smaller rate helps is not settled",
        "The step is too large: at a tenth of the rate it has training loss 0.2 instead of 2.3",
        "at a third of the rate training loss 1.9 instead of 2.3, at a tenth of the rate training loss 0.2 instead of 2.3, which helps and does not restore it",
        "at a third of the rate training loss 1.9 instead of 2.3",
      ]
    `)
  })

  it('have what each gives back as evidence, where that decides, and the curvature', () => {
    const { evidence } = unstableStepWords({ sharpness, outcome: 'too large', tried, best: tenth })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.75,
          "name": "share of what it lacks that a third of the rate gives back",
          "value": 0.3,
          "words": "at a third of the rate training loss 1.9 instead of 2.3, with one seed",
        },
        {
          "limit": 0.75,
          "name": "share of what it lacks that a tenth of the rate gives back",
          "value": 0.95,
          "words": "at a tenth of the rate training loss 0.2 instead of 2.3, with 3 seeds",
        },
        {
          "limit": null,
          "name": "largest eigenvalue times rate over 2(1 + momentum)",
          "value": 3.3,
          "words": "the Hessian's largest eigenvalue is 412 before training; times the rate, over what a quadratic bears, 3.3",
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
          "name": "largest eigenvalue times rate over 2(1 + momentum)",
          "value": null,
          "words": "the Hessian's largest eigenvalue is 412 before training",
        },
      ]
    `)
  })
})
