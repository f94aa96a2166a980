/** What random layers are made of, on features and on images alike. */
import fc from 'fast-check'
import { activationNames } from '../../src/network/activations.ts'
import { activation, batchNorm, dropout, scalarBias, scale } from '../../src/network/layers.ts'
import type { Initializer, Layer, LayerKind, Varying } from '../../src/network/network.ts'

/** Where a layer is made: how deep it may still nest, and how long the lists of its varying values are. */
export interface LayerPlace {
  readonly nesting: number
  readonly times?: number
  readonly without: readonly LayerKind[]
}

/** JSON has no -0. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value
}

function numberBetween(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true }).map(withoutMinusZero)
}

/** A number, or inside a repeat also a list of its length. */
function varying({ times }: LayerPlace, min: number, max: number): fc.Arbitrary<Varying> {
  const one = numberBetween(min, max)
  if (times === undefined) return one
  return fc.oneof(one, fc.array(one, { minLength: times, maxLength: times }))
}

export function initializer(place: LayerPlace): fc.Arbitrary<Initializer> {
  const gain = varying(place, 0.5, 1.5)
  const variance = varying(place, 0, 2)
  const kind = <K extends Initializer['kind']>(name: K) => fc.constant(name)
  return fc.oneof(
    fc.record({ kind: kind('he'), gain, fan: fc.constantFrom('in', 'out') }),
    fc.record({ kind: fc.constantFrom('glorot', 'lecun', 'identity'), gain }),
    fc.record({ kind: fc.constantFrom('orthogonal', 'deltaOrthogonal'), gain, sb2: variance }),
    fc.record({ kind: kind('normal'), deviation: variance }),
    fc.record({ kind: kind('gaussian'), sw2: variance, sb2: variance }),
    fc.record({ kind: fc.constantFrom('zeros', 'hardtMa') }),
    fc.record({ kind: kind('sparse'), incoming: fc.integer({ min: 1, max: 4 }), deviation: variance }),
  )
}

/** Whether a layer's weights are trained. */
export const arbitraryTrained: fc.Arbitrary<{ trained?: false }> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.constant({ trained: false as const }),
)

/** The multiplier of a residual: fixed, or one number that is trained. */
export function multiplier(place: LayerPlace): fc.Arbitrary<{ multiplier: Varying; trainedMultiplier: boolean }> {
  return fc.oneof(
    fc.record({ multiplier: varying(place, -1, 1), trainedMultiplier: fc.constant(false) }),
    fc.record({ multiplier: numberBetween(-1, 1), trainedMultiplier: fc.constant(true) }),
  )
}

type Elementwise = 'activation' | 'dropout' | 'batchNorm' | 'scalarBias' | 'scale'

/** The layers that keep any shape, one of each kind. */
export function elementwise(place: LayerPlace): Record<Elementwise, fc.Arbitrary<Layer>> {
  return {
    activation: fc
      .tuple(fc.constantFrom(...activationNames), numberBetween(-0.5, 0.5))
      .map(([name, slope]) => activation(name, name === 'leakyRelu' ? { slope } : {})),
    dropout: varying(place, 0, 0.8).map((rate) => dropout(rate)),
    batchNorm: fc
      .record({ momentum: fc.constantFrom(0.1, 0.5), scale: fc.constantFrom(1, 0.5, 0) })
      .map((options) => batchNorm(options)),
    scalarBias: fc.constant(scalarBias()),
    scale: varying(place, -1.5, 1.5).map((factor) => scale(factor)),
  }
}

/** One of the layers by their kinds, without those that are not wanted. */
export function oneOfKinds(arbitraries: Record<string, fc.Arbitrary<Layer>>, place: LayerPlace): fc.Arbitrary<Layer> {
  const allowed = Object.entries(arbitraries).filter(([kind]) => !place.without.some((one) => one === kind))
  return fc.oneof(...allowed.map(([, arbitrary]) => arbitrary))
}
