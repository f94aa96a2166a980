/** Plain gradient descent (the optimizer `sgd`). */
import { checkNames, checkRates, type OptimizerOf, type RuleRow } from './optimizer.ts'

export interface SgdRule {
  readonly kind: 'sgd'
  readonly weightDecay: number
}

export interface SgdOptions {
  /** Learning rate, 0.03 by default. */
  readonly rate?: number
  /** Weight decay (L2) that is added to the gradient of every parameter, 0 by default. */
  readonly weightDecay?: number
}

export const sgdOptions = ['rate', 'weightDecay'] as const satisfies readonly (keyof SgdOptions)[]

/**
 * Creates plain gradient descent: parameter -= rate * (gradient + weightDecay * parameter). Throws an `option` error
 * for an unknown option or a value out of range.
 */
export function sgd(options: SgdOptions = {}): OptimizerOf<'sgd', SgdRule> {
  checkNames('sgd', options, sgdOptions)
  const { rate = 0.03, weightDecay = 0 } = options
  checkRates(rate, weightDecay)
  return { name: 'sgd', rate, rule: { kind: 'sgd', weightDecay } }
}

export const sgdRow = {
  op: 'sgdUpdate',
  states: [],
  scalars: {},
  attributes: ({ weightDecay }) => ({ weightDecay }),
  firstUpdate: (_rule, rate) => rate,
  steadyUpdate: (_rule, rate) => rate,
  stability: (_rule, rateTimesCurvature) => rateTimesCurvature / 2,
  schedule: () => undefined,
  describe: () => ({ details: [] }),
} as const satisfies RuleRow<SgdRule>
