/** Parts of random layers, for features and for images. */
import fc from 'fast-check'
import { activationNames } from '../../src/network/activations.ts'
import { activation, batchNorm, dropout, prelu, scalarBias, scale, softmax } from '../../src/network/layers.ts'
import type { Initializer, Layer, LayerKind, Varying } from '../../src/network/network.ts'

/** The place of a random layer in its network. */
export interface LayerPlace {
  /** Remaining depth of nested combinators. */
  readonly nesting: number
  /** Number of iterations of the surrounding repeat, which is the length of lists of varying values. */
  readonly times?: number
  /** Kinds of layers that must not occur. */
  readonly without: readonly LayerKind[]
}

/** Replaces -0 by 0, because JSON has no -0. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value
}

function numberBetween(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true }).map(withoutMinusZero)
}

/** A number. Inside a repeat, the value can also be a list with one number per iteration. */
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
    fc.record({ kind: kind('fanInUniform'), gain }),
    fc.record({
      kind: kind('varianceScaling'),
      scale: variance,
      mode: fc.constantFrom('fanIn', 'fanOut', 'fanAverage'),
      distribution: fc.constantFrom('uniform', 'normal', 'truncated'),
    }),
    fc.record({
      kind: kind('uniform'),
      from: varying(place, -1, 0),
      to: varying(place, 0, 1),
      biases: fc.constantFrom('same', 'zero'),
    }),
    fc.record({ kind: kind('constant'), value: gain, biasValue: varying(place, -0.5, 0.5) }),
    fc.record({ kind: kind('normal'), deviation: variance }),
    fc.record({ kind: kind('gaussian'), sw2: variance, sb2: variance }),
    fc.record({ kind: fc.constantFrom('zeros', 'hardtMa') }),
    fc.record({ kind: kind('sparse'), incoming: fc.integer({ min: 1, max: 4 }), deviation: variance }),
  )
}

/** Option that sometimes excludes the weights of a layer from training. */
export const arbitraryTrained: fc.Arbitrary<{ trained?: false }> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.constant({ trained: false as const }),
)

/** Multiplier of a residual: fixed, or a single trained number. */
export function multiplier(place: LayerPlace): fc.Arbitrary<{ multiplier: Varying; trainedMultiplier: boolean }> {
  return fc.oneof(
    fc.record({ multiplier: varying(place, -1, 1), trainedMultiplier: fc.constant(false) }),
    fc.record({ multiplier: numberBetween(-1, 1), trainedMultiplier: fc.constant(true) }),
  )
}

type KeepsShape = 'activation' | 'prelu' | 'softmax' | 'dropout' | 'batchNorm' | 'scalarBias' | 'scale'

/** Layers that keep any shape, one layer of each kind. */
export function elementwise(place: LayerPlace): Record<KeepsShape, fc.Arbitrary<Layer>> {
  return {
    activation: fc
      .tuple(fc.constantFrom(...activationNames), numberBetween(-0.5, 0.5))
      .map(([name, slope]) => activation(name, name === 'leakyRelu' ? { slope } : {})),
    prelu: fc.record({ slope: numberBetween(-0.5, 1), shared: fc.boolean() }).map((options) => prelu(options)),
    softmax: fc.constant(softmax()),
    dropout: varying(place, 0, 0.8).map((rate) => dropout(rate)),
    batchNorm: fc
      .record({ momentum: fc.constantFrom(0.1, 0.5), scale: fc.constantFrom(1, 0.5, 0) })
      .map((options) => batchNorm(options)),
    scalarBias: fc.constant(scalarBias()),
    scale: varying(place, -1.5, 1.5).map((factor) => scale(factor)),
  }
}

/** Chooses one of the layers. Kinds in `place.without` are excluded. */
export function oneOfKinds(arbitraries: Record<string, fc.Arbitrary<Layer>>, place: LayerPlace): fc.Arbitrary<Layer> {
  const allowed = Object.entries(arbitraries).filter(([kind]) => !place.without.some((one) => one === kind))
  return fc.oneof(...allowed.map(([, arbitrary]) => arbitrary))
}
