/** The time budget of trials, and the estimate of their duration from finished trials. */

export interface Budget {
  /** Returns the remaining seconds of the budget. */
  left(): number
  /**
   * Estimates the seconds for an amount of work from the finished trials. Returns null if no trial has finished yet.
   */
  secondsFor(work: number): number | null
}

/** Work and duration of a finished trial. */
interface Made {
  readonly work: number
  readonly seconds: number
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Creates a budget in seconds. The function `made` returns the finished trials. */
export function createBudget(seconds: number, secondsSoFar: () => number, made: () => readonly Made[]): Budget {
  return {
    left: () => seconds - secondsSoFar(),
    secondsFor: (work) => {
      const [all, done] = [sum(made().map((one) => one.seconds)), sum(made().map((one) => one.work))]
      return done === 0 ? null : (work * all) / done
    },
  }
}

/** Whether the work fits into the remaining budget. Work of unknown duration counts as fitting. */
export const fitsBudget = (budget: Budget, work: number): boolean => (budget.secondsFor(work) ?? 0) <= budget.left()
