import { describe, expect, it } from 'vitest'
import { casebookPage } from './page.ts'
import type { CaseResult } from './run.ts'

const result = (changed: Partial<CaseResult>): CaseResult => ({
  name: 'fine',
  about: 'a network without a fault',
  seed: 1,
  expected: ['healthy'],
  verdict: 'healthy',
  findings: [],
  isRight: true,
  seconds: 4,
  ...changed,
})

describe('the page of the case book', () => {
  const page = casebookPage([
    result({}),
    result({ seed: 2, verdict: 'overfitting', findings: ['overfitting'], isRight: false, seconds: 8 }),
    result({
      name: 'norm',
      about: 'training degrades',
      expected: ['optimization-failure', 'chaotic-signal'],
      verdict: 'chaotic-signal',
      findings: ['chaotic-signal', 'exploding-gradient'],
    }),
  ])

  it('shows a row for each case, with the findings of all seeds and the number of right verdicts', () => {
    expect(page).toContain('Seeds 1, 2: 2 of 3 verdicts are right.')
    expect(page).toContain('| fine | a network without a fault | healthy | healthy; overfitting | 1 of 2 | 6 |')
    expect(page).toContain('| chaotic-signal, exploding-gradient | 1 of 1 | 4 |')
  })

  it('counts the diagnoses by expected verdict and by first verdict', () => {
    expect(page).toContain(
      [
        '|  | chaotic-signal | healthy | overfitting |',
        '| --- | --- | --- | --- |',
        '| chaotic-signal | 1 |  |  |',
        '| healthy |  | 1 | 1 |',
      ].join('\n'),
    )
  })
})
