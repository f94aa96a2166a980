/** The evidence that a diagnosis has collected so far, and quantities derived from the evidence for several causes. */
import type { Baselines } from '../baselines/baselines.ts'
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import type { Fact } from '../facts/fact.ts'
import { type GivenLoss, type LossName, type LossSettings, lossOf } from '../graph/losses.ts'
import { type PairedDifference, pairedDifference } from '../numerics/paired-difference.ts'
import { summarize } from '../numerics/statistics.ts'
import type { LayerProbeName } from '../probes/layer-probes.ts'
import type { Stage } from '../probes/stages.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { assertInvariant } from '../support/errors.ts'
import { weightsOfClasses } from '../training/class-weights.ts'
import { type Change, type ChangeName, type ControlName, changeOf, controlOf } from './controls.ts'
import type { Measured } from './measured.ts'
import type { TrialRecord } from './trial-record.ts'

/**
 * Loss and error of guessing, that is, of outputs that ignore the inputs and equal the class frequencies or the mean of
 * the values.
 */
export interface Chance {
  readonly loss: number
  readonly error: number
}

/** Strength of the regularization of a training. */
export interface Regularization {
  /** Largest drop rate of the network. */
  readonly dropped: number
  /** Weight decay of the optimizer. A decay that the optimizer applies apart from the gradient counts as 0. */
  readonly decay: number
}

export interface Evidence {
  /** Stages of the network in the order of the forward pass. */
  readonly stages: readonly Pick<Stage, 'name' | 'skips' | 'multiplier'>[]
  readonly depths: Depths
  /**
   * Whether the user gave the comparison network. Without a given network, the comparison network is the diagnosed
   * network with fewer layers.
   */
  readonly isTwinGiven: boolean
  /** Whether some layer has fewer units than the network has outputs. */
  readonly isNarrow: boolean
  readonly chance: Chance
  /** Scores of guessing and of the best linear model, or null if the diagnosis was stopped before the fit. */
  readonly baselines: Baselines | null
  /** Facts about the network, the data and the settings that stand out before any training. */
  readonly facts: readonly Fact[]
  /** Faults in the scale of the raw data that the standardization of the settings removes. */
  readonly removed: readonly Fact[]
  readonly regularization: Regularization
  /** Lowest error that the range of the outputs allows, or null if the last layer does not limit the outputs. */
  readonly outputFloor: number | null
  /** Learning rate of the diagnosed training. */
  readonly rate: number
  /** Whether the user chose the number of steps. Otherwise the budget of the diagnosis decided. */
  readonly hasOwnSteps: boolean
  readonly seeds: readonly number[]
  readonly records: readonly TrialRecord[]
  /** Records of the trainings with fresh seeds, which measure a cure and decide no cause. */
  readonly fresh: readonly TrialRecord[]
  /** Changes that apply to the network and the data, and whose trainings fit into memory. */
  readonly applicable: ReadonlySet<ChangeName>
  readonly measured: Measured
}

/**
 * Whether the network predicts values and not classes. Guessing the mean of a value leaves the whole variance
 * unexplained, and guessing a class is always right for some samples.
 */
export const predictsValues = ({ chance }: Pick<Evidence, 'chance'>): boolean => chance.error === 1

/**
 * Numbers of layers of the network and its twins: hidden layers in dense networks, and all layers with weights in
 * convolutional networks.
 */
export interface Depths {
  readonly what: 'hidden layer' | 'layer'
  readonly network: number
  readonly shallow?: number
  readonly shallower?: number
}

/** Largest number of samples from which the loss of guessing target values (in a regression) is computed. */
const mostCounted = 4096

/** The settings of a training that decide which outputs are the best guess. */
export type GuessSettings = LossSettings & Partial<Pick<TrainingSettings, 'classWeights' | 'order'>>

/**
 * Returns the loss and the error of guessing. If the training weights the classes, the guess has the best outputs for
 * the weighted fractions of the classes. The loss is always the mean over the samples without weights.
 */
