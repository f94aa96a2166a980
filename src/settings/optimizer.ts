/**
 * The optimizer as an option of a training. The library accepts an optimizer as an object. The command line accepts the
 * name of an optimizer and the optimizer's own options.
 */
import { listed } from '../format/words.ts'
import { momentumScheduleNames } from '../graph/optimizers/momentum.ts'
import { smallestEpsilon } from '../graph/optimizers/optimizer.ts'
import {
  createOptimizer,
  type Optimizer,
  type OptimizerOptions,
  optimizerNames,
  optimizerOptionNames,
  optimizersWith,
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
 * Returns a text with the default of an option, and then each other default after the names of its optimizers, as in
 * `0.03; adam and adamw: 0.001`. The first default belongs to the usual optimizer. If the usual optimizer does not have
 * the option, each default follows the names of its optimizers.
 */
function usualText(option: keyof OptimizerOptions, defaultOf: (made: Optimizer) => number): string {
  const able = optimizersWith(option)
  const usual = able.includes(usualOptimizer) ? defaultOf(createOptimizer(usualOptimizer)) : undefined
  const others = new Map<number, string[]>()
  for (const name of able) {
    const value = defaultOf(createOptimizer(name))
    if (value !== usual) others.set(value, [...(others.get(value) ?? []), name])
  }
  const texts = [...others].map(([value, names]) => `${listed(names)}: ${value}`)
  return [...(usual === undefined ? [] : [String(usual)]), ...texts].join('; ')
}

/** Returns a text with the defaults of an option that has the same name in the rule of each of its optimizers. */
const usualInRule = (option: keyof OptimizerOptions): string =>
  usualText(option, ({ rule }) => Number(Reflect.get(rule, option) ?? 0))

const belowOne = (): Kind<number> => number('a number from 0 to below 1', (value) => value >= 0 && value < 1)

/** The options of optimizers that the command line accepts besides the optimizer's name. */
export const optimizerOptions = {
  rate: field(nonNegative(), {
    usual: usualText('rate', ({ rate }) => rate),
    flag: '--rate <number>',
    help: 'learning rate',
  }),
  momentum: field(belowOne(), {
    usual: usualInRule('momentum'),
    flag: '--momentum <number>',
    help: 'fraction of the last update that is added to the next update',
  }),
  momentumSchedule: field(oneOf(momentumScheduleNames), {
    usual: 'constant',
    flag: '--momentum-schedule <name>',
    help: 'how the momentum changes; sutskever raises the momentum every 250 steps (0.5, 0.75, 0.8333, 0.875 ...), up to --momentum',
  }),
  weightDecay: field(nonNegative(), {
    usual: usualInRule('weightDecay'),
    flag: '--weight-decay <number>',
    help: "weight decay: this multiple of each parameter is added to the parameter's gradient; adamw and lion apply the decay separately",
  }),
  firstDecay: field(belowOne(), {
    usual: usualInRule('firstDecay'),
    flag: '--first-decay <number>',
    help: 'beta1: weight of the old gradients, beside the new gradient, in the direction of an update',
  }),
  secondDecay: field(belowOne(), {
    usual: usualInRule('secondDecay'),
    flag: '--second-decay <number>',
    help: 'beta2, or alpha of rmsprop: factor on the old mean of the squared gradients (lion: of the gradients)',
  }),
  epsilon: field(
    number(`a number of at least ${smallestEpsilon}`, (value) => Number.isFinite(value) && value >= smallestEpsilon),
    {
      usual: usualInRule('epsilon'),
      flag: '--epsilon <number>',
      help: 'number that is added to the denominator of the update',
    },
  ),
  initialAccumulator: field(nonNegative(), {
    usual: usualInRule('initialAccumulator'),
    flag: '--initial-accumulator <number>',
    help: 'number that is added to the sum of the squared gradients',
  }),
} satisfies Fields
