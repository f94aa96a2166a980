/** The diagnosed network, its twins with fewer layers, and the number of steps of their trainings. */
import { createBlueprint } from '../blueprint/create.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Network } from '../network/network.ts'
import { stagesOf } from '../probes/stages.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { shallowTwin, type Twin } from '../surgery/twin.ts'
import { checkTask } from '../training/check-task.ts'
import type { Workers } from '../trials/workers.ts'
import type { Subject, Training } from './controls.ts'
import { chooseSteps, enoughFor, fitsInto, timeStep } from './plan.ts'
import type { StepPlan } from './trial-store.ts'

export interface SubjectTask {
  readonly network: Network
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly choosesSteps: boolean | 'where too long'
  readonly finished?: object
  readonly seeds: readonly number[]
  readonly budgetSeconds: number
  readonly twin?: Network
  readonly start?: unknown
  readonly abort?: AbortSignal
}

interface Twins {
  readonly shallow?: Twin
  readonly shallower?: Twin
}

export interface PlannedSubject {
  readonly subject: Subject
  readonly twins: Twins
  readonly plan: StepPlan
}

/**
 * Creates the subject of a diagnosis: the network, its twins and the step plan. The argument `known` is the step plan
 * of a diagnosis that is resumed.
 */
export async function createSubject(task: SubjectTask, workers: Workers, known?: StepPlan): Promise<PlannedSubject> {
  const { network, data, settings } = task
  const blueprint = createBlueprint(network, data.shape)
  checkTask(blueprint, data, settings)
  const layers = stagesOf(blueprint.root).length - 1
  const wanted = Math.max(2, Math.round(layers / 5)) + 1
  const [cut, least] = [shallowTwin(network, data.shape, wanted), shallowTwin(network, data.shape, 1)]
  const given = task.twin
  const shallow = given === undefined ? cut : null
  const shallower = least && (shallow === null || least.depth < shallow.depth) ? least : null
  if (given) checkTask(createBlueprint(given, data.shape), data, settings)
  const training: Training = { network, data, settings, precision: workers.precisions[0] }
  const networks = { shallow: given ?? shallow?.network, shallower: shallower?.network }
  const plan = known ?? (await planFor(task, training, networks.shallow, workers))
  return {
    subject: {
      ...training,
      settings: settingsFor(plan, settings),
      twins: networks,
      hasGivenWeights: task.start !== undefined,
    },
    twins: { shallow: shallow ?? undefined, shallower: shallower ?? undefined },
    plan,
  }
}

async function planFor(
  task: SubjectTask,
  subject: Training,
  shallow: Network | undefined,
  workers: Workers,
): Promise<StepPlan> {
  const { settings, choosesSteps, abort, budgetSeconds, seeds, finished } = task
  const { steps } = settings
  if (choosesSteps === false) return { steps }
  let secondsPerStep = 0
  await workers.run([
    async (worker) => {
      secondsPerStep = await timeStep(subject, await worker.backend(subject.precision), abort)
    },
  ])
  const twins = shallow ? [{ ...subject, network: shallow }] : []
  const plan = { subject, twins, secondsPerStep, budgetSeconds, seeds: seeds.length, workers: workers.count }
  const chosen = chooseSteps(plan)
  if (choosesSteps === true) return { steps: chosen, chosenFor: budgetSeconds }
  const own = { ...plan, done: finished ? 1 : 0 }
  if (chosen >= steps || fitsInto(own, steps)) return { steps }
  return { steps: chosen, shortened: { from: steps, budgetSeconds, enoughSeconds: enoughFor(own, steps) } }
}

/**
 * Returns the settings with the planned number of steps. A warm-up is shortened in proportion to the number of steps.
 */
function settingsFor({ steps, shortened }: StepPlan, settings: TrainingSettings): TrainingSettings {
  if (shortened === undefined) return { ...settings, steps }
  const { schedule } = settings
  const warmup = Math.round((schedule.warmup * steps) / shortened.from)
  return { ...settings, steps, schedule: { ...schedule, warmup } }
}