export function chanceOf(data: Dataset, given: LossName | GuessSettings, standardizer: Standardizer): Chance {
  const settings = typeof given === 'string' ? { loss: given } : given
  if (taskOf(data) !== 'classification') return { loss: guessingValues(data, settings, standardizer), error: 1 }
  const { labels, count } = data.train
  const shares = new Float64Array(data.classes)
  for (const label of labels) shares[label] += 1 / count
  const error = 1 - Math.max(...shares)
  const { classes, delta } = lossOf(settings)
  return { loss: classes.guessing(shares, delta, trainedShares(data, shares, settings)), error }
}

/** Returns the fraction of each class in the training loss, with the weights of the classes. */
function trainedShares(data: Dataset, shares: Float64Array, { classWeights, order }: GuessSettings): Float64Array {
  const drawn = order === 'balanced' ? weightsOfClasses(data, 'balanced') : shares.map(() => 1)
  // The balanced weights of a balanced order are computed from the training set, although its batches are balanced.
  const weights = classWeights === undefined ? shares.map(() => 1) : weightsOfClasses(data, classWeights)
  const weighted = shares.map((share, label) => share * drawn[label] * weights[label])
  const total = weighted.reduce((sum, share) => sum + share, 0)
  return weighted.map((share) => share / total)
}

/** Computes the loss of guessing the best constant for each output, averaged over the outputs. */
function guessingValues(data: Dataset, loss: GivenLoss, standardizer: Standardizer): number {
  const { values, delta, op } = lossOf(loss)
  assertInvariant(values !== null, `${op} can't compare values`)
  const { train } = data
  const width = outputsOf(data)
  const rows = Math.min(train.count, mostCounted)
  const indices = Uint32Array.from({ length: rows }, (_, index) => index)
  const target = { array: new Float64Array(rows * width), offset: 0, stride: width }
  if (train.targets === 'inputs') standardizer.fill(train, indices, target)
  else standardizer.fillTargets(train, indices, target)
  let total = 0
  for (let output = 0; output < width; output++) {
    total += values.guessing(
      Array.from({ length: rows }, (_, row) => target.array[row * width + output]),
      delta,
    )
  }
  return total / width
}

export function recordsOf({ records }: Evidence, control: ControlName): readonly TrialRecord[] {
  return records.filter((record) => record.control === control)
}

/**
 * Returns the training loss. If the training loss is above the loss of guessing, or if the training diverged, returns
 * the loss of guessing.
 */
export function trainingLoss({ chance }: Evidence, { train }: TrialRecord): number {
  return Math.min(train.loss ?? chance.loss, chance.loss)
}

/** Multiple of the loss of guessing up to which a loss above guessing counts when rates are compared. */
const mostAbove = 10

/**
 * Returns the training loss with which rates are compared. A loss above that of guessing counts up to ten times the loss of
 * guessing, because a rate that brings a far too large loss down to guessing is better. A diverged training counts as ten
 * times the loss of guessing.
 */
export function lossAtRate({ chance }: Evidence, { train, diverged }: TrialRecord): number {
  const most = mostAbove * chance.loss
  return diverged === null ? Math.min(train.loss ?? most, most) : most
}

export function trainingError({ chance }: Evidence, { train }: TrialRecord): number {
  return Math.min(train.error ?? chance.error, Math.max(chance.error, 0))
}

/** Returns the test error, or the error of guessing for a training that diverged. Null without test samples. */
export function testError({ chance, records }: Evidence, { test, diverged }: TrialRecord): number | null {
  if (test.error !== null || diverged === null) return test.error
  return records.some((record) => record.test.error !== null) ? chance.error : null
}

/** A score of a training. */
export type Measure = (evidence: Evidence, record: TrialRecord) => number | null

export function meanOf(evidence: Evidence, control: ControlName, measure: Measure): number | null {
  return summarize(recordsOf(evidence, control).map((record) => measure(evidence, record)))?.mean ?? null
}

/** Returns the mean difference of a score between two controls (second minus first), paired by seed. */
export function difference(
  evidence: Evidence,
  first: ControlName,
  second: ControlName,
  measure: Measure = trainingLoss,
): PairedDifference | null {
  return pairedDifference(recordsOf(evidence, first), recordsOf(evidence, second), (record) =>
    measure(evidence, record),
  )
}

