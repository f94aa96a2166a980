import { describe, expect, it } from 'vitest'
import { type ComparisonCell, distinctCells, drawnCells } from './comparison-data.ts'

function cell(label: string, depth: number, { diverged = false, rate = 0.03, isBest = false } = {}): ComparisonCell {
  const none = { loss: null, error: null }
  const run = {
    ...{ family: label, depth, seed: 0, rate, train: none, test: none, losses: [], seconds: 1, signal: null },
    diverged: diverged ? { step: 3, layer: 'readout' } : null,
  }
  const scores = { trainLoss: null, trainError: null, testError: null }
  return { label, familyLabel: label.split(',')[0], isBest, depth, rate, runs: [run], ...scores }
}

const namesOf = (cells: readonly ComparisonCell[]): string[] => cells.map(({ label, depth }) => `${label} ${depth}`)

describe('the cells of a comparison', () => {
  it('are drawn all if there are few', () => {
    const few = [2, 4, 8].map((depth) => cell('plain', depth, { diverged: depth === 8 }))
    expect(drawnCells(few)).toEqual(few)
  })

  it('are drawn for the deepest network of each arm first', () => {
    const arms = ['a', 'b', 'c', 'd'].flatMap((label) => [2, 4, 8].map((depth) => cell(label, depth)))
    expect(namesOf(drawnCells(arms))).toEqual(['a 2', 'a 8', 'b 2', 'b 8', 'c 8', 'd 8'])
  })

  it('are drawn for networks that did not diverge, if there are many', () => {
    const plain = [2, 4, 8, 16].map((depth) => cell('plain', depth, { diverged: depth === 16 }))
    const residual = [2, 4, 8, 16].map((depth) => cell('residual', depth, { diverged: true }))
    expect(namesOf(drawnCells([...plain, ...residual]))).toEqual(['plain 2', 'plain 4', 'plain 8'])
  })

  it('leave out the shared rate of a network if it is also the best rate', () => {
    const best = cell('plain, best rate', 2, { isBest: true })
    const other = cell('plain', 4)
    expect(
      distinctCells([cell('plain', 2), best, other, cell('plain, best rate', 4, { isBest: true, rate: 0.1 })]),
    ).toEqual([best, other, cell('plain, best rate', 4, { isBest: true, rate: 0.1 })])
  })
})
