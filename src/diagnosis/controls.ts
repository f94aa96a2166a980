/** What a diagnosis trains beside the patient: the same training with one thing changed, each to decide between causes. */

import { type Dataset, taskOf } from '../data/dataset.ts'
import { randomSubset, vary } from '../data/vary.ts'
import type { Network } from '../network/network.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { widened } from '../surgery/widened.ts'

export const controlNames = [
  'patient',
  'shallow twin',
  'shallower twin',
  'rate / 3',
  'rate / 10',
  'float64',
  '3 x steps',
  '4 x width',
  '16 x width',
  'half the data',
  'random labels',
] as const

export type ControlName = (typeof controlNames)[number]

/** A training: what of a patient's is changed in a control. */
export interface Training {
  readonly network: Network
  readonly data: Dataset
  /** The seed is the trial's. */
  readonly settings: TrainingSettings
  readonly precision: 'float32' | 'float64'
}

export interface Patient extends Training {
  /** The networks with fewer layers, as far as there are any. */
  readonly twins: { readonly shallow?: Network; readonly shallower?: Network }
}

interface Control {
  /** What it asks, as a table has it. */
  readonly question: string
  /** Undefined where it makes no sense for this patient. */
  readonly training: (patient: Patient) => Training | undefined
}

const unchanged = ({ network, data, settings, precision }: Patient): Training => ({
  network,
  data,
  settings,
  precision,
})

function slower(patient: Patient, divisor: number): Training {
  const { settings } = patient
  const { optimizer } = settings
  return {
    ...unchanged(patient),
    settings: { ...settings, optimizer: { ...optimizer, rate: optimizer.rate / divisor } },
  }
}

function wider(patient: Patient, factor: number): Training | undefined {
  const network = widened(patient.network, factor)
  return network && { ...unchanged(patient), network }
}

const twin = (patient: Patient, network: Network | undefined): Training | undefined =>
  network && { ...unchanged(patient), network }

/** Chooses half of the samples, and random labels. */
const variationSeed = 1

export const controls: { readonly [name in ControlName]: Control } = {
  patient: { question: 'the network as it is', training: unchanged },
  'shallow twin': {
    question: 'does the same network with fewer layers train better?',
    training: (patient) => twin(patient, patient.twins.shallow),
  },
  'shallower twin': {
    question: 'does it with the fewest?',
    training: (patient) => twin(patient, patient.twins.shallower),
  },
  'rate / 3': { question: 'is the step too large?', training: (patient) => slower(patient, 3) },
  'rate / 10': { question: 'is the step far too large?', training: (patient) => slower(patient, 10) },
  float64: {
    question: 'does arithmetic matter?',
    training: (patient) =>
      patient.precision === 'float64' ? undefined : { ...unchanged(patient), precision: 'float64' },
  },
  '3 x steps': {
    question: 'is it only slower?',
    training: (patient) => ({
      ...unchanged(patient),
      settings: { ...patient.settings, steps: 3 * patient.settings.steps },
    }),
  },
  '4 x width': { question: 'is it too narrow?', training: (patient) => wider(patient, 4) },
  '16 x width': { question: 'is it far too narrow?', training: (patient) => wider(patient, 16) },
  'half the data': {
    question: 'does less data widen the gap?',
    training: (patient) => {
      const { data } = patient
      const { count } = data.train
      if (count < 4 || data.train === data.test) return undefined
      const train = randomSubset(data.train, Math.floor(count / 2), variationSeed)
      const batch = Math.min(patient.settings.batch, train.count)
      return { ...unchanged(patient), data: { ...data, train }, settings: { ...patient.settings, batch } }
    },
  },
  'random labels': {
    question: 'can it learn labels that mean nothing by heart?',
    training: (patient) => {
      const { data } = patient
      if (taskOf(data) === 'autoencoding' || data.train === data.test) return undefined
      return { ...unchanged(patient), data: vary(data, { randomLabels: true, seed: variationSeed }) }
    },
  },
}