/** Smallest error or loss that a ratio of errors tells apart, as a fraction of the error or loss of guessing. */
const smallestFraction = 0.002

/**
 * Whether a control is better than another one beyond the spread of the seeds, with at least three seeds. One of three
 * signs is enough. The paired difference is below 0. The paired ratio is below 1, since seeds with very different errors
 * can show the same ratio. Or the mean is halved, and every training of the control is better than every other one.
 */
export function isSurelyBetter(
  evidence: Evidence,
  first: ControlName,
  second: ControlName,
  measure: Measure,
  guessing: number,
): boolean {
  const change = difference(evidence, first, second, measure)
  if (change === null || change.verdict === 'better') return change !== null
  const valuesOf = (control: ControlName): number[] =>
    recordsOf(evidence, control).flatMap((record) => measure(evidence, record) ?? [])
  const isApart = Math.max(...valuesOf(second)) < Math.min(...valuesOf(first))
  if (change.count >= 3 && isApart && change.second <= change.first / 2) return true
  const logarithm = (one: Evidence, record: TrialRecord): number | null => {
    const value = measure(one, record)
    return value === null ? null : Math.log(Math.max(value, smallestFraction * guessing))
  }
  const ratio = difference(evidence, first, second, logarithm)
  return ratio !== null && ratio.count >= 3 && ratio.halfWidth !== null && ratio.mean + ratio.halfWidth < 0
}

/**
 * Whether seeds of a control fail and far fewer seeds of the other control do, with at least three seeds: none, or fewer by
 * at least half of all seeds. Failed trainings make the seeds so different that their spread tells nothing.
 */
export function endsFailures(evidence: Evidence, first: ControlName, second: ControlName): boolean {
  const seeds = recordsOf(evidence, second).length
  const [before, after] = [failedSeeds(evidence, first).length, failedSeeds(evidence, second).length]
  const everySeed = seeds >= Math.max(3, evidence.seeds.length)
  return everySeed && before > after && (after === 0 || 2 * (before - after) >= seeds)
}

/** Whether seeds of a control diverge and no seed of the other control does, with at least three seeds. */
export function endsDivergence(evidence: Evidence, first: ControlName, second: ControlName): boolean {
  const [before, after] = [recordsOf(evidence, first), recordsOf(evidence, second)]
  const everySeed = after.length >= Math.max(3, evidence.seeds.length)
  return everySeed && before.some(({ diverged }) => diverged) && after.every(({ diverged }) => !diverged)
}

/** Whether a training failed, which means that its training loss is at least 0.9 times the loss of guessing. */
function isFailed(evidence: Evidence, record: TrialRecord): boolean {
  const { loss } = evidence.chance
  return loss > 0 && trainingLoss(evidence, record) >= 0.9 * loss
}

/** Whether the mean training loss over the seeds of a control is at least 0.9 times the loss of guessing. */
export function fails(evidence: Evidence, control: ControlName): boolean {
  const loss = meanOf(evidence, control, trainingLoss)
  return loss !== null && evidence.chance.loss > 0 && loss >= 0.9 * evidence.chance.loss
}

/** Returns the twin with which the network is compared: the deeper twin among the twins that train. */
export function referenceOf(evidence: Evidence): 'shallow twin' | 'shallower twin' | undefined {
  const twins = ['shallow twin', 'shallower twin'] as const
  return twins.find((control) => recordsOf(evidence, control).length > 0 && !fails(evidence, control))
}

/**
 * Symptom of the training, which needs an explanation unless the symptom is `none`. The symptom is `unclear` if the
 * diagnosis was stopped before a twin was trained. The symptom is also `unclear` if the network is worse than its twin
 * in the mean but the seeds prove no difference.
 */
export type Symptom =
  | 'worse than its twin'
  | 'learns nothing'
  | 'fails with some seeds'
  | 'worse than a linear model'
  | 'unclear'
  | 'none'

/** Smallest training error that needs an explanation. */
export const goodEnough = 0.02
/** Smallest fraction of seeds with a failed training that does not count as chance. */
const mostAccidents = 0.5

