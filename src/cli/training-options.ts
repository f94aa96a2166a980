/** How a training goes: the options of all commands that train. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  augmentationNames,
  createOptimizer,
  IsobathError,
  type LayerRates,
  lossNames,
  type MomentumOptions,
  momentumScheduleNames,
  type Optimizer,
  optimizerNames,
  optimizersWith,
  orderNames,
  recipeNamed,
  type ScheduleName,
  scheduleNames,
  standardisationNames,
  type TrainingOptions,
  usualOptimizer,
} from '../index.ts'
import { parseNumber, wholeFrom } from './numbers.ts'
import { recipesHelp } from './recipes-help.ts'

export interface TrainingFlags {
  readonly recipe?: string
  readonly stepsScale?: number
  readonly optimizer?: Optimizer['name']
  readonly rate?: number
  readonly momentum?: number
  readonly momentumSchedule?: NonNullable<MomentumOptions['momentumSchedule']>
  readonly weightDecay?: number
  readonly schedule?: ScheduleName
  readonly warmup?: number
  readonly warmupFactor?: number
  readonly warmupUntilError?: number
  readonly dropAt?: number[]
  readonly dropFactor?: number
  readonly clipNorm?: number
  readonly layerRate?: LayerRates
  readonly batch?: number
  readonly epochs?: number
  readonly steps?: number
  readonly loss?: TrainingOptions['loss']
  readonly standardise?: TrainingOptions['standardise']
  readonly augment?: TrainingOptions['augment']
  readonly order?: TrainingOptions['order']
  readonly logEvery?: number
  readonly evaluateEvery?: TrainingOptions['evaluateEvery']
}

export const lossOption = (): Option => new Option('--loss <name>', 'what is minimised').choices(lossNames)

export const standardiseOption = (otherwise?: string): Option => {
  const means =
    'brings inputs to mean 0 and deviation 1 over the training set (per-pixel-mean: to mean 0 alone); none leaves them, bytes over 255'
  const ending = otherwise === undefined ? '' : ` (default: ${otherwise})`
  return new Option('--standardise <how>', `${means}${ending}`).choices(standardisationNames)
}

/** Nothing has a default here: what isn't said is the recipe's, or what the library takes. */
export function addTrainingOptions(command: Command): Command {
  return command
    .addHelpText('after', recipesHelp())
    .optionsGroup('Training:')
    .option('--recipe <name>', 'train as a paper did, in all that is not said otherwise; they are listed below')
    .option('--steps-scale <number>', 'shrink or stretch the run, its drops and its warm-up (default: 1)', parseNumber)
    .addOption(new Option('--optimizer <name>', 'how weights are updated (default: momentum)').choices(optimizerNames))
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
    .addOption(new Option('--schedule <name>', 'how the rate moves (default: constant)').choices(scheduleNames))
    .option('--warmup <n>', 'steps at the start in which the rate climbs evenly (default: 0)', wholeFrom(0))
    .option('--warmup-factor <number>', 'stay at this part of the rate in the warm-up, and do not climb', parseNumber)
    .option(
      '--warmup-until-error <fraction>',
      'end the warm-up when the training error is below it, such as 0.8 (at 0.1 of the rate, or --warmup-factor)',
      parseNumber,
    )
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
    .addOption(standardiseOption('per-channel'))
    .addOption(
      new Option(
        '--augment <how>',
        'how images are varied each time: padded by 4, cropped and flipped at random (default: none); not for classes that are mirror images of others, as of glyphs',
      ).choices(augmentationNames),
    )
    .addOption(new Option('--order <how>', 'order of the samples (default: shuffled)').choices(orderNames))
    .option('--log-every <n>', 'keep the loss of every n-th step, and of the last (default: 1)', wholeFrom(1))
    .option(
      '--evaluate-every <when>',
      'score the test set and 5,000 training samples on the way: every so many steps (500), passes (epoch, 2epochs), or never (default: never; with a recipe epoch)',
      parseWhen,
    )
}

/** `500` steps, `epoch`, `0.5epochs`, `never`. */
function parseWhen(text: string): NonNullable<TrainingOptions['evaluateEvery']> {
  if (text === 'never') return text
  const epochs = /^(.*?)\s*epochs?$/.exec(text)?.[1]
  if (epochs !== undefined) return { epochs: epochs === '' ? 1 : parseNumber(epochs) }
  try {
    return wholeFrom(1)(text)
  } catch {
    throw new InvalidArgumentError('Expected steps (500), passes (epoch, 0.5epochs), or never.')
  }
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

/** The recipe's, where no other was named; what was said of it beats what the recipe says. */
export function makeOptimizer(flags: TrainingFlags): Optimizer {
  const { recipe, optimizer: named } = flags
  const followed = recipe === undefined ? undefined : recipeNamed(recipe).options.optimizer
  const own = followed !== undefined && (named ?? followed.name) === followed.name ? followed : undefined
  const name = own?.name ?? named ?? usualOptimizer
  const options = {
    rate: flags.rate ?? own?.rate,
    momentum: flags.momentum ?? own?.momentum,
    momentumSchedule: flags.momentumSchedule,
    weightDecay: flags.weightDecay ?? own?.weightDecay,
  }
  for (const [flag, option] of [
    ['--rate', 'rate'],
    ['--momentum', 'momentum'],
    ['--momentum-schedule', 'momentumSchedule'],
    ['--weight-decay', 'weightDecay'],
  ] as const) {
    const able = optimizersWith(option)
    const value = options[option]
    if (value === undefined || able.includes(name)) continue
    throw new IsobathError('option', `${flag}: ${name} has none, got ${value}. Use --optimizer ${able.join(' or ')}.`)
  }
  return createOptimizer(name, options)
}

export function trainingOptions(flags: TrainingFlags): Omit<TrainingOptions, 'seed'> {
  const { recipe, stepsScale, schedule, warmup, warmupFactor, warmupUntilError, dropAt, dropFactor } = flags
  const { clipNorm, layerRate, batch, epochs, steps, loss, standardise, augment, order, logEvery, evaluateEvery } =
    flags
  return {
    recipe: recipe === undefined ? undefined : recipeNamed(recipe).name,
    stepsScale,
    optimizer: makeOptimizer(flags),
    schedule,
    warmup,
    warmupFactor,
    warmupUntilError,
    dropAt,
    dropFactor,
    clipNorm,
    layerRates: layerRate,
    batch,
    epochs,
    steps,
    loss,
    standardise,
    augment,
    order,
    logEvery,
    evaluateEvery,
  }
}
