/**
 * Finds the best learning rate of a network. Many rates are tried in short trainings, and a third of the rates goes on
 * to longer trainings (successive halving; Jamieson and Talwalkar 2016). The rate of a short training decays to 0,
 * because short trainings at a constant rate favor large rates. Rates are judged by the training loss, never by the test
 * set.
 *
 * The last trainings are whole trainings, because a rate can be right for a short training and too high for a whole one.
 * For example, a tanh network of 40 layers on optdigits at the rate 0.03 has a loss of 0.29 after 180 decayed steps. After
 * 299 steps, its loss is 2.09.
 */
import type { TrainingSettings } from '../settings/options.ts'
import type { TrialResult } from './result.ts'
import { createSpec, type TrialFacts, type TrialScoring, type TrialSpec } from './spec.ts'
import type { Trial } from './trial.ts'

/** The rates to try: a list, or `ladder` for rates around the given rate. */
export type RateGrid = readonly number[] | 'ladder'

/** A short training to run: its learning rate and its number of steps. */
export interface RateRequest {
  readonly rate: number
  readonly steps: number
}

/** Result of a short training at one rate. */
export interface TriedRate extends RateRequest {
  /** Training loss after the last step, or null if the training diverged. */
  readonly loss: number | null
  readonly diverged: boolean
}

/** Result of a search for the best rate. */
export interface ChosenRate {
  readonly rate: number
  /** All short trainings of the search, ordered by the number of steps, then by the rate. */
  readonly tried: readonly TriedRate[]
}

export interface RateSearchOptions {
  /** The rate that the user gave: the middle of the ladder. Of several rates with equal losses, the nearest one wins. */
  readonly given: number
  /** Number of steps of each round of the search, in rising order. The trainings of the last round are whole. */
  readonly rungs: readonly number[]
  /** Difference between two training losses below which the losses count as equal. */
  readonly negligible: number
}

/** Fraction of a loss below which a difference between two losses counts as equal. */
const equalFraction = 0.03

/**
 * Positions of the first rates on the ladder: a thousandth, a hundredth, a tenth, one times and ten times the given
 * rate. Two positions are a factor of 10.
 */
const coarse = [-6, -4, -2, 0, 2]
/** Lowest and highest position of the ladder: 1e-6 times and 1e4 times the given rate. */
const [lowest, highest] = [-12, 8]

/**
 * The steps of each round for a network that is trained for `steps` steps: a ninth and a third, but not too few, and all
 * steps.
 */
export function rungsOf(steps: number): readonly number[] {
  const rungs = [shortSteps(steps), Math.max(Math.ceil(steps / 3), 180), steps]
  return [...new Set(rungs.map((rung) => Math.min(rung, steps)))]
}

/** Estimates the number of steps of a whole search, to show the remaining time before the search is done. */
export function expectedSteps(rates: RateGrid, rungs: readonly number[]): number {
  let count = rates === 'ladder' ? coarse.length + 2 : new Set(rates).size
  let total = 0
  for (const steps of count > 1 ? rungs : []) {
    total += count * steps
    count = goingOn(count)
  }
  return total
}

/** Returns how many of `count` rates go on to the next round: a third, but at least two. */
const goingOn = (count: number): number => Math.min(count, Math.max(2, Math.ceil(count / 3)))

/**
 * Returns the rate at a position of the ladder, such as 1/30, 1/10, 1/3, 1, 3, 10 or 30 times the given rate. A rate
 * other than the given rate is rounded to three digits.
 */
export function rateAt(given: number, position: number): number {
  if (position === 0) return given
  const size = Math.abs(position)
  const factor = size % 2 === 0 ? 10 ** (size / 2) : 3 * 10 ** ((size - 1) / 2)
  return Number((position > 0 ? given * factor : given / factor).toPrecision(3))
}

/**
 * Searches for the best rate without training. The generator yields lists of short trainings and receives their
 * results, in any order. The result of the generator depends only on the results of the trainings.
 */
