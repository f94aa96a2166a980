/** The form of an optimizer and of its row, and the checks of options that several optimizers share. */
import { checkOptions } from '../../support/check-options.ts'
import { describeValue } from '../../support/describe-value.ts'
import { IsobathError } from '../../support/errors.ts'
import type { Attributes } from '../value.ts'

/** An optimizer as data: what it is called, its learning rate before the schedule, and the rule of its updates. */
export interface OptimizerOf<Name extends string, Rule> {
  readonly name: Name
  /** The learning rate before the schedule. */
  readonly rate: number
  readonly rule: Rule
}

/** What an update takes from each weight: a multiple of the gradient, or a function of the gradient's element. */
export type Update = number | ((gradient: number) => number)

/** All that belongs to one rule of updates, except for the kernels of its operation. */
export interface RuleRow<Rule> {
  /** The operation in the graph: parameter, gradient, states, rate and scalars to the new parameter and states. */
  readonly op: string
  /** What is stored for each parameter from step to step. */
  readonly states: readonly string[]
  /** The numbers that the operation takes behind the rate, by their names among the graph's inputs; step 0 is the first. */
  readonly scalars: { readonly [name: string]: (rule: Rule, step: number) => number }
  /** The operation's attributes. */
  readonly attributes: (rule: Rule) => Attributes
  /** The update of the first step, without weight decay. */
  readonly firstUpdate: (rule: Rule, rate: number) => Update
  /** The update of each step, without weight decay, once the same gradient has come for many steps. */
  readonly steadyUpdate: (rule: Rule, rate: number) => Update
  /**
   * How near a quadratic is to the edge over which a step makes it grow, given the rate times its curvature; above 1 is
   * unstable. Null for a rule with a metric of its own.
   */
  readonly stability: (rule: Rule, rateTimesCurvature: number, step: number) => number | null
  /** A schedule of the rule itself, in words. It counts the steps of the run; undefined where there is none. */
  readonly schedule: (rule: Rule) => string | undefined
  /** The description of the rule: the number that follows the optimizer's name, and all that differs from the defaults. */
  readonly describe: (rule: Rule) => { readonly number?: number; readonly details: readonly string[] }
}

/** Refuses unknown names: a misspelled rate would be ignored, and the usual one be taken for it. */
export function checkNames(optimizer: string, options: unknown, known: readonly string[]): void {
  checkOptions(optimizer, options, { code: 'option', known, example: '{ rate: 0.01 }' })
}

export function check(key: string, value: number, isValid: boolean, expected: string): void {
  if (isValid) return
  throw new IsobathError('option', (option) => `${option(key)}: expected ${expected}, got ${describeValue(value)}.`)
}

export function checkRates(rate: number, weightDecay: number): void {
  check('rate', rate, Number.isFinite(rate) && rate >= 0, 'a number of at least 0')
  check('weightDecay', weightDecay, Number.isFinite(weightDecay) && weightDecay >= 0, 'a number of at least 0')
}

export function checkFraction(key: string, value: number): void {
  check(key, value, typeof value === 'number' && value >= 0 && value < 1, 'a number from 0 to below 1')
}
