/** Measurements on networks before or after training: evidence that needs no further training. */
import { type Precision, precisions } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { createStandardizer } from '../data/standardize.ts'
import { affineReplacement } from '../probes/affine.ts'
import { largestHessianEigenvalue, stability } from '../probes/hessian.ts'
import { jacobianSingularValues } from '../probes/jacobian.ts'
import { linearProbeAccuracy } from '../probes/linear-probe.ts'
import { precisionGap } from '../probes/precision.ts'
import { chooseSamples, type ProbeSamples } from '../probes/samples.ts'
import { lossWithoutBlocks } from '../probes/without-block.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { constructiveWeights } from '../surgery/constructive.ts'
import { functionGap } from '../surgery/function-gap.ts'
import type { Twin } from '../surgery/twin.ts'
import { createEvaluator, type Weights } from '../training/evaluator.ts'
import type { TrialWorker, Workers } from '../trials/workers.ts'
import type { Subject } from './controls.ts'
import { nameAt } from './controls.ts'
import { median, referenceOf } from './evidence.ts'
import type { ConstructiveResult, Measured } from './measured.ts'
import { fittedStages, gradientSamples, measuredSamples, probedStages, replacedStages } from './measurement-costs.ts'
import type { MadeTrial } from './trainings.ts'
import type { View } from './view.ts'

export interface MeasuredNetworks {
  readonly subject: Subject
  readonly blueprint: Blueprint
  /** Weights of the network before the training with the first seed. */
  readonly start: Weights
  readonly twins: { readonly shallow?: Twin; readonly shallower?: Twin }
  readonly trials: readonly MadeTrial[]
  readonly settings: TrainingSettings
}

const sampleSeed = 2

/** A worker, and the precisions in which the worker measures. */
interface MeasuringWorker extends TrialWorker {
  /** Precision of the trainings. */
  readonly trained: Precision
  /**
   * Precision of the most exact measurements: float64 if the machine supports float64, or else the precision of the
   * trainings.
   */
  readonly precise: Precision
}

type DiagnosisMeasurer = (
  networks: MeasuredNetworks,
  evidence: View,
  worker: MeasuringWorker,
  abort?: AbortSignal,
) => Promise<Measured>

const measurers: { readonly [name in keyof Measured]-?: DiagnosisMeasurer } = {
  constructive: async (networks, evidence, worker) => ({ constructive: await construct(networks, evidence, worker) }),
  precision: async (networks, _evidence, worker) => {
    const { blueprint, start } = networks
    return { precision: await precisionGap(blueprint, worker, samplesFor(networks, gradientSamples), start) }
  },
  sharpness: async (networks, _evidence, worker, abort) => {
    const { blueprint, start } = networks
    const samples = samplesFor(networks, gradientSamples)
    const backend = await worker.backend(worker.precise)
    const { value } = await largestHessianEigenvalue(blueprint, backend, samples, start, { abort })
    return { sharpness: { eigenvalue: value, stability: stability(value, networks.settings.optimizer) } }
  },
  jacobian: async (networks, _evidence, worker, abort) => {
    const { blueprint, start } = networks
    const samples = samplesFor(networks, gradientSamples)
    const backend = await worker.backend(worker.precise)
    const spectra = await jacobianSingularValues(blueprint, backend, samples, start, { abort })
    if (spectra === null) return { jacobian: null }
    const largest = median(spectra.map((one) => one.largest))
    const smallest = median(spectra.map((one) => one.smallest))
    return { jacobian: { largest, smallest, samples: spectra.length } }
  },
  linearProbe: async (networks, view, worker, abort) => {
    const { blueprint, subject } = networks
    const { train, test } = subject.data
    if (test.count === 0) return { linearProbe: null }
    const [seen, unseen] = [train, test].map((set) => samplesFor(networks, measuredSamples, set))
    const backend = await worker.backend(worker.trained)
    const options = { stages: probedStages(blueprint), abort }
    return { linearProbe: await linearProbeAccuracy(blueprint, backend, seen, unseen, endOf(networks, view), options) }
  },
  withoutBlocks: async (networks, view, worker, abort) => {
    const { blueprint } = networks
    const samples = samplesFor(networks, measuredSamples)
    const backend = await worker.backend(worker.trained)
    return { withoutBlocks: await lossWithoutBlocks(blueprint, backend, samples, endOf(networks, view), { abort }) }
  },
  affine: async (networks, view, worker, abort) => {
    const { blueprint } = networks
    const samples = samplesFor(networks, measuredSamples)
    const backend = await worker.backend(worker.precise)
    const options = { fits: fittedStages(blueprint), replaced: replacedStages, abort }
    return { affine: await affineReplacement(blueprint, backend, samples, endOf(networks, view), options) }
  },
}

