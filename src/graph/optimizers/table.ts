/** The optimizers by name, and the rules of their updates by kind. A new one without a row in each table doesn't compile. */
import { type AdamOptions, type AdamRule, adam, adamOptions, adamRow, adamw } from './adam.ts'
import {
  type MomentumOptions,
  type MomentumRule,
  momentum,
  momentumOptions,
  momentumRow,
  nesterov,
} from './momentum.ts'
import type { OptimizerOf, RuleRow } from './optimizer.ts'
import { type SgdOptions, type SgdRule, sgd, sgdOptions, sgdRow } from './sgd.ts'

interface Rules {
  readonly sgd: SgdRule
  readonly momentum: MomentumRule
  readonly adam: AdamRule
}

export type OptimizerRule = Rules[keyof Rules]

export const rules = {
  sgd: sgdRow,
  momentum: momentumRow,
  adam: adamRow,
} as const satisfies { readonly [Kind in keyof Rules]: RuleRow<Rules[Kind]> }

export const optimizerNames = ['sgd', 'momentum', 'nesterov', 'adam', 'adamw'] as const

export type OptimizerName = (typeof optimizerNames)[number]

export type Optimizer = OptimizerOf<OptimizerName, OptimizerRule>

/** The options of all optimizers. */
export type OptimizerOptions = SgdOptions & MomentumOptions & AdamOptions

interface OptimizerRow {
  readonly create: (options: OptimizerOptions) => Optimizer
  /** The names of the options that it has. */
  readonly options: readonly (keyof OptimizerOptions)[]
}

const optimizers: Readonly<Record<OptimizerName, OptimizerRow>> = {
  sgd: { create: sgd, options: sgdOptions },
  momentum: { create: momentum, options: momentumOptions },
  nesterov: { create: nesterov, options: momentumOptions },
  adam: { create: adam, options: adamOptions },
  adamw: { create: adamw, options: adamOptions },
}

/** The optimizer of a training for which none is chosen. */
export const usualOptimizer: OptimizerName = 'momentum'

/** The optimizer of this name. Throws an `option` error on a bad value, and on an option that it doesn't have. */
export const createOptimizer = (name: OptimizerName, options: OptimizerOptions = {}): Optimizer =>
  optimizers[name].create(options)

/** The names of an optimizer's options. */
export const optimizerOptionNames = (name: OptimizerName): readonly (keyof OptimizerOptions)[] =>
  optimizers[name].options

/** The names of the optimizers that have an option. */
export const optimizersWith = (option: string): readonly OptimizerName[] =>
  optimizerNames.filter((name) => optimizers[name].options.some((own) => own === option))

export type UpdateOp = (typeof rules)[keyof Rules]['op']

type RowOf<Kind extends keyof Rules> = RuleRow<Rules[Kind]> & { readonly op: UpdateOp }

function rowOfKind<Kind extends keyof Rules>(kind: Kind): RowOf<Kind> {
  const rows: { readonly [Own in keyof Rules]: RowOf<Own> } = rules
  return rows[kind]
}

/** The row of a rule. Its functions take this rule. */
export const rowOf = ({ kind }: OptimizerRule): RowOf<keyof Rules> => rowOfKind(kind)

const updateOps: ReadonlySet<string> = new Set(Object.values(rules).map(({ op }) => op))

/** True for the operations that make a parameter and its states new from its gradient. */
export const isUpdateOp = (op: string): op is UpdateOp => updateOps.has(op)

/** The scalars that step `step` takes (0 is the first), by the names of the graph's inputs. */
export function optimizerScalars(
  rule: OptimizerRule,
  rate: number,
  step: number,
): readonly (readonly [string, number])[] {
  const own = Object.entries(rowOf(rule).scalars).map(([name, valueAt]) => [name, valueAt(rule, step)] as const)
  return [['rate', rate], ...own]
}

/** `momentum 0.9, rate 0.03, weight decay 0.0001` */
export function describeOptimizer({ name, rate, rule }: Optimizer): string {
  const { number, details } = rowOf(rule).describe(rule)
  const parts = [number === undefined ? name : `${name} ${number}`, `rate ${rate}`, ...details]
  if (rule.weightDecay > 0) parts.push(`weight decay ${rule.weightDecay}`)
  return parts.join(', ')
}
