/** Gradient descent with Polyak's and with Nesterov's momentum. */
import { describeValue } from '../../support/describe-value.ts'
import { IsobathError } from '../../support/errors.ts'
import { checkFraction, checkNames, checkRates, type OptimizerOf, type RuleRow } from './optimizer.ts'
import type { SgdOptions } from './sgd.ts'

/** Names of the schedules of the momentum. */
export const momentumScheduleNames = ['constant', 'sutskever'] as const

type MomentumSchedule = (typeof momentumScheduleNames)[number]

export interface MomentumRule {
  readonly kind: 'momentum'
  readonly momentum: number
  readonly weightDecay: number
  /**
   * True for Nesterov's momentum: the update is the gradient plus the velocity multiplied once more by the momentum
   * (Sutskever et al. 2013).
   */
  readonly nesterov?: boolean
  /** Schedule of the momentum during a training, `constant` by default. */
  readonly momentumSchedule?: MomentumSchedule
}

export interface MomentumOptions extends SgdOptions {
  /**
   * Momentum, 0.9 by default. A momentum schedule raises the momentum at most to the value of the option `momentum`.
   */
  readonly momentum?: number
  /**
   * Schedule of the momentum, `constant` by default. The schedule `sutskever` raises the momentum every 250 steps
   * (Sutskever et al. 2013, eq. 5). The first momentum values of the schedule `sutskever` are 0.5 from step 0, 0.75
   * from step 250, 0.8333 from step 500 and 0.875 from step 750.
   */
  readonly momentumSchedule?: MomentumSchedule
}

export const momentumOptions = [
  'rate',
  'momentum',
  'momentumSchedule',
  'weightDecay',
] as const satisfies readonly (keyof MomentumOptions)[]

function withVelocity<Name extends 'momentum' | 'nesterov'>(
  name: Name,
  options: MomentumOptions,
): OptimizerOf<Name, MomentumRule> {
  checkNames(name, options, momentumOptions)
  const { rate = 0.03, momentum: factor = 0.9, weightDecay = 0, momentumSchedule = 'constant' } = options
  checkRates(rate, weightDecay)
  checkFraction('momentum', factor)
  if (!momentumScheduleNames.includes(momentumSchedule)) {
    const found = typeof momentumSchedule === 'string' ? momentumSchedule : describeValue(momentumSchedule)
    const names = momentumScheduleNames.join(', ')
    throw new IsobathError(
      'option',
      (option) => `${option('momentumSchedule')}: expected one of ${names}, got ${found}.`,
    )
  }
  const rule = {
    kind: 'momentum',
    momentum: factor,
    weightDecay,
    nesterov: name === 'nesterov',
    momentumSchedule,
  } as const
  return { name, rate, rule }
}

/**
 * Creates gradient descent with Polyak's momentum, in PyTorch's form: velocity = momentum * velocity + gradient, and
 * parameter -= rate * velocity. Throws an `option` error for an unknown option or a value out of range.
 */
export function momentum(options: MomentumOptions = {}): OptimizerOf<'momentum', MomentumRule> {
  return withVelocity('momentum', options)
}

/**
 * Creates gradient descent with Nesterov's momentum, in PyTorch's form: velocity = momentum * velocity + gradient, and
 * parameter -= rate * (gradient + momentum * velocity). Throws an `option` error for an unknown option or a value out
 * of range.
 */
export function nesterov(options: MomentumOptions = {}): OptimizerOf<'nesterov', MomentumRule> {
  return withVelocity('nesterov', options)
}

/**
 * Returns the momentum of step `step`, where 0 is the first step. The schedule `sutskever` gives 0.5 from step 0, 0.75
 * from step 250, 0.8333 from step 500, 0.875 from step 750, up to the rule's momentum (Sutskever et al. 2013, eq. 5).
 */
function momentumAt(rule: MomentumRule, step: number): number {
  if (rule.momentumSchedule !== 'sutskever') return rule.momentum
  return Math.min(1 - 0.5 / (Math.floor(step / 250) + 1), rule.momentum)
}

const scheduleOf = ({ momentumSchedule }: MomentumRule): string | undefined =>
  momentumSchedule === 'sutskever' ? "Sutskever's schedule of momentum" : undefined

export const momentumRow = {
  op: 'momentumUpdate',
  states: ['velocity'],
  scalars: { momentum: momentumAt },
  attributes: ({ weightDecay, nesterov: looksAhead = false }) => ({ weightDecay, nesterov: looksAhead }),
  /**
   * The velocity starts at 0. The first update with Polyak's momentum is rate * gradient. The first update with
   * Nesterov's momentum is rate * (1 + momentum) * gradient.
   */
  firstUpdate: (rule, rate) => (rule.nesterov ? rate * (1 + momentumAt(rule, 0)) : rate),
  /**
   * For a constant gradient, the velocity converges to gradient / (1 - momentum), for Polyak's and Nesterov's momentum.
   * With a momentum schedule, `steadyUpdate` uses the final momentum.
   */
  steadyUpdate: (rule, rate) => rate / (1 - rule.momentum),
  /**
   * With Polyak's momentum, training is stable if learning rate times curvature is at most 2(1 + momentum) (Cohen et
   * al. 2021). With Nesterov's momentum, the largest stable product of learning rate and curvature is 2(1 + momentum) /
   * (1 + 2 * momentum).
   */
  stability: (rule, rateTimesCurvature, step) => {
    const factor = momentumAt(rule, step)
    return (rateTimesCurvature * (rule.nesterov ? 1 + 2 * factor : 1)) / (2 * (1 + factor))
  },
  schedule: scheduleOf,
  describe: (rule) => ({ number: rule.momentum, details: [scheduleOf(rule) ?? []].flat() }),
} as const satisfies RuleRow<MomentumRule>
