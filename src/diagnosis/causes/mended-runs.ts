/** Trainings with one thing mended, at several rates, compared with the network. */
import { type ChangeName, type ControlName, changeOf, controlOf, highestPosition, nameAt, rateAt } from '../controls.ts'
import {
  comparableMeans,
  difference,
  type Evidence,
  endsFailures,
  failedSeeds,
  isComparable,
  isSurelyBetter,
  leastEffect,
  meanOf,
  recordsOf,
  trainingLoss,
} from '../evidence.ts'
import type { View } from '../view.ts'
import { restoring } from './control-answers.ts'
import type { ErrorMeasure } from './measures.ts'

/** A change that is tried at several rates, and the measure of its success. */
export interface Trying {
  readonly control: ChangeName
  readonly measure: ErrorMeasure
  /** Smallest fraction of the error that the change must remove. */
  readonly limit: number
  /** Whether the training at the given rate is compared with the network at the given rate. */
  readonly isAtGivenRate: boolean
}

/** Change of the error by a mended training. A training that diverged counts as guessing. */
export interface Mended {
  readonly control: ControlName
  readonly rate: number
  /** Mean error of the network. */
  readonly before: number
  /** Mean error of the mended training. */
  readonly after: number
  /** Fraction of the error that the mended training removes. */
  readonly share: number
  readonly limit: number
  /** Whether the change is larger than the spread of the seeds. */
  readonly isSure: boolean
  readonly seeds: number
  /** Mean test errors of the network and of the mended training, or null without test samples. */
  readonly test: { readonly before: number; readonly after: number } | null
}

/** A mended training at one rate, with facts that no sentence needs. */
export interface Attempt extends Mended {
  /** The trainings of the network with which the mended training is compared. */
  readonly base: ControlName
  /** Fraction of the error of the first seed that is removed, also of an error above that of guessing. */
  readonly rawShare: number
}

/** Fraction of an error within which the errors at several rates count as equal. */
const flatFraction = 0.01
/** Largest number of rates at which a mended training is tried. */
const mostTries = 6

const positions: readonly number[] = Array.from({ length: 2 * highestPosition + 1 }, (_, at) => at - highestPosition)

/** The mended trainings at every rate at which they were tried, the best rate first. `start` is the first tried rate. */
export function attemptsOf(trying: Trying, view: View, start: number): readonly Attempt[] {
  const made = positions.flatMap((position) => attemptAt(trying, view, position) ?? [])
  // The best rate is the rate with the lowest error with the first seed, which was trained at all rates.
  const distance = ({ control }: Attempt): number => Math.abs(controlOf(control).position - start)
  return made.sort((one, other) => other.rawShare - one.rawShare || distance(one) - distance(other))
}

function attemptAt({ control, measure, limit, isAtGivenRate }: Trying, view: View, position: number): Attempt | null {
  const { given, best, chance } = view
  const name = nameAt(control, position)
  const base = isAtGivenRate && position === 0 ? 'network' : nameAt('network', best.network)
  const found = difference(given, base, name, measure.error)
  if (found === null) return null
  const { first: before, second: after, count: seeds } = found
  const [rawBefore, rawAfter] = [base, name].map((one) => measure.raw(recordsOf(given, one)[0]))
  return {
    control: name,
    rate: rateAt(view.rate, position),
    before,
    after,
    share: before > 0 ? 1 - after / before : 0,
    limit,
    isSure: isSurelyBetter(given, base, name, measure.error, chance.error) || endsFailures(given, base, name),
    seeds,
    test: testErrors(given, base, name, measure),
    base,
    rawShare: rawShareOf(rawBefore, rawAfter),
  }
}

/** The fraction of an error that is removed. A training that diverged, with an infinite error, removes less than any other. */
function rawShareOf(before: number, after: number): number {
  if (!Number.isFinite(after)) return -Number.MAX_VALUE
  return before > 0 ? 1 - after / Math.min(before, Number.MAX_VALUE) : 0
}

/** Mean test errors of two kinds of trainings. */
function testErrors(
  evidence: Evidence,
  first: ControlName,
  second: ControlName,
  { test }: ErrorMeasure,
): Mended['test'] {
  const found = difference(evidence, first, second, test)
  return found && { before: found.first, after: found.second }
}

/**
 * The next rates at which the mended training is tried: the start, a tenth and ten times of it, and then further in the
 * direction in which the error falls. A mended training can have another best rate than the network.
 */
export function nextRates({ control, measure }: Trying, view: View, start: number): readonly number[] {
  const errors = new Map<number, number>()
  for (const position of positions) {
    const [record] = recordsOf(view.given, nameAt(control, position))
    if (record) errors.set(position, measure.raw(record))
  }
  const lacking = (wanted: readonly number[]): number[] =>
    wanted.filter((one) => !errors.has(one) && Math.abs(one) <= highestPosition)
  if (!errors.has(start)) return lacking([start])
  // After a training that diverged, no higher rate helps.
  const isBroken = errors.get(start) === Number.POSITIVE_INFINITY
  const beside = lacking(isBroken ? [start - 2] : [start - 2, start + 2])
  if (beside.length > 0) return beside
  const [[best, lowest]] = [...errors].sort(([, one], [, other]) => one - other)
  // If the mended training learns nothing at any rate, its rate can be wrong by far.
  const isFailing = failedSeeds(view.given, nameAt(control, start)).length > 0 && Number.isFinite(lowest)
  const isFlat = isFailing && Math.max(...errors.values()) <= (1 + flatFraction) * lowest
  if (isFlat && errors.size < mostTries) return lacking([start - 6, start + 6])
  const [ends, known] = [[Math.min(...errors.keys()), Math.max(...errors.keys())], errors.get(start) ?? lowest]
  if (errors.size >= mostTries || !ends.includes(best) || !(lowest < (1 - leastEffect) * known)) return []
  return lacking([best === ends[0] ? best - 2 : best + 2])
}

/**
 * The rates that are still tried. No further rate is tried once the change succeeds. Only a rate whose mirror image was
 * tried follows all the same, so that the trainings do not depend on how many of them run side by side.
 */
export function missingRates(
  attempts: readonly Attempt[],
  next: readonly number[],
  start: number,
  isDone: boolean,
): readonly number[] {
  if (!isDone) return next
  const tried = new Set(attempts.map(({ control }) => controlOf(control).position))
  return next.filter((at) => tried.has(2 * start - at))
}

/** Smallest gap between the network's loss and the lowest comparable loss that counts, as a fraction of guessing's loss. */
const leastGap = 0.1

/** Whether a mended training closes most of the gap between the network and the lowest comparable loss. */
export function closesGap({ given }: View, { control, base }: Attempt): boolean {
  const [before, after] = [base, control].map((one) => meanOf(given, one, trainingLoss))
  const lowest = Math.min(...comparableMeans(given, trainingLoss, isOfEqualCost))
  if (before === null || after === null || !isComparable(controlOf(control).change)) return false
  const gap = before - lowest
  return gap >= leastGap * given.chance.loss && before - after >= restoring * gap
}

/** Whether a change leaves the cost of a training as it is. More steps and wider layers are other cures. */
function isOfEqualCost(name: ChangeName): boolean {
  const { kind } = changeOf(name)
  return kind !== 'steps' && kind !== 'width'
}
