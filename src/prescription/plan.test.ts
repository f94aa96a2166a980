import { expect, it } from 'vitest'
import { type PlanTask, planRace, type RacePlan } from './plan.ts'

const task: PlanTask = {
  costs: { secondsPerStep: 0.003, secondsToStart: 0.1 },
  candidates: 8,
  steps: 470,
  choosesSteps: true,
  seeds: 5,
  budgetSeconds: 300,
  workers: 2,
  scoringSteps: 20,
}

function planOf(own: Partial<PlanTask>): RacePlan {
  const plan = planRace({ ...task, ...own })
  if ('enoughSeconds' in plan) throw new Error(`needs ${plan.enoughSeconds} seconds`)
  return plan
}

it('A large budget races all candidates with two short parts, two finalists and whole trainings.', () => {
  expect(planOf({})).toMatchObject({ candidates: 8, rungs: [60, 300], finalists: 2, steps: 470, looksEarly: false })
})

it('A smaller budget first shortens trainings whose length the user did not give.', () => {
  const plan = planOf({ budgetSeconds: 40 })
  expect(plan.candidates).toBe(8)
  expect(plan.steps).toBeLessThan(470)
  expect(plan.steps).toBeGreaterThanOrEqual(100)
})

it('A smaller budget leaves out candidates if the user gave the length.', () => {
  const plan = planOf({ budgetSeconds: 36, choosesSteps: false })
  expect(plan.steps).toBe(470)
  expect(plan.candidates).toBeLessThan(8)
  expect(plan.candidates).toBeGreaterThanOrEqual(3)
  expect(plan.looksEarly).toBe(true)
})

it('A very small budget races three candidates without the second part, with one finalist.', () => {
  const budgets = Array.from({ length: 60 }, (_, index) => 60 - index)
  const plans = budgets.map((budgetSeconds) => planRace({ ...task, budgetSeconds, choosesSteps: false }))
  expect(plans).toContainEqual(expect.objectContaining({ candidates: 3, rungs: [60], finalists: 1 }))
})

it('A budget that is too small names a budget that is enough.', () => {
  const small = { costs: { secondsPerStep: 0.5, secondsToStart: 1 }, choosesSteps: false }
  const plan = planRace({ ...task, ...small })
  if (!('enoughSeconds' in plan)) throw new Error('the budget should be too small')
  expect(plan.enoughSeconds).toBeGreaterThan(300)
  expect(planOf({ ...small, budgetSeconds: plan.enoughSeconds * 1.001 })).toMatchObject({ candidates: 3, finalists: 1 })
})

it('Short trainings are never longer than whole trainings.', () => {
  expect(planOf({ steps: 40 }).rungs).toEqual([40])
  expect(planOf({ steps: 200 }).rungs).toEqual([60, 200])
  expect(planOf({ steps: 5000, budgetSeconds: 3600 }).rungs).toEqual([100, 300])
})
