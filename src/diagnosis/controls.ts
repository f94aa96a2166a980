/** What a diagnosis trains beside the network: the same training with one thing changed, each to decide between causes. */

import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Variation } from '../data/options.ts'
import type { Network } from '../network/network.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { widened } from '../surgery/widened.ts'

/** What a control changes, and by how much. */
export type Control =
  | { readonly kind: 'none' }
  | { readonly kind: 'twin'; readonly twin: 'shallow' | 'shallower' }
  | { readonly kind: 'rate'; readonly divisor: number }
  | { readonly kind: 'precision'; readonly precision: 'float64' }
  | { readonly kind: 'steps'; readonly factor: number }
  | { readonly kind: 'width'; readonly factor: number }
  | { readonly kind: 'half the data' }
  | { readonly kind: 'random labels' }

/** The controls by the names under which files, JSON and pictures have their trainings. Code reads the row, never the name. */
export const controls = {
  network: { kind: 'none' },
  'shallow twin': { kind: 'twin', twin: 'shallow' },
  'shallower twin': { kind: 'twin', twin: 'shallower' },
  'rate / 3': { kind: 'rate', divisor: 3 },
  'rate / 10': { kind: 'rate', divisor: 10 },
  float64: { kind: 'precision', precision: 'float64' },
  '3 x steps': { kind: 'steps', factor: 3 },
  '4 x width': { kind: 'width', factor: 4 },
  '16 x width': { kind: 'width', factor: 16 },
  'half the data': { kind: 'half the data' },
  'random labels': { kind: 'random labels' },
} as const satisfies Readonly<Record<string, Control>>

export type ControlName = keyof typeof controls

/** In the order of the table. */
export const controlNames: readonly ControlName[] = Object.keys(controls).filter((name): name is ControlName =>
  Object.hasOwn(controls, name),
)

/** The names of the controls of a kind. */
export type ControlOf<Kind extends Control['kind']> = {
  [Name in ControlName]: (typeof controls)[Name]['kind'] extends Kind ? Name : never
}[ControlName]

/** The controls of a kind, in the order of the table. */
export function controlsOf<Kind extends Control['kind']>(kind: Kind): readonly ControlOf<Kind>[] {
  return controlNames.filter((name): name is ControlOf<Kind> => controls[name].kind === kind)
}

/** A training: what of a network's is changed in a control. */
export interface Training {
  readonly network: Network
  /** The network's. */
  readonly data: Dataset
  /** What is made of the data first. */
  readonly variation?: Variation
  /** The seed is the trial's. */
  readonly settings: TrainingSettings
  readonly precision: 'float32' | 'float64'
}

export interface Subject extends Training {
  /** The networks with fewer layers, as far as there are any. */
  readonly twins: { readonly shallow?: Network; readonly shallower?: Network }
}

const unchanged = ({ network, data, settings, precision }: Subject): Training => ({
  network,
  data,
  settings,
  precision,
})

function slower(subject: Subject, divisor: number): Training {
  const { settings } = subject
  const { optimizer } = settings
  return {
    ...unchanged(subject),
    settings: { ...settings, optimizer: { ...optimizer, rate: optimizer.rate / divisor } },
  }
}

const withNetwork = (subject: Subject, network: Network | undefined): Training | undefined =>
  network && { ...unchanged(subject), network }

/** Chooses half of the samples, and random labels. */
const variationSeed = 1

/** The training of a control; undefined where it makes no sense for this network. */
export function trainingOf(subject: Subject, name: ControlName): Training | undefined {
  const control: Control = controls[name]
  const { settings } = subject
  switch (control.kind) {
    case 'none':
      return unchanged(subject)
    case 'twin':
      return withNetwork(subject, subject.twins[control.twin])
    case 'rate':
      return slower(subject, control.divisor)
    case 'precision':
      return subject.precision === control.precision
        ? undefined
        : { ...unchanged(subject), precision: control.precision }
    case 'steps':
      return { ...unchanged(subject), settings: { ...settings, steps: control.factor * settings.steps } }
    case 'width':
      return withNetwork(subject, widened(subject.network, control.factor, subject.data.shape))
    case 'half the data':
      return halved(subject)
    case 'random labels':
      return mislabeled(subject)
  }
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
