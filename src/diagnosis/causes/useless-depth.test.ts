import { describe, expect, it } from 'vitest'
import {
  all,
  helpless,
  madeUpEvidence,
  sound,
  textOf,
  unreadable,
  usefulDepth,
  type Worded,
  worded,
} from '../../../test/support/made-up-evidence.ts'
import type { Evidence } from '../evidence.ts'
import { uselessDepth } from './useless-depth.ts'

const judged = (evidence: Evidence): Worded => worded(uselessDepth(evidence))

describe('Useless residual blocks', () => {
  /** `losses[i]`: loss without the last i + 1 of six blocks. */
  const without = (losses: readonly number[], loss = 0.1): Worded => {
    const fromTop = losses.map((one, index) => ({ blocks: index + 1, loss: one }))
    const measured = { withoutBlocks: { loss, single: all(0.1, 7), fromTop } }
    return judged(madeUpEvidence({ trials: sound(), blocks: 6, measured }))
  }
  const limit = without(all(1, 6)).evidence[0].limit ?? Number.NaN

  it('are measured by removing blocks', () => {
    expect(judged(madeUpEvidence({ trials: sound(), blocks: 6 }))).toMatchObject({
      state: 'open',
      needs: [{ measurement: 'withoutBlocks' }],
    })
    expect(judged(madeUpEvidence({ trials: sound(), blocks: 2 })).needs).toEqual([{ measurement: 'withoutBlocks' }])
  })

  it('are the last blocks that can be removed without a change of the loss', () => {
    const share = (count: number) => without([...all(0.1, count), ...all(1, 6 - count)])
    for (let count = 0; count <= 6; count++) {
      expect(share(count).state).toBe(count / 6 >= limit ? 'holds' : 'ruled out')
      expect(textOf(share(count))).not.toMatch(unreadable)
    }
    expect(share(4).statement).toContain('last 4 of 6')
  })

  it('change the loss by at most one percent', () => {
    expect(without(all(0.1009, 6)).state).toBe('holds')
    expect(without(all(0.1011, 6)).state).toBe('ruled out')
    // One percent of a tiny loss is too small to matter, so the limit has a lower bound.
    expect(without(all(1e-4, 6), 1e-9).state).toBe('holds')
    expect(without(all(0.01, 6), 1e-9).state).toBe('ruled out')
  })

  it('can be blocks whose removal reduces the loss', () => {
    expect(without(all(0.05, 6)).state).toBe('holds')
  })

  it('come with the first layer from which a linear classifier reads the classes', () => {
    const fromTop = [{ blocks: 1, loss: 1 }]
    const measured = { withoutBlocks: { loss: 0.1, single: all(0.1, 7), fromTop } }
    const wordsOf = (test: readonly number[]): string | undefined => {
      const own = { ...measured, linearProbe: { train: test, test } }
      return judged(madeUpEvidence({ trials: sound(), blocks: 6, measured: own })).evidence[1]?.words
    }
    const nothing = Number.NaN
    expect(wordsOf([0.5, nothing, 0.88, 0.9, nothing, 0.91, 0.99])).toBe(
      'the accuracy of a linear classifier on new samples is 90.0% on the outputs of layer 4 of 6 and 91.0% on those of the last hidden layer',
    )
    expect(wordsOf(all(nothing, 7))).toBeUndefined()
  })

  it('are ruled out if no block can be removed', () => {
    const found = without([])
    expect(found.state).not.toBe('holds')
    expect(found.statement).not.toContain('rises')
  })

  it('are not blocks whose removal makes the loss infinite', () => {
    expect(without(all(Number.POSITIVE_INFINITY, 6)).state).toBe('ruled out')
  })
})

describe('Useless plain layers', () => {
  /**
   * `residual`: variance of each hidden layer that no affine map explains. `loss`: loss with the layer replaced by an
   * affine map.
   */
  const affine = (residual: readonly number[], loss: readonly number[] = all(0.1, residual.length)): Worded => {
    const measured = { affine: { residual: [...residual, 1e-12], loss: [...loss, 0.1], whole: 0.1 } }
    return judged(madeUpEvidence({ trials: sound(), hidden: residual.length, measured }))
  }

  it('are measured by affine maps in place of layers', () => {
    expect(judged(madeUpEvidence({ trials: sound() })).needs).toEqual([{ measurement: 'affine' }])
    expect(judged(madeUpEvidence({ trials: sound(), blocks: 1 })).needs).toEqual([{ measurement: 'affine' }])
  })

  it('are affine maps if most hidden layers are affine maps', () => {
    expect(affine(all(1e-9, 6)).state).toBe('holds')
    expect(affine(all(0.3, 6)).state).toBe('ruled out')
    expect(affine([1e-9, 1e-9, 0.3, 0.3, 0.3, 0.3]).state).toBe('ruled out')
    expect(affine([1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 0.3]).state).toBe('holds')
    // The read-out does not count because it is not a hidden layer.
    expect(affine([1e-9, 0.3]).state).toBe('ruled out')
    expect(affine([1e-9, 0.3]).statement).toContain('1 of 2')
    expect(affine([1e-9]).state).toBe('ruled out')
  })

  it('are not layers whose affine map raises the loss, or layers without a fitted map', () => {
    expect(affine(all(1e-9, 6), all(0.2, 6)).state).toBe('ruled out')
    expect(affine(all(1e-9, 6), all(Number.POSITIVE_INFINITY, 6)).state).toBe('ruled out')
    const tooWide = all(Number.NaN, 7)
    const measured = { affine: { residual: tooWide, loss: tooWide, whole: 0.1 } }
    const found = judged(madeUpEvidence({ trials: sound(), measured }))
    expect(found.state).not.toBe('holds')
    expect(textOf(found)).not.toMatch(unreadable)
  })

  it('are ruled out in a network with at most one hidden layer', () => {
    expect(affine([]).state).not.toBe('holds')
    expect(affine([0.3]).state).toBe('ruled out')
  })
})

describe('The cause "useless depth"', () => {
  it('is ruled out without a measurement if the network has learned nothing', () => {
    for (const blocks of [0, 6]) {
      const found = judged(madeUpEvidence({ trials: helpless(), blocks, measured: usefulDepth() }))
      expect(found).toMatchObject({ state: 'ruled out', needs: [] })
    }
    expect(judged(madeUpEvidence({ trials: { network: { loss: [null] } } })).state).toBe('ruled out')
  })

  it('holds without a symptom', () => {
    const useless = { withoutBlocks: { loss: 0.1, single: [], fromTop: [{ blocks: 6, loss: 0.1 }] } }
    expect(judged(madeUpEvidence({ trials: sound(), blocks: 6, measured: useless })).state).toBe('holds')
  })
})
