/**
 * Causes in the setup of a training: data that are not scaled, an output that can't reach its targets, a network without
 * a nonlinearity, too much regularization, and unbalanced classes. Each is confirmed by trainings with this one thing
 * mended.
 */
import type { FactName } from '../../facts/fact.ts'
import { summarize } from '../../numerics/statistics.ts'
import type { Cause } from '../cause.ts'
import {
  type ChangeName,
  type ControlName,
  type ControlOf,
  changeOf,
  controlOf,
  highestPosition,
  nameAt,
  rateAt,
} from '../controls.ts'
import {
  comparableMeans,
  difference,
  type Evidence,
  endsFailures,
  fitsWell,
  goodEnough,
  isComparable,
  isSurelyBetter,
  leastEffect,
  meanOf,
  recordsOf,
  trainingError,
  trainingLoss,
} from '../evidence.ts'
import type { TrialRecord } from '../trial-record.ts'
import type { View } from '../view.ts'
import { type Assessed, holds, type Need, open, ruledOut, scoreOf } from './assessment.ts'
import { clearShare, halved, restoring, worsensTest } from './control-answers.ts'
import type { RankRule } from './rank.ts'

export type SetupCause = Extract<
  Cause,
  'unscaled-data' | 'output-cannot-reach-targets' | 'no-nonlinearity' | 'over-regularized' | 'unbalanced-classes'
>

/** Change of the error by the mended training. */
export interface Mended {
  readonly control: ControlName
  readonly rate: number
  readonly before: number
  readonly after: number
  /** Fraction of the error that the mended training removes. */
  readonly share: number
  readonly limit: number
  readonly isSure: boolean
  readonly seeds: number
}

/** The lowest error that the range of the outputs allows, and the lowest error of the mended trainings. */
export interface SetupFloor {
  readonly error: number
  readonly lowest: number
  /** Whether the error is that of the classes whose outputs are off, and not that of the range of the outputs. */
  readonly isLost: boolean
}

export type SetupFacts =
  | { readonly outcome: 'nothing to mend' | 'within limits' | 'fits' | 'untried' }
  | (Mended & {
      readonly outcome: 'mended' | 'too few seeds' | 'not mended' | 'costs test error'
      /** Limit that the range of the outputs sets to the error, if a mended training goes below it. */
      readonly floor: SetupFloor | null
      /** Mean test errors of the network and of the mended training, or null without test samples. */
      readonly test: { readonly before: number; readonly after: number } | null
    })

interface Setup {
  readonly control: ControlOf<'mending'>
  /** Error that the mended training must lower. */
  readonly measure: (evidence: Evidence, record: TrialRecord) => number | null
  /** Whether the mended training is compared with the network at the given rate, and not only at its best rate. */
  readonly isAtGivenRate: boolean
  /** Whether the mended training must also lower the test error, because the thing that it mends serves the test error. */
  readonly mustLowerTest: boolean
  /** Whether the network, the data or the settings give a reason to try the mended training. */
  readonly isSuspect: (view: View) => boolean
  /** Whether the network fits well in spite of the suspect, so that no training is needed. */
  readonly fits: (evidence: Evidence) => boolean
}

/** Recall of the class with the fewest right answers below which the network misses most of a class. */
const mostMissed = 0.5

/** Drop rate from which on dropout is suspected of holding a network back. */
const mostDropped = 0.3
/** Weight decay from which on it is suspected of holding a network back. */
const largestDecay = 2e-3

const hasFact =
  (...names: readonly FactName[]) =>
  ({ facts }: View): boolean =>
    facts.some(({ fact }) => names.includes(fact))

/** Whether outputs of the network are off for all samples before training, with the weights of some seed. */
const hasDeadOutputs = ({ given }: View): boolean =>
  recordsOf(given, 'network').some(({ snapshots }) => (snapshots[0]?.reading.deadUnits?.at(-1) ?? 0) > 0)

