/**
 * The options of a training, a row for each: `train`, `compare` and `diagnose` take them, the command line as flags. Rows whose
 * value depends on others, or on the data, have no say over what becomes of them: `options.ts` settles them.
 */
import { augmentationNames } from '../data/augment.ts'
import { orderNames } from '../data/order.ts'
import { type Standardization, standardizationNames } from '../data/standardize.ts'
import { lossNames } from '../graph/losses.ts'
import { createOptimizer, describeOptimizer, usualOptimizer } from '../graph/optimizers/table.ts'
import { type Fields, field, type Input } from '../support/fields.ts'
import { count, number, oneOf, positive, upTo } from '../support/kinds.ts'
import { evaluateEvery } from './evaluate-every.ts'
import { describeRates, layerRates } from './layer-rates.ts'
import { optimizer } from './optimizer.ts'
import { recipeNames } from './recipe-names.ts'
import { fractionsOfRun, scheduleNames } from './schedules.ts'

/** A run a thousand times as long as a paper's is a slip of the finger. */
const LARGEST_SCALE = 1000

const standardizations: Readonly<Record<Standardization, string>> = {
  'per-channel': 'inputs standardized per channel',
  'per-pixel': 'inputs standardized per pixel',
  'per-pixel-mean': 'per-pixel mean taken off',
  none: 'inputs not standardized',
}

