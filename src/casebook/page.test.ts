import { describe, expect, it } from 'vitest'
import { casebookPage } from './page.ts'
import type { CaseResult } from './run.ts'

const result = (changed: Partial<CaseResult>): CaseResult => ({
  name: 'fine',
  about: 'nothing is wrong',
  seed: 1,
  expected: ['healthy'],
  verdict: 'healthy',
  findings: [],
  isRight: true,
  seconds: 4,
  ...changed,
})

describe("the case book's page", () => {
  const page = casebookPage([
    result({}),
    result({ seed: 2, verdict: 'overfitting', findings: ['overfitting'], isRight: false, seconds: 8 }),
    result({
      name: 'norm',
      about: 'it degrades',
      expected: ['optimization-failure', 'chaotic-signal'],
      verdict: 'chaotic-signal',
      findings: ['chaotic-signal', 'exploding-gradient'],
    }),
  ])

  it('has a row for each case: what was found with all seeds, and how often it was right', () => {
    expect(page).toContain('Seeds 1, 2: 2 of 3 are right.')
    expect(page).toContain('| fine | nothing is wrong | healthy | healthy; overfitting | 1 of 2 | 6 |')
    expect(page).toContain('| chaotic-signal, exploding-gradient | 1 of 1 | 4 |')
  })

  it('counts by what was the matter and what was named first', () => {
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
