/** Where the trainings of a diagnosis are made: what is asked for and not there yet, what it costs, and the making of it. */
import { createBlueprint } from '../blueprint/create.ts'
import { initialise } from '../blueprint/initialise.ts'
import { IsobathError } from '../support/errors.ts'
import type { Weights } from '../training/evaluate.ts'
import type { LossRecord } from '../training/train.ts'
import { checkWeights } from '../training/weights.ts'
import type { Workers } from '../trials/workers.ts'
import type { Need } from './causes/assessment.ts'
import { type ControlName, controlNames, type Patient, trainingOf } from './controls.ts'
import { costOfMeasurement } from './measurement-costs.ts'
import { settingsOf, workOf } from './plan.ts'
import type { DiagnosisTask } from './task.ts'
import { runTrial, type Trial, type TrialSpec } from './trial.ts'

export interface Job {
  readonly control: ControlName
  readonly seed: number
}

export interface Workshop {
  /** What was made, by control and in the order of the seeds. */
  readonly trials: readonly Trial[]
  /** Controls that make sense for the patient, and that memory holds as far as is known. */
  readonly applicable: ReadonlySet<ControlName>
  secondsLeft(): number
  /** Seconds that what is missing of it would take, by what was made so far; null where that isn't known. */
  costOf(need: Need): number | null
  /** What is missing of them and can be made in the time that is left, the cheapest first. */
  affordable(needs: readonly Need[]): Job[]
  run(jobs: readonly Job[]): Promise<void>
}

export interface WorkshopTask {
  readonly task: DiagnosisTask
  readonly patient: Patient
  readonly workers: Workers
  readonly secondsSoFar: () => number
}

/** What pictures and findings are made of; controls are there for their losses. */
const watched = new Set<ControlName>(['patient', 'shallow twin', 'shallower twin'])

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export function createWorkshop(place: WorkshopTask): Workshop {
  const { task, patient, workers, secondsSoFar } = place
  const { seeds, store } = task
  const trials: Trial[] = []
  const applicable = new Set(controlNames.filter((name) => trainingOf(patient, name) !== undefined))
  const secondsLeft = (): number => task.budgetSeconds - secondsSoFar()

  /** Trials that are asked for and weren't made. */
  const missing = (needs: readonly Need[]): Job[] => {
    const asked = needs.flatMap((need) =>
      'control' in need && applicable.has(need.control)
        ? seeds.slice(0, need.seeds).map((seed): Job => ({ control: need.control, seed }))
        : [],
    )
    const isSame = (one: Job, other: Job): boolean => one.control === other.control && one.seed === other.seed
    return asked.filter((job, index) => {
      return !trials.some(({ record }) => isSame(record, job)) && asked.findIndex((one) => isSame(one, job)) === index
    })
  }
  const secondsFor = (work: number): number | null => {
    const [seconds, done] = [
      sum(trials.map(({ record }) => record.seconds)),
      sum(trials.map(({ record }) => record.work)),
    ]
    return done === 0 ? null : (work * seconds) / done
  }
  const workFor = ({ control }: Job): number => {
    const training = trainingOf(patient, control)
    return training ? workOf(training) : 0
  }
  const costOf = (need: Need): number | null => {
    if ('control' in need) return secondsFor(sum(missing([need]).map(workFor)))
    const { steps, seconds } = costOfMeasurement(need.measurement, patient)
    const passes = secondsFor((workOf(patient) / patient.settings.steps) * steps)
    return passes === null ? null : passes + seconds
  }
  const affordable = (needs: readonly Need[]): Job[] => {
    const cost = (job: Job): number => secondsFor(workFor(job)) ?? 0
    return missing(needs)
      .filter((job) => (!task.isOver && cost(job) <= secondsLeft()) || store?.has(job.control, job.seed))
      .sort((a, b) => cost(a) - cost(b))
  }

  const run = async (jobs: readonly Job[]): Promise<void> => {
    const specs = jobs.flatMap((job) => specOf(place, job) ?? [])
    const waiting = specs.filter((spec) => {
      const known = store?.find(spec.control, spec.seed)
      if (known) trials.push({ spec, ...known })
      return !known
    })
    task.observer?.onTrials?.(waiting)
    // What only needs to be looked at first: then it can't be lost.
    const rank = ({ work, finished }: TrialSpec): number => (finished ? Number.POSITIVE_INFINITY : work)
    const stop = stopOnAbort(task.abort)
    try {
      await workers.run(
        waiting
          .toSorted((a, b) => rank(b) - rank(a))
          .map((spec) => async (worker) => {
            if (stop.signal.aborted || !applicable.has(spec.control)) return
            const trial = await orWithout(applicable, spec, stop, async () =>
              makeTrial(spec, await worker.backend(spec.precision), task, stop.signal),
            )
            if (!trial) return
            const keepsWeights = watched.has(spec.control) && spec.seed === seeds[0]
            trials.push(keepsWeights ? trial : { ...trial, weights: new Map() })
            await store?.save(trial, { keepsWeights, seconds: secondsSoFar() })
          }),
      )
    } finally {
      stop.release()
    }
    const orderOf = ({ record }: Trial): number =>
      controlNames.indexOf(record.control) * seeds.length + seeds.indexOf(record.seed)
    trials.sort((a, b) => orderOf(a) - orderOf(b))
  }
  return { trials, applicable, secondsLeft, costOf, affordable, run }
}

