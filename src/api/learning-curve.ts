/** The learning curve over the number of training samples: one training for each part of the training set. */
import { createBlueprint } from '../blueprint/create.ts'
import { checkAugmentation } from '../data/augment.ts'
import { checkLabeled, type Dataset, type Task, taskOf } from '../data/dataset.ts'
import { vary } from '../data/vary.ts'
import { formatPercent } from '../format/text.ts'
import { grouped } from '../format/words.ts'
import type { Network } from '../network/network.ts'
import { absorbSigmoid } from '../settings/absorb-sigmoid.ts'
import { resolveOptions, settingsFor } from '../settings/options.ts'
import { type TrainingOptions, training } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { checkEarlyStopping } from '../training/best-weights.ts'
import { checkTask } from '../training/check-task.ts'
import type { Divergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluator.ts'
import type { TrialEvent } from '../trials/events.ts'
import { workOf } from '../trials/multiply-adds.ts'
import { runTrials } from '../trials/runner.ts'
import { createSpec } from '../trials/spec.ts'
import type { Trial } from '../trials/trial.ts'
import { workersOf } from '../trials/workers.ts'
import { checkCall, namesOf } from './check-call.ts'
import { referenceOf } from './data-reference.ts'
import { describeData } from './describe-data.ts'
import { checkMachineChoice, type MachineChoice, machineChoice, withMachine } from './with-machine.ts'

/** Options of `learningCurve`. All trainings have the same number of steps and the same seed. */
export interface LearningCurveOptions extends Omit<TrainingOptions, 'evaluateEvery'>, MachineChoice {
  /** The data set, whose training set is cut into parts. Every network is scored on the whole test set. */
  readonly data: Dataset
  /** Fractions of the training set, each above 0 and at most 1. The default is 1/8, 1/4, 1/2 and 1. */
  readonly fractions?: readonly number[]
  /** Stops the trainings. The result then has only the points of the finished trainings. */
  readonly abort?: AbortSignal
  /** Called with each event of the trainings. */
  readonly onEvent?: (event: TrialEvent<CurveTrial>) => void
}

/** A training on a part of the training set. */
export interface CurveTrial extends Trial {
  /** Number of training samples. */
  readonly samples: number
}

/** One point of a learning curve. */
export interface CurvePoint {
  /** Number of training samples. */
  readonly samples: number
  /** Scores on the training samples of this point. */
  readonly train: Scores
  /** Scores on the whole test set. */
  readonly test: Scores
  /** The step and the layer at which the training diverged, or null. */
  readonly diverged: Divergence | null
}

const optionNames = namesOf<LearningCurveOptions>({
  ...machineChoice,
  ...training,
  data: true,
  fractions: true,
  abort: true,
  onEvent: true,
})

/** The usual fractions of the training set. */
const usualFractions = [1 / 8, 1 / 4, 1 / 2, 1]

/**
 * Trains a network on growing parts of the training set, and scores each network on the whole test set:
 * `learningCurve(network, { data: glyphs() })`. A smaller part is the beginning of a larger part. All trainings make as
 * many steps as a training on the whole training set, so that a small part is not trained for a shorter time.
 *
 * Throws the errors of `train`. Throws an `option` error on fractions that are not above 0 and at most 1.
 */
export async function learningCurve(network: Network, options: LearningCurveOptions): Promise<CurvePoint[]> {
  checkCall(options ?? {}, optionNames)
  checkMachineChoice(options)
  const { data, fractions = usualFractions, abort: signal, onEvent } = options
  checkFractions(fractions)
  checkLabeled(data)
  createBlueprint(network, data.shape)
  const asked = resolveOptions(options, data.train.count, taskOf(data))
  const { blueprint } = absorbSigmoid(network, data.shape, asked.loss)
  const full = settingsFor(blueprint, asked)
  checkTask(blueprint, data, full)
  checkAugmentation(full.augment, data)
  checkEarlyStopping(full, data)
  const reference = referenceOf(await describeData(data, {}))
  return withMachine(options, async (machine) => {
    const { precision } = machine.mode
    const trials: CurveTrial[] = []
    for (const samples of new Set(fractions.map((fraction) => Math.max(1, Math.round(fraction * data.train.count))))) {
      const { seed, ...shared } = full
      const settings = { ...shared, batch: Math.min(shared.batch, samples) }
      // The whole training set keeps its order, so that its training equals that of `train`.
      const part = samples === data.train.count ? reference : { ...reference, variation: { samples, seed } }
      const own = { network: blueprint.network, data: part, settings, seed }
      const whole = { start: { kind: 'seed' }, probes: null, scoring: 'all', keepsWeights: false } as const
      const spec = await createSpec({ ...own, precision, ...whole })
      trials.push({ ...spec, work: workOf(blueprint, settings, precision), samples })
    }
    const workers = workersOf(machine)
    try {
      const points: CurvePoint[] = []
      const resolver = { data: ({ variation = {} }: CurveTrial['data']) => vary(data, variation) }
      for await (const { trial, result } of runTrials(trials, { workers, resolver, signal, onEvent })) {
        const { scores, diverged } = result
        points.push({ samples: trial.samples, train: scores.train, test: scores.test, diverged })
      }
      return points.sort((one, other) => one.samples - other.samples)
    } finally {
      workers.dispose()
    }
  })
}

function checkFractions(fractions: readonly number[]): void {
  const isFraction = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= 1
  if (Array.isArray(fractions) && fractions.length > 0 && fractions.every(isFraction)) return
  throw new IsobathError(
    'option',
    'fractions: expected a list of fractions above 0 and at most 1, such as [0.125, 0.25, 0.5, 1].',
  )
}

/** Share of the test error by which the error must fall with twice the samples, so that more data probably helps. */
const leastGain = 0.05

/**
 * Says what the last two points of a learning curve mean. Returns null if one of the last two trainings diverged or has
 * no test samples, or if there are fewer than two points.
 */
export function describeCurve(points: readonly CurvePoint[], task: Task): string | null {
  const [before, last] = points.slice(-2)
  if (last === undefined || before.diverged !== null || last.diverged !== null) return null
  const [earlier, later] = [before.test.error, last.test.error]
  if (earlier === null || later === null) return null
  const shown = (error: number): string =>
    task === 'classification' ? formatPercent(error, 2) : (1 - error).toPrecision(3)
  const measure = task === 'classification' ? 'test error' : 'R2 on the test set'
  const course = `From ${grouped(before.samples)} to ${grouped(last.samples)} training samples, the ${measure} went from ${shown(earlier)} to ${shown(later)}, with one seed.`
  return later < (1 - leastGain) * earlier
    ? `${course} More data would probably help.`
    : `${course} More data alone would probably not help much.`
}
