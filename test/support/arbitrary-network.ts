/** Random small networks that are valid for their input and contain every kind of layer. */
import fc from 'fast-check'
import { chain, dense, flatten, layerNorm, repeat, residual } from '../../src/network/layers.ts'
import type { Layer, LayerKind, Network } from '../../src/network/network.ts'
import { arbitraryImageLayers } from './arbitrary-images.ts'
import {
  arbitraryTrained,
  elementwise,
  initializer,
  type LayerPlace,
  multiplier,
  oneOfKinds,
} from './arbitrary-parts.ts'

export interface ArbitraryOptions {
  /** Shape of the input, [5] by default. An input [C, H, W] may get layers on images first. */
  readonly input?: readonly number[]
  /** Width of the output, 3 by default. */
  readonly outputs?: number
  /** Kinds of layers that must not occur, such as dropout and batchNorm in tests that compare runs. */
  readonly without?: readonly LayerKind[]
  /** Deepest nesting of combinators, 3 by default. */
  readonly nesting?: number
}

export function arbitraryNetwork(options: ArbitraryOptions = {}): fc.Arbitrary<Network> {
  const { input = [5], outputs = 3, without = [], nesting = 3 } = options
  const place: LayerPlace = { nesting, without }
  const widths = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 })
  const body = widths.chain((list) => fc.tuple(...list.map((width) => segment(width, place))))
  const readout = initializer(place).map((init) => dense(outputs, { init, name: 'readout' }))
  return fc.tuple(start(input, place), body, readout).map(([first, segments, last]) => {
    return chain(...first, ...segments.flat(), last)
  })
}

/** Layers before the first dense layer. */
function start(input: readonly number[], place: LayerPlace): fc.Arbitrary<Layer[]> {
  if (input.length === 1) return fc.constant([])
  const flat = fc.constant<Layer[]>([flatten()])
  if (input.length !== 3) return flat
  return fc.oneof({ weight: 1, arbitrary: flat }, { weight: 3, arbitrary: arbitraryImageLayers(input, place) })
}

/** A dense layer of this width, followed by up to two layers that keep the width. */
function segment(width: number, place: LayerPlace): fc.Arbitrary<Layer[]> {
  const rest = fc.array(keeping(width, place), { maxLength: 2, size: 'small' })
  return fc.tuple(arbitraryDense(width, place), rest).map(([first, others]) => [first, ...others])
}

/** A layer from `width` features to `width` features. */
function keeping(width: number, place: LayerPlace): fc.Arbitrary<Layer> {
  const simple = {
    dense: arbitraryDense(width, place),
    layerNorm: fc.constantFrom(1e-5, 1e-3).map((epsilon) => layerNorm({ epsilon })),
    ...elementwise(place),
  }
  const nested = place.nesting > 0 ? combinators(width, { ...place, nesting: place.nesting - 1 }) : {}
  return oneOfKinds({ ...simple, ...nested }, place)
}

function combinators(width: number, place: LayerPlace): Record<'chain' | 'residual' | 'repeat', fc.Arbitrary<Layer>> {
  const branch = fc.oneof(through(width, place), keeping(width, place))
  const shortcut = fc.option(arbitraryDense(width, place), { nil: undefined })
  const block = (times: number) => fc.oneof(through(width, { ...place, times }), keeping(width, { ...place, times }))
  return {
    chain: through(width, place),
    residual: fc
      .tuple(branch, multiplier(place), shortcut)
      .map(([inner, scaling, skip]) => residual(inner, { ...scaling, shortcut: skip })),
    repeat: fc.integer({ min: 1, max: 4 }).chain((times) => block(times).map((inner) => repeat(times, inner))),
  }
}

/** A chain from `width` features to `width` features with another width inside. */
function through(width: number, place: LayerPlace): fc.Arbitrary<Layer> {
  return fc
    .integer({ min: 1, max: 6 })
    .chain((between) => fc.tuple(segment(between, place), arbitraryDense(width, place)))
    .map(([first, last]) => chain(...first, last))
}

function arbitraryDense(width: number, place: LayerPlace): fc.Arbitrary<Layer> {
  return fc
    .tuple(initializer(place), fc.boolean(), arbitraryTrained)
    .map(([init, bias, trained]) => dense(width, { init, bias, ...trained }))
}
