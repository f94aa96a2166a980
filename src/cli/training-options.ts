/** The options of training, for all commands that train. */
import type { Command } from 'commander'
import { alternatives } from '../format/words.ts'
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

/** The flags of a training. `optimizer` is a name, and the options of the optimizer are separate flags. */
export interface TrainingFlags
  extends Omit<TrainingOptions, 'optimizer' | 'layerRates' | 'seed'>,
    Input<typeof optimizerOptions> {
  readonly optimizer?: Optimizer['name']
  readonly layerRate?: LayerRates
}

type TrainingOption = keyof typeof training

/** Training options for which a command has no flag, or for which the command has its own default. */
interface OwnChoices {
  /** Training options that have no effect on the command, so that the command does not have these options. */
  readonly meaningless?: readonly TrainingOption[]
  /** The default in words of each option whose default differs in this command. */
  readonly usual?: Readonly<Partial<Record<TrainingOption, string>>>
}

/**
 * Adds the options of training. The flags of a training have no default values. The recipe or the library sets the
 * options that are not given.
 */
export function addTrainingOptions(command: Command, { meaningless = [], usual }: OwnChoices = {}): Command {
  const { recipe, stepsScale, optimizer, ...others } = without(training, 'seed')
  command.addHelpText('after', recipesHelp()).optionsGroup('Training:')
  const ordered = { recipe, stepsScale, optimizer, ...optimizerOptions, ...others }
  return addFields(command, without<Fields, string>(ordered, ...meaningless), usual)
}

/** Returns the options that the flags give, without the seed. Throws an `option` error if a flag has a bad value. */
export function trainingOptions(flags: TrainingFlags): Omit<TrainingOptions, 'seed'> {
  const given = givenOptions(without(training, 'optimizer', 'seed'), flags)
  checkOneLength(given)
  return { ...given, optimizer: makeOptimizer(flags) }
}

/**
 * Makes the optimizer that the flags name, or else the optimizer of the recipe. Options that the user gives override
 * the options of the recipe. Throws an `option` error if the optimizer does not have a given option.
 */
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
      (option) =>
        `${option(key)}: the optimizer ${name} has no such option, got ${value}. Use --optimizer ${alternatives(able)}.`,
    )
  }
  return createOptimizer(name, { ...(name === theirs ? own : {}), ...given })
}