export function* rateSearch(
  rates: RateGrid,
  options: RateSearchOptions,
): Generator<readonly RateRequest[], ChosenRate, readonly TriedRate[]> {
  const tried: TriedRate[] = []
  const attempt: Attempt = function* (list, steps) {
    const results = yield list.map((rate) => ({ rate, steps }))
    tried.push(...results)
    return results
  }
  const listed = { rates: rates === 'ladder' ? [] : [...new Set(rates)], rungs: options.rungs }
  const found = rates === 'ladder' ? yield* climb(options, attempt) : listed
  let alive = found.rates.toSorted((one, other) => one - other)
  for (const steps of alive.length === 1 ? [] : found.rungs) {
    // The given rate always takes part in the last round, so that it wins if its loss equals the lowest loss.
    const isForgotten = options.given > 0 && steps === options.rungs.at(-1) && !alive.includes(options.given)
    if (isForgotten) alive.push(options.given)
    const missing = alive.filter((rate) => !tried.some((one) => one.rate === rate && one.steps === steps))
    if (missing.length > 0) yield* attempt(missing, steps)
    const results = tried.filter((one) => one.steps === steps && alive.includes(one.rate))
    const ranked = rank(results, options)
    // If no rate is better than the others after so few steps, all rates go on.
    const count = areEqual(results, options) ? ranked.length : goingOn(ranked.length)
    alive = (steps === options.rungs.at(-1) ? ranked : ranked.slice(0, count)).map(({ rate }) => rate)
  }
  if (alive.length > 1) alive = yield* descend(tried, options, attempt)
  const order = (one: TriedRate, other: TriedRate): number => one.steps - other.steps || one.rate - other.rate
  return { rate: alive[0], tried: tried.toSorted(order) }
}

/** Largest number of lower rates that are tried if a whole training is worse than the short ones. */
const mostLower = 3

/**
 * Ranks the rates of the whole trainings, best first. If the best whole training has a higher loss than the best training
 * of the round before, its rate is too high for a whole training. Then the next lower rate is tried.
 */
function* descend(
  tried: readonly TriedRate[],
  options: RateSearchOptions,
  attempt: Attempt,
): Generator<readonly RateRequest[], number[], readonly TriedRate[]> {
  const [before, whole] = [options.rungs.at(-2), options.rungs.at(-1) ?? 0]
  const of = (steps: number | undefined) => tried.filter((one) => one.steps === steps)
  for (let count = 0; count < mostLower; count++) {
    const [best] = rank(of(whole), options)
    const [hoped] = rank(of(before), options)
    if (!hoped || hoped.loss === null || (best.loss !== null && best.loss <= equalTo(hoped.loss, options))) break
    const made = of(whole).map(({ rate }) => rate)
    const lower = tried.map(({ rate }) => rate).filter((rate) => rate < Math.max(...made) && !made.includes(rate))
    if (lower.length === 0) break
    yield* attempt([Math.max(...lower)], whole)
  }
  return rank(of(whole), options).map(({ rate }) => rate)
}

type Attempt = (
  rates: readonly number[],
  steps: number,
) => Generator<readonly RateRequest[], readonly TriedRate[], readonly TriedRate[]>

/**
 * Tries the ladder of rates in the shortest trainings. The coarse rates come first. Further rates follow while the best
 * rate is at an end of the ladder. The two rates beside the best rate come last. If the shortest trainings show no difference
 * between rates, the ladder is tried again in longer trainings. Returns all rates of the last ladder, and the rounds from
 * this ladder on.
 */
