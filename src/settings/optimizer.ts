/**
 * The optimizer as an option of a training. The library accepts an optimizer as an object. The command line accepts the
 * name of an optimizer and the optimizer's own options.
 */
import { listed } from '../format/words.ts'
import { momentumScheduleNames } from '../graph/optimizers/momentum.ts'
import {
  createOptimizer,
  type Optimizer,
  optimizerNames,
  optimizerOptionNames,
  usualOptimizer,
} from '../graph/optimizers/table.ts'
import { orUndefined } from '../support/errors.ts'
import { type Fields, field } from '../support/fields.ts'
import { type Kind, number, oneOf } from '../support/kinds.ts'

/**
 * Returns whether a value is an optimizer that a function such as `momentum` would make from the same numbers. Texts
 * and booleans of the update rule may be missing, because older runs lack some of these fields.
 */
function isOptimizer(value: unknown): value is Optimizer {
  if (typeof value !== 'object' || value === null || !('name' in value && 'rate' in value && 'rule' in value))
    return false
  const { name: given, rate, rule } = value
  const name = optimizerNames.find((known) => known === given)
  if (name === undefined || typeof rule !== 'object' || rule === null) return false
  const own = optimizerOptionNames(name)
  const numbers = Object.entries(rule).filter(([key]) => own.some((option) => option === key))
  const made = orUndefined(() => createOptimizer(name, { ...Object.fromEntries(numbers), rate: Number(rate) }))
  if (made === undefined || made.rate !== rate) return false
  const isSame = ([key, wanted]: readonly [string, unknown]): boolean => {
    const found: unknown = Reflect.get(rule, key)
    const mayLack = wanted === false || (typeof wanted === 'string' && key !== 'kind')
    return found === wanted || (found === undefined && mayLack)
  }
  return Object.entries(made.rule).every(isSame)
}

/** An optimizer, as made by functions such as `momentum`. */
export const optimizer: Kind<Optimizer> = {
  expected: 'an optimizer',
  accepts: isOptimizer,
  remedy: () => 'Give an optimizer, such as momentum({ rate: 0.03 }).',
  names: optimizerNames,
}

const nonNegative = (): Kind<number> =>
  number('a number of at least 0', (value) => Number.isFinite(value) && value >= 0)

/**
 * Returns a text with the default of the usual optimizer, and then each other default after the names of its
 * optimizers, as in `0.03; adam and adamw: 0.001`.
 */
function usualText(defaultOf: (made: Optimizer) => number): string {
  const usual = defaultOf(createOptimizer(usualOptimizer))
  const others = new Map<number, string[]>()
  for (const name of optimizerNames) {
    const value = defaultOf(createOptimizer(name))
    if (value !== usual) others.set(value, [...(others.get(value) ?? []), name])
  }
  return [String(usual), ...[...others].map(([value, names]) => `${listed(names)}: ${value}`)].join('; ')
}

/** The options of optimizers that the command line accepts besides the optimizer's name. */
export const optimizerOptions = {
  rate: field(nonNegative(), {
    usual: usualText(({ rate }) => rate),
    flag: '--rate <number>',
    help: 'learning rate',
  }),
  momentum: field(
    number('a number from 0 to below 1', (value) => value >= 0 && value < 1),
    { usual: '0.9', flag: '--momentum <number>', help: 'fraction of the last update that is added to the next update' },
  ),
  momentumSchedule: field(oneOf(momentumScheduleNames), {
    usual: 'constant',
    flag: '--momentum-schedule <name>',
    help: 'how the momentum changes; sutskever raises the momentum every 250 steps (0.5, 0.75, 0.8333, 0.875 ...), up to --momentum',
  }),
  weightDecay: field(nonNegative(), {
    usual: usualText(({ rule }) => rule.weightDecay),
    flag: '--weight-decay <number>',
    help: "weight decay: this multiple of each parameter is added to the parameter's gradient; adamw applies the decay separately",
  }),
} satisfies Fields
