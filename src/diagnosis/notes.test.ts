import { expect, it } from 'vitest'
import { notesOf } from './notes.ts'

const noteOf = (from: number, budgetSeconds: number, enoughSeconds: number): string[] =>
  notesOf({ steps: 600, shortened: { from, budgetSeconds, enoughSeconds } })

it('says what was shortened, and which budget would not have to', () => {
  expect(noteOf(12_000, 120, 2341)).toEqual([
    "The run's 12,000 steps are shortened to 600, to fit the budget of 2 minutes; --budget 40m would take all.",
  ])
  expect([noteOf(700, 45, 71), noteOf(1e6, 3600, 40_000), noteOf(700, 60, 125)].flat()).toEqual([
    "The run's 700 steps are shortened to 600, to fit the budget of 45 seconds; --budget 80s would take all.",
    "The run's 1,000,000 steps are shortened to 600, to fit the budget of 1 hour; --budget 12h would take all.",
    "The run's 700 steps are shortened to 600, to fit the budget of 1 minute; --budget 3m would take all.",
  ])
  expect(notesOf({ steps: 600 })).toEqual([])
})
