/** Linear models that are trained like any other network, with one dense layer. */
import type { Backend } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { type Dataset, selectSamples, taskOf } from '../data/dataset.ts'
import type { Standardizer } from '../data/standardize.ts'
import { adam } from '../graph/optimizers/adam.ts'
import { resolveOptions } from '../settings/options.ts'
import { log } from '../support/numbers.ts'
import { createEvaluator, type Evaluator } from '../training/evaluator.ts'
import { runTrainingLoop } from '../training/loop.ts'
import { type LinearMap, mapOf, weightsOf } from './linear-map.ts'

export interface TrainedFit {
  /** The network with one dense layer. */
  readonly blueprint: Blueprint
  readonly data: Dataset
  /** Numbers of the training samples to fit, in random order, so that any part of the numbers is a random part. */
  readonly chosen: Uint32Array
  readonly standardizer: Standardizer
  readonly backend: Backend
  /** Number of steps of the last fit. */
  readonly steps: number
  readonly abort?: AbortSignal
}

/** Number of samples in a batch. */
export const fitBatch = 128

/**
 * Path lengths of a weight for a single input: the rate times the number of steps. Adam moves a weight by at most about
 * its rate in each step, so a short path keeps the weights small, as a large penalty does. With n inputs of deviation
 * 1, the outputs move by the square root of n times as much, so the lengths are divided by this root.
 */
const pathLengths = [10, 30, 100, 300, 1000]
/** Path lengths that are tried if the first length is worse than guessing, because few samples have many inputs. */
const shortLengths = [3, 1]
/** Steps of a fit that helps to choose the path length: a quarter of the steps of the last fit, and at most 200. */
const trialStepsOf = (steps: number): number => Math.min(Math.ceil(steps / 4), 200)
/** One of four samples is held out to choose the path length, and at most `mostHeld` samples. */
const heldOut = 4
const mostHeld = 2048

/**
 * Fits a linear model by Adam with a rate that falls to 0: a logistic regression for classes, and least squares for
 * values. The path lengths are tried in rising order, until the loss on held-out samples rises. The last fit uses all
 * samples. It has more steps than the trials, and its path is longer by the square root of the ratio. Among factors
 * from 1 to the whole ratio, the root gave the lowest test losses on glyphs, MNIST and optdigits.
 *
 * Returns undefined if the last fit diverged.
 */
export async function fitByTraining(task: TrainedFit): Promise<LinearMap | undefined> {
  const { blueprint, data, chosen, steps } = task
  const start = guessingMap(blueprint, data)
  const held = Math.min(Math.floor(chosen.length / heldOut), mostHeld)
  const trialSteps = trialStepsOf(steps)
  const all = { ...task, data: chosen.length === data.train.count ? data : partOf(data, chosen) }
  const longer = Math.sqrt(steps / trialSteps)
  const best = held === 0 ? pathLengths[0] : await chooseLength({ ...task, steps: trialSteps }, start, held)
  return best === 0 ? start : trained(all, start, best * longer)
}

/**
 * Returns the path length with the lowest loss on held-out samples. If all losses are above the loss of guessing, the
 * error decides in place of the loss, because classes can be right although their probabilities are far off. Returns 0
 * if guessing is best.
 */
async function chooseLength(task: TrainedFit, start: LinearMap, held: number): Promise<number> {
  const { data, chosen, steps } = task
  const trial = { ...task, data: partOf(data, chosen.subarray(held, held + steps * fitBatch)) }
  const judge = await createJudge(task, partOf(data, chosen.subarray(0, held)))
  const measure = async (length: number): Promise<Trial> => {
    const map = length === 0 ? start : await trained(trial, start, length)
    return { length, ...(map === undefined ? unmeasured : await judge.measure(map)) }
  }
  try {
    const [first, ...longer] = pathLengths
    const [guess, short] = [await measure(0), await measure(first)]
    if (!(short.loss < guess.loss)) {
      const others = [short]
      for (const length of shortLengths) others.push(await measure(length))
      return others.reduce((lowest, next) => (next.error < lowest.error ? next : lowest), guess).length
    }
    let best = short
    for (const length of longer) {
      const next = await measure(length)
      if (!(next.loss < best.loss)) break
      best = next
    }
    return best.length
  } finally {
    judge.dispose()
  }
}

/** Loss and error of a fit on the held-out samples: infinity if they are not finite. */
interface Measured {
  readonly loss: number
  readonly error: number
}

interface Trial extends Measured {
  readonly length: number
}

const unmeasured: Measured = { loss: Number.POSITIVE_INFINITY, error: Number.POSITIVE_INFINITY }

/** Trains from the weights of a map. Returns undefined if the training diverged. */
async function trained(
  { blueprint, data, standardizer, backend, steps, abort }: TrainedFit,
  start: LinearMap,
  length: number,
): Promise<LinearMap | undefined> {
  const optimizer = adam({ rate: length / Math.sqrt(standardizer.size) / steps })
  const options = { optimizer, schedule: 'cosine', batch: fitBatch, steps, logEvery: steps } as const
  const settings = resolveOptions(options, data.train.count, taskOf(data))
  const weights = weightsOf(blueprint, start)
  const { diverged, state } = await runTrainingLoop({
    blueprint,
    data,
    settings,
    standardizer,
    backend,
    weights,
    abort,
  })
  abort?.throwIfAborted()
  return diverged === null ? mapOf(blueprint, state.weights) : undefined
}

/**
 * The map that ignores its inputs. Its outputs are the logarithms of the class frequencies, with one more sample of each
 * class, or the means of the targets.
 */
function guessingMap({ input, output }: Blueprint, { train }: Dataset): LinearMap {
  const outputs = sizeOf(output)
  const counts = new Float64Array(outputs).fill(1)
  if (train.targets === undefined) for (const label of train.labels) counts[label]++
  const total = counts.reduce((sum, count) => sum + count, 0)
  const biases = train.targets === undefined ? counts.map((count) => log(count / total)) : new Float64Array(outputs)
  return { matrix: new Float64Array(outputs * sizeOf(input)), biases }
}

interface Judge extends Pick<Evaluator, 'dispose'> {
  readonly measure: (map: LinearMap) => Promise<Measured>
}

/** Creates a judge of maps on the training samples of a data set. */
async function createJudge({ blueprint, standardizer, backend }: TrainedFit, { train }: Dataset): Promise<Judge> {
  const evaluator = await createEvaluator(blueprint, backend, train.count)
  const name = train.targets === undefined ? 'cross-entropy' : 'squared-error'
  return {
    measure: async (map) => {
      evaluator.load(weightsOf(blueprint, map))
      const { loss, error } = await evaluator.evaluate(train, standardizer, name)
      return { loss: loss ?? unmeasured.loss, error: error ?? unmeasured.error }
    },
    dispose: evaluator.dispose,
  }
}

/** The data set with a part of the training samples. */
const partOf = (data: Dataset, chosen: Uint32Array): Dataset => ({ ...data, train: selectSamples(data.train, chosen) })
