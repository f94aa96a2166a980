/** The types of an optimizer and of its table row, and the option checks that several optimizers share. */
import { checkOptions } from '../../support/check-options.ts'
import { describeValue } from '../../support/describe-value.ts'
import { IsobathError } from '../../support/errors.ts'
import { foundOutsideFloat32, isBelowFloat32, isInFloat32, remedyOutsideFloat32 } from '../../support/float32.ts'
import type { Attributes } from '../value.ts'

/** An optimizer as data: the name, the learning rate before the schedule, and the rule of the updates. */
export interface OptimizerOf<Name extends string, Rule> {
  readonly name: Name
  /** Learning rate before the schedule is applied. */
  readonly rate: number
  readonly rule: Rule
}

/**
 * Amount that an update subtracts from each weight. A number is a factor on the weight's gradient. A function maps the
 * weight's gradient to the amount.
 */
export type Update = number | ((gradient: number) => number)

/** The table row of an update rule, with everything about the rule except the kernels of its operation. */
export interface RuleRow<Rule> {
  /**
   * Name of the update operation in the graph. The inputs of an update operation are the parameter, the gradient, the
   * states, the rate and the scalars. The outputs of an update operation are the new parameter and the new states.
   */
  readonly op: string
  /** Names of the states that are stored for each parameter from step to step. */
  readonly states: readonly string[]
  /**
   * Scalar inputs that follow the learning rate in the update operation, keyed by the names of their graph inputs. The
   * first step of a training is step 0.
   */
  readonly scalars: { readonly [name: string]: (rule: Rule, step: number) => number }
  /** Returns the attributes of the update operation. */
  readonly attributes: (rule: Rule) => Attributes
  /** Returns the update of the first step, without weight decay. */
  readonly firstUpdate: (rule: Rule, rate: number) => Update
  /**
   * Returns the update, without weight decay, that each step makes after many steps with the same gradient. Returns
   * null for a rule, such as Adagrad, whose updates keep shrinking while the gradient stays the same.
   */
  readonly steadyUpdate: (rule: Rule, rate: number) => Update | null
  /**
   * Given the learning rate times the curvature of a quadratic, returns the learning rate as a fraction of the largest
   * stable learning rate. A learning rate above the largest stable learning rate makes the values of the quadratic grow
   * from step to step. Returns null for a rule, such as Adam, that scales the step of each weight separately.
   */
  readonly stability: (rule: Rule, rateTimesCurvature: number, step: number) => number | null
  /**
   * Describes a schedule that belongs to the rule, such as a momentum schedule. Such a schedule counts steps from the
   * start of the training. Returns undefined for a rule without a schedule.
   */
  readonly schedule: (rule: Rule) => string | undefined
  /**
   * Describes the rule: the number that follows the optimizer's name, and all settings that differ from the defaults.
   */
  readonly describe: (rule: Rule) => { readonly number?: number; readonly details: readonly string[] }
}

/** Smallest number that an optimizer may add to the denominator of an update. */
export const smallestEpsilon = 1e-38

/**
 * Throws an `option` error for an unknown option name. If unknown names were ignored, a misspelled `rate` would
 * silently select the default rate.
 */
export function checkNames(optimizer: string, options: unknown, known: readonly string[]): void {
  checkOptions(optimizer, options, { code: 'option', known, example: '{ rate: 0.01 }' })
}

export function check(key: string, value: number, isValid: boolean, expected: string): void {
  if (isValid) return
  throw new IsobathError('option', (option) => `${option(key)}: expected ${expected}, got ${describeValue(value)}.`)
}

/**
 * Throws an `option` error for a rate or a weight decay that is negative, not finite, or too small for float32. Float32
 * would round such a rate to 0, and the training would change no weight. Huge rates are accepted, because a training
 * with a huge rate is reported as diverged.
 */
export function checkRates(rate: number, weightDecay: number): void {
  for (const [key, value] of Object.entries({ rate, weightDecay })) {
    checkNotNegative(key, value, (number) => !isBelowFloat32(number))
  }
}

/**
 * Throws an `option` error for a sum that is negative, not finite, or outside the range of float32. An infinite sum in
 * the denominator of the update would let the training change no weight.
 */
export const checkSum = (key: string, value: number): void => checkNotNegative(key, value, isInFloat32)

function checkNotNegative(key: string, value: number, isHeld: (value: number) => boolean): void {
  const expected = 'a number of at least 0'
  check(key, value, Number.isFinite(value) && value >= 0, expected)
  if (isHeld(value)) return
  throw new IsobathError(
    'option',
    (option) =>
      `${option(key)}: expected ${expected}, got ${foundOutsideFloat32(value)}. ${remedyOutsideFloat32(value)}`,
  )
}

/**
 * Throws an `option` error for an epsilon that may be 0 in float32. With an epsilon of 0, the update of a weight whose
 * gradients are all 0 would be NaN.
 */
export function checkEpsilon(value: number): void {
  check('epsilon', value, Number.isFinite(value) && value >= smallestEpsilon, `a number of at least ${smallestEpsilon}`)
}

export function checkFraction(key: string, value: number): void {
  check(key, value, typeof value === 'number' && value >= 0 && value < 1, 'a number from 0 to below 1')
}
