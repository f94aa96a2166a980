/** Controls: trainings with one thing changed, each of which decides between causes. */
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Variation } from '../data/options.ts'
import type { Network } from '../network/network.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { widened } from '../surgery/widened.ts'

/** The setting that a control changes, with the amount of the change. */
export type Control =
  | { readonly kind: 'none' }
  | { readonly kind: 'twin'; readonly twin: 'shallow' | 'shallower' }
  | { readonly kind: 'rate'; readonly divisor: number }
  | { readonly kind: 'precision'; readonly precision: 'float64' }
  | { readonly kind: 'steps'; readonly factor: number }
  | { readonly kind: 'width'; readonly factor: number }
  | { readonly kind: 'half the data' }
  | { readonly kind: 'random labels' }

/**
 * All controls by name. Files, JSON and pictures use the names of controls. Code must decide by the entry of a control
 * in `controls`, never by its name.
 */
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

/** Names of all controls, in the order of `controls`. */
export const controlNames: readonly ControlName[] = Object.keys(controls).filter((name): name is ControlName =>
  Object.hasOwn(controls, name),
)

/** Names of the controls of one kind. */
export type ControlOf<Kind extends Control['kind']> = {
  [Name in ControlName]: (typeof controls)[Name]['kind'] extends Kind ? Name : never
}[ControlName]

/** Lists the names of the controls of one kind, in the order of `controls`. */
export function controlsOf<Kind extends Control['kind']>(kind: Kind): readonly ControlOf<Kind>[] {
  return controlNames.filter((name): name is ControlOf<Kind> => controls[name].kind === kind)
}

/** A training of a network: the network, data, settings and precision, one of which a control changes. */
export interface Training {
  readonly network: Network
  /** Data set of the diagnosed network, before any variation. */
  readonly data: Dataset
  /** Change of the data set that is applied before training. */
  readonly variation?: Variation
  /** Settings of the training. The seed in the settings is ignored: each trial has a seed of its own. */
  readonly settings: TrainingSettings
  readonly precision: 'float32' | 'float64'
}

export interface Subject extends Training {
  /**
   * Twins of the network, which are versions of it with fewer layers. A twin is absent if the network has no version
   * with fewer layers.
   */
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

/** Seed that chooses half of the samples, and that draws random labels. */
const variationSeed = 1

/** Returns the training of a control, or undefined if the control does not apply to the network. */
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