export function symptomOf(evidence: Evidence): Symptom {
  const reference = referenceOf(evidence)
  const networks = recordsOf(evidence, 'network')
  if (networks.length === 0) return 'none'
  const isGood = fitsWell(evidence)
  const failed = failedSeeds(evidence).length
  if (reference === undefined) {
    if (fails(evidence, 'network')) return 'learns nothing'
    if (failed > 0) return 'fails with some seeds'
    if (isTwinAwaited(evidence) && !isGood) return 'unclear'
    return isWorseThanLinear(evidence) ? 'worse than a linear model' : 'none'
  }
  const failedTwins = failedSeeds(evidence, reference).length / recordsOf(evidence, reference).length
  const isFailing = failed >= mostAccidents * networks.length && failed / networks.length > failedTwins
  if (isFailing) return 'worse than its twin'
  if (isGood) return 'none'
  const found = difference(evidence, reference, 'network')
  if (found?.verdict === 'worse') return 'worse than its twin'
  if (failed > 0) return 'fails with some seeds'
  if (found?.verdict === 'too few seeds' && found.mean >= leastEffect * found.first) return 'unclear'
  return isWorseThanLinear(evidence) ? 'worse than a linear model' : 'none'
}

/** Whether the training error of the network is so small that no other training could be much better. */
export function fitsWell(evidence: Evidence): boolean {
  return isSmallError(evidence, meanOf(evidence, 'network', trainingError) ?? 0)
}

/** Training error below which no other rate and no other length is sought, as a fraction of guessing and as an error. */
const fairlyGood = 0.05

/** Whether the training error of the network is so small that another rate or more steps would matter little. */
export function fitsFairly(evidence: Evidence): boolean {
  const error = meanOf(evidence, 'network', trainingError) ?? 0
  return error < Math.min(fairlyGood, evidence.chance.error / 10)
}

/** Whether an error is so small that it needs no explanation. */
export const isSmallError = ({ chance }: Evidence, error: number): boolean =>
  error < Math.min(goodEnough, chance.error / 10)

/** The seeds with which the training of a control failed: the training diverged, or learned next to nothing. */
export function failedSeeds(evidence: Evidence, control: ControlName = 'network'): readonly number[] {
  return recordsOf(evidence, control).flatMap((record) => (isFailed(evidence, record) ? [record.seed] : []))
}

/** Largest ratio of an error to another error at which the first error is clearly smaller. */
const clearlyLess = 0.8

/**
 * Whether the network is clearly worse than the best linear model on the training set, or does not beat it although
 * another training of the diagnosis does.
 */
function isWorseThanLinear(evidence: Evidence): boolean {
  const linear = evidence.baselines?.linear.train.error ?? null
  const network = summarize(recordsOf(evidence, 'network').map((record) => trainingError(evidence, record)))
  if (linear === null || network === null || network.mean < goodEnough || isBetterOnTest(evidence)) return false
  if (network.mean - (network.halfWidth ?? 0) > linear && linear <= clearlyLess * network.mean) return true
  if (network.mean + (network.halfWidth ?? 0) < linear) return false
  const clearly = Math.max(clearlyLess * linear, goodEnough)
  return comparableMeans(evidence, trainingError).some((error) => error <= clearly)
}

/**
 * Whether the network has a lower test error than the best linear model. With many features, a linear model learns the
 * training set by heart, so its training error alone says little.
 */
function isBetterOnTest(evidence: Evidence): boolean {
  const linear = evidence.baselines?.linear.test.error ?? null
  const network = meanOf(evidence, 'network', testError)
  return linear !== null && network !== null && network <= linear
}

/**
 * Means of a score over the trainings of each control that has at least two seeds and solves the same task as the
 * network.
 */
export function comparableMeans(
  evidence: Evidence,
  measure: typeof trainingLoss,
  isMeant: (change: ChangeName) => boolean = () => true,
): readonly number[] {
  const names = new Set(evidence.records.map(({ control }) => control))
  return [...names].flatMap((name) => {
    const records = recordsOf(evidence, name)
    const { change } = controlOf(name)
    if (!isComparable(change) || !isMeant(change) || records.length < Math.min(2, evidence.seeds.length)) return []
    return meanOf(evidence, name, measure) ?? []
  })
}

