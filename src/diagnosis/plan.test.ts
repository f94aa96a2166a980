import { describe, expect, it } from 'vitest'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { blobs } from '../data/blobs.ts'
import { moons } from '../data/planar.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import type { Training } from './controls.ts'
import {
  chooseSteps,
  enoughFor,
  fitsInto,
  type PlanTask,
  settingsOf,
  snapshotInterval,
  thinned,
  timeStep,
  workOf,
} from './plan.ts'

const many = moons({ seed: 1, train: 12_800, test: 10 })
const training = (network: Network, options: TrainingOptions = {}, data = many): Training => ({
  network,
  data,
  settings: resolveOptions({ batch: 64, ...options }, data.train.count),
  precision: 'float32',
})
const deep = training(preset('mlp:depth=20,width=8'))
const shallow = training(preset('mlp:depth=4,width=8'))

const steps = (changed: Partial<PlanTask>): number =>
  chooseSteps({
    subject: deep,
    twins: [shallow],
    secondsPerStep: 0.05,
    budgetSeconds: 120,
    seeds: 3,
    workers: 2,
    ...changed,
  })

describe('The number of steps of the trainings', () => {
  it('grows with the budget from a minimum to ten epochs', () => {
    const budgets = [0.001, 1, 10, 20, 45, 90, 120, 240, 600, 3600, 1e6]
    const found = budgets.map((budgetSeconds) => steps({ budgetSeconds }))
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(found[0]).toBeGreaterThanOrEqual(50)
    expect(found[0]).toBe(found[1])
    expect(new Set(found).size).toBeGreaterThan(4)
    expect(found.at(-1)).toBe((10 * 12_800) / 64)
  })

  it('is a whole number with which the network and the twin take less than half of the budget', () => {
    for (const budgetSeconds of [60, 120, 240]) {
      const found = steps({ budgetSeconds, secondsPerStep: 0.2 })
      expect(Number.isInteger(found)).toBe(true)
      const twin = workOf(shallow) / workOf(deep)
      const seconds = (3 * found * 0.2 * (1 + twin)) / 2
      expect(seconds).toBeLessThan(0.5 * budgetSeconds)
      expect(seconds).toBeGreaterThan(0.2 * budgetSeconds)
    }
  })

  it('is smaller with more seeds, slower steps or a larger twin, and larger with more workers', () => {
    const usual = steps({ secondsPerStep: 0.2 })
    expect(steps({ secondsPerStep: 0.2, seeds: 6 })).toBeLessThan(usual)
    expect(steps({ secondsPerStep: 0.3 })).toBeLessThan(usual)
    expect(steps({ secondsPerStep: 0.2, twins: [deep] })).toBeLessThan(usual)
    expect(steps({ secondsPerStep: 0.2, workers: 1 })).toBeLessThan(usual)
    expect(steps({ secondsPerStep: 0.2, twins: [] })).toBeGreaterThan(usual)
  })

  it('keeps every single training below half of the budget for any number of workers and seeds', () => {
    for (const [workers, seeds] of [
      [16, 3],
      [64, 1],
      [1, 1],
    ] as const) {
      expect(steps({ workers, seeds, secondsPerStep: 0.5 }) * 0.5).toBeLessThan(60)
    }
  })

  it('is never below a minimum, even for very slow steps', () => {
    expect(steps({ secondsPerStep: 1e4 })).toBe(steps({ budgetSeconds: 1e-3 }))
  })

  it('can exceed ten epochs of a small training set, but not a maximum', () => {
    const small = training(preset('mlp:depth=20,width=8'), {}, fewPoints)
    const found = steps({ subject: small, budgetSeconds: 1e6, twins: [] })
    expect(found).toBeGreaterThan(10)
    expect(found).toBeLessThan(2000)
  })
})

describe('The work of a training', () => {
  it('is proportional to steps, batch and layers, and doubles in float64', () => {
    const work = workOf(training(preset('mlp:depth=20,width=8'), { steps: 100 }))
    expect(workOf(training(preset('mlp:depth=20,width=8'), { steps: 300 }))).toBe(3 * work)
    expect(workOf(training(preset('mlp:depth=20,width=8'), { steps: 100, batch: 32 }))).toBe(work / 2)
    expect(workOf({ ...training(preset('mlp:depth=20,width=8'), { steps: 100 }), precision: 'float64' })).toBe(2 * work)
    // A sample takes 2 x 8, 19 x 8 x 8 and 8 x 2 multiply-adds.
    expect(work).toBe((16 + 19 * 64 + 16) * 64 * 100)
  })
})

