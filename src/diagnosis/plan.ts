/** How long the trainings of a diagnosis are, and what each costs. */
import type { Backend } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { createStandardizer } from '../data/standardize.ts'
import { settingsFor, type TrainingSettings } from '../settings/options.ts'
import { runTrainingLoop } from '../training/loop.ts'
import type { LossRecord } from '../training/state.ts'
import { workOf as workOfSteps } from '../trials/multiply-adds.ts'
import type { Training } from './controls.ts'

/** Of the budget, for the network and its twin with all seeds; the rest is for controls. */
const shareOfTwins = 0.4
/** The same, where the trainings' length is that of a run, which is to be kept. */
const shareOfOwnSteps = 0.6
/** Cores that work side by side share their memory: so much of the speed of one alone is left. */
const sharedSpeed = 0.85
const fewestSteps = 60
/** No more in a budget of two minutes; longer ones allow longer runs. */
const usualSteps = 600
/** Seconds. */
export const usualBudget = 120
/** Of longer runs. */
const mostEpochs = 10
/** Losses of one trial that are kept. */
const mostLogged = 300
/** Of a training that only tells how fast it is. */
const timedSeconds = 0.6

/** The settings of one training with a seed. */
export function settingsOf({ network, data, settings }: Training, seed: number): TrainingSettings {
  const { evaluateEvery: _, ...given } = settings
  const logEvery = Math.ceil(given.steps / mostLogged)
  return settingsFor(createBlueprint(network, data.shape), { ...given, seed, logEvery })
}

/** As many losses of a training as are kept of one of a diagnosis. */
export function thinned(losses: readonly LossRecord[]): LossRecord[] {
  const every = Math.max(1, Math.ceil(losses.length / mostLogged))
  return losses.filter((_, index) => index % every === 0 || index === losses.length - 1)
}

/** Steps between two looks: 50; of short runs a twelfth, and of long ones a fortieth of all. */
export function snapshotInterval(steps: number): number {
  return Math.max(1, Math.min(50, Math.ceil(steps / 12)), Math.ceil(steps / 40))
}

/** Multiply-adds of a training's steps, forward. */
export function workOf({ network, data, settings, precision }: Training): number {
  return workOfSteps(createBlueprint(network, data.shape), settings, precision)
}

/** Seconds of one step, measured on a short training of the network. */
export async function timeStep(training: Training, backend: Backend, abort?: AbortSignal): Promise<number> {
  const { network, data } = training
  const blueprint = createBlueprint(network, data.shape)
  const settings = settingsOf({ ...training, settings: { ...training.settings, steps: 10_000 } }, 0)
  const enough = new AbortController()
  const begun = { done: 0, at: performance.now() }
  let [first, last] = [begun, begun]
  await runTrainingLoop({
    blueprint,
    data,
    settings,
    standardizer: createStandardizer(data.train, data.shape, settings.standardize),
    backend,
    weights: initialize(blueprint, 0),
    abort: abort ? AbortSignal.any([abort, enough.signal]) : enough.signal,
    onProgress: (done) => {
      last = { done, at: performance.now() }
      if (first.done === 0) first = last
      if (last.at - first.at > 1000 * timedSeconds) enough.abort()
    },
  })
  // Where there was one group of steps, compiling counts as well: better too long than none.
  const from = last.done > first.done ? first : begun
  const until = last.done > 0 ? last.at : performance.now()
  return (until - from.at) / 1000 / Math.max(1, last.done - from.done)
}

export interface PlanTask {
  readonly subject: Training
  readonly twins: readonly Training[]
  readonly secondsPerStep: number
  readonly budgetSeconds: number
  readonly seeds: number
  readonly workers: number
}

/** Seconds of one step of the network and its twin with all seeds. `done`: trainings of the network that are there already. */
function secondsOfAll({ subject, twins, secondsPerStep, seeds, workers }: PlanTask, done = 0): number {
  const [work, ...others] = [subject, ...twins.slice(0, 1)].map(workOf)
  const each = others.reduce((sum, other) => sum + other / work, 1)
  return ((seeds * each - done) * secondsPerStep) / (sharedSpeed * workers)
}

/** So many steps that the network and its twin take less than half of the budget, with all seeds, and no training all of it. */
export function chooseSteps(task: PlanTask): number {
  const { subject, budgetSeconds, secondsPerStep } = task
  const affordable = (shareOfTwins * budgetSeconds) / Math.max(secondsOfAll(task), secondsPerStep)
  const passes = Math.ceil((mostEpochs * subject.data.train.count) / subject.settings.batch)
  const most = Math.max(usualSteps, Math.min((usualSteps * budgetSeconds) / usualBudget, passes))
  return Math.max(fewestSteps, Math.floor(Math.min(affordable, most)))
}

/** Trainings of a length that somebody chose. */
export interface OwnPlanTask extends PlanTask {
  readonly done: number
}

/** Whether they leave room for controls. */
export function fitsInto(task: OwnPlanTask, steps: number): boolean {
  return steps * secondsOfAll(task, task.done) <= shareOfOwnSteps * task.budgetSeconds
}

/** Seconds of a budget into which they fit, with a tenth to spare. */
export function enoughFor(task: OwnPlanTask, steps: number): number {
  return (1.1 * steps * secondsOfAll(task, task.done)) / shareOfOwnSteps
}