const setups: Readonly<Record<SetupCause, Setup>> = {
  'unscaled-data': {
    control: 'standardized data',
    measure: trainingError,
    isAtGivenRate: true,
    mustLowerTest: false,
    isSuspect: hasFact('unscaled-inputs', 'unscaled-targets', 'raw-bytes', 'outlier-targets'),
    fits: fitsWell,
  },
  'output-cannot-reach-targets': {
    control: 'free output',
    measure: trainingError,
    isAtGivenRate: false,
    mustLowerTest: false,
    isSuspect: (view) =>
      hasFact('output-range', 'softmax-twice', 'single-output-for-classes')(view) || hasDeadOutputs(view),
    fits: fitsWell,
  },
  'no-nonlinearity': {
    control: 'with activations',
    measure: trainingError,
    isAtGivenRate: false,
    mustLowerTest: false,
    isSuspect: () => true,
    fits: fitsWell,
  },
  'over-regularized': {
    control: 'without regularization',
    measure: trainingError,
    isAtGivenRate: false,
    mustLowerTest: true,
    isSuspect: ({ regularization: { dropped, decay } }) => dropped >= mostDropped || decay >= largestDecay,
    fits: fitsWell,
  },
  'unbalanced-classes': {
    control: 'balanced classes',
    measure: (_evidence, { train }) => (train.balancedAccuracy == null ? null : 1 - train.balancedAccuracy),
    isAtGivenRate: false,
    mustLowerTest: false,
    isSuspect: () => true,
    fits: (evidence) =>
      !recordsOf(evidence, 'network').some(({ train }) => train.recall?.some((found) => (found ?? 1) < mostMissed)),
  },
}

/** Largest number of rates at which a mended training is tried. */
const mostTries = 6

export function setupCause<C extends SetupCause>(cause: C, view: View): Assessed<C, SetupFacts> {
  const { control, isAtGivenRate, mustLowerTest, fits, isSuspect } = setups[cause]
  const { seeds, best } = view
  if (!view.applicable.has(control)) return ruledOut(cause, { outcome: 'nothing to mend' }, { observation: 'facts' })
  if (!isSuspect(view)) return ruledOut(cause, { outcome: 'within limits' }, { observation: 'facts' })
  if (fits(isAtGivenRate ? view.given : view)) return ruledOut(cause, { outcome: 'fits' }, { observation: 'training' })
  const tried = triesOf(cause, view)
  // The best rate of the mended training is the rate with the lowest error with the first seed, which all rates have.
  const [most] = tried.toSorted((one, other) => rawShare(view, other.control) - rawShare(view, one.control))
  const start = isAtGivenRate ? 0 : best.network
  const isFound = most !== undefined && most.share >= halved
  const missing = isFound ? [] : nextRates(view, control, start)
  if (missing.length > 0) {
    const needs = missing.map((at): Need => ({ control: nameAt(control, at), seeds: 1, isAtGivenRate: true }))
    return open(cause, { outcome: 'untried' }, needs)
  }
  if (most === undefined) return ruledOut(cause, { outcome: 'nothing to mend' }, { observation: 'facts' })
  const name = most.control
  if (Math.max(most.share, rawShare(view, name)) >= clearShare && most.seeds < seeds.length) {
    return open(cause, { outcome: 'untried' }, [{ control: name, seeds: seeds.length, isAtGivenRate: true }])
  }
  const by = { controls: tried.map((one) => one.control) }
  const test = testOf(view, name)
  const floor = cause === 'output-cannot-reach-targets' ? floorOf(view, name) : null
  const facts = { ...most, test, floor }
  if (floor !== null) return holds(cause, { ...facts, outcome: 'mended' }, scoreOf(floor.error, goodEnough))
  const base = nameAt('network', best.network)
  const isLarge = most.share >= halved || (most.share >= clearShare && endsFailures(view.given, base, name))
  if (!isLarge && !closesGap(view, name)) return ruledOut(cause, { ...facts, outcome: 'not mended' }, by)
  if (seeds.length < 3) return open(cause, { ...facts, outcome: 'too few seeds' }, [])
  if (!most.isSure) return ruledOut(cause, { ...facts, outcome: 'not mended' }, by)
  const isCostly =
    worsensTest(view.given, name) || (mustLowerTest && test !== null && test.after > (1 - clearShare) * test.before)
  if (isCostly) return ruledOut(cause, { ...facts, outcome: 'costs test error' }, by)
  return holds(cause, { ...facts, outcome: 'mended' }, most.share)
}

/**
 * The fraction of the error with the first seed that the mended training removes, also of an error above that of
 * guessing.
 */
function rawShare({ given, best }: View, name: ControlName): number {
  const [before, after] = [nameAt('network', best.network), name].map(
    (control) => recordsOf(given, control)[0]?.train.error ?? Number.POSITIVE_INFINITY,
  )
  return before > 0 && Number.isFinite(after) ? 1 - after / before : 0
}

/** Whether a change leaves the cost of a training as it is. More steps and wider layers are other cures. */
function isOfEqualCost(name: ChangeName): boolean {
  const { kind } = changeOf(name)
  return kind !== 'steps' && kind !== 'width'
}

/** Smallest gap between the network's loss and the lowest comparable loss that counts, as a fraction of guessing's loss. */
const leastGap = 0.1

