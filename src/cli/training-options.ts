/** How a training goes: the options of all commands that train. */
import { type Command, Option } from 'commander'
import {
  IsobathError,
  lossNames,
  momentum,
  type Optimizer,
  orderNames,
  type ScheduleName,
  scheduleNames,
  sgd,
  standardisationNames,
  type TrainingOptions,
} from '../index.ts'
import { parseNumber, wholeFrom } from './numbers.ts'

export interface TrainingFlags {
  readonly optimizer: 'sgd' | 'momentum'
  readonly rate?: number
  readonly momentum?: number
  readonly weightDecay?: number
  readonly schedule: ScheduleName
  readonly batch?: number
  readonly epochs?: number
  readonly steps?: number
  readonly loss: NonNullable<TrainingOptions['loss']>
  readonly standardise: NonNullable<TrainingOptions['standardise']>
  readonly order: NonNullable<TrainingOptions['order']>
  readonly logEvery?: number
}

export const lossOption = (): Option => new Option('--loss <name>', 'what is minimised').choices(lossNames)

export const standardiseOption = (): Option => {
  const means = 'brings inputs to mean 0 and deviation 1 over the training set; none leaves them, bytes over 255'
  return new Option('--standardise <how>', means).choices(standardisationNames)
}

export function addTrainingOptions(command: Command): Command {
  return command
    .optionsGroup('Training:')
    .addOption(
      new Option('--optimizer <name>', 'how weights are updated').choices(['sgd', 'momentum']).default('momentum'),
    )
    .option('--rate <number>', 'learning rate (default: 0.03)', parseNumber)
    .option('--momentum <number>', 'how much of the last update stays in the next (default: 0.9)', parseNumber)
    .option('--weight-decay <number>', 'L2 decay of every parameter, added to its gradient (default: 0)', parseNumber)
    .addOption(new Option('--schedule <name>', 'how the rate moves').choices(scheduleNames).default('constant'))
    .option('--batch <n>', 'samples in a batch (default: 128)', wholeFrom(1))
    .option('--epochs <number>', 'passes over the training set (default: 10)', parseNumber)
    .addOption(new Option('--steps <n>', 'updates, instead of --epochs').argParser(wholeFrom(1)).conflicts('epochs'))
    .addOption(lossOption().default('cross-entropy'))
    .addOption(standardiseOption().default('per-channel'))
    .addOption(new Option('--order <how>', 'order of the samples').choices(orderNames).default('shuffled'))
    .option('--log-every <n>', 'keep the loss of every n-th step, and of the last (default: 1)', wholeFrom(1))
}

export function makeOptimizer({ optimizer, rate, momentum: factor, weightDecay }: TrainingFlags): Optimizer {
  if (optimizer === 'momentum') return momentum({ rate, momentum: factor, weightDecay })
  if (factor !== undefined) {
    throw new IsobathError('option', `--momentum: sgd has none, got ${factor}. Use --optimizer momentum.`)
  }
  return sgd({ rate, weightDecay })
}

export function trainingOptions(flags: TrainingFlags): Omit<TrainingOptions, 'seed'> {
  const { schedule, batch, epochs, steps, loss, standardise, order, logEvery } = flags
  return { optimizer: makeOptimizer(flags), schedule, batch, epochs, steps, loss, standardise, order, logEvery }
}
