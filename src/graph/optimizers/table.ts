/**
 * The optimizers by name, and the update rules by kind. An optimizer or a rule that lacks a row in its table does not
 * compile.
 */
import { type AdagradOptions, type AdagradRule, adagrad, adagradOptions, adagradRow } from './adagrad.ts'
import { type AdamOptions, type AdamRule, adam, adamOptions, adamRow, adamw } from './adam.ts'
import { type LionOptions, type LionRule, lion, lionOptions, lionRow } from './lion.ts'
import {
  type MomentumOptions,
  type MomentumRule,
  momentum,
  momentumOptions,
  momentumRow,
  nesterov,
} from './momentum.ts'
import type { OptimizerOf, RuleRow } from './optimizer.ts'
import {
  type RmspropMomentumRule,
  type RmspropOptions,
  type RmspropRule,
  rmsprop,
  rmspropMomentumRow,
  rmspropOptions,
  rmspropRow,
} from './rmsprop.ts'
import { type SgdOptions, type SgdRule, sgd, sgdOptions, sgdRow } from './sgd.ts'

interface Rules {
  readonly sgd: SgdRule
  readonly momentum: MomentumRule
  readonly adagrad: AdagradRule
  readonly rmsprop: RmspropRule
  readonly rmspropMomentum: RmspropMomentumRule
  readonly adam: AdamRule
  readonly lion: LionRule
}

export type OptimizerRule = Rules[keyof Rules]

export const rules = {
  sgd: sgdRow,
  momentum: momentumRow,
  adagrad: adagradRow,
  rmsprop: rmspropRow,
  rmspropMomentum: rmspropMomentumRow,
  adam: adamRow,
  lion: lionRow,
} as const satisfies { readonly [Kind in keyof Rules]: RuleRow<Rules[Kind]> }

/** Names of the optimizers. */
export const optimizerNames = ['sgd', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam', 'adamw', 'lion'] as const

export type OptimizerName = (typeof optimizerNames)[number]

/** An optimizer with one of the known names and update rules. */
export type Optimizer = OptimizerOf<OptimizerName, OptimizerRule>

/** The options of all optimizers together. */
export type OptimizerOptions = SgdOptions &
  MomentumOptions &
  AdagradOptions &
  RmspropOptions &
  AdamOptions &
  LionOptions

interface OptimizerRow {
  readonly create: (options: OptimizerOptions) => Optimizer
  /** Names of the optimizer's options. */
  readonly options: readonly (keyof OptimizerOptions)[]
}

const optimizers: Readonly<Record<OptimizerName, OptimizerRow>> = {
  sgd: { create: sgd, options: sgdOptions },
  momentum: { create: momentum, options: momentumOptions },
  nesterov: { create: nesterov, options: momentumOptions },
  adagrad: { create: adagrad, options: adagradOptions },
  rmsprop: { create: rmsprop, options: rmspropOptions },
  adam: { create: adam, options: adamOptions },
  adamw: { create: adamw, options: adamOptions },
  lion: { create: lion, options: lionOptions },
}

/** The default optimizer of a training. */
export const usualOptimizer: OptimizerName = 'momentum'

/**
 * Creates the optimizer with the given name. Throws an `option` error for an unknown option or a value out of range.
 */
export const createOptimizer = (name: OptimizerName, options: OptimizerOptions = {}): Optimizer =>
  optimizers[name].create(options)

/** Returns the names of an optimizer's options. */
export const optimizerOptionNames = (name: OptimizerName): readonly (keyof OptimizerOptions)[] =>
  optimizers[name].options

/** Returns the names of the optimizers that have the given option. */
export const optimizersWith = (option: string): readonly OptimizerName[] =>
  optimizerNames.filter((name) => optimizers[name].options.some((own) => own === option))

export type UpdateOp = (typeof rules)[keyof Rules]['op']

type RowOf<Kind extends keyof Rules> = RuleRow<Rules[Kind]> & { readonly op: UpdateOp }

function rowOfKind<Kind extends keyof Rules>(kind: Kind): RowOf<Kind> {
  const rows: { readonly [Own in keyof Rules]: RowOf<Own> } = rules
  return rows[kind]
}

/** Returns the table row of an update rule. The functions of the returned row accept the given rule. */
export const rowOf = ({ kind }: OptimizerRule): RowOf<keyof Rules> => rowOfKind(kind)

const updateOps: ReadonlySet<string> = new Set(Object.values(rules).map(({ op }) => op))

/** Returns true for an operation that updates a parameter and its states from the gradient. */
export const isUpdateOp = (op: string): op is UpdateOp => updateOps.has(op)

/**
 * Returns the scalar inputs of the update operation at step `step`, with the names of their graph inputs. The first
 * step of a training is step 0.
 */
export function optimizerScalars(
  rule: OptimizerRule,
  rate: number,
  step: number,
): readonly (readonly [string, number])[] {
  const own = Object.entries(rowOf(rule).scalars).map(([name, valueAt]) => [name, valueAt(rule, step)] as const)
  return [['rate', rate], ...own]
}

/** Describes an optimizer in words, for example `momentum 0.9, rate 0.03, weight decay 0.0001`. */
export function describeOptimizer({ name, rate, rule }: Optimizer): string {
  const { number, details } = rowOf(rule).describe(rule)
  const parts = [number === undefined ? name : `${name} ${number}`, `rate ${rate}`, ...details]
  if (rule.weightDecay > 0) parts.push(`weight decay ${rule.weightDecay}`)
  return parts.join(', ')
}
