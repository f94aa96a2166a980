/** Optimizers as data: their options, with the usual defaults, checked. */
import type { OptimizerRule } from '../graph/programs.ts'
import { checkOptions } from '../support/check-options.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'

export interface Optimizer {
  readonly name: 'sgd' | 'momentum' | 'nesterov' | 'adam' | 'adamw'
  /** The learning rate before the schedule. */
  readonly rate: number
  readonly rule: OptimizerRule
}

export const optimizerNames: readonly Optimizer['name'][] = ['sgd', 'momentum', 'nesterov', 'adam', 'adamw']
export const momentumScheduleNames = ['constant', 'sutskever'] as const

export interface SgdOptions {
  /** 0.03 by default. */
  readonly rate?: number
  /** L2 decay, added to the gradient of every parameter; 0 by default. */
  readonly weightDecay?: number
}

export interface MomentumOptions extends SgdOptions {
  /** 0.9 by default; the most that a schedule goes up to. */
  readonly momentum?: number
  /**
   * constant by default; sutskever: 0.5, 0.75, 0.8333, 0.875 from steps 0, 250, 500, 750 on, and so on (Sutskever et al.
   * 2013, eq. 5).
   */
  readonly momentumSchedule?: (typeof momentumScheduleNames)[number]
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

/** A misspelt rate would be ignored, and the usual one be taken for it. */
function checkNames(name: Optimizer['name'], options: unknown, known: readonly string[]): void {
  checkOptions(name, options, { code: 'option', known, example: '{ rate: 0.01 }' })
}

function check(name: string, value: number, isValid: boolean, expected: string): void {
  if (!isValid) throw new IsobathError('option', `${name}: expected ${expected}, got ${foundText(value)}.`)
}

function checkRates(rate: number, weightDecay: number): void {
  check('rate', rate, Number.isFinite(rate) && rate >= 0, 'a number of at least 0')
  check('weight decay', weightDecay, Number.isFinite(weightDecay) && weightDecay >= 0, 'a number of at least 0')
}

function checkFraction(name: string, value: number): void {
  check(name, value, typeof value === 'number' && value >= 0 && value < 1, 'a number from 0 to below 1')
}

/** parameter -= rate * (gradient + weightDecay * parameter). Throws an `option` error on a bad value. */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkNames('sgd', options, ['rate', 'weightDecay'])
  const { rate = 0.03, weightDecay = 0 } = options
  checkRates(rate, weightDecay)
  return { name: 'sgd', rate, rule: { kind: 'sgd', weightDecay } }
}

function withVelocity(name: 'momentum' | 'nesterov', options: MomentumOptions): Optimizer {
  checkNames(name, options, ['rate', 'momentum', 'momentumSchedule', 'weightDecay'])
  const { rate = 0.03, momentum: factor = 0.9, weightDecay = 0, momentumSchedule = 'constant' } = options
  checkRates(rate, weightDecay)
  checkFraction('momentum', factor)
  if (!momentumScheduleNames.includes(momentumSchedule)) {
    const found = typeof momentumSchedule === 'string' ? momentumSchedule : foundText(momentumSchedule)
    const names = momentumScheduleNames.join(', ')
    throw new IsobathError('option', `momentum schedule: expected one of ${names}, got ${found}.`)
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
export function momentum(options: MomentumOptions = {}): Optimizer {
  return withVelocity('momentum', options)
}

/** The same velocity; parameter -= rate * (gradient + momentum * velocity) (PyTorch's form). Throws an `option` error. */
export function nesterov(options: MomentumOptions = {}): Optimizer {
  return withVelocity('nesterov', options)
}

function withMoments(name: 'adam' | 'adamw', options: AdamOptions): Optimizer {
  checkNames(name, options, ['rate', 'weightDecay', 'firstDecay', 'secondDecay', 'epsilon'])
  const decoupled = name === 'adamw'
  const { rate = 0.001, weightDecay = decoupled ? 0.01 : 0 } = options
  const { firstDecay = 0.9, secondDecay = 0.999, epsilon = 1e-8 } = options
  checkRates(rate, weightDecay)
  checkFraction('first decay', firstDecay)
  checkFraction('second decay', secondDecay)
  check('epsilon', epsilon, Number.isFinite(epsilon) && epsilon > 0, 'a number above 0')
  return { name, rate, rule: { kind: 'adam', firstDecay, secondDecay, epsilon, weightDecay, decoupled } }
}

/** Moments of the gradient with their bias corrected (Kingma & Ba 2015, algorithm 1). Throws an `option` error. */
export function adam(options: AdamOptions = {}): Optimizer {
  return withMoments('adam', options)
}

/** Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019, algorithm 2). Throws an `option` error. */
export function adamw(options: AdamOptions = {}): Optimizer {
  return withMoments('adamw', options)
}

/** `momentum 0.9, rate 0.03, weight decay 0.0001` */
export function describeOptimizer({ name, rate, rule }: Optimizer): string {
  const parts = [rule.kind === 'momentum' ? `${name} ${rule.momentum}` : name, `rate ${rate}`]
  if (rule.kind === 'momentum' && rule.momentumSchedule === 'sutskever') parts.push("Sutskever's schedule of momentum")
  if (rule.kind === 'adam') {
    const { firstDecay, secondDecay, epsilon } = rule
    if (firstDecay !== 0.9 || secondDecay !== 0.999) parts.push(`decays ${firstDecay} and ${secondDecay}`)
    if (epsilon !== 1e-8) parts.push(`epsilon ${epsilon}`)
  }
  if (rule.weightDecay > 0) parts.push(`weight decay ${rule.weightDecay}`)
  return parts.join(', ')
}
