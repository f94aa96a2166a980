import { describe, expect, it } from 'vitest'
import { underCapacityWords } from './capacity.ts'

const known = { error: 0.4, errorLimit: 0.1 }
const change = { before: 0.4, after: 0.38, share: 0.05, isSure: false, seeds: 1, limit: 0.5 }
const longer = { ...change, control: '3 x steps' } as const
const four = { ...change, after: 0.3, share: 0.25, control: '4 x width' } as const
const sixteen = { ...change, after: 0.1, share: 0.75, isSure: true, seeds: 3, control: '16 x width' } as const
const tried = [four, sixteen]

describe('Words for the cause "too little capacity"', () => {
  it('state the effects of a wider network and of a longer training', () => {
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
        "the training error is 3.0%",
        "no hidden layer can be made wider",
        "more trainings are needed to tell whether a wider network does better",
        "more trainings are needed to tell whether a wider network does better",
        "a wider network does better, but three seeds are needed to rule out chance",
        "three times the steps reduce the training error from 40.0% to 1.0%, so the network is wide enough",
        "the network is too narrow: sixteen times the width reduces the training error from 40.0% to 10.0%. The training error with three times the steps is 38.0%",
        "the training error is 30.0% with four times the width and 10.0% with sixteen times the width, instead of 40.0%",
        "the training error is 30.0% with four times the width and 10.0% with sixteen times the width, instead of 40.0%, a difference within the spread of the seeds",
      ]
    `)
  })

  it('give no training error of a training that diverged', () => {
    const broken = [four, sixteen].map((one) => ({ ...one, hasDiverged: true }))
    const facts = { ...known, longer, outcome: 'not too narrow', isUnsure: false } as const
    const statements = [
      underCapacityWords({ ...facts, tried: broken }),
      underCapacityWords({ ...facts, tried: [four, broken[1]], hasDiverged: true }),
    ]
    expect(statements.map(({ statement }) => statement)).toEqual([
      'the training diverges with four times the width and sixteen times the width',
      'the training error is 30.0% with four times the width, instead of diverging, and the training diverges with sixteen times the width',
    ])
    expect(statements[1].evidence.map(({ words }) => words)).toEqual([
      'the training of the network diverges',
      'the training error with three times the steps is 38.0%',
      'the training error with four times the width is 30.0%',
      'the training with sixteen times the width diverges',
    ])
  })

  it('list the fraction of the training error that each control removes as evidence', () => {
    const { evidence } = underCapacityWords({ ...known, longer, tried, wider: sixteen, outcome: 'too narrow' })
    expect(evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.1,
          "name": "training error",
          "value": 0.4,
          "words": "the training error of the network is 40.0%",
        },
        {
          "limit": 0.5,
          "name": "fraction of the training error that is removed by 3 x steps",
          "value": 0.05,
          "words": "the training error with three times the steps is 38.0%",
        },
        {
          "limit": 0.5,
          "name": "fraction of the training error that is removed by 4 x width",
          "value": 0.25,
          "words": "the training error with four times the width is 30.0%",
        },
        {
          "limit": 0.5,
          "name": "fraction of the training error that is removed by 16 x width",
          "value": 0.75,
          "words": "the training error with sixteen times the width is 10.0%",
        },
      ]
    `)
  })
})
