/**
 * The options of a training, with one row for each option. `train`, `compare` and `diagnose` accept the options, and
 * the command line accepts them as flags. If a setting depends on other options or on the data, `options.ts` computes
 * the setting.
 */
import { augmentationNames } from '../data/augment.ts'
import { orderNames } from '../data/order.ts'
import {
  type Standardization,
  standardizationNames,
  type TargetStandardization,
  targetStandardizationNames,
} from '../data/standardize.ts'
import { createOptimizer, describeOptimizer, usualOptimizer } from '../graph/optimizers/table.ts'
import { type Fields, field, type Input } from '../support/fields.ts'
import { count, inFloat32, number, oneOf, positive, upTo } from '../support/kinds.ts'
import { classWeights } from './class-weights.ts'
import { evaluateEvery } from './evaluate-every.ts'
import { describeRates, layerRates } from './layer-rates.ts'
import { lossKind, shortLossNames } from './loss-kind.ts'
import { optimizer } from './optimizer.ts'
import { recipeNames } from './recipe-names.ts'
import { fractionsOfRun, scheduleNames } from './schedules.ts'
import { startNames } from './start-names.ts'

/**
 * Largest value of `stepsScale`. A request for a run more than a thousand times as long as a paper's run is most likely
 * a typing error.
 */
const LARGEST_SCALE = 1000

const standardizations: Readonly<Record<Standardization, string>> = {
  'per-channel': 'inputs standardized per channel',
  'per-pixel': 'inputs standardized per pixel',
  'per-pixel-mean': 'per-pixel mean subtracted',
  robust: 'inputs standardized robustly',
  none: 'inputs not standardized',
  raw: 'raw inputs',
}

const targetStandardizations: Readonly<Record<TargetStandardization, string>> = {
  'per-target': 'targets standardized',
  robust: 'targets standardized robustly',
  none: 'targets not standardized',
}

