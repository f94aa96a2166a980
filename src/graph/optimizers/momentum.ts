/** Gradient descent with momentum, Polyak's and Nesterov's. */
import { describeValue } from '../../support/describe-value.ts'
import { IsobathError } from '../../support/errors.ts'
import { checkFraction, checkNames, checkRates, type OptimizerOf, type RuleRow } from './optimizer.ts'
import type { SgdOptions } from './sgd.ts'

export const momentumScheduleNames = ['constant', 'sutskever'] as const

type MomentumSchedule = (typeof momentumScheduleNames)[number]

export interface MomentumRule {
  readonly kind: 'momentum'
  readonly momentum: number
  readonly weightDecay: number
  /** Looks ahead: the update is that of the velocity after the next step's decay (Sutskever et al. 2013). */
  readonly nesterov?: boolean
  /** How the momentum moves over a run; constant by default. */
  readonly momentumSchedule?: MomentumSchedule
}

export interface MomentumOptions extends SgdOptions {
  /** 0.9 by default; the most that a schedule goes up to. */
  readonly momentum?: number
  /**
   * constant by default; sutskever: 0.5, 0.75, 0.8333, 0.875 from steps 0, 250, 500, 750 on, and so on (Sutskever et al.
   * 2013, eq. 5).
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

/** velocity = momentum * velocity + gradient; parameter -= rate * velocity (PyTorch's form). Throws an `option` error. */
export function momentum(options: MomentumOptions = {}): OptimizerOf<'momentum', MomentumRule> {
  return withVelocity('momentum', options)
}

/** The same velocity; parameter -= rate * (gradient + momentum * velocity) (PyTorch's form). Throws an `option` error. */
export function nesterov(options: MomentumOptions = {}): OptimizerOf<'nesterov', MomentumRule> {
  return withVelocity('nesterov', options)
}

/**
 * The momentum of step `step` (0 is the first): 0.5, 0.75, 0.8333, 0.875 from steps 0, 250, 500, 750 on, up to the rule's
 * own, with sutskever (Sutskever et al. 2013, eq. 5).
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
  /** Nesterov's momentum looks ahead. */
  firstUpdate: (rule, rate) => (rule.nesterov ? rate * (1 + momentumAt(rule, 0)) : rate),
  /** The velocity ends at gradient / (1 - momentum), Nesterov's too. Of a schedule the last momentum counts. */
  steadyUpdate: (rule, rate) => rate / (1 - rule.momentum),
  /** Cohen et al. 2021: the edge is at 2(1 + momentum), or at 1 + 2 momentum times less with Nesterov's. */
  stability: (rule, rateTimesCurvature, step) => {
    const factor = momentumAt(rule, step)
    return (rateTimesCurvature * (rule.nesterov ? 1 + 2 * factor : 1)) / (2 * (1 + factor))
  },
  schedule: scheduleOf,
  describe: (rule) => ({ number: rule.momentum, details: [scheduleOf(rule) ?? []].flat() }),
} as const satisfies RuleRow<MomentumRule>
