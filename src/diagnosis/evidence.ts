/** What a diagnosis knows so far, and what follows from it that several causes ask for. */
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { type LossName, losses } from '../graph/losses.ts'
import { type PairedDifference, pairedDifference } from '../numerics/paired-difference.ts'
import { summarize } from '../numerics/statistics.ts'
import type { LayerProbeName } from '../probes/layer-probes.ts'
import type { Stage } from '../probes/stages.ts'
import { assertInvariant } from '../support/errors.ts'
import type { ControlName } from './controls.ts'
import type { Measured } from './measured.ts'
import type { TrialRecord } from './trial-record.ts'

/** What outputs are worth that know nothing of the inputs: the classes' shares, or the mean of the values. */
export interface Chance {
  readonly loss: number
  readonly error: number
}

export interface Evidence {
  /** The network's stages in the order of the signal. */
  readonly stages: readonly Pick<Stage, 'name' | 'skips' | 'multiplier'>[]
  readonly depths: Depths
  /** Whether the network it is measured against is another one, and not itself with fewer layers. */
  readonly isTwinGiven: boolean
  /** Whether some layer has fewer units than there are outputs. */
  readonly isNarrow: boolean
  readonly chance: Chance
  readonly seeds: readonly number[]
  readonly records: readonly TrialRecord[]
  /** Controls that make sense for this network and these data, and fit into memory. */
  readonly applicable: ReadonlySet<ControlName>
  readonly measured: Measured
}

/** Layers with weights: the hidden ones of dense networks, all of convolutional ones, as the papers count them. */
export interface Depths {
  readonly what: 'hidden layer' | 'layer'
  readonly network: number
  readonly shallow?: number
  readonly shallower?: number
}

/** Samples over which the variance of values is taken. */
const mostCounted = 4096

export function chanceOf(data: Dataset, loss: LossName, standardizer: Standardizer): Chance {
  if (taskOf(data) !== 'classification') return { loss: guessingValues(data, loss, standardizer), error: 1 }
  const { labels, count } = data.train
  const shares = new Float64Array(data.classes)
  for (const label of labels) shares[label] += 1 / count
  const error = 1 - Math.max(...shares)
  return { loss: losses[loss].classes.guessing(shares), error }
}

/** The mean over the outputs of the loss that guessing gets. */
function guessingValues(data: Dataset, loss: LossName, standardizer: Standardizer): number {
  const { values } = losses[loss]
  assertInvariant(values !== null, `${loss} can't compare values`)
  const { train } = data
  const width = outputsOf(data)
  const rows = Math.min(train.count, mostCounted)
  const indices = Uint32Array.from({ length: rows }, (_, index) => index)
  const target = { array: new Float64Array(rows * width), offset: 0, stride: width }
  if (train.targets === 'inputs') standardizer.fill(train, indices, target)
  else standardizer.fillTargets(train, indices, target)
  let total = 0
  for (let output = 0; output < width; output++) {
    total += values.guessing(Array.from({ length: rows }, (_, row) => target.array[row * width + output]))
  }
  return total / width
}

export function recordsOf({ records }: Evidence, control: ControlName): readonly TrialRecord[] {
  return records.filter((record) => record.control === control)
}

/** A training loss above that of guessing is worth no less than guessing, and so is a network that diverged. */
export function trainingLoss({ chance }: Evidence, { train }: TrialRecord): number {
  return Math.min(train.loss ?? chance.loss, chance.loss)
}

export function trainingError({ chance }: Evidence, { train }: TrialRecord): number {
  return Math.min(train.error ?? chance.error, Math.max(chance.error, 0))
}

export function meanOf(evidence: Evidence, control: ControlName, measure: typeof trainingLoss): number | null {
  return summarize(recordsOf(evidence, control).map((record) => measure(evidence, record)))?.mean ?? null
}

/** Of the second control against the first, paired by seed. */
export function difference(
  evidence: Evidence,
  first: ControlName,
  second: ControlName,
  measure: (evidence: Evidence, record: TrialRecord) => number | null = trainingLoss,
): PairedDifference | null {
  return pairedDifference(recordsOf(evidence, first), recordsOf(evidence, second), (record) =>
    measure(evidence, record),
  )
}

