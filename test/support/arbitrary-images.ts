/** Random layers on small images [C, H, W]. */
import fc from 'fast-check'
import {
  averagePool,
  type ConvOptions,
  chain,
  conv,
  flatten,
  globalAveragePool,
  maxPool,
  repeat,
  residual,
  subsample,
} from '../../src/network/layers.ts'
import type { Layer } from '../../src/network/network.ts'
import {
  arbitraryTrained,
  elementwise,
  initializer,
  type LayerPlace,
  multiplier,
  oneOfKinds,
} from './arbitrary-parts.ts'

type Image = readonly number[]

/** Layers that begin with an image and end with a shape that a dense layer accepts. */
export function arbitraryImageLayers(input: Image, place: LayerPlace): fc.Arbitrary<Layer[]> {
  const end = fc.constantFrom<Layer[][]>([globalAveragePool()], [flatten()], [])
  return fc.tuple(stages(input, 2, place), end).map(([layers, last]) => [...layers, ...last])
}

/** Up to `most` layers that change the shape, each with layers after it that keep the shape. */
function stages(input: Image, most: number, place: LayerPlace): fc.Arbitrary<Layer[]> {
  const rest = (shape: Image) => fc.array(keeping(shape, place), { maxLength: 2, size: 'small' })
  if (most === 0) return rest(input)
  return fc
    .tuple(changing(input, place), fc.integer({ min: 0, max: most - 1 }))
    .chain(([[layer, shape], more]) =>
      fc.tuple(rest(shape), stages(shape, more, place)).map(([kept, others]) => [layer, ...kept, ...others]),
    )
}

const extentAfter = (extent: number, stride: number) => Math.ceil(extent / stride)

/** The output shape of a window with padding. */
function moved([, height, width]: Image, channels: number, stride: number): Image {
  return [channels, extentAfter(height, stride), extentAfter(width, stride)]
}

/** A layer that may change the shape, and its output shape. */
function changing(input: Image, place: LayerPlace): fc.Arbitrary<[Layer, Image]> {
  const [channels, height, width] = input
  const smallest = Math.min(height, width)
  const stride = fc.integer({ min: 1, max: 2 })
  const wider = fc.integer({ min: 1, max: 4 })
  const within = fc.integer({ min: 1, max: Math.min(3, smallest) })
  const inside = (extent: number, kernel: number, step: number) => Math.floor((extent - kernel) / step) + 1
  const shrunk = (kernel: number, step: number, to = channels): Image => [
    to,
    inside(height, kernel, step),
    inside(width, kernel, step),
  ]
  const padded = fc
    .tuple(stride, wider, convOptions(input, place))
    .map(([step, to, options]): [Layer, Image] => [conv(to, { ...options, stride: step }), moved(input, to, step)])
  const unpadded = fc.tuple(within, stride, wider, convOptions(input, place)).map(([kernel, step, to, options]) => {
    const layer: Layer = conv(to, { ...options, kernel, stride: step, padding: 'none' })
    return [layer, shrunk(kernel, step, to)] satisfies [Layer, Image]
  })
  const pools = fc.tuple(within, stride, fc.integer({ min: 0, max: 2 })).map(([kernel, step, which]) => {
    if (which === 0) return [averagePool({ kernel, stride: step }), shrunk(kernel, step)] satisfies [Layer, Image]
    const padding = which === 1 ? 'none' : 'same'
    const layer: Layer = maxPool({ kernel, stride: step, padding })
    const after = padding === 'none' ? shrunk(kernel, step) : moved(input, channels, step)
    return [layer, after] satisfies [Layer, Image]
  })
  const residuals = fc
    .tuple(stride, fc.integer({ min: channels, max: channels + 2 }), convOptions(input, place), fc.boolean())
    .map(([step, to, options, isProjected]): [Layer, Image] => {
      const skip = isProjected ? conv(to, { kernel: 1, stride: step }) : subsample({ stride: step, channels: to })
      return [residual(conv(to, { ...options, stride: step }), { shortcut: skip }), moved(input, to, step)]
    })
  const without = (kind: Layer['kind']) => place.without.includes(kind)
  return fc.oneof(padded, unpadded, pools, ...(without('residual') || without('subsample') ? [] : [residuals]))
}

/** Options of a convolution with padding. Circular padding wraps around at most once. */
function convOptions([, height, width]: Image, place: LayerPlace): fc.Arbitrary<ConvOptions> {
  const farthest = 2 * Math.min(height, width) + 1
  const options = fc.record({
    kernel: fc.integer({ min: 1, max: Math.min(4, farthest) }),
    padding: fc.constantFrom('zero', 'circular'),
    bias: fc.boolean(),
    init: initializer(place),
  })
  return fc.tuple(options, arbitraryTrained).map(([chosen, trained]) => ({ ...chosen, ...trained }))
}

/** A layer whose output shape equals the input shape. */
function keeping(shape: Image, place: LayerPlace): fc.Arbitrary<Layer> {
  const [channels] = shape
  const simple = {
    conv: keepingConv(shape, place),
    maxPool: fc.integer({ min: 1, max: 3 }).map((kernel) => maxPool({ kernel, stride: 1, padding: 'same' })),
    subsample: fc.constant(subsample({ stride: 1, channels })),
    ...elementwise(place),
  }
  const nested = place.nesting > 0 ? combinators(shape, { ...place, nesting: place.nesting - 1 }) : {}
  return oneOfKinds({ ...simple, ...nested }, place)
}

function keepingConv(shape: Image, place: LayerPlace): fc.Arbitrary<Layer> {
  return convOptions(shape, place).map((options) => conv(shape[0], options))
}

function combinators(shape: Image, place: LayerPlace): Record<'chain' | 'residual' | 'repeat', fc.Arbitrary<Layer>> {
  const inner = (at: LayerPlace) => fc.oneof(through(shape, at), keeping(shape, at))
  const shortcut = fc.option(keepingConv(shape, place), { nil: undefined })
  return {
    chain: through(shape, place),
    residual: fc
      .tuple(inner(place), multiplier(place), shortcut)
      .map(([branch, scaling, skip]) => residual(branch, { ...scaling, shortcut: skip })),
    repeat: fc
      .integer({ min: 1, max: 3 })
      .chain((times) => inner({ ...place, times }).map((block) => repeat(times, block))),
  }
}

/** A chain that keeps the shape but has another number of channels inside. */
function through(shape: Image, place: LayerPlace): fc.Arbitrary<Layer> {
  const first = fc
    .tuple(fc.integer({ min: 1, max: 4 }), convOptions(shape, place))
    .chain(([channels, options]) =>
      fc
        .array(keeping([channels, ...shape.slice(1)], place), { maxLength: 1 })
        .map((others) => [conv(channels, options), ...others]),
    )
  return fc.tuple(first, keepingConv(shape, place)).map(([layers, last]) => chain(...layers, last))
}
