/** The best linear model of a data set, with which networks are compared. */
import type { Backend } from '../backends/backend.ts'
import { type Dataset, inputSize, outputsOf, taskOf } from '../data/dataset.ts'
import { createStandardizer, type Standardizing } from '../data/standardize.ts'
import { grouped } from '../format/words.ts'
import { createRandom } from '../support/random.ts'
import { evaluateSets, type SetScores } from '../training/evaluate-sets.ts'
import { type Scores, unscored, withoutClassCounts } from '../training/scores.ts'
import { fitAutoencoder, samplesForCode } from './linear-autoencoder.ts'
import { linearBlueprint, rescaled, weightsOf } from './linear-map.ts'
import { fitByRidge, isRidgeFast } from './ridge-fit.ts'
import { fitBatch, fitByTraining } from './trained-fit.ts'

/** Scores of the best linear model of a data set. */
export interface LinearBaseline {
  /**
   * Scores on the whole training set, without counts of classes. The error has the unit of a network's error: the
   * fraction of wrong classes, or the unexplained fraction of the variance. The loss is the cross-entropy, or the mean
   * squared error of standardized targets, whatever the loss of the network. Scores are null without a linear model.
   */
  readonly train: Scores
  /** Scores on the whole test set, without counts of classes. */
  readonly test: Scores
  /** Scores on the validation set, if the data set has one. */
  readonly validation?: Scores
  /** Number of training samples to which the model was fitted: all samples, or a random part of a large set. */
  readonly samples: number
  /** Autoencoding only: number of values of the linear model's code. */
  readonly code?: number
  /** Why there is no linear model, in a sentence. The field is absent if there is a linear model. */
  readonly skipped?: string
}

export interface LinearTask {
  readonly data: Dataset
  /**
   * How the network's inputs and targets are standardized. The scale of several targets decides how much each target
   * counts in the error. The scale of the inputs has no effect, because a linear model can have any scale.
   */
  readonly settings: Standardizing
  /**
   * Autoencoding only: number of values of the network's narrowest layer. The best linear model is then the projection
   * on as many principal components. Without a code, an autoencoder has no linear model.
   */
  readonly code?: number
  readonly backend: Backend
  /** Signal that stops the fit. A stopped fit throws the signal's reason. */
  readonly abort?: AbortSignal
}

/** Most multiply-adds of the last fit, in the forward passes and for the gradients. They take one or two seconds. */
const mostWork = 4e9
/** Fewest steps of the last fit, if the work allows them. A large training set has more steps: `passes` over all samples. */
const fewestSteps = 300
const mostSteps = 5000
const passes = 3
/** Fewest samples of a fit to a part of the training set. */
const fewestSamples = 2000

/**
 * Fits the best linear model of a data set and scores it: a logistic regression for classes, and a ridge regression or
 * the least squared error for values. The inputs are standardized on the training set, by column or by channel. A
 * held-out part of the training set decides how closely the model follows the samples. The test set has no part in the
 * fit. The result is the same in every call on one machine.
 *
 * A linear model of full width reproduces every sample. So the linear model of an autoencoder is the projection on as
 * many principal components as the network's narrowest layer has values.
 */
export async function bestLinearModel(given: LinearTask): Promise<LinearBaseline> {
  const { data, settings, backend, abort } = given
  abort?.throwIfAborted()
  const task = taskOf(data)
  if (task === 'autoencoding') return autoencoderBaseline(given)
  const { count } = data.train
  const [inputs, outputs] = [inputSize(data), outputsOf(data)]
  const isRidge = task === 'regression' && isRidgeFast(count, inputs, outputs)
  const steps = isRidge ? 0 : stepsFor(count, inputs * outputs)
  const samples = isRidge ? count : Math.min(count, steps * fitBatch)
  if (samples < Math.min(count, fewestSamples)) {
    return skip(`A linear model has ${grouped(inputs * outputs)} weights here, and its fit would take too long.`)
  }
  const blueprint = linearBlueprint(data.shape, outputs)
  const standardizer = createStandardizer(data.train, data.shape, 'per-channel')
  // The rows of a table can be sorted. In random order, each part of the samples is a random part.
  const chosen = createRandom(0, 'linear model').permutation(count).subarray(0, samples)
  const found = isRidge
    ? fitByRidge(data, chosen, standardizer)
    : await fitByTraining({ blueprint, data, chosen, standardizer, backend, steps, abort })
  if (found === undefined) return skip('The fit of a linear model diverged.')
  const isValues = task === 'regression'
  const scale = { ...settings, standardize: 'per-channel' } as const
  const scorer = isValues ? createStandardizer(data.train, data.shape, scale) : standardizer
  const map = isValues ? rescaled(found, standardizer.targets, scorer.targets) : found
  const loss = isValues ? 'squared-error' : 'cross-entropy'
  const scored = { blueprint, data, settings: { loss }, backend, abort } as const
  return baselineOf(await evaluateSets(scored, scorer, weightsOf(blueprint, map)), samples)
}

/** Scores the projection of an autoencoder's samples on principal components. */
async function autoencoderBaseline({ data, settings, code, backend, abort }: LinearTask): Promise<LinearBaseline> {
  const inputs = inputSize(data)
  const { count } = data.train
  if (code === undefined || code >= Math.min(inputs, count)) {
    return skip('A linear model of full width reproduces every sample.')
  }
  const samples = samplesForCode(count, inputs, code)
  if (samples === 0)
    return skip(`The fit of a linear model with a code of ${grouped(code)} values would take too long.`)
  // The error is measured in the units of the network's standardized inputs, so the projection has the same units.
  const standardizer = createStandardizer(data.train, data.shape, settings)
  const chosen = createRandom(0, 'linear model').permutation(count).subarray(0, samples)
  const { blueprint, weights } = await fitAutoencoder(data, chosen, standardizer, code, abort)
  const scored = { blueprint, data, settings: { loss: 'squared-error' }, backend, abort } as const
  return { ...baselineOf(await evaluateSets(scored, standardizer, weights), samples), code }
}

function baselineOf({ train, test, validation }: SetScores, samples: number): LinearBaseline {
  if (train.error === null && train.loss === null) return skip('The outputs of the linear model are not finite.')
  const held = validation === undefined ? {} : { validation: withoutClassCounts(validation) }
  return { train: withoutClassCounts(train), test: withoutClassCounts(test), ...held, samples }
}

const skip = (skipped: string): LinearBaseline => ({ train: unscored, test: unscored, samples: 0, skipped })

/** The number of steps of a fit to `count` samples, for a model with `weights` weights. */
function stepsFor(count: number, weights: number): number {
  const wanted = Math.max(fewestSteps, Math.ceil((passes * count) / fitBatch))
  return Math.min(wanted, mostSteps, Math.floor(mostWork / (2 * fitBatch * weights)))
}
