/** How a training goes: the options of all commands that train. */
import type { Command } from 'commander'
import { IsobathError, type LayerRates, type Optimizer, recipes, type TrainingOptions } from '../index.ts'
import {
  checkOneLength,
  createOptimizer,
  type Fields,
  type Input,
  optimizerOptions,
  optimizersWith,
  training,
  usualOptimizer,
  without,
} from '../internal.ts'
import { addFields, givenOptions } from './field-options.ts'
import { recipesHelp } from './recipes-help.ts'

/** The optimizer is named here, and its options are flags of their own. */
export interface TrainingFlags
  extends Omit<TrainingOptions, 'optimizer' | 'layerRates' | 'seed'>,
    Input<typeof optimizerOptions> {
  readonly optimizer?: Optimizer['name']
  readonly layerRate?: LayerRates
}

type TrainingOption = keyof typeof training

/** What of its trainings a command decides itself. */
interface OwnChoices {
  /** Options that it has no use for. */
  readonly meaningless?: readonly TrainingOption[]
  /** Its own defaults, in words. */
  readonly usual?: Readonly<Partial<Record<TrainingOption, string>>>
}

/** Nothing has a default here: what isn't given is the recipe's, or what the library takes. */
export function addTrainingOptions(command: Command, { meaningless = [], usual }: OwnChoices = {}): Command {
  const { recipe, stepsScale, optimizer, ...others } = without(training, 'seed')
  command.addHelpText('after', recipesHelp()).optionsGroup('Training:')
  const ordered = { recipe, stepsScale, optimizer, ...optimizerOptions, ...others }
  return addFields(command, without<Fields, string>(ordered, ...meaningless), usual)
}

/** The options that the flags give, without the seed. Throws an `option` error on a bad value. */
export function trainingOptions(flags: TrainingFlags): Omit<TrainingOptions, 'seed'> {
  const given = givenOptions(without(training, 'optimizer', 'seed'), flags)
  checkOneLength(given)
  return { ...given, optimizer: makeOptimizer(flags) }
}

/** The recipe's, where no other was named; what was said of it beats what the recipe says. */
export function makeOptimizer(flags: TrainingFlags): Optimizer {
  const { recipe, optimizer: named } = flags
  const followed = recipe === undefined ? undefined : recipes[recipe].options.optimizer
  const name = named ?? followed?.name ?? usualOptimizer
  const { name: theirs, ...own } = followed ?? {}
  const given = givenOptions(optimizerOptions, flags)
  for (const [key, value] of Object.entries(given)) {
    const able = optimizersWith(key)
    if (able.includes(name)) continue
    throw new IsobathError(
      'option',
      (option) => `${option(key)}: ${name} has none, got ${value}. Use --optimizer ${able.join(' or ')}.`,
    )
  }
  return createOptimizer(name, { ...(name === theirs ? own : {}), ...given })
}