function* climb(
  options: RateSearchOptions,
  attempt: Attempt,
): Generator<readonly RateRequest[], Pick<RateSearchOptions, 'rungs'> & { rates: number[] }, readonly TriedRate[]> {
  const { given, rungs } = options
  for (const [index, steps] of rungs.entries()) {
    const results = new Map<number, TriedRate>()
    const add = function* (
      positions: readonly number[],
    ): Generator<readonly RateRequest[], boolean, readonly TriedRate[]> {
      const wanted = positions.filter((one) => !results.has(one) && one >= lowest && one <= highest)
      if (wanted.length === 0) return false
      const made = yield* attempt(
        wanted.map((one) => rateAt(given, one)),
        steps,
      )
      for (const one of wanted) {
        const result = made.find(({ rate }) => rate === rateAt(given, one))
        if (result) results.set(one, result)
      }
      return true
    }
    const best = (): number => {
      const [first] = rank([...results.values()], options)
      return [...results].find(([, one]) => one === first)?.[0] ?? 0
    }
    yield* add(coarse)
    const isFlat = areEqual([...results.values()], options)
    if (isFlat && index < rungs.length - 1) continue
    while (!isFlat) {
      const [at, places] = [best(), [...results.keys()]]
      const further = at === Math.max(...places) ? at + 2 : at === Math.min(...places) ? at - 2 : undefined
      // If every rate diverged, the next lower rate is tried.
      const next = results.get(at)?.diverged ? Math.min(...places) - 2 : further
      if (next === undefined || !(yield* add([next]))) break
    }
    const middle = best()
    if (!isFlat) yield* add([middle - 1, middle + 1])
    return { rates: [...results.values()].map(({ rate }) => rate), rungs: rungs.slice(index) }
  }
  return { rates: [given], rungs: [] }
}

/** Returns the loss up to which a loss counts as equal to the loss `best`. */
export const equalTo = (best: number, { negligible }: Pick<RateSearchOptions, 'negligible'>): number =>
  best + Math.max(negligible, equalFraction * Math.abs(best))

/** Whether all trainings that did not diverge ended with equal losses. */
export function areEqual(
  results: readonly Pick<TriedRate, 'loss'>[],
  options: Pick<RateSearchOptions, 'negligible'>,
): boolean {
  const losses = results.flatMap(({ loss }) => loss ?? [])
  return losses.length > 1 && Math.max(...losses) <= equalTo(Math.min(...losses), options)
}

/**
 * Ranks the results, best first. Of the results whose losses equal the lowest loss, the rate nearest to the given rate
 * comes first. Diverged trainings come last, lower rates first.
 */
export function rank<T extends Pick<TriedRate, 'rate' | 'loss'>>(
  results: readonly T[],
  options: Pick<RateSearchOptions, 'given' | 'negligible'>,
): readonly T[] {
  const distance = ({ rate }: T): number => Math.abs(Math.log(rate / options.given))
  const ranked: T[] = []
  const waiting = new Set(results.filter(({ loss }) => loss !== null))
  while (waiting.size > 0) {
    const best = Math.min(...[...waiting].map(({ loss }) => loss ?? Number.POSITIVE_INFINITY))
    const equal = [...waiting].filter(({ loss }) => loss !== null && loss <= equalTo(best, options))
    const [first] = equal.sort((one, other) => distance(one) - distance(other) || one.rate - other.rate)
    ranked.push(first)
    waiting.delete(first)
  }
  const failed = results.filter(({ loss }) => loss === null).sort((one, other) => one.rate - other.rate)
  return [...ranked, ...failed]
}

/** A search for the best rate of one network. The type `T` is the type of the trials that the caller runs. */
export interface RateTask<T extends Trial> {
  /** Facts of the network's trainings. The rate, the number of steps and the schedule are changed for each trial. */
  readonly facts: Omit<TrialFacts, 'probes' | 'scoring' | 'keepsWeights'>
  readonly rates: RateGrid
  readonly options: RateSearchOptions
  /** Scoring of the whole trainings of the last round. The short trainings are scored on part of the samples. */
  readonly wholeScoring: TrialScoring
  /** Makes the trial of a spec. `isWhole`: whether the training differs from the network's training only in its rate. */
  readonly trialOf: (spec: TrialSpec, request: RateRequest, isWhole: boolean) => T
}

