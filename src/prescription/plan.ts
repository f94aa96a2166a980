/** Plans a race within a time budget: how many candidates run, for how many steps, and with how many seeds. */
import { shortSteps } from '../trials/rate-search.ts'

/** Default budget of a prescription, in seconds. */
export const usualPrescriptionBudget = 300

/** What the trainings of a race cost. */
export interface RaceCosts {
  /** Seconds of one step of the unchanged network, measured side by side as in the race. */
  readonly secondsPerStep: number
  /** Seconds that a training takes before its first step, mostly for compiling. */
  readonly secondsToStart: number
  /** Work of a step of each candidate, relative to a step of the unchanged network, at least 1. */
  readonly steps: Readonly<Record<string, number>>
}

export interface PlanTask {
  readonly costs: Pick<RaceCosts, 'secondsPerStep' | 'secondsToStart'>
  /** Number of candidates besides the network. */
  readonly candidates: number
  /** Number of steps of a whole training. */
  readonly steps: number
  /** Whether the plan may choose fewer steps, because the user gave no length. */
  readonly choosesSteps: boolean
  readonly seeds: number
  readonly budgetSeconds: number
  /** Number of trainings that run side by side. */
  readonly workers: number
  /** Number of steps that take as long as scoring a training on all samples. */
  readonly scoringSteps: number
}

export interface RacePlan {
  /** Number of candidates besides the network. */
  readonly candidates: number
  /** Steps of the short trainings: of the first part, and of the second part unless there is no time for it. */
  readonly rungs: readonly number[]
  /** Number of candidates besides the network that reach the final. */
  readonly finalists: number
  /** Number of steps of a whole training. */
  readonly steps: number
  /** Whether the final ends after three seeds if they decide it. */
  readonly looksEarly: boolean
  /** Estimated duration of the whole race, in seconds. */
  readonly seconds: number
}

/** Fraction of the budget for the estimated trainings. The rest is for trainings that take longer than estimated. */
const planned = 0.85
/** Fraction of the budget above which an early look at the final saves time that is needed. */
const muchOfBudget = 0.5
/** Fewest candidates of a race, and fewest steps of a whole training whose length the plan chooses. */
const [fewestCandidates, fewestSteps] = [3, 100]
/** Most steps of a short training in the first part and in the second part. */
const mostSteps = [100, 300] as const
/** Lengths of whole trainings that the plan may choose, as fractions of the usual length. */
const lengths = [1, 0.75, 0.5, 0.35, 0.25, 0.18, 0.12]
/** Two finalists, or one if there is little time. */
const [manyFinalists, fewFinalists] = [2, 1]

/** Steps of the short trainings of a race whose whole trainings have `steps` steps. */
export function shortRungs(steps: number): readonly number[] {
  const rungs = mostSteps.map((most, part) => Math.min(most, part === 0 ? shortSteps(steps) : steps))
  return [...new Set(rungs)]
}

type Size = Pick<RacePlan, 'candidates' | 'rungs' | 'finalists' | 'steps'>

/** Estimates the seconds of a race. */
function secondsOf({ costs, seeds, workers, scoringSteps }: PlanTask, size: Size): number {
  const { candidates, rungs, finalists, steps } = size
  // The first rates: three for each candidate, four for the network, and some beyond the ends.
  const first = 3 * candidates + 4 + Math.ceil(candidates / 2)
  const second = rungs.length > 1 ? 2 * (Math.ceil(first / 3) + 1) : 0
  const whole = 2 * (finalists + 1) + 1
  const finals = (finalists + 2) * seeds
  const work = first * rungs[0] + second * (rungs[1] ?? 0) + whole * steps + finals * (steps + scoringSteps)
  const trainings = first + second + whole + finals
  return (work * costs.secondsPerStep + trainings * costs.secondsToStart) / workers
}

/**
 * Plans a race. A budget that is too small for all candidates first shortens the trainings if their length is free, then
 * leaves out candidates, and then the second part and a finalist. Returns the seconds that would be enough if even three
 * candidates do not fit.
 */
export function planRace(task: PlanTask): RacePlan | { readonly enoughSeconds: number } {
  const fits = (size: Size): boolean => secondsOf(task, size) <= planned * task.budgetSeconds
  const asPlan = (size: Size): RacePlan => {
    const seconds = secondsOf(task, size)
    return { ...size, seconds, looksEarly: seconds > muchOfBudget * task.budgetSeconds }
  }
  const sizeAt = (steps: number, candidates: number): Size => {
    return { candidates, rungs: shortRungs(steps), finalists: manyFinalists, steps }
  }
  const free = lengths.map((part) => Math.round(part * task.steps)).filter((steps) => steps >= fewestSteps)
  const allowed = task.choosesSteps && free.length > 0 ? free : [task.steps]
  for (const steps of allowed) {
    const size = sizeAt(steps, task.candidates)
    if (fits(size)) return asPlan(size)
  }
  const shortest = Math.min(...allowed)
  for (let candidates = task.candidates - 1; candidates >= fewestCandidates; candidates--) {
    const size = sizeAt(shortest, candidates)
    if (fits(size)) return asPlan(size)
  }
  const candidates = Math.min(task.candidates, fewestCandidates)
  const least = { candidates, rungs: shortRungs(shortest).slice(0, 1), finalists: fewFinalists, steps: shortest }
  return fits(least) ? asPlan(least) : { enoughSeconds: secondsOf(task, least) / planned }
}
