/** Trainings with one thing mended in the network, its data or its settings, each of which confirms a cause. */

import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { taskOf } from '../data/dataset.ts'
import { limitingOutput } from '../facts/limiting-output.ts'
import { withActivations } from '../surgery/with-activations.ts'
import { withoutDropout } from '../surgery/without-dropout.ts'
import type { Mending, Subject, Training } from './controls.ts'
import { withFreeOutput } from './free-output.ts'

type Mender = (subject: Subject) => Training | undefined

/** Each returns the training with one thing mended, or undefined if there is nothing of the kind to mend. */
const menders: Readonly<Record<Mending, Mender>> = {
  scales: standardized,
  output: freed,
  nonlinearity: (subject) => withNetwork(subject, withActivations(subject.network)),
  regularization: unregularized,
  'class balance': balanced,
}

export const mended = (subject: Subject, what: Mending): Training | undefined => menders[what](subject)

const withSettings = (
  { network, data, settings, precision }: Subject,
  changed: Partial<Training['settings']>,
): Training => ({ network, data, settings: { ...settings, ...changed }, precision })

const withNetwork = ({ data, settings, precision }: Subject, network: Training['network'] | undefined) =>
  network && { network, data, settings, precision }

/** Inputs and targets standardized, where the settings leave them as they are. */
function standardized(subject: Subject): Training | undefined {
  const { settings, data, network } = subject
  const { standardize, standardizeTargets } = settings
  const isRaw = standardize === 'none' || standardize === 'raw'
  const isRegression = taskOf(data) === 'regression'
  const targets = standardizeTargets ?? (standardize === 'none' ? 'none' : 'per-target')
  // Standardized targets lie on both sides of 0, where a limited output can't reach them. Binary cross-entropy needs
  // targets between 0 and 1.
  const isLimited = limitingOutput(createBlueprint(network, data.shape).root) !== undefined
  const keepsTargets = !isRegression || isLimited || settings.loss === 'binary-cross-entropy' || targets !== 'none'
  if (!isRaw && keepsTargets) return undefined
  return withSettings(subject, {
    ...(isRaw ? { standardize: 'per-channel' } : {}),
    ...(isRegression ? { standardizeTargets: keepsTargets ? targets : 'per-target' } : {}),
  })
}

/** The network without the last layer that limits its outputs. */
function freed(subject: Subject): Training | undefined {
  const { network, data } = subject
  const free = withFreeOutput(network)
  if (free === undefined) return undefined
  const isSame =
    sizeOf(createBlueprint(free, data.shape).output) === sizeOf(createBlueprint(network, data.shape).output)
  return isSame ? withNetwork(subject, free) : undefined
}

/** The network without dropout and without weight decay. */
function unregularized(subject: Subject): Training | undefined {
  const { network, settings } = subject
  const { optimizer } = settings
  const { rule } = optimizer
  const hasDecay = 'weightDecay' in rule && rule.weightDecay > 0
  const undropped = withoutDropout(network)
  if (!hasDecay && undropped === undefined) return undefined
  const plain = hasDecay ? { ...optimizer, rule: { ...rule, weightDecay: 0 } } : optimizer
  return { ...withSettings(subject, { optimizer: plain }), network: undropped ?? network }
}

/** Class weights that give small classes the importance of large ones. */
function balanced(subject: Subject): Training | undefined {
  const { settings, data } = subject
  if (taskOf(data) !== 'classification' || settings.classWeights !== undefined || settings.order === 'balanced') {
    return undefined
  }
  const counts = new Uint32Array(data.classes)
  for (const label of data.train.labels) counts[label]++
  const present = [...counts].filter((count) => count > 0)
  if (present.length < 2 || Math.max(...present) < leastRatio * Math.min(...present)) return undefined
  return withSettings(subject, { classWeights: 'balanced' })
}

/** Ratio of the largest class to the smallest class from which on classes count as unbalanced. */
const leastRatio = 3
