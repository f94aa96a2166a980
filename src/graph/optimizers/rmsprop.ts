/**
 * The optimizer RMSprop, which divides each gradient by the root of a running mean of its squares. RMSprop without
 * momentum has a rule of its own, because the rule needs no memory for a velocity.
 */
import {
  checkEpsilon,
  checkFraction,
  checkNames,
  checkRates,
  type OptimizerOf,
  type RuleRow,
  type Update,
} from './optimizer.ts'

export interface RmspropRule {
  readonly kind: 'rmsprop'
  readonly secondDecay: number
  readonly epsilon: number
  readonly weightDecay: number
}

export interface RmspropMomentumRule extends Omit<RmspropRule, 'kind'> {
  readonly kind: 'rmspropMomentum'
  /** Momentum above 0. */
  readonly momentum: number
}

export interface RmspropOptions {
  /** Learning rate, 0.001 by default. */
  readonly rate?: number
  /** Weight decay (L2) that is added to the gradient of every parameter, 0 by default. */
  readonly weightDecay?: number
  /** Factor that multiplies the old mean of the squared gradients at each step, 0.99 by default. */
  readonly secondDecay?: number
  /**
   * Number added to the denominator of the update, 1e-8 by default. The number is at least 1e-38, because smaller
   * numbers may be 0 in float32.
   */
  readonly epsilon?: number
  /** Momentum of the divided gradients, 0 by default. */
  readonly momentum?: number
}

export const rmspropOptions = [
  'rate',
  'momentum',
  'weightDecay',
  'secondDecay',
  'epsilon',
] as const satisfies readonly (keyof RmspropOptions)[]

const usual = { secondDecay: 0.99, epsilon: 1e-8 } as const

/**
 * Creates the RMSprop optimizer (Tieleman & Hinton 2012, lecture 6.5), in PyTorch's form: square = secondDecay * square
 * + (1 - secondDecay) * gradient^2, and parameter -= rate * gradient / (sqrt(square) + epsilon). With momentum,
 * velocity = momentum * velocity + gradient / (sqrt(square) + epsilon), and parameter -= rate * velocity. Throws an
 * `option` error for an unknown option or a value out of range.
 */
export function rmsprop(options: RmspropOptions = {}): OptimizerOf<'rmsprop', RmspropRule | RmspropMomentumRule> {
  checkNames('rmsprop', options, rmspropOptions)
  const { rate = 0.001, weightDecay = 0, momentum = 0 } = options
  const { secondDecay = usual.secondDecay, epsilon = usual.epsilon } = options
  checkRates(rate, weightDecay)
  checkFraction('secondDecay', secondDecay)
  checkEpsilon(epsilon)
  checkFraction('momentum', momentum)
  const common = { secondDecay, epsilon, weightDecay }
  const rule =
    momentum === 0
      ? ({ kind: 'rmsprop', ...common } as const)
      : ({ kind: 'rmspropMomentum', ...common, momentum } as const)
  return { name: 'rmsprop', rate, rule }
}

/** The mean of the squares starts at 0, so the mean after the first step is (1 - secondDecay) * gradient^2. */
function firstUpdate({ secondDecay, epsilon }: RmspropRule | RmspropMomentumRule, rate: number): Update {
  const share = Math.sqrt(1 - secondDecay)
  return (gradient) => (rate * gradient) / (share * Math.abs(gradient) + epsilon)
}

/** For a constant gradient g, the mean of the squares converges to g^2. */
function steadyUpdate({ epsilon }: RmspropRule | RmspropMomentumRule, rate: number): Update {
  return (gradient) => (rate * gradient) / (Math.abs(gradient) + epsilon)
}

function details({ secondDecay, epsilon }: RmspropRule | RmspropMomentumRule): string[] {
  const texts: string[] = []
  if (secondDecay !== usual.secondDecay) texts.push(`decay ${secondDecay}`)
  if (epsilon !== usual.epsilon) texts.push(`epsilon ${epsilon}`)
  return texts
}

export const rmspropRow = {
  op: 'rmspropUpdate',
  states: ['second-moment'],
  scalars: {},
  attributes: ({ secondDecay, epsilon, weightDecay }) => ({ secondDecay, epsilon, weightDecay }),
  firstUpdate,
  steadyUpdate,
  stability: () => null,
  schedule: () => undefined,
  describe: (rule) => ({ details: details(rule) }),
} as const satisfies RuleRow<RmspropRule>

export const rmspropMomentumRow = {
  op: 'rmspropMomentumUpdate',
  states: ['second-moment', 'velocity'],
  scalars: {},
  attributes: ({ secondDecay, epsilon, weightDecay, momentum }) => ({ secondDecay, epsilon, weightDecay, momentum }),
  firstUpdate,
  /** For a constant gradient, the velocity converges to the divided gradient / (1 - momentum). */
  steadyUpdate: (rule, rate) => steadyUpdate(rule, rate / (1 - rule.momentum)),
  stability: () => null,
  schedule: () => undefined,
  describe: (rule) => ({ details: [`momentum ${rule.momentum}`, ...details(rule)] }),
} as const satisfies RuleRow<RmspropMomentumRule>
