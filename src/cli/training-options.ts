/** How a training goes: the options of all commands that train. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  adam,
  adamw,
  IsobathError,
  type LayerRates,
  lossNames,
  type MomentumOptions,
  momentum,
  momentumScheduleNames,
  nesterov,
  type Optimizer,
  optimizerNames,
  orderNames,
  type ScheduleName,
  scheduleNames,
  sgd,
  standardisationNames,
  type TrainingOptions,
} from '../index.ts'
import { parseNumber, wholeFrom } from './numbers.ts'

export interface TrainingFlags {
  readonly optimizer: Optimizer['name']
  readonly rate?: number
  readonly momentum?: number
  readonly momentumSchedule?: NonNullable<MomentumOptions['momentumSchedule']>
  readonly weightDecay?: number
  readonly schedule: ScheduleName
  readonly warmup?: number
  readonly dropAt?: number[]
  readonly dropFactor?: number
  readonly clipNorm?: number
  readonly layerRate?: LayerRates
  readonly batch?: number
  readonly epochs?: number
  readonly steps?: number
  readonly loss?: TrainingOptions['loss']
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
    .addOption(new Option('--optimizer <name>', 'how weights are updated').choices(optimizerNames).default('momentum'))
    .option('--rate <number>', 'learning rate (default: 0.03; adam and adamw: 0.001)', parseNumber)
    .option('--momentum <number>', 'how much of the last update stays in the next (default: 0.9)', parseNumber)
    .addOption(
      new Option(
        '--momentum-schedule <name>',
        'how the momentum moves; sutskever: 0.5, 0.75, 0.8333, 0.875 ... up to --momentum, from one to the next every 250 steps (default: constant)',
      ).choices(momentumScheduleNames),
    )
    .option(
      '--weight-decay <number>',
      'decay of every parameter: added to its gradient, or for adamw apart from it (default: 0; adamw: 0.01)',
      parseNumber,
    )
    .option('--clip-norm <number>', 'scale the gradient of all parameters together down to this norm', parseNumber)
    .addOption(new Option('--schedule <name>', 'how the rate moves').choices(scheduleNames).default('constant'))
    .option('--warmup <n>', 'steps at the start in which the rate climbs evenly (default: 0)', wholeFrom(0))
    .option('--drop-at <fractions>', 'where the step schedule drops (default: 0.5,0.75 of the run)', parseNumbers)
    .option('--drop-factor <number>', 'what it then multiplies the rate by (default: 0.1)', parseNumber)
    .option(
      '--layer-rate <path=factor>',
      'a factor on the rate of a layer and all within it, or one for each iteration of a repeated one (path=f1,f2,...); may be given several times',
      parseLayerRate,
    )
    .option('--batch <n>', 'samples in a batch (default: 128)', wholeFrom(1))
    .option('--epochs <number>', 'passes over the training set (default: 10)', parseNumber)
    .addOption(new Option('--steps <n>', 'updates, instead of --epochs').argParser(wholeFrom(1)).conflicts('epochs'))
    .addOption(lossOption().default(undefined, 'cross-entropy, or squared-error for values'))
    .addOption(standardiseOption().default('per-channel'))
    .addOption(new Option('--order <how>', 'order of the samples').choices(orderNames).default('shuffled'))
    .option('--log-every <n>', 'keep the loss of every n-th step, and of the last (default: 1)', wholeFrom(1))
}

/** `0.5,0.75` */
function parseNumbers(text: string): number[] {
  return text.split(',').map(parseNumber)
}

/** `readout=0.1` or `hidden=1,0.9,0.8`, added to those before. */
function parseLayerRate(text: string, before: LayerRates = {}): LayerRates {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError('Expected PATH=FACTOR, such as readout=0.1.')
  const factors = parseNumbers(text.slice(at + 1))
  return { ...before, [text.slice(0, at)]: factors.length === 1 ? factors[0] : factors }
}

export function makeOptimizer(flags: TrainingFlags): Optimizer {
  const { optimizer, rate, momentum: factor, momentumSchedule, weightDecay } = flags
  if (optimizer === 'momentum') return momentum({ rate, momentum: factor, momentumSchedule, weightDecay })
  if (optimizer === 'nesterov') return nesterov({ rate, momentum: factor, momentumSchedule, weightDecay })
  for (const [name, value] of [
    ['--momentum', factor],
    ['--momentum-schedule', momentumSchedule],
  ] as const) {
    if (value === undefined) continue
    throw new IsobathError(
      'option',
      `${name}: ${optimizer} has none, got ${value}. Use --optimizer momentum or nesterov.`,
    )
  }
  if (optimizer === 'adam') return adam({ rate, weightDecay })
  if (optimizer === 'adamw') return adamw({ rate, weightDecay })
  return sgd({ rate, weightDecay })
}

export function trainingOptions(flags: TrainingFlags): Omit<TrainingOptions, 'seed'> {
  const { schedule, warmup, dropAt, dropFactor, clipNorm, layerRate } = flags
  const { batch, epochs, steps, loss, standardise, order, logEvery } = flags
  const rates = { schedule, warmup, dropAt, dropFactor, clipNorm, layerRates: layerRate }
  return { optimizer: makeOptimizer(flags), ...rates, batch, epochs, steps, loss, standardise, order, logEvery }
}
