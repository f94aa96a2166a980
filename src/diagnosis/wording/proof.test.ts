import { describe, expect, it } from 'vitest'
import { unreadable } from '../../../test/support/made-up-evidence.ts'
import { longSentences } from '../../../test/support/prose.ts'
import { remedyNames } from '../../remedies/table.ts'
import type { Proof, Restoration } from '../causes/restoration.ts'
import { verdictTitle } from './causes.ts'
import { proofRow, proofText } from './proof.ts'
import { sentenceOf } from './words.ts'

const found: Restoration = {
  intervention: 'leaky slope by depth',
  control: 'leaky slope by depth, rate / 10',
  rate: 0.003,
  before: 1.55,
  after: 0.05,
  share: 1,
  limit: 0.75,
  seeds: 3,
}
const text = (proof: Proof): string => proofText(proof, (cause) => verdictTitle(cause).inside)
const restored: Proof = { ...found, outcome: 'restores', moved: [] }

describe('Words for a proof', () => {
  it('name the intervention and the fraction of the gap that it closes', () => {
    const proofs: readonly Proof[] = [
      restored,
      { ...found, outcome: 'restores', moved: ['dead-units', 'vanishing-gradient'] },
      { ...found, outcome: 'contributes', after: 0.8, share: 0.5, moved: [] },
      { ...found, outcome: 'does not restore', after: 1.4, share: 0.1, seeds: 1, moved: [] },
      { ...found, outcome: 'does not restore', after: 1.7, share: -0.1, seeds: 1, moved: [] },
      { ...found, outcome: 'unsure', seeds: 2, moved: [] },
    ]
    expect(proofs.map(text)).toMatchInlineSnapshot(`
      [
        "the intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 0.05 instead of 1.55 (3 seeds, rate 0.003), which closes 100.0% of the gap to the best training",
        "the intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 0.05 instead of 1.55 (3 seeds, rate 0.003), which closes 100.0% of the gap to the best training. The same change also removes: dead units and vanishing gradient",
        "this is a contribution and not the cause. The intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 0.8 instead of 1.55 (3 seeds, rate 0.003), which closes 50.0% of the gap to the best training",
        "this is not the cause. The intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 1.4 instead of 1.55 (one seed, rate 0.003), which closes 10.0% of the gap to the best training",
        "this is not the cause. The intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 1.7 instead of 1.55 (one seed, rate 0.003), which closes nothing of the gap to the best training",
        "the intervention "leaky slope by depth" gives every ReLU a slope below 0 that suits the depth, and leaves the mean square of the signal as it is. With this change, the training loss is 0.05 instead of 1.55 (2 seeds, rate 0.003), which closes 100.0% of the gap to the best training. The seeds are too few, or differ too much, to be sure; add seeds",
      ]
    `)
  })

  it('say that nothing could be proven, and nothing while trainings are missing', () => {
    const outcomes = ['no intervention', 'no gap', 'untried'] as const
    expect(outcomes.map((outcome) => text({ outcome }))).toMatchInlineSnapshot(`
      [
        "no change of the network removes this mechanism alone, so nothing proves that it is the cause",
        "the training loss is close to the lowest one of the diagnosis, so there is nothing to restore",
        "",
      ]
    `)
  })

  it('have sentences of at most 30 words for every intervention', () => {
    const outcomes = ['restores', 'contributes', 'does not restore', 'unsure'] as const
    for (const intervention of remedyNames) {
      for (const outcome of outcomes) {
        const sentences = sentenceOf(text({ ...found, intervention, outcome, share: 0.333, moved: [] }))
        expect(longSentences(sentences)).toEqual([])
        expect(sentences).not.toMatch(unreadable)
      }
    }
  })

  it('never claim more than the whole gap', () => {
    expect(text({ ...found, outcome: 'restores', share: 1.2, moved: [] })).toContain('closes 100.0% of the gap')
  })
})

describe('The row of evidence of a proof', () => {
  const titleOf = () => ''

  it('has the fraction of the gap and its limit', () => {
    expect(proofRow(restored, titleOf)).toEqual([
      {
        name: 'fraction of the loss gap that "leaky slope by depth" closes',
        value: 1,
        limit: 0.75,
        words: text(restored),
      },
    ])
  })

  it('is missing without a trained intervention', () => {
    for (const outcome of ['no intervention', 'no gap', 'untried'] as const) {
      expect(proofRow({ outcome }, titleOf)).toEqual([])
    }
  })
})
