/** The optimizer Adagrad, which divides each gradient by the root of the sum of all squared gradients so far. */
import {
  checkEpsilon,
  checkNames,
  checkRates,
  checkSum,
  type OptimizerOf,
  type RuleRow,
  type Update,
} from './optimizer.ts'

export interface AdagradRule {
  readonly kind: 'adagrad'
  readonly initialAccumulator: number
  readonly epsilon: number
  readonly weightDecay: number
}

export interface AdagradOptions {
  /** Learning rate, 0.01 by default. */
  readonly rate?: number
  /** Weight decay (L2) that is added to the gradient of every parameter, 0 by default. */
  readonly weightDecay?: number
  /** Number that is added to the sum of the squared gradients of each parameter, 0 by default. */
  readonly initialAccumulator?: number
  /**
   * Number added to the denominator of the update, 1e-10 by default. The number is at least 1e-38, because smaller
   * numbers may be 0 in float32.
   */
  readonly epsilon?: number
}

export const adagradOptions = [
  'rate',
  'weightDecay',
  'initialAccumulator',
  'epsilon',
] as const satisfies readonly (keyof AdagradOptions)[]

const usual = { initialAccumulator: 0, epsilon: 1e-10 } as const

/**
 * Creates the Adagrad optimizer (Duchi, Hazan & Singer 2011), in PyTorch's form without a decay of the rate: sum +=
 * gradient^2, and parameter -= rate * gradient / (sqrt(initialAccumulator + sum) + epsilon). Throws an `option` error
 * for an unknown option or a value out of range.
 */
export function adagrad(options: AdagradOptions = {}): OptimizerOf<'adagrad', AdagradRule> {
  checkNames('adagrad', options, adagradOptions)
  const { rate = 0.01, weightDecay = 0 } = options
  const { initialAccumulator = usual.initialAccumulator, epsilon = usual.epsilon } = options
  checkRates(rate, weightDecay)
  checkSum('initialAccumulator', initialAccumulator)
  checkEpsilon(epsilon)
  return { name: 'adagrad', rate, rule: { kind: 'adagrad', initialAccumulator, epsilon, weightDecay } }
}

function firstUpdate({ initialAccumulator, epsilon }: AdagradRule, rate: number): Update {
  return (gradient) => (rate * gradient) / (Math.sqrt(initialAccumulator + gradient * gradient) + epsilon)
}

export const adagradRow = {
  op: 'adagradUpdate',
  states: ['squares'],
  scalars: {},
  attributes: ({ initialAccumulator, epsilon, weightDecay }) => ({ initialAccumulator, epsilon, weightDecay }),
  firstUpdate,
  /** For a constant gradient, the update of step t is the first update divided by sqrt(t), and never settles. */
  steadyUpdate: () => null,
  stability: () => null,
  schedule: () => undefined,
  describe: ({ initialAccumulator, epsilon }) => {
    const details: string[] = []
    if (initialAccumulator !== usual.initialAccumulator) details.push(`initial accumulator ${initialAccumulator}`)
    if (epsilon !== usual.epsilon) details.push(`epsilon ${epsilon}`)
    return { details }
  },
} as const satisfies RuleRow<AdagradRule>