/**
 * Kinds of changes that solve another task than the network, or that are too short to solve the task, or that the
 * diagnosis tries only for a cause. A loss that only some diagnoses know must not change the symptom.
 */
const others: ReadonlySet<Change['kind']> = new Set([
  'raw data',
  'half the data',
  'random labels',
  'short',
  'drawn weights',
  'remedy',
])

/** Whether the losses of a change can be compared with the losses of the network. */
export function isComparable(name: ChangeName): boolean {
  const change = changeOf(name)
  return (
    !others.has(change.kind) &&
    !(change.kind === 'mending' && (change.of === 'scales' || change.of === 'class balance'))
  )
}

/** Whether a network with fewer layers exists but has not been trained yet. */
export function isTwinAwaited(evidence: Evidence): boolean {
  return evidence.applicable.has('shallow twin') && recordsOf(evidence, 'shallow twin').length === 0
}

/**
 * Smallest relative difference between two losses or errors that counts. A difference below `leastEffect` is ignored
 * even if it is statistically significant.
 */
export const leastEffect = 0.05

/**
 * The training loss that the network should reach: the loss of the twin that trains. If no twin trains, the goal is the
 * lowest loss of any training of the diagnosis, at most half of the loss of guessing.
 */
export function goalOf(evidence: Evidence): number {
  const reference = referenceOf(evidence)
  if (reference) return meanOf(evidence, reference, trainingLoss) ?? 0
  return Math.min(evidence.chance.loss / 2, ...comparableMeans(evidence, trainingLoss))
}

/**
 * Fraction of the loss gap that a control recovers, from 0 for no change to 1 for the whole gap. The loss gap is the
 * network's training loss minus the twin's training loss. If no twin trains, half of the loss of guessing takes the
 * place of the twin's loss. Returns null before the control has been trained.
 */
export function recovery(evidence: Evidence, control: ControlName): number | null {
  const runs = recordsOf(evidence, control)
  const seeds = new Set(runs.map(({ seed }) => seed))
  const networks = recordsOf(evidence, 'network').filter(({ seed }) => seeds.has(seed))
  const mean = (records: readonly TrialRecord[]): number | null =>
    summarize(records.map((record) => trainingLoss(evidence, record)))?.mean ?? null
  const [network, changed] = [mean(networks), mean(runs)]
  if (network === null || changed === null) return null
  const goal = goalOf(evidence)
  const lack = network - goal
  if (lack >= leastEffect * goal && lack > 0) return (network - changed) / lack
  // The network has no loss gap with the seeds of the control. If the control lacks seeds, a recovery of 1 makes the
  // diagnosis train the control with the missing seeds.
  return runs.length >= evidence.seeds.length ? 0 : 1
}

/**
 * Returns the reading of a probe before the first step or after the last step: the median over the seeds for each
 * stage. The reading is NaN for a stage in which the probe has no values.
 */
export function readingOf(
  evidence: Evidence,
  probe: LayerProbeName,
  when: 'start' | 'end' = 'start',
  control: ControlName = 'network',
): readonly number[] {
  const readings = recordsOf(evidence, control).flatMap(({ snapshots }) => {
    const values = snapshots.at(when === 'start' ? 0 : -1)?.reading[probe]
    return values ? [values] : []
  })
  const width = Math.max(0, ...readings.map(({ length }) => length))
  return Array.from({ length: width }, (_, stage) => median(readings.map((values) => values[stage])))
}

/** Returns the median of all values that are neither NaN nor null. A null is a NaN that was stored as JSON. */
export function median(values: readonly (number | null)[]): number {
  const known = values.filter((value): value is number => value !== null && !Number.isNaN(value)).sort((a, b) => a - b)
  if (known.length === 0) return Number.NaN
  const middle = (known.length - 1) / 2
  return (known[Math.floor(middle)] + known[Math.ceil(middle)]) / 2
}