/**
 * Runs one measurement on the first worker. Returns null if the measurement was stopped. Returns undefined if the
 * measurement does not fit into memory, takes longer than `mostSeconds`, or needs a precision that the machine lacks.
 */
export async function runMeasurement(
  name: keyof Measured,
  networks: MeasuredNetworks,
  evidence: View,
  workers: Workers,
  mostSeconds: number,
  abort?: AbortSignal,
): Promise<Measured | null | undefined> {
  const [trained] = workers.precisions
  const precise = workers.precisions.includes('float64') ? 'float64' : trained
  if (name === 'precision' && !precisions.every((one) => workers.precisions.includes(one))) return undefined
  let found: Measured = {}
  // A timer takes whole milliseconds, at most 2^31 - 1.
  const late = AbortSignal.timeout(Math.min(Math.ceil(1000 * mostSeconds), 2 ** 31 - 1))
  const stop = abort ? AbortSignal.any([abort, late]) : late
  try {
    await workers.run([
      async (worker) => {
        found = await measurers[name](networks, evidence, { ...worker, trained, precise }, stop)
      },
    ])
    return found
  } catch (error) {
    if (abort?.aborted && error === abort.reason) return null
    if (late.aborted && error === late.reason) return undefined
    if (error instanceof IsobathError && error.code === 'memory') return undefined
    throw error
  }
}

/** Returns the weights of the network after the training with the first seed, at the best rate. */
function endOf({ trials, start }: MeasuredNetworks, { best }: View): Weights {
  const name = nameAt('network', best.network)
  return trials.find(({ record, weights }) => record.control === name && weights !== undefined)?.weights ?? start
}

/** Chooses probe samples, from the training set by default. Probe samples are standardized like the training set. */
function samplesFor({ subject: { data }, settings }: MeasuredNetworks, most: number, set = data.train): ProbeSamples {
  const standardizer = createStandardizer(data.train, data.shape, settings)
  return chooseSamples({ ...data, train: set }, standardizer, settings, most, sampleSeed)
}

async function construct(
  networks: MeasuredNetworks,
  evidence: View,
  worker: MeasuringWorker,
): Promise<ConstructiveResult> {
  const { twins, trials } = networks
  const reference = referenceOf(evidence) ?? 'shallow twin'
  const twin = reference === 'shallow twin' ? twins.shallow : twins.shallower
  const name = nameAt(reference, evidence.best[reference])
  const made = trials.find(({ record, weights: own }) => record.control === name && own !== undefined)
  if (!twin) return { impossible: "the twin wasn't made from the network" }
  if (!made?.weights) return { impossible: 'no twin was trained' }
  const deep = networks.blueprint
  const { trial, weights } = made
  const shallow = createBlueprint(trial.network, networks.subject.data.shape)
  const built = constructiveWeights(deep, twin, shallow, weights)
  if ('impossible' in built) return { impossible: built.impossible }
  const backend = await worker.backend(worker.precise)
  const samples = samplesFor(networks, measuredSamples)
  const { set, standardizer } = samples
  const lossOf = async (blueprint: typeof deep, weights: Weights): Promise<number | null> => {
    const evaluator = await createEvaluator(blueprint, backend, set.count)
    try {
      evaluator.load(weights)
      return (await evaluator.evaluate(set, standardizer, samples.loss)).loss
    } finally {
      evaluator.dispose()
    }
  }
  const [one, other] = [
    { blueprint: shallow, weights },
    { blueprint: deep, weights: built.weights },
  ]
  const { largest, scale } = await functionGap(one, other, backend, set, standardizer)
  return {
    impossible: null,
    loss: await lossOf(deep, built.weights),
    shallowLoss: await lossOf(shallow, weights),
    gap: largest,
    scale,
    exactness: built.exactness,
  }
}
