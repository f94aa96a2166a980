/** The optimizer Lion, whose updates have the same size for every weight and take only their sign from the gradients. */
import { checkFraction, checkNames, checkRates, type OptimizerOf, type RuleRow, type Update } from './optimizer.ts'

export interface LionRule {
  readonly kind: 'lion'
  readonly firstDecay: number
  readonly secondDecay: number
  readonly weightDecay: number
}

export interface LionOptions {
  /** Learning rate, 0.0001 by default. */
  readonly rate?: number
  /**
   * Weight decay of every parameter, 0 by default. The optimizer multiplies the decay by the learning rate and applies
   * the product to the parameter, as `adamw` does.
   */
  readonly weightDecay?: number
  /** Weight of the mean gradient, beside the new gradient, in the sign of the update: 0.9 by default. */
  readonly firstDecay?: number
  /** Factor that multiplies the old mean gradient at each step, 0.99 by default. */
  readonly secondDecay?: number
}

export const lionOptions = [
  'rate',
  'weightDecay',
  'firstDecay',
  'secondDecay',
] as const satisfies readonly (keyof LionOptions)[]

const usual = { firstDecay: 0.9, secondDecay: 0.99 } as const

/**
 * Creates the Lion optimizer (Chen et al. 2023, arXiv 2302.06675, algorithm 2): parameter -= rate * (sign(firstDecay *
 * mean + (1 - firstDecay) * gradient) + weightDecay * parameter), and then mean = secondDecay * mean + (1 -
 * secondDecay) * gradient. Throws an `option` error for an unknown option or a value out of range.
 */
export function lion(options: LionOptions = {}): OptimizerOf<'lion', LionRule> {
  checkNames('lion', options, lionOptions)
  const { rate = 0.0001, weightDecay = 0 } = options
  const { firstDecay = usual.firstDecay, secondDecay = usual.secondDecay } = options
  checkRates(rate, weightDecay)
  checkFraction('firstDecay', firstDecay)
  checkFraction('secondDecay', secondDecay)
  return { name: 'lion', rate, rule: { kind: 'lion', firstDecay, secondDecay, weightDecay } }
}

/** For a constant gradient, each mean of gradients has the sign of the gradient from the first step on. */
function update(_rule: LionRule, rate: number): Update {
  return (gradient) => rate * Math.sign(gradient)
}

export const lionRow = {
  op: 'lionUpdate',
  states: ['first-moment'],
  scalars: {},
  attributes: ({ firstDecay, secondDecay, weightDecay }) => ({ firstDecay, secondDecay, weightDecay }),
  firstUpdate: update,
  steadyUpdate: update,
  stability: () => null,
  schedule: () => undefined,
  describe: ({ firstDecay, secondDecay }) => {
    const isUsual = firstDecay === usual.firstDecay && secondDecay === usual.secondDecay
    return { details: isUsual ? [] : [`decays ${firstDecay} and ${secondDecay}`] }
  },
} as const satisfies RuleRow<LionRule>