/** Its training got a tenth of the way at most from guessing to a loss of 0. */
function isFailed(evidence: Evidence, record: TrialRecord): boolean {
  const { loss } = evidence.chance
  return loss > 0 && trainingLoss(evidence, record) >= 0.9 * loss
}

/** The mean over its seeds is as good as nothing. */
export function fails(evidence: Evidence, control: ControlName): boolean {
  const loss = meanOf(evidence, control, trainingLoss)
  return loss !== null && evidence.chance.loss > 0 && loss >= 0.9 * evidence.chance.loss
}

/** The network with fewer layers that the network is measured against: the one with the most of those that train. */
export function referenceOf(evidence: Evidence): 'shallow twin' | 'shallower twin' | undefined {
  const twins = ['shallow twin', 'shallower twin'] as const
  return twins.find((control) => recordsOf(evidence, control).length > 0 && !fails(evidence, control))
}

/**
 * What there is to explain about the training itself. `unclear`: it was stopped before there was a twin to compare it with, or is
 * worse than its twin in the mean, and the seeds are too few
 * or differ too much to be sure.
 */
export type Symptom = 'worse than its twin' | 'learns nothing' | 'unclear' | 'none'

/** Under so many training errors there is nothing to explain. */
const goodEnough = 0.02
/** Of the seeds: that many failures are no accident. */
const mostAccidents = 0.5

export function symptomOf(evidence: Evidence): Symptom {
  const reference = referenceOf(evidence)
  const networks = recordsOf(evidence, 'network')
  if (networks.length === 0) return 'none'
  const error = meanOf(evidence, 'network', trainingError) ?? 0
  const isGood = error < Math.min(goodEnough, evidence.chance.error / 10)
  if (reference === undefined) {
    if (fails(evidence, 'network')) return 'learns nothing'
    return isTwinAwaited(evidence) && !isGood ? 'unclear' : 'none'
  }
  const failed = networks.filter((record) => isFailed(evidence, record)).length
  if (failed >= mostAccidents * networks.length) return 'worse than its twin'
  if (isGood) return 'none'
  const found = difference(evidence, reference, 'network')
  if (found?.verdict === 'worse') return 'worse than its twin'
  const isTooFew = found?.verdict === 'too few seeds' && found.mean >= leastEffect * found.first
  return isTooFew || failed > 0 ? 'unclear' : 'none'
}

/** Whether there is a network with fewer layers, which wasn't trained yet. */
export function isTwinAwaited(evidence: Evidence): boolean {
  return evidence.applicable.has('shallow twin') && recordsOf(evidence, 'shallow twin').length === 0
}

/** Relative: less is no difference, however sure. */
export const leastEffect = 0.05

/**
 * How much of what the network lacks a control gives it: 0 nothing, 1 all that the network with fewer layers has, or, where none
 * of those trains, half of the way from guessing to a loss of 0. Null before the control was run.
 */
export function recovery(evidence: Evidence, control: ControlName): number | null {
  const runs = recordsOf(evidence, control)
  const seeds = new Set(runs.map(({ seed }) => seed))
  const networks = recordsOf(evidence, 'network').filter(({ seed }) => seeds.has(seed))
  const mean = (records: readonly TrialRecord[]): number | null =>
    summarize(records.map((record) => trainingLoss(evidence, record)))?.mean ?? null
  const [network, changed] = [mean(networks), mean(runs)]
  if (network === null || changed === null) return null
  const reference = referenceOf(evidence)
  const goal = reference ? (meanOf(evidence, reference, trainingLoss) ?? 0) : evidence.chance.loss / 2
  const lack = network - goal
  if (lack >= leastEffect * goal && lack > 0) return (network - changed) / lack
  // Nothing is lacking with these seeds: all of them together settle it, some don't.
  return runs.length >= evidence.seeds.length ? 0 : 1
}

/** A probe's values by stage before the first step (or after the last), in the median of the seeds; NaN where there are none. */
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

/** Of the numbers that there are. JSON has no NaN: it comes back from a file as null. */
export function median(values: readonly (number | null)[]): number {
  const known = values.filter((value): value is number => value !== null && !Number.isNaN(value)).sort((a, b) => a - b)
  if (known.length === 0) return Number.NaN
  const middle = (known.length - 1) / 2
  return (known[Math.floor(middle)] + known[Math.ceil(middle)]) / 2
}
