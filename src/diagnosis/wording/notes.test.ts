import { expect, it } from 'vitest'
import { notesOf, overrunNote, runNotes } from './notes.ts'

const noteOf = (from: number, budgetSeconds: number, enoughSeconds: number): string[] =>
  notesOf({ steps: 600, shortened: { from, budgetSeconds, enoughSeconds } }, 5)

it('says what was shortened, and which budget would not have to', () => {
  expect(noteOf(12_000, 120, 2341)).toEqual([
    "The run's 12,000 steps are shortened to 600, to fit the budget of 2 minutes; a budget of 40 minutes would take all.",
  ])
  expect([noteOf(700, 45, 71), noteOf(1e6, 3600, 40_000), noteOf(700, 60, 125)].flat()).toEqual([
    "The run's 700 steps are shortened to 600, to fit the budget of 45 seconds; a budget of 80 seconds would take all.",
    "The run's 1,000,000 steps are shortened to 600, to fit the budget of 1 hour; a budget of 12 hours would take all.",
    "The run's 700 steps are shortened to 600, to fit the budget of 1 minute; a budget of 3 minutes would take all.",
  ])
  expect(notesOf({ steps: 600 }, 5)).toEqual([])
})

it('says how long trainings are where the budget chose, and how to choose', () => {
  expect(notesOf({ steps: 2350, chosenFor: 120 }, 25.07)).toEqual([
    'Each training takes 2,350 steps (25.1 passes over the training set), which fits the budget of 2 minutes; steps or epochs, where they are given, set another length.',
  ])
})

it('says of a run that its own training is not used, and why', () => {
  expect(runNotes({ isFinished: true, isDrawn: true })).toEqual([])
  expect(runNotes({ isFinished: false, isDrawn: false })).toEqual([
    "The run hasn't come to its end: its network is trained anew.",
    "The run began with weights that its seed doesn't give: here they are drawn, and its own training isn't used.",
  ])
})

it('says what it took where that was far more than the budget', () => {
  expect(overrunNote(114.4, 45, { steps: 60 })).toEqual([
    'It took 114 seconds where the budget was 45 seconds: the network and its twin are trained to their end in any case, here 60 steps with each seed.',
  ])
  expect(overrunNote(50, 45, { steps: 60 })).toEqual([])
})
