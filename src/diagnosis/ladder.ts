/**
 * The ladder of rates: finds the best rate of the network or of a twin. Short trainings, whose rates decay to 0, come
 * first. They stand at a hundredth, a tenth, one times, ten times and a hundred times the given rate. Further rates follow
 * while the best rate is at an end of the ladder. The two rates beside the best rate come last. Whole trainings follow,
 * because a rate can be right for a short training and too high for a whole one. All steps follow from the records alone,
 * so a resumed diagnosis climbs the same ladder.
 */
import { areEqual, equalTo, rank } from '../trials/rate-search.ts'
import type { Need } from './causes/assessment.ts'
import { type ChangeName, type ControlName, controlsOf, highestPosition, nameAt } from './controls.ts'
import {
  difference,
  type Evidence,
  endsDivergence,
  endsFailures,
  fails,
  isSmallError,
  isSurelyBetter,
  leastEffect,
  lossAtRate,
  meanOf,
  recordsOf,
  trainingError,
} from './evidence.ts'

/** A network whose best rate is sought. */
export type Climber = 'network' | 'shallow twin' | 'shallower twin'

/** Result of a training at one rate of the ladder. */
export interface Rung {
  readonly position: number
  /** Factor on the given rate. */
  readonly rate: number
  /** Training loss, or null if the training diverged. */
  readonly loss: number | null
}

export interface Ladder {
  /** Results of the short trainings, in rising order of the rates. */
  readonly short: readonly Rung[]
  /** Results of the whole trainings with the first seed, in rising order of the rates. */
  readonly whole: readonly Rung[]
  /** Position of the best rate that was trained with all seeds. The given rate has position 0. */
  readonly best: number
  /** Trainings that are needed to find the best rate. The list is empty if the best rate is known. */
  readonly needs: readonly Need[]
}

const shortRuns: Readonly<Record<Climber, ChangeName>> = {
  network: 'short run',
  'shallow twin': 'short run of the shallow twin',
  'shallower twin': 'short run of the shallower twin',
}

/** The short trainings that belong to no table of whole trainings. */
export const shortChanges: ReadonlySet<ChangeName> = new Set(controlsOf('short'))

/** Positions of the first rates. Two positions are a factor of 10. */
const coarse = [-4, -2, 0, 2, 4]
/** Largest number of lower rates that are tried in whole trainings if a whole training is worse than the short one. */
const mostLower = 3
/** Fraction of the loss of guessing below which a difference between two losses counts as equal. */
const negligibleFraction = 0.005

interface Climb {
  readonly evidence: Evidence
  readonly of: Climber
  readonly options: { readonly given: number; readonly negligible: number }
}

/** Reads the ladder of a network from the records. */
export function ladderOf(evidence: Evidence, of: Climber): Ladder {
  const climb = { evidence, of, options: { given: 1, negligible: negligibleFraction * evidence.chance.loss } }
  const [short, whole] = [rungsOf(evidence, shortRuns[of]), rungsOf(evidence, of)]
  const { needs } = nextOf(climb, short, whole)
  return { short, whole, best: bestKnown(climb, whole), needs }
}

const rateOf = (position: number): number => 10 ** (position / 2)

/** The results of a change with the first seed, at every rate. */
function rungsOf(evidence: Evidence, change: ChangeName): readonly Rung[] {
  const rungs: Rung[] = []
  for (let position = -highestPosition; position <= highestPosition; position++) {
    const record = recordsOf(evidence, nameAt(change, position)).find(({ seed }) => seed === evidence.seeds[0])
    if (record === undefined) continue
    const loss = record.diverged === null ? record.train.loss : null
    rungs.push({ position, rate: rateOf(position), loss })
  }
  return rungs
}

const need = (change: ChangeName, position: number, seeds = 1): Need => ({ control: nameAt(change, position), seeds })

/** The next trainings of the ladder. */
function nextOf(climb: Climb, short: readonly Rung[], whole: readonly Rung[]): { readonly needs: readonly Need[] } {
  const { evidence, of, options } = climb
  const shortRun = shortRuns[of]
  if (!evidence.applicable.has(shortRun)) return { needs: [] }
  const missing = missingRungs(short, options)
  if (missing.length > 0) return { needs: missing.map((position) => need(shortRun, position)) }
  const isFlat = areEqual(short, options)
  // If the short trainings show no difference between the rates, whole trainings at the coarse rates follow.
  const unknown = isFlat ? missingRungs(whole, options) : []
  if (unknown.length > 0) return { needs: unknown.map((position) => need(of, position)) }
  const start = rank(isFlat ? whole : short, options)[0]?.position ?? 0
  const lower = descend(climb, start, short, whole)
  if (lower !== undefined) {
    // A network that learns nothing most often needs the lower rate too, and two trainings run side by side.
    const isBoth =
      lower === start && lower < 0 && lower > -highestPosition && fails(evidence, of) && lacks(whole, lower - 1)
    return { needs: [need(of, lower), ...(isBoth ? [need(of, lower - 1)] : [])] }
  }
  // Of several rates that are equal in short trainings, the highest one can be far better in a whole training.
  const highest = highestOfEqual(climb, short)
  if (highest > start && lacks(whole, highest)) return { needs: [need(of, highest)] }
  const found = rank(whole, options)[0]?.position ?? 0
  return { needs: found !== 0 && isPromising(climb, found) ? missingSeeds(climb, found) : [] }
}

