import { describe, expect, it } from 'vitest'
import { atLeast, atMost, rowOf } from './rows.ts'

describe('a row', () => {
  it("has the median of the rounds' ratios, not the ratio of medians: both sides of a round had the same machine", () => {
    const measured = { name: 'work', unit: 'ms', against: 'peer', bar: atLeast(2, 2.5) } as const
    const setting = { threads: 2, layout: 'NCHW' } as const
    const tried = [{ ...setting, milliseconds: 44, rounds: 3 }]
    const row = rowOf({ ...measured, ours: [10, 20, 40], others: [30, 44, 60], setting, tried })
    expect(row).toEqual({
      name: 'work',
      unit: 'ms',
      ours: 20,
      peer: 44,
      peerThreads: 2,
      peerLayout: 'NCHW',
      peerSettings: tried,
      against: 'peer',
      reference: null,
      ratio: 2.2,
      spread: [1.5, 3],
      ratios: [3, 2.2, 1.5],
      bar: { is: 'at least', reach: 2, beyond: 2.5 },
      reached: 'yes',
      note: null,
    })
  })

  it('of trainings side by side says how many times as long they take in turns', () => {
    const row = rowOf({ name: 'work', unit: 'ms', against: 'turns', ours: [2, 3], others: [3, 6] })
    expect(row).toMatchObject({ ratio: 1.75, reference: 4.5, peer: null, reached: null })
  })

  it('without a peer has our time alone, and no verdict', () => {
    const row = rowOf({ name: 'work', unit: 'ms', against: 'peer', ours: [3, 1], bar: atLeast(1, 2) })
    expect(row).toMatchObject({ ours: 2, peer: null, reference: null, ratio: null, spread: null, reached: null })
  })

  it.each([
    [0.96, 'beyond'],
    [0.95, 'beyond'],
    [0.9, 'yes'],
    [0.84, 'no'],
  ])('of a share %f of the peak: %s', (share, reached) => {
    const bar = atLeast(0.85, 0.95)
    const row = rowOf({ name: 'work', unit: 'GFLOP/s', against: 'peak', ours: [100 * share], others: [100], bar })
    expect(row).toMatchObject({ ratio: share, reached, peer: null, reference: 100 })
  })

  it.each([
    [13, 'no'],
    [12, 'yes'],
    [10, 'beyond'],
  ])('of a deep network %f times as slow as a shallow one: %s', (times, reached) => {
    const measured = { name: 'work', unit: 'ms', against: 'shallow', bar: atMost(12, 10.5) } as const
    expect(rowOf({ ...measured, ours: [2 * times], others: [2] })).toMatchObject({
      ratio: times,
      reached,
      reference: 2,
    })
  })
})
