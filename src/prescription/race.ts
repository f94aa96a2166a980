/**
 * The race that finds the best change of a network, without training: a generator of lists of trainings. Its choices
 * depend only on the results of the trainings, so a stopped race continues with the same choices.
 *
 * Candidates at several rates begin in short trainings with a decaying rate, and a third goes on (successive halving;
 * Jamieson and Talwalkar 2016). A race favors lucky winners, so fresh seeds decide the final.
 */
import { equalTo, rateAt } from '../trials/rate-search.ts'
import { finalistsOf, givenOf, improvements, isDecided } from './judge.ts'
import {
  type Arm,
  type Dropped,
  negligible,
  type RaceOptions,
  type RaceOutcome,
  type RacePart,
  type RaceRequest,
  type RaceRound,
  type Racer,
} from './race-types.ts'
import { around, beyond, goingOn, nothingLearned, ranked, type Standing, standingsOf } from './ranking.ts'

/** Positions of the first rates: the given rate, a tenth and a hundredth. A cure looks bad at the rate of the network. */
const firstPositions = [0, -2, -4]
/** Ten times the given rate is tried for the network at once, because its step may be too small. */
const networkPositions = [2, ...firstPositions]
/** Lowest and highest position: 1e-5 times and 10,000 times the given rate. */
const ends = [-10, 8] as const
/** Largest number of rounds that try rates beyond the first ones. */
const mostRounds = 3
/** Largest number of lower rates that are tried in whole trainings, beyond a third of the best rate. */
const mostLower = 2

type Race<T> = Generator<RaceRound, T, readonly RaceOutcome[]>

/** Runs a race. Returns the candidates that were dropped, and all outcomes. */
export function* race(options: RaceOptions): Race<{ dropped: readonly Dropped[]; outcomes: readonly RaceOutcome[] }> {
  const state = new State(options)
  const [network, ...others] = options.racers
  for (const group of [others, options.lastResorts]) {
    if (group === options.lastResorts && group.length === 0) break
    yield* raceGroup(state, [network, ...group])
    const finalists = finalistsOf(state.outcomes)
    const given = givenOf(finalists, network.name)
    const all = [...options.racers, ...options.lastResorts]
    if (given && improvements(finalists, all, given).length > 0) break
  }
  return { dropped: state.dropped, outcomes: state.outcomes }
}

/** The outcomes of a race so far. */
class State {
  readonly options: RaceOptions
  readonly outcomes: RaceOutcome[] = []
  readonly dropped: Dropped[] = []
  private told = 0

  constructor(options: RaceOptions) {
    this.options = options
  }

  /** Runs the trainings of the arms that are missing, and returns all outcomes of this part for the racers. */
  *run(part: RacePart, arms: readonly Arm[], racers: readonly Racer[], seeds: readonly number[]): Race<RaceOutcome[]> {
    const wanted = arms.flatMap((arm) => seeds.map((seed) => this.request(part, arm, racers, seed)))
    const missing = wanted.filter((one) => !this.outcomes.some((other) => isSame(one, other)))
    if (missing.length > 0) {
      const dropped = this.dropped.slice(this.told)
      this.told = this.dropped.length
      const made = yield { part, requests: missing, dropped }
      // Results arrive in any order. The order of the requests makes the race the same after a stop.
      this.outcomes.push(...missing.flatMap((request) => made.find((one) => isSame(one, request)) ?? []))
    }
    const names = new Set(racers.map(({ name }) => name))
    return this.outcomes.filter((one) => one.part === part && names.has(one.racer))
  }

  private request(part: RacePart, { racer, position }: Arm, racers: readonly Racer[], seed: number): RaceRequest {
    const { given, steps, rungs } = this.options
    const cost = racers.find(({ name }) => name === racer)?.cost ?? 1
    const length = { first: rungs[0], second: rungs[1] ?? steps, whole: steps, final: steps }[part]
    return {
      racer,
      position,
      part,
      rate: rateAt(given, position),
      // Equal cost is equal work: a candidate whose steps need more work has fewer of them.
      steps: Math.max(1, Math.round(length / cost)),
      seed,
    }
  }

  drop(part: RacePart, racers: readonly Racer[], order: readonly Standing[], isStaying: (name: string) => boolean) {
    const [{ racer, score }] = order
    for (const { name } of racers) {
      const best = order.find((one) => one.racer === name)
      if (isStaying(name) || best === undefined) continue
      this.dropped.push({ racer: name, part, rate: best.rate, score: best.score, leader: { racer, score } })
    }
  }
}

const isSame = (one: RaceRequest, other: RaceRequest): boolean =>
  one.racer === other.racer && one.position === other.position && one.part === other.part && one.seed === other.seed