export const training = {
  /** Options left out are as in this published recipe; an optimizer is given as a whole. */
  recipe: field(
    // The help of the command line lists them below the options.
    { ...oneOf(recipeNames), names: undefined },
    { flag: '--recipe <name>', help: 'train as a paper did, in all that is not said otherwise; they are listed below' },
  ),
  /**
   * Shrinks or stretches the run: its steps and those of a warm-up times this. Drops are at fractions of the run, which
   * stay; so do errors that end a warm-up, and how often things are logged, evaluated and saved.
   */
  stepsScale: field(
    {
      ...upTo(LARGEST_SCALE),
      remedy: (value) => (Number(value) > LARGEST_SCALE ? 'For a longer run, give its steps.' : ''),
    },
    {
      default: 1,
      flag: '--steps-scale <number>',
      help: 'shrink or stretch the run, its drops and its warm-up',
    },
  ),
  /** momentum({ rate: 0.03 }) by default. */
  optimizer: field(optimizer, {
    default: createOptimizer(usualOptimizer),
    usual: usualOptimizer,
    flag: '--optimizer <name>',
    help: 'how weights are updated',
    describe: describeOptimizer,
  }),
  /** Each element of the gradient is brought into [-clipValue, clipValue], before `clipNorm`; not at all by default. */
  clipValue: field(positive(), {
    flag: '--clip-value <number>',
    help: 'bring each element of the gradient into the range from minus this to this, before --clip-norm',
    describe: (most) => `clipped by element to ${most}`,
  }),
  /** The gradient of all parameters together is scaled down to this norm where it is longer; not at all by default. */
  clipNorm: field(positive(), {
    default: null,
    flag: '--clip-norm <number>',
    help: 'scale the gradient of all parameters together down to this norm',
    describe: (norm) => `clipped to norm ${norm}`,
  }),
  /**
   * constant: the same rate throughout; cosine: from the full rate down to 0 along half a cosine (Loshchilov & Hutter 2017,
   * eq. 5); step: times `dropFactor` at each of `dropAt`.
   */
  schedule: field(oneOf(scheduleNames), {
    default: 'constant',
    flag: '--schedule <name>',
    help: 'how the rate moves',
  }),
  /** Steps at the start in which the rate climbs to its full value in even steps. The cosine begins after. */
  warmup: field(count(0), {
    default: 0,
    flag: '--warmup <n>',
    help: 'steps at the start in which the rate climbs evenly',
  }),
  /** The rate is multiplied by it in the warm-up, instead of climbing; 0.1 where an error ends the warm-up. */
  warmupFactor: field(upTo(1), {
    flag: '--warmup-factor <number>',
    help: 'stay at this part of the rate in the warm-up, and do not climb',
  }),
  /**
   * The warm-up ends when the error on a part of the training set is below this fraction (He et al. 2015, section 4.2), and
   * not after a number of steps.
   */
  warmupUntilError: field(
    number('a fraction above 0 and up to 1, such as 0.8', (value) => value > 0 && value <= 1),
    {
      flag: '--warmup-until-error <fraction>',
      help: 'end the warm-up when the training error is below it, such as 0.8 (at 0.1 of the rate, or --warmup-factor)',
    },
  ),
  /** Networks with fewer weighted layers have no warm-up; all have it by default. */
  warmupFromLayers: field(count(0), { help: 'networks with fewer weighted layers have no warm-up' }),
  /** Where the step schedule drops, as fractions of the run (He et al. 2016). */
  dropAt: field(fractionsOfRun, {
    default: [0.5, 0.75],
    usual: '0.5,0.75 of the run',
    flag: '--drop-at <fractions>',
    help: 'where the step schedule drops',
  }),
  /** The step schedule multiplies the rate by it at each drop. */
  dropFactor: field(upTo(1), {
    default: 0.1,
    flag: '--drop-factor <number>',
    help: 'what it then multiplies the rate by',
  }),
  /** Factors on the rate by layer, such as { readout: 0.1 }. */
  layerRates: field(layerRates, {
    default: {},
    flag: '--layer-rate <path=factor>',
    help: 'a factor on the rate of a layer and all within it, or one for each iteration of a repeated one (path=f1,f2,...); may be given several times',
    describe: describeRates,
  }),
  /** Samples in a batch; the whole training set where it has fewer. */
  batch: field(count(), { default: 128, flag: '--batch <n>', help: 'samples in a batch' }),
  /** Passes over the training set. The last step's batch may run over into the next pass. */
  epochs: field(
    number('a number above 0 that can be counted in steps', (value) => value > 0),
    {
      default: 10,
      flag: '--epochs <number>',
      help: 'passes over the training set',
    },
  ),
  /** Updates to make; instead of `epochs`. */
  steps: field(count(), { flag: '--steps <n>', help: 'updates, instead of --epochs' }),
  /**
   * cross-entropy by default, and squared-error where the targets are values. With classes, squared-error compares with
   * 1 at the label's output and 0 elsewhere.
   */
  loss: field(oneOf(lossNames), {
    usual: 'cross-entropy, or squared-error for values',
    flag: '--loss <name>',
    help: 'what is minimized',
  }),
  /** How inputs are brought to a common scale. */
  standardize: field(oneOf(standardizationNames), {
    default: 'per-channel',
    flag: '--standardize <how>',
    help: 'brings inputs to mean 0 and deviation 1 over the training set (per-pixel-mean: to mean 0 alone); none leaves them, bytes over 255',
    describe: (how, recipe) => (how === 'per-channel' && recipe === undefined ? undefined : standardizations[how]),
  }),
  /** How images are varied each time they are trained on, standardized and never where they are scored. */
  augment: field(oneOf(augmentationNames), {
    default: 'none',
    flag: '--augment <how>',
    help: (usual) =>
      `how images are varied each time: padded by 4, cropped and flipped at random (default: ${usual}); not for classes that are mirror images of others, as of glyphs`,
    describe: (how) => (how === 'none' ? undefined : how),
  }),
  /** The order of the samples. */
  order: field(oneOf(orderNames), { default: 'shuffled', flag: '--order <how>', help: 'order of the samples' }),
  /** Chooses the initial weights, the order, what augmentation makes of images and the dropout masks. */
  seed: field(count(0), {
    default: 0,
    flag: '--seed <n>',
    help: 'chooses initial weights, order and dropout masks',
  }),
  /** Keep the loss of every n-th step, and of the last. */
  logEvery: field(count(), {
    default: 1,
    flag: '--log-every <n>',
    help: 'keep the loss of every n-th step, and of the last',
  }),
  /**
   * How often the test set and a part of the training set are scored during the training, which changes nothing in it:
   * with a recipe once an epoch by default, else never.
   */
  evaluateEvery: field(evaluateEvery, {
    usual: 'never; with a recipe epoch',
    flag: '--evaluate-every <when>',
    help: 'score the test set and 5,000 training samples on the way: every so many steps (500), passes (epoch, 2epochs), or never',
  }),
} satisfies Fields

export type TrainingOptions = Input<typeof training>
