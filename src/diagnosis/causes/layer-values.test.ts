import { describe, expect, it } from 'vitest'
import { madeUpEvidence } from '../../../test/support/made-up-evidence.ts'
import { firstOf, hiddenReading, largestOf, lastOf, placeOf } from './layer-values.ts'

describe('Values by layer', () => {
  it('leave out NaN values', () => {
    const values = [Number.NaN, 3, 9, 4, Number.NaN]
    expect([firstOf(values), lastOf(values), largestOf(values)]).toEqual([3, 4, 9])
    expect([firstOf([]), lastOf([Number.NaN])]).toEqual([Number.NaN, Number.NaN])
    expect(largestOf([Number.NaN])).toBe(Number.NEGATIVE_INFINITY)
  })

  it('belong to the hidden stages, and places are counted from 1', () => {
    const evidence = madeUpEvidence({ trials: { network: { loss: [1], start: { meanSquare: [1, 2, 3] } } } })
    expect(hiddenReading(evidence, 'meanSquare')).toEqual([1, 2])
    expect(hiddenReading(evidence, 'cosine')).toEqual([])
    expect(placeOf(evidence, 0)).toEqual({ layer: 1, of: 6 })
  })
})
