/** One sentence of advice about a training that diverged, learned next to nothing, or stopped improving long ago. */
import type { Baselines } from '../baselines/baselines.ts'
import { type Dataset, taskOf } from '../data/dataset.ts'
import { farthestValue } from '../data/far-values.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chanceOf } from '../diagnosis/evidence.ts'
import { formatPercent } from '../format/text.ts'
import { counted, grouped, number } from '../format/words.ts'
import { createOptimizer } from '../graph/optimizers/table.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { type Course, courseOf } from '../training/course.ts'
import type { Divergence } from '../training/divergence.ts'
import type { Scores } from '../training/evaluator.ts'
import type { LossRecord } from '../training/state.ts'
import { isNoBetterThanLinear, noBetterSentence } from './linear-advice.ts'

/** The result of a training, as far as the advice depends on it. */
export interface AdvisedTraining {
  readonly settings: TrainingSettings
  readonly losses: readonly LossRecord[]
  readonly train: Scores
  /** Without baselines, the advice says nothing about linear models. */
  readonly baselines?: Baselines
  readonly diverged: Divergence | null
  readonly interrupted: boolean
  /** Number of updates. */
  readonly steps: number
}

/** Options of a training to change, with their new values. Numbers and names only, as the command line writes them. */
export type AdvisedChange = Readonly<
  Partial<
    Record<
      'rate' | 'clipNorm' | 'schedule' | 'classWeights' | 'steps' | 'optimizer' | 'standardize' | 'standardizeTargets',
      number | string
    >
  >
>

/** Advice about a training. */
export interface Advice {
  /**
   * `diverged`: the loss is no longer finite. `learned nothing`: the training loss is about that of guessing.
   * `unbalanced`: the network hardly finds the samples of a small class. `still falling`: the loss was falling steeply
   * at the end. `no better than linear`: the training error is not below that of the best linear model. `stopped
   * improving`: the loss has hardly fallen since a step in the first half of the training.
   */
  readonly finding:
    | 'diverged'
    | 'learned nothing'
    | 'unbalanced'
    | 'still falling'
    | 'no better than linear'
    | 'stopped improving'
  /** What was found, and the likely reason, in one or two sentences. */
  readonly sentence: string
  /** Options to change in the next training, or `diagnose` if the next step is a diagnosis. */
  readonly next: AdvisedChange | 'diagnose'
}

/** Share of the guessing loss from which on a network learned next to nothing. */
const nothing = 0.98
/** Multiple of the guessing loss from which on the first loss of a training shows that its outputs are too large. */
const broken = 1000
/** Multiple of the optimizer's default rate from which on the rate is the first suspect of a failure. */
const farTooLarge = 30
/** Number of updates within which a divergence shows a far too large learning rate. */
const firstUpdates = 3
/** Share of the guessing loss below which a training has little left to improve. */
const learned = 0.02
/** Share of the guessing loss from which on a loss that stays flat needs an explanation, whatever the schedule. */
const poor = 0.5
/** Fraction of right answers for a class below which the network misses most of the class. */
const mostFound = 0.5
/** Ratio of the samples of the largest class to the samples of a class from which on the class is small. */
const leastRatio = 3
/** Distance from a column's mean, in standard deviations, from which on a value is the likely reason of a divergence. */
const far = 20

/**
 * Returns advice about a training that went badly, or null if nothing stands out. `data` is the data set of the
 * training. A stopped training gets no advice.
 */
export function adviceFor(run: AdvisedTraining, data: Dataset): Advice | null {
  const { settings, losses, train, diverged, interrupted } = run
  if (interrupted) return null
  const course = courseOf(losses.filter(({ loss }) => Number.isFinite(loss)))
  const chance = chanceOf(data, settings, createStandardizer(data.train, data.shape, settings)).loss
  if (diverged) {
    return (
      startedBroken(diverged, settings, losses[0]?.loss, chance) ??
      divergedAdvice(run, diverged, course, farAdvice(data))
    )
  }
  if (train.loss === null || !(chance > 0)) return null
  if (hasLearnedNothing(train.loss, chance, course)) return nothingAdvice(run, train.loss, chance, data)
  const unbalanced = unbalancedAdvice(run, data)
  if (unbalanced !== undefined) return unbalanced
  const linear = linearSentence(run, data)
  if (course.kind === 'falling' && train.loss > learned * chance) return fallingAdvice(run, linear)
  if (linear !== undefined) {
    const sentence = `${linear} A diagnosis looks for the reason.`
    return { finding: 'no better than linear', sentence, next: 'diagnose' }
  }
  if (course.kind === 'flat' && isFlatEarly(course, chance)) return flatAdvice(run, course, chance)
  return null
}