describe('The settings of a trial', () => {
  const own = training(preset('mlp:depth=3,width=8'), { steps: 500, evaluateEvery: 7, seed: 9 })

  it('have the seed of the trial, no evaluations, and no other change', () => {
    const { evaluateEvery: _, ...given } = own.settings
    expect(settingsOf(own, 4)).toEqual({ ...given, seed: 4, logEvery: expect.any(Number) })
  })

  it('have a limited number of snapshots and losses in short and long trainings', () => {
    for (const length of [1, 2, 11, 60, 500, 2000, 64_000]) {
      const { logEvery } = settingsOf(training(preset('mlp:depth=3'), { steps: length }), 0)
      const every = snapshotInterval(length)
      expect(Number.isInteger(every) && every >= 1).toBe(true)
      const snapshots = Math.floor(length / every)
      expect(snapshots).toBeLessThanOrEqual(48)
      expect(snapshots).toBeGreaterThanOrEqual(Math.min(length, 7))
      expect(length / logEvery).toBeLessThan(700)
      expect(length / logEvery).toBeGreaterThanOrEqual(Math.min(length, 150))
    }
  })

  it('leave out a warm-up that is meant for deeper networks', () => {
    const recipe = training(preset('mlp:depth=3,width=8'), { recipe: 'he-2015', steps: 500 })
    expect(recipe.settings.schedule.untilError).toBeDefined()
    expect(settingsOf(recipe, 0).schedule.untilError).toBeUndefined()
  })
})

describe('The time of a step', () => {
  it('is measured without running all steps', async () => {
    const tiny = training(preset('mlp:depth=2,width=4'), { batch: 4 }, fewPoints)
    const seconds = await timeStep(tiny, createReferenceBackend())
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(1)
  })

  it('is a finite number if the caller stops the measurement', async () => {
    const stop = new AbortController()
    const tiny = training(preset('mlp:depth=2,width=4'), { batch: 4 }, fewPoints)
    const timed = timeStep(tiny, createReferenceBackend(), stop.signal)
    stop.abort()
    expect(Number.isFinite(await timed)).toBe(true)
  })

  it('is a finite number if the training diverges', async () => {
    const wild = training(preset('mlp:depth=2,width=4'), { batch: 4, optimizer: momentum({ rate: 1e30 }) }, fewPoints)
    expect(Number.isFinite(await timeStep(wild, createReferenceBackend()))).toBe(true)
  })
})

describe('The budget of a diagnosis', () => {
  const data = blobs({ train: 100_000, test: 10 })
  const network = parseNetwork('mlp:depth=3,width=8', { classes: 3, input: [2] })
  const subject = { network, data, settings: resolveOptions({}, data.train.count), precision: 'float32' } as const

  /** With two workers at 85% of their speed, a step of all six trainings takes 17 ms x 6 / 1.7 = 60 ms. */
  const task: PlanTask = { subject, twins: [subject], secondsPerStep: 0.017, budgetSeconds: 120, seeds: 3, workers: 2 }

  it('reserves two fifths for the network and the twin', () => {
    expect(chooseSteps({ ...task, secondsPerStep: 0.17 })).toBe(80)
    expect(chooseSteps(task)).toBe(600)
    expect(chooseSteps({ ...task, secondsPerStep: 10 })).toBe(60)
  })

  it('accepts steps that take up to three fifths of the budget, and names a budget that fits more steps', () => {
    const own = { ...task, done: 0 }
    expect([1200, 1201].map((steps) => fitsInto(own, steps))).toEqual([true, false])
    // One of the six trainings is already finished.
    expect([1440, 1441].map((steps) => fitsInto({ ...task, done: 1 }, steps))).toEqual([true, false])
    for (const steps of [1201, 100_000]) {
      expect(fitsInto({ ...own, budgetSeconds: enoughFor(own, steps) }, steps)).toBe(true)
      expect(fitsInto({ ...own, budgetSeconds: enoughFor(own, steps) / 1.2 }, steps)).toBe(false)
    }
  })

  it('limits the number of stored losses and keeps the last loss', () => {
    const losses = Array.from({ length: 1000 }, (_, step) => ({ step, loss: 1 / (step + 1) }))
    const stored = thinned(losses).map(({ step }) => step)
    expect(stored.slice(0, 3)).toEqual([0, 4, 8])
    expect(stored.at(-1)).toBe(999)
    expect(thinned(losses.slice(0, 50))).toEqual(losses.slice(0, 50))
  })
})
