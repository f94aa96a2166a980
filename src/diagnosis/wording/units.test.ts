import { describe, expect, it } from 'vitest'
import { deadUnitsWords, saturatedUnitsWords } from './units.ts'

const read = { share: 0.72, limit: 0.6, place: { layer: 4, of: 30 } }

describe('Words for the cause "dead units"', () => {
  const dead = { ...read, afterTraining: 0.8 }

  it('state the fraction of the dead units and the layer', () => {
    const statements = [
      deadUnitsWords({ outcome: 'no such units' }),
      deadUnitsWords({ ...dead, outcome: 'within limits' }),
      deadUnitsWords({ ...dead, outcome: 'harmless', twin: 'own' }),
      deadUnitsWords({ ...dead, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "no layer has units that can die",
        "72.0% of the units in layer 4 of 30 are inactive for all probe samples, the largest fraction of all layers",
        "the network trains and is not worse than the same network with fewer layers in a way that needs an explanation",
        "units are dead before training: 72.0% of the units in layer 4 of 30 are inactive for all probe samples, so these units pass no gradient",
      ]
    `)
  })

  it('state in how many starts the units are dead or die', () => {
    const some = { ...dead, outcome: 'with some seeds' as const }
    const statements = [
      deadUnitsWords({ ...some, before: 2, died: 0, seeds: 3 }),
      deadUnitsWords({ ...some, before: 1, died: 1, seeds: 3 }),
      deadUnitsWords({ ...some, before: 3, died: 0, seeds: 3 }),
      deadUnitsWords({ ...some, before: 0, died: 1, seeds: 3 }),
      deadUnitsWords({ ...dead, outcome: 'died', before: 0, died: 3, seeds: 3 }),
      deadUnitsWords({ ...dead, outcome: 'died', place: { layer: 31, of: 30 }, before: 0, died: 1, seeds: 1 }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "the units of layer 4 of 30 are dead before training in 2 of 3 starts, and only these trainings fail",
        "the units of layer 4 of 30 are dead before training in 1 of 3 starts and die during the training in 1 of 3 starts, and only these trainings fail",
        "the units of layer 4 of 30 are dead before training in 3 of 3 starts, and these trainings fail",
        "the units of layer 4 of 30 die during the training in 1 of 3 starts, and only these trainings fail",
        "the units of layer 4 of 30 die during the training in 3 of 3 starts, and these trainings fail",
        "the units of the read-out die during the training in 1 of 1 start, and this training fails",
      ]
    `)
  })

  it('list the dead units before and after training as evidence', () => {
    expect(deadUnitsWords({ ...dead, outcome: 'beyond limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.6,
          "name": "dead units before training, worst layer",
          "value": 0.72,
          "words": "72.0% of the units in layer 4 of 30 are inactive for all probe samples",
        },
        {
          "limit": null,
          "name": "dead units after training, worst layer",
          "value": 0.8,
          "words": "80.0% of the units in the worst layer are dead after the last step",
        },
      ]
    `)
  })

  it('do not guess the dead units after training', () => {
    const unknown = deadUnitsWords({ ...dead, afterTraining: Number.NEGATIVE_INFINITY, outcome: 'within limits' })
    expect(unknown.evidence[1]).toMatchObject({
      value: null,
      words: 'the dead units after the last step are not known',
    })
  })
})

describe('Words for the cause "saturated units"', () => {
  it('state the fraction of the saturated activations and the layer', () => {
    const statements = [
      saturatedUnitsWords({ outcome: 'no such units' }),
      saturatedUnitsWords({ ...read, outcome: 'within limits' }),
      saturatedUnitsWords({ ...read, outcome: 'harmless', twin: 'given' }),
      saturatedUnitsWords({ ...read, outcome: 'beyond limits' }),
    ].map(({ statement }) => statement)
    expect(statements).toMatchInlineSnapshot(`
      [
        "no layer has units that can saturate",
        "72.0% of the activations in layer 4 of 30 have a derivative below a thousandth of the maximum, the largest fraction of all layers",
        "the network trains and is not worse than the comparison network in a way that needs an explanation",
        "units are saturated before training: 72.0% of the activations in layer 4 of 30 have a derivative below a thousandth of the maximum, so these units pass hardly any gradient",
      ]
    `)
  })

  it('list one row of evidence', () => {
    expect(saturatedUnitsWords({ ...read, outcome: 'within limits' }).evidence).toMatchInlineSnapshot(`
      [
        {
          "limit": 0.6,
          "name": "saturated activations before training, worst layer",
          "value": 0.72,
          "words": "72.0% of the activations in layer 4 of 30 have a derivative below a thousandth of the maximum",
        },
      ]
    `)
  })
})
