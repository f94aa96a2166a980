/** Controls: trainings with one thing changed, each of which decides between causes. */
import type { Dataset } from '../data/dataset.ts'
import type { Variation } from '../data/options.ts'
import type { Network } from '../network/network.ts'
import type { StartReadings } from '../remedies/remedy.ts'
import { isRemedyName, type RemedyName, remedyNames } from '../remedies/table.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { assertInvariant } from '../support/errors.ts'

/** The thing that a control changes, with the amount of the change. */
export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'twin'; readonly twin: 'shallow' | 'shallower' }
  /** A short training of the network or of a twin, whose rate decays to 0. The ladder of rates consists of them. */
  | { readonly kind: 'short'; readonly of: 'network' | 'shallow twin' | 'shallower twin' }
  | { readonly kind: 'precision'; readonly precision: 'float64' }
  | { readonly kind: 'steps'; readonly factor: number }
  | { readonly kind: 'width'; readonly factor: number }
  | { readonly kind: 'mending'; readonly of: Mending }
  /** The data without the standardization of the settings. */
  | { readonly kind: 'raw data' }
  /** Weights that the initializers of the network draw, instead of the weights that the user gave. */
  | { readonly kind: 'drawn weights' }
  | { readonly kind: 'half the data' }
  | { readonly kind: 'random labels' }
  /** A remedy, as an intervention that removes a mechanism or as a cure. */
  | { readonly kind: 'remedy'; readonly of: RemedyName }

/** The one thing that a control mends in the network, its data or its settings. */
export type Mending = 'scales' | 'output' | 'nonlinearity' | 'regularization' | 'class balance'

/**
 * All changes by name, besides the remedies, which are changes under their own names. Files, JSON and pictures use the
 * names of controls. Code must decide by the entry of a change in `changes`, never by its name.
 */
export const changes = {
  network: { kind: 'none' },
  'shallow twin': { kind: 'twin', twin: 'shallow' },
  'shallower twin': { kind: 'twin', twin: 'shallower' },
  'short run': { kind: 'short', of: 'network' },
  'short run of the shallow twin': { kind: 'short', of: 'shallow twin' },
  'short run of the shallower twin': { kind: 'short', of: 'shallower twin' },
  float64: { kind: 'precision', precision: 'float64' },
  '3 x steps': { kind: 'steps', factor: 3 },
  '10 x steps': { kind: 'steps', factor: 10 },
  '4 x width': { kind: 'width', factor: 4 },
  '16 x width': { kind: 'width', factor: 16 },
  'standardized data': { kind: 'mending', of: 'scales' },
  'free output': { kind: 'mending', of: 'output' },
  'with activations': { kind: 'mending', of: 'nonlinearity' },
  'without regularization': { kind: 'mending', of: 'regularization' },
  'balanced classes': { kind: 'mending', of: 'class balance' },
  'raw data': { kind: 'raw data' },
  'drawn weights': { kind: 'drawn weights' },
  'half the data': { kind: 'half the data' },
  'random labels': { kind: 'random labels' },
} as const satisfies Readonly<Record<string, Change>>

type OwnName = keyof typeof changes

export type ChangeName = OwnName | RemedyName

const ownNames = Object.keys(changes).filter((name): name is OwnName => Object.hasOwn(changes, name))

/** Names of all changes, in the order of `changes`, and then of the remedies. */
export const changeNames: readonly ChangeName[] = [...ownNames, ...remedyNames]

/** Names of the changes of one kind, which is no remedy. */
export type ControlOf<Kind extends Change['kind']> = {
  [Name in OwnName]: (typeof changes)[Name]['kind'] extends Kind ? Name : never
}[OwnName]

/** Lists the names of the changes of one kind, in the order of `changes`. */
export function controlsOf<Kind extends Change['kind']>(kind: Kind): readonly ControlOf<Kind>[] {
  return ownNames.filter((name): name is ControlOf<Kind> => changes[name].kind === kind)
}

/** Returns the change with a name. */
export const changeOf = (name: ChangeName): Change =>
  isRemedyName(name) ? { kind: 'remedy', of: name } : changes[name]

const rungs = [
  'rate / 10000',
  'rate / 3000',
  'rate / 1000',
  'rate / 300',
  'rate / 100',
  'rate / 30',
  'rate / 10',
  'rate / 3',
  'rate x 3',
  'rate x 10',
  'rate x 30',
  'rate x 100',
  'rate x 300',
  'rate x 1000',
  'rate x 3000',
  'rate x 10000',
] as const

/** Name of a rate other than the rate of the diagnosed training. */
export type RungName = (typeof rungs)[number]

/**
 * Name of a control: a change, a change at another rate such as `3 x steps, rate / 10`, or the unchanged network at
 * another rate such as `rate / 10`.
 */
export type ControlName = ChangeName | RungName | `${Exclude<ChangeName, 'network'>}, ${RungName}`

/** A control: the thing that is changed, and the rate. */
export interface Control {
  readonly change: ChangeName
  /**
   * Position of the rate on the ladder of rates. Two positions are a factor of 10, and the rate of the diagnosed
   * training has position 0.
   */
  readonly position: number
}

/** Highest position on the ladder of rates. The lowest position is its negative. */
export const highestPosition = rungs.length / 2

const positionOf = (rung: number): number => rung - highestPosition + (rung < highestPosition ? 0 : 1)

const controls: ReadonlyMap<ControlName, Control> = new Map(
  changeNames.flatMap((change): [ControlName, Control][] => [
    [change, { change, position: 0 }],
    ...rungs.map((rung, index): [ControlName, Control] => [
      change === 'network' ? rung : `${change}, ${rung}`,
      { change, position: positionOf(index) },
    ]),
  ]),
)

/** Names of all controls, in the order of the changes, and then of the rates. */
export const controlNames: readonly ControlName[] = [...controls.keys()]

const orders: ReadonlyMap<ControlName, number> = new Map(controlNames.map((name, order) => [name, order]))

/** Place of a control in the order of all controls. */
export const orderOf = (name: ControlName): number => orders.get(name) ?? 0

const names: ReadonlyMap<string, ControlName> = new Map(
  [...controls].map(([name, { change, position }]) => [`${change} ${position}`, name]),
)

/** Returns the change and the rate of a control. */
export function controlOf(name: ControlName): Control {
  const control = controls.get(name)
  assertInvariant(control !== undefined, `${name} is no control`)
  return control
}

/** Returns the name of a change at a position on the ladder of rates. */
export function nameAt(change: ChangeName, position: number): ControlName {
  const name = names.get(`${change} ${position}`)
  assertInvariant(name !== undefined, `the ladder of rates has no position ${position}`)
  return name
}

export { rateAt } from '../trials/rate-search.ts'

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
  /** Whether the initializers of the network draw the weights, although the user gave weights. */
  readonly drawsWeights?: boolean
}

export interface Subject extends Training {
  /**
   * Twins of the network, which are versions of it with fewer layers. A twin is absent if the network has no version
   * with fewer layers.
   */
  readonly twins: { readonly shallow?: Network; readonly shallower?: Network }
  /** Readings of the network before the first step, once the network was trained. Some remedies need them. */
  readonly readings?: StartReadings
  /** Whether the user gave the initial weights, so that no remedy can rescale drawn weights. */
  readonly hasGivenWeights?: boolean
}