/**
 * Whether the loss on the training set is about that of guessing. A loss that is above that of guessing and still falls
 * does not count, because more steps may be enough.
 */
export const hasLearnedNothing = (loss: number, chance: number, course: Course): boolean =>
  loss >= nothing * chance && (course.kind !== 'falling' || nothing * loss <= chance)

/** Whether a loss stays flat at a level from which there is something left to improve. */
export const isFlatEarly = ({ level }: Course & { kind: 'flat' }, chance: number): boolean => level > learned * chance

/** A smaller learning rate to try, and the sentence about it. */
interface SmallerRate {
  readonly rate: number
  readonly words: string
}

/** Returns the default rate of the optimizer if the rate is many times the default, and otherwise a tenth of the rate. */
function muchSlower(settings: TrainingSettings): SmallerRate {
  const { name } = settings.optimizer
  const { rate } = createOptimizer(name)
  return isFarTooLarge(settings)
    ? { rate, words: `Try the default learning rate of ${name}, ${rate}.` }
    : { rate: slower(settings, 10), words: 'Try a tenth of the learning rate.' }
}

const isFarTooLarge = ({ optimizer: { name, rate } }: TrainingSettings): boolean =>
  rate >= farTooLarge * createOptimizer(name).rate

/** The learning rate divided by `divisor`, with two significant digits. */
const slower = ({ optimizer }: TrainingSettings, divisor: number): number =>
  Number((optimizer.rate / divisor).toPrecision(2))

/** Returns the reason and the change if a value far from the mean of its column is the likely reason of a failure. */
function farAdvice(data: Dataset): Pick<Advice, 'sentence' | 'next'> | undefined {
  const farthest = farthestValue(data)
  if (farthest === undefined || farthest.deviations < far) return undefined
  const { column, role, value, deviations } = farthest
  const distance = `${grouped(Math.round(deviations))} standard deviations`
  const sentence = `A likely reason is the ${role} ${column}: its value ${shortest(value)} lies ${distance} from the mean, so a sample with this value has a very large gradient. Clip the gradients to norm 1.`
  return { sentence, next: { clipNorm: 1 } }
}

/** A value of a table, without the digits that float32 adds. */
const shortest = (value: number): string => String(Number(value.toPrecision(7)))

/**
 * Returns advice if the training was broken before the first update. Neither the learning rate nor clipping helps such
 * a training.
 */
function startedBroken(
  { step }: Divergence,
  settings: TrainingSettings,
  firstLoss: number | undefined,
  chance: number,
): Advice | undefined {
  const beforeUpdates = step === 0 || firstLoss === undefined
  if (!beforeUpdates && !(chance > 0 && firstLoss >= broken * chance)) return undefined
  const found = beforeUpdates
    ? 'The training diverged at step 0, before the first update, so the learning rate is not the reason.'
    : `The training diverged at step ${grouped(step)}. The loss was ${number(firstLoss)} before the first update, and guessing gives ${number(chance)}, so the learning rate is not the only reason.`
  const finding = 'diverged'
  const [reason, next] = unscaled(settings)
  return { finding, sentence: `${found} ${reason}`, next }
}

/** Returns the likely reason for outputs that are far too large before the first update, and the next step. */
function unscaled({ standardize, standardizeTargets }: TrainingSettings): readonly [string, Advice['next']] {
  if (standardize === 'raw' || standardize === 'none')
    return ['A likely reason is that the inputs are not standardized.', { standardize: 'per-channel' }]
  if (standardizeTargets === 'none')
    return ['A likely reason is the raw targets. Standardize the targets.', { standardizeTargets: 'per-target' }]
  return ['A diagnosis looks for the reason.', 'diagnose']
}

function divergedAdvice(
  { settings }: AdvisedTraining,
  { step }: Divergence,
  course: Course,
  farther: ReturnType<typeof farAdvice>,
): Advice {
  const finding = 'diverged'
  const { rate } = settings.optimizer
  const smaller = muchSlower(settings)
  if (farther !== undefined && settings.clipNorm === null && !isFarTooLarge(settings)) {
    return { finding, ...farther, sentence: `The training diverged at step ${grouped(step)}. ${farther.sentence}` }
  }
  if (course.kind === 'rising') {
    const sentence = `The training diverged at step ${grouped(step)}. The loss rose from the first steps on, so the learning rate ${rate} is too large. ${smaller.words}`
    return { finding, sentence, next: { rate: smaller.rate } }
  }
  if (step <= firstUpdates) {
    const sentence = `The training diverged at step ${grouped(step)}, within the first updates, so the learning rate ${rate} is too large. ${smaller.words}`
    return { finding, sentence, next: { rate: smaller.rate } }
  }
  if (isFarTooLarge(settings)) {
    const sentence = `The training diverged at step ${grouped(step)}. The likely reason is that the learning rate ${rate} is too large. ${smaller.words}`
    return { finding, sentence, next: { rate: smaller.rate } }
  }
  const sentence = `The training diverged at step ${grouped(step)}, after the loss had not risen in the first steps. The likely reason is that the learning rate ${rate} is somewhat too large. Try a third of the learning rate.`
  return { finding, sentence, next: { rate: slower(settings, 3) } }
}

