/** What trials may take, and what they take by those that were made. */

export interface Budget {
  /** Seconds that are left. */
  left(): number
  /** Seconds that so much work takes, by the trials so far; null where that isn't known. */
  secondsFor(work: number): number | null
}

interface Made {
  readonly work: number
  readonly seconds: number
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** `made` gives the trials so far. */
export function createBudget(seconds: number, secondsSoFar: () => number, made: () => readonly Made[]): Budget {
  return {
    left: () => seconds - secondsSoFar(),
    secondsFor: (work) => {
      const [all, done] = [sum(made().map((one) => one.seconds)), sum(made().map((one) => one.work))]
      return done === 0 ? null : (work * all) / done
    },
  }
}

/** Whether the work fits into what is left, as far as that is known. */
export const fitsBudget = (budget: Budget, work: number): boolean => (budget.secondsFor(work) ?? 0) <= budget.left()
