import { describe, expect, it } from 'vitest'
import { formatError } from './reported-scores.ts'
import { scoreColumns } from './score-columns.ts'
import { absence, everyScoreOf, meanOf, scoresOf, survivors } from './seed-scores.ts'

const run = (seed: number, error: number | null, diverged: boolean | object | null = false) => {
  const scores = { loss: error, error }
  return { seed, diverged, train: scores, test: scores }
}
const good = [run(0, 0.1), run(1, 0.2), run(2, 0.3)]
// A diverged training can have finite scores of the weights before the divergence.
const mixed = [run(0, 0.1), run(1, 0.9, { step: 3 }), run(2, 0.3)]
const lost = [run(0, null, true), run(1, null, true)]
const errorOf = ({ train }: (typeof good)[number]) => train.error

describe('The scores of several seeds', () => {
  it('have a mean only if no training diverged', () => {
    expect(meanOf(good, errorOf)?.mean).toBeCloseTo(0.2, 12)
    expect(meanOf(mixed, errorOf)).toBeNull()
    expect(meanOf(lost, errorOf)).toBeNull()
  })

  it('are the number of diverged trainings in place of a mean', () => {
    expect(absence(good)).toBe('–')
    expect(absence(mixed)).toBe('1 of 3 diverged')
    expect(absence(lost)).toBe('diverged')
    expect(scoresOf(good, errorOf, formatError)).toBe('20.0 ± 24.8%')
    expect(scoresOf(mixed, errorOf, formatError)).toBe('1 of 3 diverged')
    expect(scoresOf([], errorOf, formatError)).toBe('')
  })

  it('are listed one by one beside diverged trainings, where a table has room', () => {
    expect(everyScoreOf(good, errorOf, formatError)).toBe('20.0 ± 24.8%')
    expect(everyScoreOf(mixed, errorOf, formatError)).toBe('1 of 3 diverged; 10.0% and 30.0%')
    expect(everyScoreOf(lost, errorOf, formatError)).toBe('diverged')
  })

  it('are sentences below a table without room', () => {
    const columns = scoreColumns(10, good).filter(({ heading }) => heading.endsWith('error'))
    expect(survivors(mixed, columns)).toEqual([
      'Seed 0: train error 10.0% and test error 10.0%.',
      'Seed 2: train error 30.0% and test error 30.0%.',
    ])
    expect(survivors(good, columns)).toEqual([])
    expect(survivors(lost, columns)).toEqual([])
  })
})
