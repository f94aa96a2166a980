import { describe, expect, it } from 'vitest'
import { deadUnitsWords, saturatedUnitsWords } from './units.ts'

const read = { share: 0.72, limit: 0.6, place: { layer: 4, of: 30 } }

describe('words for dead units', () => {
  const dead = { ...read, afterTraining: 0.8 }

  it('say how many there are, and where', () => {
    const statements = [
      deadUnitsWords({ outcome: 'no such units' }),
      deadUnitsWords({ ...dead, outcome: 'within limits' }),
      deadUnitsWords({ ...dead, outcome: 'harmless', twin: 'own' }),
      deadUnitsWords({ ...dead, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "no layer has units that can die",
        "at most 72.0% of a layer's units (layer 4 of 30) are active for none of the probe samples",
        "it trains no worse than the same network with fewer layers, beyond the spread of the seeds",
        "Units are dead before any training: 72.0% of a layer's units (layer 4 of 30) are active for none of the probe samples, and no gradient passes them",
      ]
    `)
  })

  it('have what became of them among the evidence', () => {
    expect(deadUnitsWords({ ...dead, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.6,
          "name": "dead units before training, worst layer",
          "value": 0.72,
          "words": "72.0% of a layer's units (layer 4 of 30) are active for none of the probe samples",
        },
        {
          "limit": null,
          "name": "dead units after training, worst layer",
          "value": 0.8,
          "words": "80.0% after the last step",
        },
      ]
    `)
  })
})

describe('words for saturated units', () => {
  it('say how many there are, and where', () => {
    const statements = [
      saturatedUnitsWords({ outcome: 'no such units' }),
      saturatedUnitsWords({ ...read, outcome: 'within limits' }),
      saturatedUnitsWords({ ...read, outcome: 'harmless', twin: 'given' }),
      saturatedUnitsWords({ ...read, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "no layer has units that can saturate",
        "in layer 4 of 30 72.0% of the units' reactions to the probe samples are under a thousandth of the steepest",
        "it trains no worse than the network that it is compared with, beyond the spread of the seeds",
        "Units are saturated before any training: in layer 4 of 30 72.0% of the units' reactions to the probe samples are under a thousandth of the steepest, and hardly any gradient passes them",
      ]
    `)
  })

  it('have one row of evidence', () => {
    expect(saturatedUnitsWords({ ...read, outcome: 'within limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.6,
          "name": "saturated reactions before training, worst layer",
          "value": 0.72,
          "words": "in layer 4 of 30 72.0% of the units' reactions to the probe samples are under a thousandth of the steepest",
        },
      ]
    `)
  })
})
