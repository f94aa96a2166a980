/** Random networks that are valid for their input, with every kind of layer, small enough to be run. */
import fc from 'fast-check'
import {
  activation,
  batchNorm,
  chain,
  dense,
  dropout,
  flatten,
  layerNorm,
  repeat,
  residual,
} from '../../src/network/layers.ts'
import type { Initialiser, Layer, LayerKind, Network, Varying } from '../../src/network/network.ts'
import { activationNames } from '../../src/network/schema.ts'

export interface ArbitraryOptions {
  /** The input's shape; [5] by default. */
  readonly input?: readonly number[]
  /** The output's width; 3 by default. */
  readonly outputs?: number
  /** Kinds that must not occur, such as dropout and batchNorm where runs are compared. */
  readonly without?: readonly LayerKind[]
  /** How deep combinators may nest; 3 by default. */
  readonly nesting?: number
}

/** Where a layer is made: how deep it may still nest, and how long the lists of its varying values are. */
interface Place {
  readonly nesting: number
  readonly times?: number
  readonly without: readonly LayerKind[]
}

export function arbitraryNetwork(options: ArbitraryOptions = {}): fc.Arbitrary<Network> {
  const { input = [5], outputs = 3, without = [], nesting = 3 } = options
  const place: Place = { nesting, without }
  const flat = input.length > 1 ? fc.constant<Layer[]>([flatten()]) : fc.constant<Layer[]>([])
  const widths = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 })
  const body = widths.chain((list) => fc.tuple(...list.map((width) => segment(width, place))))
  const readout = initialiser(place).map((init) => dense(outputs, { init, name: 'readout' }))
  return fc.tuple(flat, body, readout).map(([first, segments, last]) => chain(...first, ...segments.flat(), last))
}

/** A dense layer of this width and a few layers that keep it. */
function segment(width: number, place: Place): fc.Arbitrary<Layer[]> {
  const rest = fc.array(keeping(width, place), { maxLength: 2, size: 'small' })
  return fc.tuple(arbitraryDense(width, place), rest).map(([first, others]) => [first, ...others])
}

/** A layer from `width` features to `width` features. */
function keeping(width: number, place: Place): fc.Arbitrary<Layer> {
  const simple: Record<'dense' | 'activation' | 'dropout' | 'layerNorm' | 'batchNorm', fc.Arbitrary<Layer>> = {
    dense: arbitraryDense(width, place),
    activation: fc
      .tuple(fc.constantFrom(...activationNames), fc.double({ min: -0.5, max: 0.5, noNaN: true }).map(withoutMinusZero))
      .map(([name, slope]) => activation(name, name === 'leakyRelu' ? { slope } : {})),
    dropout: varying(place, 0, 0.8).map((rate) => dropout(rate)),
    layerNorm: fc.constantFrom(1e-5, 1e-3).map((epsilon) => layerNorm({ epsilon })),
    batchNorm: fc.constantFrom(0.1, 0.5).map((momentum) => batchNorm({ momentum })),
  }
  const nested = place.nesting > 0 ? combinators(width, { ...place, nesting: place.nesting - 1 }) : {}
  const allowed = Object.entries({ ...simple, ...nested }).filter(
    ([kind]) => !place.without.some((one) => one === kind),
  )
  return fc.oneof(...allowed.map(([, arbitrary]) => arbitrary))
}

function combinators(width: number, place: Place): Record<'chain' | 'residual' | 'repeat', fc.Arbitrary<Layer>> {
  const branch = fc.oneof(through(width, place), keeping(width, place))
  const shortcut = fc.option(arbitraryDense(width, place), { nil: undefined })
  const block = (times: number) => fc.oneof(through(width, { ...place, times }), keeping(width, { ...place, times }))
  return {
    chain: through(width, place),
    residual: fc
      .tuple(branch, varying(place, -1, 1), shortcut)
      .map(([inner, multiplier, skip]) => residual(inner, { multiplier, shortcut: skip })),
    repeat: fc.integer({ min: 1, max: 4 }).chain((times) => block(times).map((inner) => repeat(times, inner))),
  }
}

/** A chain from `width` features to `width` features by way of another width. */
function through(width: number, place: Place): fc.Arbitrary<Layer> {
  return fc
    .integer({ min: 1, max: 6 })
    .chain((between) => fc.tuple(segment(between, place), arbitraryDense(width, place)))
    .map(([first, last]) => chain(...first, last))
}

function arbitraryDense(width: number, place: Place): fc.Arbitrary<Layer> {
  return fc.tuple(initialiser(place), fc.boolean()).map(([init, bias]) => dense(width, { init, bias }))
}

function initialiser(place: Place): fc.Arbitrary<Initialiser> {
  const gain = varying(place, 0.5, 1.5)
  const scaled = fc.constantFrom('he', 'glorot', 'lecun', 'orthogonal', 'identity' as const)
  const variance = varying(place, 0, 2)
  return fc.oneof(
    fc.record({ kind: scaled, gain }),
    fc.record({ kind: fc.constant('gaussian' as const), sw2: variance, sb2: variance }),
    fc.constant({ kind: 'zeros' as const }),
    fc.record({ kind: fc.constant('sparse' as const), incoming: fc.integer({ min: 1, max: 4 }), deviation: variance }),
  )
}

/** A number, or inside a repeat also a list of its length. */
function varying({ times }: Place, min: number, max: number): fc.Arbitrary<Varying> {
  const one = fc.double({ min, max, noNaN: true }).map(withoutMinusZero)
  if (times === undefined) return one
  return fc.oneof(one, fc.array(one, { minLength: times, maxLength: times }))
}

/** JSON has no -0. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value
}
