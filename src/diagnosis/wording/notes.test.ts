import { expect, it } from 'vitest'
import { notesOf, overrunNote, runNotes } from './notes.ts'

const noteOf = (from: number, budgetSeconds: number, enoughSeconds: number): string[] =>
  notesOf({ steps: 600, shortened: { from, budgetSeconds, enoughSeconds } }, 5)

it('states how many steps were removed, and the budget that would fit all steps', () => {
  expect(noteOf(12_000, 120, 2341)).toEqual([
    "The run's 12,000 steps are shortened to 600 to fit the budget of 2 minutes. A budget of 40 minutes would fit all steps.",
  ])
  expect([noteOf(700, 45, 71), noteOf(1e6, 3600, 40_000), noteOf(700, 60, 125)].flat()).toEqual([
    "The run's 700 steps are shortened to 600 to fit the budget of 45 seconds. A budget of 80 seconds would fit all steps.",
    "The run's 1,000,000 steps are shortened to 600 to fit the budget of 1 hour. A budget of 12 hours would fit all steps.",
    "The run's 700 steps are shortened to 600 to fit the budget of 1 minute. A budget of 3 minutes would fit all steps.",
  ])
  expect(notesOf({ steps: 600 }, 5)).toEqual([])
})

it('states the length of the trainings if the budget determines the length, and how to set another length', () => {
  expect(notesOf({ steps: 2350, chosenFor: 120 }, 25.07)).toEqual([
    'Each training takes 2,350 steps (25.1 passes over the training set) to fit the budget of 2 minutes. Choose a number of steps or epochs for another length.',
  ])
  expect(notesOf({ steps: 1, chosenFor: 1 }, 1)).toEqual([
    'Each training takes 1 step (1 pass over the training set) to fit the budget of 1 second. Choose a number of steps or epochs for another length.',
  ])
})

it('states why the own training of a run is not used', () => {
  expect(runNotes({ isFinished: true, isDrawn: true })).toEqual([])
  expect(runNotes({ isFinished: false, isDrawn: false })).toEqual([
    'The run is not finished, so the network is trained again.',
    'The run began with weights that were not drawn from its seed. The diagnosis draws the weights from the seed and does not use the training of the run.',
  ])
})

it('states the duration of a diagnosis that took far longer than the budget', () => {
  expect(overrunNote(114.4, 45, { steps: 60 })).toEqual([
    'The diagnosis took 114 seconds with a budget of 45 seconds. The first training of the network and of its twin always runs to the end, here 60 steps. If it trains, the other seeds do, too.',
  ])
  expect(overrunNote(0.4, 0.2, { steps: 60 })[0]).toContain('took 0 seconds with a budget of 0.2 seconds')
  expect(overrunNote(50, 45, { steps: 60 })).toEqual([])
})
