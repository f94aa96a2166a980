import { describe, expect, it } from 'vitest'
import { atLeast, atMost, rowOf } from './rows.ts'

describe('rowOf', () => {
  it('takes the median of the ratios of rounds, because both sides of a round ran under the same conditions', () => {
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

  it('divides the time of trainings in turns by the time of trainings side by side', () => {
    const row = rowOf({ name: 'work', unit: 'ms', against: 'turns', ours: [2, 3], others: [3, 6] })
    expect(row).toMatchObject({ ratio: 1.75, reference: 4.5, peer: null, reached: null })
  })

  it('gives only the time of Isobath and no verdict for a row without a peer', () => {
    const row = rowOf({ name: 'work', unit: 'ms', against: 'peer', ours: [3, 1], bar: atLeast(1, 2) })
    expect(row).toMatchObject({ ours: 2, peer: null, reference: null, ratio: null, spread: null, reached: null })
  })

  it.each([
    [0.96, 'beyond'],
    [0.95, 'beyond'],
    [0.9, 'yes'],
    [0.84, 'no'],
  ])('judges a row that reaches the fraction %f of the peak as "%s"', (share, reached) => {
    const bar = atLeast(0.85, 0.95)
    const row = rowOf({ name: 'work', unit: 'GFLOP/s', against: 'peak', ours: [100 * share], others: [100], bar })
    expect(row).toMatchObject({ ratio: share, reached, peer: null, reference: 100 })
  })

  it.each([
    [13, 'no'],
    [12, 'yes'],
    [10, 'beyond'],
  ])('judges a deep network that takes %f times as long as a shallow one as "%s"', (times, reached) => {
    const measured = { name: 'work', unit: 'ms', against: 'shallow', bar: atMost(12, 10.5) } as const
    expect(rowOf({ ...measured, ours: [2 * times], others: [2] })).toMatchObject({
      ratio: times,
      reached,
      reference: 2,
    })
  })
})