/** The table of all options of a training. */
export const training = {
  /**
   * Published recipe that gives the value of every option that is left out. A given optimizer replaces the recipe's
   * optimizer as a whole.
   */
  recipe: field(
    // The command line's help lists the recipes below the options.
    { ...oneOf(recipeNames), names: undefined },
    { flag: '--recipe <name>', help: 'published recipe (listed below) for all options that are not given' },
  ),
  /**
   * Factor by which the steps of the run and of its warm-up are multiplied. The drops of the schedule are fractions of
   * the run and therefore scale with the run. The factor `stepsScale` doesn't change an error that ends a warm-up, nor
   * how often values are logged, evaluated and saved.
   */
  stepsScale: field(
    {
      ...upTo(LARGEST_SCALE),
      remedy: (value) => (Number(value) > LARGEST_SCALE ? 'For a longer run, give the number of steps.' : ''),
    },
    {
      default: 1,
      flag: '--steps-scale <number>',
      help: 'factor that multiplies the steps of the run, the steps of its warm-up and the steps before each drop',
    },
  ),
  /** Optimizer of the training. The default is `momentum({ rate: 0.03 })`. */
  optimizer: field(optimizer, {
    default: createOptimizer(usualOptimizer),
    usual: usualOptimizer,
    flag: '--optimizer <name>',
    help: 'update rule of the weights',
    describe: describeOptimizer,
  }),
  /**
   * Largest absolute value of each element of the gradient. Elements are clipped to [-clipValue, clipValue] before
   * `clipNorm` applies. By default, elements are not clipped.
   */
  clipValue: field(positive(), {
    flag: '--clip-value <number>',
    help: 'largest absolute value of a gradient element; larger elements are clipped, before --clip-norm',
    describe: (most) => `clipped by element to ${most}`,
  }),
  /**
   * Largest norm of the gradient of all parameters together. A gradient with a larger norm is scaled down to this norm.
   * By default, the gradient is not scaled.
   */
  clipNorm: field(positive(), {
    default: null,
    flag: '--clip-norm <number>',
    help: 'largest norm of the gradient of all parameters together; a larger gradient is scaled down',
    describe: (norm) => `clipped to norm ${norm}`,
  }),
  /**
   * Schedule of the learning rate. `constant` keeps the rate. `cosine` lowers the rate from its full value to 0 along
   * half a cosine (Loshchilov & Hutter 2017, equation 5). `step` multiplies the rate by `dropFactor` at each point of
   * `dropAt`.
   */
  schedule: field(oneOf(scheduleNames), {
    default: 'constant',
    flag: '--schedule <name>',
    help: 'how the learning rate changes during the run',
  }),
  /**
   * Number of steps at the start in which the rate rises linearly to its full value. A cosine schedule begins after the
   * warm-up.
   */
  warmup: field(count(0), {
    default: 0,
    flag: '--warmup <n>',
    help: 'number of steps at the start in which the rate rises evenly',
  }),
  /**
   * Constant factor on the learning rate during the warm-up, as an alternative to a rising rate. The default factor is
   * 0.1 if an error ends the warm-up.
   */
  warmupFactor: field(inFloat32(upTo(1)), {
    flag: '--warmup-factor <number>',
    help: 'constant fraction of the rate during the warm-up, instead of a rising rate',
  }),
  /**
   * Training error that ends the warm-up, as a fraction (He et al. 2015, section 4.2). The training error is measured
   * on a part of the training set. A warm-up that ends at an error has no fixed number of steps.
   */
  warmupUntilError: field(
    number('a fraction above 0 and up to 1, such as 0.8', (value) => value > 0 && value <= 1),
    {
      flag: '--warmup-until-error <fraction>',
      help: 'training error below which the warm-up ends, such as 0.8; --warmup-factor is 0.1 by default in such a warm-up',
    },
  ),
  /** Smallest number of weighted layers for which the warm-up is used. By default, all networks have the warm-up. */
  warmupFromLayers: field(count(0), { help: 'smallest number of weighted layers for which the warm-up is used' }),
  /** Points at which the step schedule lowers the learning rate, as fractions of the run (He et al. 2016). */
  dropAt: field(fractionsOfRun, {
    default: [0.5, 0.75],
    usual: '0.5,0.75 of the run',
    flag: '--drop-at <fractions>',
    help: 'fractions of the run at which the step schedule lowers the rate',
  }),
  /** Factor by which the learning rate is multiplied at each drop of the step schedule. */
  dropFactor: field(inFloat32(upTo(1)), {
    default: 0.1,
    flag: '--drop-factor <number>',
    help: 'factor on the rate at each drop of the step schedule',
  }),
  /** Factors on the learning rate by layer, such as { readout: 0.1 }. */
  layerRates: field(layerRates, {
    default: {},
    flag: '--layer-rate <path=factor>',
    help: 'factor on the rate of a layer and all layers inside, or one factor for each iteration of a repeated layer (path=f1,f2,...); the option may be repeated',
    describe: describeRates,
  }),
  /**
   * Number of samples in a batch. If the training set is smaller than a batch, every batch is the whole training set.
   */
  batch: field(count(), { default: 128, flag: '--batch <n>', help: 'number of samples in a batch' }),
  /** Number of passes over the training set. The batch of the last step may extend into the next pass. */
  epochs: field(
    number('a number above 0 that gives a countable number of steps', (value) => value > 0),
    {
      default: 10,
      flag: '--epochs <number>',
      help: 'number of passes over the training set',
    },
  ),
  /** Length of the run as a number of updates, as an alternative to `epochs`. */
  steps: field(count(), { flag: '--steps <n>', help: 'number of updates, instead of --epochs' }),
  /**
   * Loss of the training. The default loss is cross-entropy for classes and squared-error for values. For classes, all
   * losses except cross-entropy compare the outputs with 1 at the label and 0 elsewhere. If there are two classes, these
   * losses also accept a network with a single output, which they compare with 1 for class 1 and with 0 for class 0.
   *
   * With binary-cross-entropy, the outputs are logits: the predicted probabilities are the sigmoids of the outputs. If
   * the network ends in a sigmoid, the loss takes the place of the sigmoid. Values must lie between 0 and 1 and must not
   * be standardized.
   *
   * The short names of other programs are accepted too: `ce`, `bce`, `mse` or `l2`, `mae` or `l1`. The settings of the
   * training have the whole name.
   */
  loss: field(lossKind, {
    usual: 'cross-entropy, or squared-error for values',
    flag: '--loss <name>',
    help: `loss that the training minimizes; short names: ${shortLossNames}`,
  }),
  /**
   * Huber loss only: distance between output and target at which the loss turns from a parabola into a straight line, 1
   * by default. The distance is in standardized units of the targets.
   */
  huberDelta: field(positive(), {
    usual: '1',
    flag: '--huber-delta <number>',
    help: 'huber only: distance from the target, in standardized units, beyond which the loss grows linearly',
    describe: (delta) => `Huber delta ${delta}`,
  }),
  /**
   * Weights of the classes in the training loss: `balanced`, or a number of at least 0 for each class. The loss of a
   * batch is the weighted mean of the losses of its samples. `balanced` gives every class the weight count / (classes *
   * count of the class). The scores are not weighted.
   */
  classWeights: field(classWeights, {
    flag: '--class-weights <weights>',
    help: 'weights of the classes in the training loss, not in the scores: balanced (inverse to the numbers of samples), or a number for each class, such as 1,10',
    describe: (weights) => (weights === 'balanced' ? 'balanced class weights' : `class weights ${weights.join(', ')}`),
  }),
  /** How inputs are scaled before the training. */
  standardize: field(oneOf(standardizationNames), {
    default: 'per-channel',
    flag: '--standardize <how>',
    help: 'scales inputs to mean 0 and deviation 1; robust uses medians and interquartile ranges, none divides bytes by 255, raw changes nothing',
    describe: (how, recipe) => (how === 'per-channel' && recipe === undefined ? undefined : standardizations[how]),
  }),
  /**
   * How the values to predict of a regression are scaled before the training. The settings of a training store the
   * option only if its value differs from the default.
   */
  standardizeTargets: field(oneOf(targetStandardizationNames), {
    usual: 'per-target, or none with --standardize none',
    flag: '--standardize-targets <how>',
    help: 'scales each value to predict to mean 0 and deviation 1; robust uses medians and interquartile ranges',
    describe: (how) => targetStandardizations[how],
  }),
  /**
   * Random variation of training images. Each image is varied anew in each epoch, after standardizing. Images are never
   * varied for scoring.
   */
  augment: field(oneOf(augmentationNames), {
    default: 'none',
    flag: '--augment <how>',
    help: (usual) =>
      `random variation of training images: padding by 4 pixels, crop and flip (default: ${usual}); not for sets with mirrored classes, such as glyphs`,
    describe: (how) => (how === 'none' ? undefined : how),
  }),
  /**
   * Order of the training samples in an epoch. `shuffled` and `sequential` use each sample once. `balanced` draws every
   * class equally often, so samples of small classes are drawn several times in an epoch.
   */
  order: field(oneOf(orderNames), {
    default: 'shuffled',
    flag: '--order <how>',
    help: 'order of the training samples; balanced draws every class equally often',
    describe: (how) => (how === 'balanced' ? 'classes drawn equally often' : undefined),
  }),
  /**
   * How the training gets its initial weights. `drawn` takes the weights as the network's initializers draw them. `lsuv`
   * rescales the drawn weights layer by layer, until the outputs of each weighted layer have variance 1 on one batch of
   * the training set (Mishkin & Matas 2016). The biases stay as drawn. `lsuv` needs drawn weights, so it can't be
   * combined with given weights.
   */
  start: field(oneOf(startNames), {
    usual: 'drawn',
    flag: '--start <how>',
    help: 'initial weights: as drawn, or rescaled by LSUV, so that the outputs of each weighted layer have variance 1 on one batch',
    describe: (how) => (how === 'drawn' ? undefined : 'weights rescaled by LSUV'),
  }),
  /** Seed of the initial weights, the order of the samples, the variation of images and the dropout masks. */
  seed: field(count(0), {
    default: 0,
    flag: '--seed <n>',
    help: 'seed of the initial weights, the order of the samples and the dropout masks',
  }),
  /** Number of steps between recorded losses. The loss of the last step is always recorded. */
  logEvery: field(count(), {
    default: 1,
    flag: '--log-every <n>',
    help: 'record the loss of every n-th step and of the last step',
  }),
  /**
   * How often the test set and a part of the training set are scored during the training. Scoring changes nothing in
   * the training. The default with a recipe or with early stopping is one evaluation in each epoch. The default is
   * `never` otherwise.
   */
  evaluateEvery: field(evaluateEvery, {
    usual: 'never; epoch with a recipe or --early-stopping',
    flag: '--evaluate-every <when>',
    help: 'how often the test set and 5,000 training samples are scored: 500 (every 500 steps), epoch, 2epochs, or never',
  }),
  /**
   * Number of evaluations in a row without a lower validation loss after which the training stops. The data set needs
   * validation samples. With early stopping, the default of `evaluateEvery` is one evaluation in each epoch. By default,
   * a training does not stop early.
   */
  earlyStopping: field(count(), {
    flag: '--early-stopping <n>',
    help: 'stop after n evaluations in a row without a lower validation loss, and keep the best weights; --validation is then 0.1 by default',
    describe: (evaluations) => `early stopping after ${evaluations} evaluations without a lower validation loss`,
  }),
} satisfies Fields

/** The options of a training. */
export type TrainingOptions = Input<typeof training>