function* raceGroup(state: State, racers: readonly Racer[]): Race<void> {
  const { finalists, rungs, raceSeeds } = state.options
  const [{ name: network }] = racers
  const first = yield* firstPart(state, racers)
  let order = ranked(first, racers)
  if (rungs.length > 1) {
    const chosen = goingOn(first, racers)
    const ofNetwork = order.filter(({ racer }) => racer === network).slice(0, 2)
    const going = [...chosen, ...ofNetwork.filter((one) => !chosen.includes(one))]
    const names = new Set(going.map(({ racer }) => racer))
    state.drop('first', racers, order, (name) => names.has(name))
    const staying = racers.filter(({ name }) => names.has(name))
    order = ranked(standingsOf(yield* state.run('second', going, staying, raceSeeds)), racers)
  }
  const best = racers.flatMap(({ name }) => order.find(({ racer }) => racer === name) ?? [])
  const others = order.filter((one) => best.includes(one) && one.racer !== network).slice(0, finalists)
  const last = [...best.filter(({ racer }) => racer === network), ...others]
  state.drop(rungs.length > 1 ? 'second' : 'first', racers, order, (name) => last.some(({ racer }) => racer === name))
  yield* final(state, racers, yield* wholeRates(state, racers, last))
}

/**
 * The first part: the first rates of all candidates, and further rates where the best rate is at an end. If nothing learned
 * anything, the given rate is far too high or far too low, so the network is tried at further rates in both directions.
 */
function* firstPart(state: State, racers: readonly Racer[]): Race<Standing[]> {
  const [network] = racers
  const [seed] = state.options.raceSeeds
  let arms = racers.flatMap(({ name }): Arm[] => {
    return (name === network.name ? networkPositions : firstPositions).map((position) => ({ racer: name, position }))
  })
  let standings: Standing[] = []
  for (let round = 0; round <= mostRounds && arms.length > 0; round++) {
    standings = standingsOf(yield* state.run('first', arms, racers, [seed]))
    const order = ranked(standings, racers).map(({ racer }) => racer)
    const leaders = [...new Set(order)].slice(0, Math.ceil(racers.length / 2))
    const own = (name: string): Standing[] => standings.filter(({ racer }) => racer === name)
    const next = nothingLearned(standings)
      ? around(own(network.name)).map((position): Arm => ({ racer: network.name, position }))
      : [...new Set([network.name, ...leaders])].flatMap((racer): Arm[] => {
          const position = beyond(own(racer))
          return position === undefined ? [] : [{ racer, position }]
        })
    arms = next.filter(({ position }) => position >= ends[0] && position <= ends[1])
  }
  return standings
}

/**
 * Chooses the rate of each finalist by whole trainings with a race seed. A rate can be right for a short training with a
 * decaying rate and too high for a whole training. So a third of the rate is tried too, and lower rates while the whole
 * training is worse than the short one.
 */
function* wholeRates(state: State, racers: readonly Racer[], last: readonly Standing[]): Race<Arm[]> {
  const [seed] = state.options.raceSeeds
  let arms = last.flatMap(({ racer, position }): Arm[] => [
    { racer, position },
    { racer, position: position - 1 },
  ])
  let standings: Standing[] = []
  const ofRacer = (name: string): Standing[] => standings.filter(({ racer }) => racer === name)
  for (let round = 0; round <= mostLower && arms.length > 0; round++) {
    standings = standingsOf(yield* state.run('whole', arms, racers, [seed]))
    arms = last.flatMap(({ racer, score }): Arm[] => {
      const own = ofRacer(racer)
      const lowest = Math.min(...own.map(({ position }) => position))
      const [best] = ranked(own, racers)
      const atLowest = own.find(({ position }) => position === lowest)?.score ?? 1
      const isAtEnd = atLowest <= equalTo(best.score, { negligible })
      const isTooHigh = isAtEnd && best.score > equalTo(score, { negligible })
      return isTooHigh && lowest > ends[0] ? [{ racer, position: lowest - 1 }] : []
    })
  }
  return last.flatMap(({ racer }) => ranked(ofRacer(racer), racers).slice(0, 1))
}

/** Number of seeds at the early look. */
const early = 3

/** The final: the given network, the network at its best rate, and the other finalists, with fresh seeds. */
function* final(state: State, racers: readonly Racer[], last: readonly Arm[]): Race<void> {
  const { seeds, looksEarly } = state.options
  const given: Arm = { racer: racers[0].name, position: 0 }
  const isGiven = ({ racer, position }: Arm): boolean => racer === given.racer && position === 0
  const arms = [given, ...last.filter((arm) => !isGiven(arm))]
  if (looksEarly && seeds.length > early) {
    yield* state.run('final', arms, racers, seeds.slice(0, early))
    if (isDecided(finalistsOf(state.outcomes))) return
  }
  yield* state.run('final', arms, racers, seeds)
}