/** Whether the mended training closes most of the gap between the network and the lowest comparable loss. */
function closesGap({ given, best }: View, name: ControlName): boolean {
  const [before, after] = [nameAt('network', best.network), name].map((one) => meanOf(given, one, trainingLoss))
  const lowest = Math.min(...comparableMeans(given, trainingLoss, isOfEqualCost))
  if (before === null || after === null || !isComparable(controlOf(name).change)) return false
  const gap = before - lowest
  return gap >= leastGap * given.chance.loss && before - after >= restoring * gap
}

/**
 * The lowest error that the outputs allow, if the error is not small and some mended training goes clearly below it. No
 * weights can bring the outputs out of their range, and an output that is off for all samples does not learn.
 */
function floorOf(view: View, name: ControlName): SetupFloor | null {
  const lost = lostClasses(view)
  const error = view.outputFloor ?? lost
  const lowest = Math.min(...recordsOf(view.given, name).map((record) => trainingError(view.given, record)))
  if (error === null || error < goodEnough || lowest > (1 - clearShare) * error) return null
  return { error, lowest, isLost: view.outputFloor === null }
}

/**
 * The mean fraction of the samples whose class has an output that is off for all samples after training. Null without
 * such outputs.
 */
function lostClasses(view: View): number | null {
  const lost = recordsOf(view, 'network').map(({ snapshots, train }) => {
    const dead = snapshots.at(-1)?.reading.deadUnits?.at(-1) ?? 0
    const { recall = [], classSamples = [] } = train
    const total = classSamples.reduce((sum, count) => sum + count, 0)
    const missed = classSamples.reduce((sum, count, label) => sum + (recall[label] === 0 ? count : 0), 0)
    return dead > 0 && total > 0 ? missed / total : 0
  })
  const mean = summarize(lost)?.mean ?? 0
  return mean > 0 ? mean : null
}

/** The changes by the mended training, at every rate at which it was tried. */
function triesOf(cause: SetupCause, view: View): Mended[] {
  const { control, isAtGivenRate } = setups[cause]
  const tried: Mended[] = []
  for (let position = -highestPosition; position <= highestPosition; position++) {
    const change = mendedBy(cause, view, nameAt(control, position), isAtGivenRate && position === 0)
    if (change !== null) tried.push(change)
  }
  return tried
}

/**
 * The next rates at which the mended training is tried: the start, a tenth and ten times of it, and then further in the
 * direction in which the error falls. A mended training can have another best rate than the given one.
 */
function nextRates(view: View, control: ControlOf<'mending'>, start: number): readonly number[] {
  const errors = new Map<number, number>()
  for (let position = -highestPosition; position <= highestPosition; position++) {
    const [record] = recordsOf(view.given, nameAt(control, position))
    if (record) errors.set(position, record.train.error ?? Number.POSITIVE_INFINITY)
  }
  const lacking = (positions: readonly number[]): number[] =>
    positions.filter((one) => !errors.has(one) && Math.abs(one) <= highestPosition)
  if (!errors.has(start)) return lacking([start])
  const beside = lacking([start - 2, start + 2])
  if (beside.length > 0) return beside
  const ranked = [...errors].sort(([, one], [, other]) => one - other)
  const [[best, lowest]] = ranked
  const [ends, known] = [[Math.min(...errors.keys()), Math.max(...errors.keys())], errors.get(start) ?? lowest]
  if (errors.size >= mostTries || !ends.includes(best) || !(lowest < (1 - leastEffect) * known)) return []
  return lacking([best === ends[0] ? best - 2 : best + 2])
}

function mendedBy(cause: SetupCause, view: View, name: ControlName, isFromGiven: boolean): Mended | null {
  const { measure } = setups[cause]
  const base = isFromGiven ? 'network' : nameAt('network', view.best.network)
  const found = difference(view.given, base, name, measure)
  if (found === null) return null
  const { first: before, second: after, count: seeds } = found
  const { error } = view.chance
  const isSure = isSurelyBetter(view.given, base, name, measure, error) || endsFailures(view.given, base, name)
  const rate = rateAt(view.rate, controlOf(name).position)
  const share = before > 0 ? 1 - after / before : 0
  return { control: name, rate, before, after, share, limit: halved, isSure, seeds }
}

function testOf(view: View, name: ControlName): { readonly before: number; readonly after: number } | null {
  const error = (_evidence: Evidence, { test }: TrialRecord): number | null => test.error
  const found = difference(view.given, nameAt('network', view.best.network), name, error)
  return found && { before: found.first, after: found.second }
}

/** A fault in the setup comes before its effects, and a rate that suits the fault is no cure. */
export const setupRank: RankRule = () => 'first'
