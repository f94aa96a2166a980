/** The optimizers Adam and AdamW. AdamW applies weight decay separately from the gradient. */
import {
  checkEpsilon,
  checkFraction,
  checkNames,
  checkRates,
  type OptimizerOf,
  type RuleRow,
  type Update,
} from './optimizer.ts'

export interface AdamRule {
  readonly kind: 'adam'
  readonly firstDecay: number
  readonly secondDecay: number
  readonly epsilon: number
  readonly weightDecay: number
  /** True if weight decay is applied separately from the gradient, as in AdamW. */
  readonly decoupled: boolean
}

export interface AdamOptions {
  /** Learning rate, 0.001 by default. */
  readonly rate?: number
  /**
   * Weight decay of every parameter. The optimizer `adam` adds the decay to the gradient, and its default decay is 0.
   * The optimizer `adamw` multiplies the decay by the learning rate and applies the product to the parameter, and its
   * default decay is 0.01.
   */
  readonly weightDecay?: number
  /** Factor that multiplies the old first moment at each step, 0.9 by default. */
  readonly firstDecay?: number
  /** Factor that multiplies the old second moment at each step, 0.999 by default. */
  readonly secondDecay?: number
  /**
   * Number added to the denominator of the update, 1e-8 by default. The number is at least 1e-38, because smaller
   * numbers may be 0 in float32.
   */
  readonly epsilon?: number
}

export const adamOptions = [
  'rate',
  'weightDecay',
  'firstDecay',
  'secondDecay',
  'epsilon',
] as const satisfies readonly (keyof AdamOptions)[]

const usual = { firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8 } as const

function withMoments<Name extends 'adam' | 'adamw'>(name: Name, options: AdamOptions): OptimizerOf<Name, AdamRule> {
  checkNames(name, options, adamOptions)
  const decoupled = name === 'adamw'
  const { rate = 0.001, weightDecay = decoupled ? 0.01 : 0 } = options
  const { firstDecay = usual.firstDecay, secondDecay = usual.secondDecay, epsilon = usual.epsilon } = options
  checkRates(rate, weightDecay)
  checkFraction('firstDecay', firstDecay)
  checkFraction('secondDecay', secondDecay)
  checkEpsilon(epsilon)
  return { name, rate, rule: { kind: 'adam', firstDecay, secondDecay, epsilon, weightDecay, decoupled } }
}

/**
 * Creates the Adam optimizer, which uses bias-corrected moments of the gradient (Kingma & Ba 2015, algorithm 1). Throws
 * an `option` error for an unknown option or a value out of range.
 */
export function adam(options: AdamOptions = {}): OptimizerOf<'adam', AdamRule> {
  return withMoments('adam', options)
}

/**
 * Creates the AdamW optimizer, Adam with weight decay separate from the gradient (Loshchilov & Hutter 2019, algorithm
 * 2). Throws an `option` error for an unknown option or a value out of range.
 */
export function adamw(options: AdamOptions = {}): OptimizerOf<'adamw', AdamRule> {
  return withMoments('adamw', options)
}

/**
 * Raises `base` to an integer power by repeated squaring. The last bits of the result of Math.pow may differ between
 * machines.
 */
function integerPower(base: number, exponent: number): number {
  let result = 1
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square
  }
  return result
}

/** For a constant gradient g, the bias-corrected moments are g and g^2 from the first step on. */
function update({ epsilon }: AdamRule, rate: number): Update {
  return (gradient) => (rate * gradient) / (Math.abs(gradient) + epsilon)
}

export const adamRow = {
  op: 'adamUpdate',
  states: ['first-moment', 'second-moment'],
  scalars: {
    firstCorrection: ({ firstDecay }, step) => 1 / (1 - integerPower(firstDecay, step + 1)),
    secondCorrection: ({ secondDecay }, step) => 1 / Math.sqrt(1 - integerPower(secondDecay, step + 1)),
  },
  attributes: ({ firstDecay, secondDecay, epsilon, weightDecay, decoupled }) => {
    return { firstDecay, secondDecay, epsilon, weightDecay, decoupled }
  },
  firstUpdate: update,
  steadyUpdate: update,
  stability: () => null,
  schedule: () => undefined,
  describe: ({ firstDecay, secondDecay, epsilon }) => {
    const details: string[] = []
    if (firstDecay !== usual.firstDecay || secondDecay !== usual.secondDecay) {
      details.push(`decays ${firstDecay} and ${secondDecay}`)
    }
    if (epsilon !== usual.epsilon) details.push(`epsilon ${epsilon}`)
    return { details }
  },
} as const satisfies RuleRow<AdamRule>
