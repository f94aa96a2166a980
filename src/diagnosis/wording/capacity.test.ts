import { describe, expect, it } from 'vitest'
import { underCapacityWords } from './capacity.ts'

const known = { error: 0.4, errorLimit: 0.1 }
const change = { before: 0.4, after: 0.38, share: 0.05, isSure: false, seeds: 1, limit: 0.5 }
const longer = { ...change, control: '3 x steps' } as const
const four = { ...change, after: 0.3, share: 0.25, control: '4 x width' } as const
const sixteen = { ...change, after: 0.1, share: 0.75, isSure: true, seeds: 3, control: '16 x width' } as const
const tried = [four, sixteen]

describe('words for too little capacity', () => {
  it('say what a wider network and a longer run do', () => {
    const statements = [
      underCapacityWords({ ...known, outcome: 'twin fits' }),
      underCapacityWords({ ...known, error: 0.03, outcome: 'fits' }),
      underCapacityWords({ ...known, outcome: 'nothing to widen' }),
      underCapacityWords({ ...known, outcome: 'longer run open' }),
      underCapacityWords({ ...known, longer, tried: [], outcome: 'wider runs open' }),
      underCapacityWords({ ...known, longer, tried, outcome: 'too few seeds' }),
      underCapacityWords({ ...known, longer: { ...longer, after: 0.01 }, outcome: 'merely short' }),
      underCapacityWords({ ...known, longer, tried, wider: sixteen, outcome: 'too narrow' }),
      underCapacityWords({ ...known, longer, tried, isUnsure: false, outcome: 'not too narrow' }),
      underCapacityWords({ ...known, longer, tried, isUnsure: true, outcome: 'not too narrow' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "a network of the same width with fewer layers trains better",
        "its training error is 3.0%",
        "no hidden layer can be wider and fit its inputs and outputs",
        "whether a wider network does better is not settled",
        "whether a wider network does better is not settled",
        "a wider network does better; three seeds would tell whether that is chance",
        "three times the steps bring its training error from 40.0% to 1.0%, so it isn't trained to its end",
        "It is too narrow: its training error is 40.0%, with sixteen times the width 10.0%, and with three times the steps 38.0%",
        "training error 30.0% with 4 times the width, training error 10.0% with 16 times the width, after 40.0%",
        "training error 30.0% with 4 times the width, training error 10.0% with 16 times the width, after 40.0%, which is within the spread of the seeds",
      ]
    `)
  })

  it('have what each takes of the training error as evidence', () => {
    const { evidence } = underCapacityWords({ ...known, longer, tried, wider: sixteen, outcome: 'too narrow' })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.1,
          "name": "training error",
          "value": 0.4,
          "words": "40.0% of the training samples are wrong",
        },
        {
          "limit": 0.5,
          "name": "share of the training error that 3 x steps takes away",
          "value": 0.05,
          "words": "training error 38.0% with three times the steps",
        },
        {
          "limit": 0.5,
          "name": "share of the training error that 4 x width takes away",
          "value": 0.25,
          "words": "training error 30.0% with 4 times the width",
        },
        {
          "limit": 0.5,
          "name": "share of the training error that 16 x width takes away",
          "value": 0.75,
          "words": "training error 10.0% with 16 times the width",
        },
      ]
    `)
  })
})