const lacks = (rungs: readonly Rung[], position: number): boolean => !rungs.some((one) => one.position === position)

/** The highest position whose short training ends with a loss that equals the lowest loss. */
function highestOfEqual({ options }: Climb, short: readonly Rung[]): number {
  const losses = short.flatMap(({ loss }) => loss ?? [])
  const limit = equalTo(Math.min(...losses), options)
  return Math.max(
    -highestPosition,
    ...short.flatMap(({ position, loss }) => (loss !== null && loss <= limit ? position : [])),
  )
}

/** The rates that are missing on the ladder of the given results. */
function missingRungs(rungs: readonly Rung[], options: Climb['options']): readonly number[] {
  const made = new Set(rungs.map(({ position }) => position))
  const lacking = (positions: readonly number[]): number[] =>
    positions.filter((one) => !made.has(one) && Math.abs(one) <= highestPosition)
  const first = lacking(coarse)
  if (first.length > 0) return first
  if (areEqual(rungs, options)) return []
  const best = rank(rungs, options)[0]?.position ?? 0
  const [lowest, highest] = [Math.min(...made), Math.max(...made)]
  // If every rate diverged, the next lower rate is tried.
  if (rungs.every(({ loss }) => loss === null)) return lacking([lowest - 2])
  const further = lacking(best === highest ? [best + 2] : best === lowest ? [best - 2] : [])
  return further.length > 0 ? further : lacking([best - 1, best + 1])
}

/**
 * The next lower rate for a whole training, or undefined if no lower rate is needed. Short trainings favor large rates.
 * So lower rates are tried while a whole training is worse than the short training. They are also tried while the error is
 * not small and lower rates lower the loss.
 */
function descend(
  { evidence, of, options }: Climb,
  start: number,
  short: readonly Rung[],
  whole: readonly Rung[],
): number | undefined {
  const at = (rungs: readonly Rung[], position: number): number | null | undefined =>
    rungs.find((one) => one.position === position)?.loss
  const hoped = at(short, start) ?? null
  const isGood = (position: number): boolean => {
    const [record] = recordsOf(evidence, nameAt(of, position))
    return record !== undefined && isSmallError(evidence, trainingError(evidence, record))
  }
  for (let position = start; position > start - 1 - mostLower && position >= -highestPosition; position--) {
    const [loss, higher] = [at(whole, position), position === start ? undefined : at(whole, position + 1)]
    if (loss === undefined) return position
    const isBroken = hoped !== null && (loss === null || loss > equalTo(hoped, options))
    const helps = loss !== null && (higher == null || loss <= (1 - leastEffect) * higher)
    // A rate above that was not broken is better than a rate that does not help.
    const wasRight = higher != null && hoped !== null && higher <= equalTo(hoped, options)
    if (wasRight && !helps) return undefined
    if (!isBroken && (!helps || isGood(position))) return undefined
  }
  return undefined
}

/** Whether the training at a rate is clearly better than the trainings at the given rate, with the first seed. */
function isPromising({ evidence, of }: Climb, position: number): boolean {
  const given = meanOf(evidence, of, lossAtRate)
  const [record] = recordsOf(evidence, nameAt(of, position))
  if (given === null || record === undefined || record.diverged !== null) return false
  if (recordsOf(evidence, of).some(({ diverged }) => diverged !== null)) return true
  const own = recordsOf(evidence, of).find(({ seed }) => seed === record.seed)
  const before = Math.max(given, own ? lossAtRate(evidence, own) : 0)
  return lossAtRate(evidence, record) <= (1 - leastEffect) * before
}

function missingSeeds({ evidence, of }: Climb, position: number): readonly Need[] {
  const { seeds } = evidence
  const made = recordsOf(evidence, nameAt(of, position)).length
  return made < seeds.length ? [need(of, position, seeds.length)] : []
}

/** The best rate among the rates that were trained with all seeds. The given rate wins unless another is clearly better. */
function bestKnown({ evidence, of }: Climb, whole: readonly Rung[]): number {
  let [best, lowest] = [0, Number.POSITIVE_INFINITY]
  for (const { position } of whole) {
    const name = nameAt(of, position)
    const records = recordsOf(evidence, name)
    if (position === 0 || records.length < evidence.seeds.length || !isClearlyBetter(evidence, of, name)) continue
    const loss = meanOf(evidence, name, lossAtRate) ?? Number.POSITIVE_INFINITY
    if (loss < lowest) [best, lowest] = [position, loss]
  }
  return best
}

/** Whether the trainings at another rate are clearly better than the trainings at the given rate. */
function isClearlyBetter(evidence: Evidence, of: Climber, name: ControlName): boolean {
  if (endsFailures(evidence, of, name) || endsDivergence(evidence, of, name)) return true
  const change = difference(evidence, of, name, lossAtRate)
  if (change === null || change.mean > -leastEffect * change.first) return false
  return evidence.seeds.length < 3 || isSurelyBetter(evidence, of, name, lossAtRate, evidence.chance.loss)
}
