/** Optimizers as data: their options, with the usual defaults, checked. */
import type { OptimizerRule } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'

export interface Optimizer {
  readonly name: 'sgd' | 'momentum'
  /** The learning rate before the schedule. */
  readonly rate: number
  readonly rule: OptimizerRule
}

export interface SgdOptions {
  /** 0.03 by default. */
  readonly rate?: number
  /** L2 decay, added to the gradient of every parameter; 0 by default. */
  readonly weightDecay?: number
}

export interface MomentumOptions extends SgdOptions {
  /** 0.9 by default. */
  readonly momentum?: number
}

function checkNumber(name: string, value: number, isValid: boolean, expected: string): void {
  if (!isValid) throw new IsobathError('option', `${name}: expected ${expected}, got ${value}.`)
}

function checkRates(rate: number, weightDecay: number): void {
  checkNumber('rate', rate, Number.isFinite(rate) && rate >= 0, 'a number of at least 0')
  checkNumber('weight decay', weightDecay, Number.isFinite(weightDecay) && weightDecay >= 0, 'a number of at least 0')
}

/** parameter -= rate * (gradient + weightDecay * parameter). Throws an `option` error on a bad value. */
export function sgd({ rate = 0.03, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  checkRates(rate, weightDecay)
  return { name: 'sgd', rate, rule: { kind: 'sgd', weightDecay } }
}

/** velocity = momentum * velocity + gradient; parameter -= rate * velocity (PyTorch's form). Throws an `option` error. */
export function momentum(options: MomentumOptions = {}): Optimizer {
  const { rate = 0.03, momentum: factor = 0.9, weightDecay = 0 } = options
  checkRates(rate, weightDecay)
  checkNumber('momentum', factor, factor >= 0 && factor < 1, 'a number from 0 to below 1')
  return { name: 'momentum', rate, rule: { kind: 'momentum', momentum: factor, weightDecay } }
}

/** `momentum 0.9, rate 0.03, weight decay 0.0001` */
export function describeOptimizer({ name, rate, rule }: Optimizer): string {
  const parts = [rule.kind === 'momentum' ? `momentum ${rule.momentum}` : name, `rate ${rate}`]
  if (rule.weightDecay > 0) parts.push(`weight decay ${rule.weightDecay}`)
  return parts.join(', ')
}
