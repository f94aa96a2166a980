/** The training of each control, with one thing changed and at its rate. */
import { taskOf } from '../data/dataset.ts'
import { withoutStandardization } from '../data/standardize.ts'
import type { Network } from '../network/network.ts'
import { type RemedyName, remedies } from '../remedies/table.ts'
import { widened } from '../surgery/widened.ts'
import { shortened } from '../trials/rate-search.ts'
import {
  type Change,
  type ChangeName,
  type ControlName,
  changeOf,
  controlOf,
  rateAt,
  type Subject,
  type Training,
} from './controls.ts'
import { mended } from './mending.ts'

const unchanged = ({ network, data, settings, precision }: Subject): Training => ({
  network,
  data,
  settings,
  precision,
})

/** Returns a training at a position on the ladder of rates. */
function atRate(training: Training, position: number): Training {
  const { settings } = training
  const { optimizer } = settings
  return { ...training, settings: { ...settings, optimizer: { ...optimizer, rate: rateAt(optimizer.rate, position) } } }
}

const withNetwork = (subject: Subject, network: Network | undefined): Training | undefined =>
  network && { ...unchanged(subject), network }

/**
 * The steps of a short training on the ladder of rates: a ninth of the steps, but at least 60. The short trainings of a
 * network that is trained for few steps take at most a sixth of the steps, but at least 20.
 */
const ladderSteps = (steps: number): number =>
  Math.min(steps, Math.max(Math.ceil(steps / 9), Math.min(60, Math.max(20, Math.ceil(steps / 6)))))

/** Seed that chooses half of the samples, and that draws random labels. */
const variationSeed = 1

/** Returns the training of a control, or undefined if the control does not apply to the network. */
export function trainingOf(subject: Subject, name: ControlName): Training | undefined {
  const { change, position } = controlOf(name)
  const training = changedOnce(subject, change)
  return training && atRate(training, position)
}

const known = new WeakMap<Subject, Map<ChangeName, Training | undefined>>()

/** The changed training. The training of each change is made once, because some changes rebuild the network. */
function changedOnce(subject: Subject, name: ChangeName): Training | undefined {
  const own = known.get(subject) ?? new Map<ChangeName, Training | undefined>()
  known.set(subject, own)
  if (!own.has(name)) own.set(name, changed(subject, changeOf(name)))
  return own.get(name)
}

function changed(subject: Subject, change: Change): Training | undefined {
  const { settings } = subject
  switch (change.kind) {
    case 'none':
      return unchanged(subject)
    case 'twin':
      return withNetwork(subject, subject.twins[change.twin])
    case 'short': {
      const training = changed(subject, changeOf(change.of))
      return training && { ...training, settings: shortened(settings, ladderSteps(settings.steps)) }
    }
    case 'precision':
      return subject.precision === change.precision ? undefined : { ...unchanged(subject), precision: change.precision }
    case 'steps':
      return { ...unchanged(subject), settings: { ...settings, steps: change.factor * settings.steps } }
    case 'width':
      return withNetwork(subject, widened(subject.network, change.factor, subject.data.shape))
    case 'mending':
      return mended(subject, change.of)
    case 'raw data':
      return raw(subject)
    case 'drawn weights':
      return subject.hasGivenWeights ? { ...unchanged(subject), drawsWeights: true } : undefined
    case 'half the data':
      return halved(subject)
    case 'random labels':
      return mislabeled(subject)
    case 'remedy':
      return remedied(subject, change.of)
  }
}

function remedied(subject: Subject, name: RemedyName): Training | undefined {
  const treated = remedies[name].apply(subject)
  // Weights that the user gave can't be rescaled.
  if (treated === undefined || (subject.hasGivenWeights && treated.settings.start !== undefined)) return undefined
  return { ...unchanged(subject), network: treated.network, settings: treated.settings }
}

/** The training without the standardization of the settings. The bytes of images become numbers from 0 to 1. */
function raw(subject: Subject): Training | undefined {
  const { settings } = subject
  const plain = withoutStandardization(settings)
  const isRaw = settings.standardize === plain.standardize && settings.standardizeTargets === plain.standardizeTargets
  return isRaw ? undefined : { ...unchanged(subject), settings: plain }
}

function halved(subject: Subject): Training | undefined {
  const { data, settings } = subject
  const { count } = data.train
  if (count < 4 || data.train === data.test) return undefined
  const samples = Math.floor(count / 2)
  const batch = Math.min(settings.batch, samples)
  return { ...unchanged(subject), variation: { samples, seed: variationSeed }, settings: { ...settings, batch } }
}

function mislabeled(subject: Subject): Training | undefined {
  const { data } = subject
  if (taskOf(data) === 'autoencoding' || data.train === data.test) return undefined
  return { ...unchanged(subject), variation: { randomLabels: true, seed: variationSeed } }
}
