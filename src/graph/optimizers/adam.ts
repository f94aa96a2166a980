/** Adam, and AdamW, whose weight decay is apart from the gradient. */
import {
  check,
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
  /** Weight decay apart from the gradient (AdamW). */
  readonly decoupled: boolean
}

export interface AdamOptions {
  /** 0.001 by default. */
  readonly rate?: number
  /** L2 decay of every parameter: added to the gradient (adam), or times the rate (adamw); 0 and 0.01 by default. */
  readonly weightDecay?: number
  /** How much of the first and second moment stays from step to step: 0.9 and 0.999 by default. */
  readonly firstDecay?: number
  readonly secondDecay?: number
  /** Keeps the division finite: 1e-8 by default. */
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
  check('epsilon', epsilon, Number.isFinite(epsilon) && epsilon > 0, 'a number above 0')
  return { name, rate, rule: { kind: 'adam', firstDecay, secondDecay, epsilon, weightDecay, decoupled } }
}

/** Moments of the gradient with their bias corrected (Kingma & Ba 2015, algorithm 1). Throws an `option` error. */
export function adam(options: AdamOptions = {}): OptimizerOf<'adam', AdamRule> {
  return withMoments('adam', options)
}

/** Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019, algorithm 2). Throws an `option` error. */
export function adamw(options: AdamOptions = {}): OptimizerOf<'adamw', AdamRule> {
  return withMoments('adamw', options)
}

/** By repeated squaring: Math.pow may differ in its last bits from machine to machine. */
function integerPower(base: number, exponent: number): number {
  let result = 1
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square
  }
  return result
}

/** The moments end at g and g^2, and from the first step on their corrections make them so. */
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