/**
 * Runs a list of trials, and returns the results by the ids of the trials. The result of a stopped trial is missing.
 */
export type RunTrials<T extends Trial> = (trials: readonly T[]) => Promise<ReadonlyMap<string, TrialResult>>

/**
 * Searches for the best rates of several networks side by side. `run` gets the short trainings of all networks in one
 * list, round by round. The result of a search is undefined if one of its trainings was stopped.
 */
export async function searchRates<T extends Trial>(
  tasks: readonly RateTask<T>[],
  run: RunTrials<T>,
): Promise<readonly (ChosenRate | undefined)[]> {
  const searches = tasks.map(({ rates, options }) => rateSearch(rates, options))
  const chosen: (ChosenRate | undefined)[] = tasks.map(() => undefined)
  const asked = new Map<number, readonly RateRequest[]>()
  const advance = (index: number, results: readonly TriedRate[]): void => {
    const { done, value } = searches[index].next(results)
    asked.delete(index)
    if (done) chosen[index] = value
    else asked.set(index, value)
  }
  for (const index of tasks.keys()) advance(index, [])
  while (asked.size > 0) {
    const trials = new Map<number, readonly { readonly trial: T; readonly request: RateRequest }[]>()
    for (const [index, requests] of asked) trials.set(index, await trialsOf(tasks[index], requests))
    const results = await run([...trials.values()].flat().map(({ trial }) => trial))
    for (const [index, own] of trials) {
      const made = own.flatMap(({ trial, request }) => {
        const result = results.get(trial.id)
        return result ? [triedRate(request, result)] : []
      })
      if (made.length === own.length) advance(index, made)
      else asked.delete(index)
    }
  }
  return chosen
}

/** Searches for the best rate of one network, as `searchRates` does. */
export async function searchRate<T extends Trial>(
  task: RateTask<T>,
  run: RunTrials<T>,
): Promise<ChosenRate | undefined> {
  return (await searchRates([task], run))[0]
}

function triedRate({ rate, steps }: RateRequest, { scores, diverged }: TrialResult): TriedRate {
  const { loss } = scores.train
  const isNumber = diverged === null && loss !== null && Number.isFinite(loss)
  return { rate, steps, loss: isNumber ? loss : null, diverged: !isNumber }
}

async function trialsOf<T extends Trial>(
  { facts, options, wholeScoring, trialOf }: RateTask<T>,
  requests: readonly RateRequest[],
) {
  const trials: { trial: T; request: RateRequest }[] = []
  for (const request of requests) {
    const { rate, steps } = request
    const isWhole = steps === options.rungs.at(-1)
    const optimizer = { ...facts.settings.optimizer, rate }
    const own = { ...facts.settings, optimizer }
    const settings = isWhole ? own : shortened(own, steps)
    const scoring = isWhole ? wholeScoring : 'part'
    const spec = await createSpec({ ...facts, settings, probes: null, scoring, keepsWeights: false })
    trials.push({ trial: trialOf(spec, request, isWhole), request })
  }
  return trials
}

/**
 * Returns the settings of a short training of `steps` steps: the rate decays to 0 along a cosine, and a warm-up takes the
 * same fraction of the training as before.
 */
export function shortened<T extends Omit<TrainingSettings, 'seed'>>(settings: T, steps: number): T {
  const { schedule } = settings
  const warmup = Math.round((schedule.warmup * steps) / settings.steps)
  return {
    ...settings,
    // A short training must not stop before its rate has decayed.
    earlyStopping: undefined,
    schedule: { ...schedule, name: 'cosine', warmup },
    steps,
    evaluateEvery: undefined,
    probes: undefined,
  }
}

/** The steps of the shortest trainings in a search for the best rate of a training of `steps` steps. */
export const shortSteps = (steps: number): number => Math.min(steps, Math.max(Math.ceil(steps / 9), 60))