/** A control that memory doesn't hold is left out; without the patient and its twin there is no diagnosis. What else fails ends all. */
async function orWithout(
  applicable: Set<ControlName>,
  { control }: TrialSpec,
  stop: AbortController,
  make: () => Promise<Trial | undefined>,
): Promise<Trial | undefined> {
  try {
    return await make()
  } catch (error) {
    if (error instanceof IsobathError && error.code === 'memory' && !watched.has(control)) {
      applicable.delete(control)
      return undefined
    }
    stop.abort()
    throw error
  }
}

async function makeTrial(
  spec: TrialSpec,
  backend: Parameters<typeof runTrial>[1],
  { observer }: DiagnosisTask,
  abort: AbortSignal,
): Promise<Trial | undefined> {
  const onProgress = (done: number, losses: readonly LossRecord[]): void => observer?.onProgress?.(spec, done, losses)
  const trial = await runTrial(spec, backend, { abort, onProgress })
  observer?.onFinished?.(spec, trial?.record)
  return trial
}

function specOf({ patient, task }: WorkshopTask, { control, seed }: Job): TrialSpec | undefined {
  const training = trainingOf(patient, control)
  if (!training) return undefined
  const { network, data, precision } = training
  const blueprint = createBlueprint(network, data.shape)
  const isWatched = watched.has(control)
  const settings = settingsOf(training, seed, isWatched)
  const isDone = control === 'patient' && seed === task.seeds[0] && settings.steps === task.settings.steps
  const finished = isDone ? task.finished : undefined
  const work = finished ? 0 : workOf(training)
  return {
    control,
    seed,
    blueprint,
    settings,
    data,
    precision,
    isWatched,
    work,
    finished,
    // Drawn when it is asked for: the weights of all trials together may be large.
    get start(): Weights {
      const weights = (task.start ?? initialise)(blueprint, seed)
      if (task.start) checkWeights(blueprint, weights)
      return weights
    },
  }
}

/** Aborted with another signal, or by itself. */
function stopOnAbort(abort: AbortSignal | undefined): AbortController & { release(): void } {
  const stop = new AbortController()
  const forward = (): void => stop.abort()
  if (abort?.aborted) forward()
  abort?.addEventListener('abort', forward)
  return Object.assign(stop, { release: () => abort?.removeEventListener('abort', forward) })
}
