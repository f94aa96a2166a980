/** Chooses the number of training steps in a diagnosis, and estimates the cost of each training. */
import type { Backend } from '../backends/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { settingsFor, type TrainingSettings } from '../settings/options.ts'
import type { LossRecord } from '../training/state.ts'
import { workOf as workOfSteps } from '../trials/multiply-adds.ts'
import { mostScored, type TrialScoring } from '../trials/spec.ts'
import { timeTraining } from '../trials/time-training.ts'
import type { Training } from './controls.ts'

/**
 * Fraction of the budget for training the network and its twin with all seeds. The rest of the budget is for control
 * trainings.
 */
const shareOfTwins = 0.4
/** Fraction of the budget for training the network and its twin if the number of steps comes from an earlier run. */
const shareOfOwnSteps = 0.6
/** Speed of a core that shares memory with other busy cores, relative to the speed of a core that works alone. */
const sharedSpeed = 0.85
const fewestSteps = 60
/**
 * Largest number of steps of one training if the budget is at most two minutes. Budgets longer than two minutes allow
 * more steps.
 */
const usualSteps = 600
/** Default budget of a diagnosis, in seconds. */
export const usualBudget = 120
/** Largest number of epochs of a training that has more than `usualSteps` steps. */
const mostEpochs = 10
/** Largest number of losses that are stored for one trial. */
const mostLogged = 300
/** Duration of a training that only measures the time of a step, in seconds. */
const timedSeconds = 0.6

/** Returns the settings for one training with the given seed. */
export function settingsOf({ network, data, settings }: Training, seed: number): TrainingSettings {
  const { evaluateEvery: _, earlyStopping: __, ...given } = settings
  const logEvery = Math.ceil(given.steps / mostLogged)
  return settingsFor(createBlueprint(network, data.shape), { ...given, seed, logEvery })
}

/**
 * Thins the losses of a training to the number of losses that a diagnosis stores. The last loss of the training is
 * always included.
 */
export function thinned(losses: readonly LossRecord[]): LossRecord[] {
  const every = Math.max(1, Math.ceil(losses.length / mostLogged))
  return losses.filter((_, index) => index % every === 0 || index === losses.length - 1)
}

/**
 * Number of steps between two snapshots: 50, or a twelfth of the steps of a short run, or a fortieth of the steps of a
 * long run.
 */
export function snapshotInterval(steps: number): number {
  return Math.max(1, Math.min(50, Math.ceil(steps / 12)), Math.ceil(steps / 40))
}

/** Multiply-adds in the forward passes of all steps of a training. */
export function workOf({ network, data, settings, precision }: Training): number {
  return workOfSteps(createBlueprint(network, data.shape), settings, precision)
}

/**
 * Multiply-adds of a training and of the scoring after the training, in the unit of `workOf`. A training step costs three
 * forward passes and counts one, so a scored sample counts a third.
 */
export function workWithScoring(training: Training, scoring: TrialScoring): number {
  const { network, data, precision } = training
  const most = mostScored[scoring]
  const scored = Math.min(most, data.train.count) + Math.min(most, data.test.count)
  const scoringWork = workOfSteps(createBlueprint(network, data.shape), { batch: 1, steps: scored / 3 }, precision)
  return workOf(training) + scoringWork
}

/** Measures the duration of one training step of the network, in seconds, in a short training. */
export async function timeStep(training: Training, backend: Backend, abort?: AbortSignal): Promise<number> {
  const timed = { ...training, settings: settingsOf(training, 0) }
  return (await timeTraining(timed, backend, timedSeconds, abort)).secondsPerStep
}

export interface PlanTask {
  readonly subject: Training
  readonly twins: readonly Training[]
  readonly secondsPerStep: number
  readonly budgetSeconds: number
  readonly seeds: number
  readonly workers: number
}

/**
 * Returns the seconds that one step of all trainings of the network and its twin takes, with all seeds. The argument
 * `done` is the number of trainings of the network that are already finished.
 */
function secondsOfAll({ subject, twins, secondsPerStep, seeds, workers }: PlanTask, done = 0): number {
  const [work, ...others] = [subject, ...twins.slice(0, 1)].map(workOf)
  const each = others.reduce((sum, other) => sum + other / work, 1)
  return ((seeds * each - done) * secondsPerStep) / (sharedSpeed * workers)
}

/**
 * Chooses the number of steps of each training. The trainings of the network and its twin with all seeds take less than
 * half of the budget, and no single training takes more than two fifths of the budget.
 */
export function chooseSteps(task: PlanTask): number {
  const { subject, budgetSeconds, secondsPerStep } = task
  const affordable = (shareOfTwins * budgetSeconds) / Math.max(secondsOfAll(task), secondsPerStep)
  const passes = Math.ceil((mostEpochs * subject.data.train.count) / subject.settings.batch)
  const most = Math.max(usualSteps, Math.min((usualSteps * budgetSeconds) / usualBudget, passes))
  return Math.max(fewestSteps, Math.floor(Math.min(affordable, most)))
}

/** A plan for trainings whose number of steps the user chose. */
export interface OwnPlanTask extends PlanTask {
  /** Number of trainings of the network that are already finished. */
  readonly done: number
}

/** Whether trainings with `steps` steps leave enough of the budget for controls. */
export function fitsInto(task: OwnPlanTask, steps: number): boolean {
  return steps * secondsOfAll(task, task.done) <= shareOfOwnSteps * task.budgetSeconds
}

/**
 * Returns the budget, in seconds, into which trainings with `steps` steps fit. The budget is a tenth larger than the
 * estimate.
 */
export function enoughFor(task: OwnPlanTask, steps: number): number {
  return (1.1 * steps * secondsOfAll(task, task.done)) / shareOfOwnSteps
}