function nothingAdvice({ settings }: AdvisedTraining, loss: number, chance: number, data: Dataset): Advice {
  const found = `The network learned next to nothing: its training loss is ${loss.toPrecision(4)}, and the best outputs that are the same for all samples give ${chance.toPrecision(4)}.`
  const finding = 'learned nothing'
  if (isFarTooLarge(settings)) {
    const { rate, words } = muchSlower(settings)
    const times = grouped(Math.round(settings.optimizer.rate / rate))
    const sentence = `${found} A likely reason is the learning rate ${settings.optimizer.rate}, which is ${times} times the default. ${words}`
    return { finding, sentence, next: { rate } }
  }
  const farther = settings.clipNorm === null ? farAdvice(data) : undefined
  if (farther !== undefined) return { finding, ...farther, sentence: `${found} ${farther.sentence}` }
  return { finding, sentence: `${found} A diagnosis finds the reason.`, next: 'diagnose' }
}

/**
 * Returns advice if the network misses most samples of a small class of the training set, and the training made no
 * difference between large and small classes.
 */
function unbalancedAdvice({ settings, train }: AdvisedTraining, { classNames }: Dataset): Advice | undefined {
  const { recall = [], classSamples = [] } = train
  if (settings.classWeights !== undefined || settings.order === 'balanced') return undefined
  const total = classSamples.reduce((sum, count) => sum + count, 0)
  const largest = classSamples.indexOf(Math.max(...classSamples))
  const missed = recall
    .map((found, label) => ({ found: found ?? 1, label, count: classSamples[label] }))
    .filter(({ found, count }) => found < mostFound && count * leastRatio <= classSamples[largest])
    .sort((one, other) => one.found - other.found)
  if (missed.length === 0) return undefined
  const [{ found, label, count }] = missed
  const nameOf = (index: number): string => classNames?.[index] ?? String(index)
  const shares = `${formatPercent(classSamples[largest] / total, 1)} of the training samples have the class ${nameOf(largest)}, and ${formatPercent(count / total, 1)} have the class ${nameOf(label)}.`
  const sentence = `${shares} The network finds ${found === 0 ? 'none' : `only ${formatPercent(found, 1)}`} of the samples of the class ${nameOf(label)}. Weights for the classes give small classes the same importance as large ones.`
  return { finding: 'unbalanced', sentence, next: { classWeights: 'balanced' } }
}

/** Says that the network is no better than the best linear model on the training set, if that is so. */
function linearSentence({ train, baselines }: AdvisedTraining, data: Dataset): string | undefined {
  if (baselines === undefined || !isNoBetterThanLinear(train.error, baselines)) return undefined
  return noBetterSentence(train.error, baselines, taskOf(data) !== 'classification')
}

function fallingAdvice({ settings, steps }: AdvisedTraining, linear: string | undefined): Advice {
  const lead = linear === undefined ? '' : `${linear} `
  const sentence = `${lead}The training loss was still falling when the training ended after ${counted(steps, 'step')}. Train for three times as many steps.`
  return { finding: 'still falling', sentence, next: { steps: 3 * settings.steps } }
}

function flatAdvice(
  { settings, steps }: AdvisedTraining,
  { since, level }: Course & { kind: 'flat' },
  chance: number,
): Advice | null {
  const found = `The loss of a typical batch has hardly fallen since step ${grouped(since)} of ${grouped(steps)} and stayed near ${level.toPrecision(3)}.`
  const finding = 'stopped improving'
  if (settings.schedule.name !== 'constant') {
    // The loss of a falling rate is flat in the end, and noisy data leave a loss that no network removes.
    if (level < poor * chance) return null
    return { finding, sentence: `${found} A diagnosis finds the reason.`, next: 'diagnose' }
  }
  const sentence = `${found} A learning rate that falls to 0 often brings the loss further down.`
  return { finding, sentence, next: { schedule: 'cosine' } }
}
