/**
 * Lowers a blueprint's layers to operations, with one function for each kind of layer. The blueprint gives all shapes.
 */
import type { LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import { windowOf } from '../blueprint/leaf-rules.ts'
import type { Layer, LayerKind, Varying } from '../network/network.ts'
import { assertInvariant } from '../support/errors.ts'
import { hashText } from '../support/hash.ts'
import type { GraphBuilder } from './builder.ts'
import { type Shape, sizeOf, type Value } from './graph.ts'
import type { Attributes } from './value.ts'
import { strideWindow, windowAttributes } from './windows.ts'

/**
 * Smallest number of iterations at which a loop is cut into segments for recomputation. A loop with fewer iterations
 * gains nothing from segments.
 */
export const fewestToSegment = 4

/**
 * Selects the iterations of outermost repeats that the backward pass recomputes, in segments. The value `true`
 * recomputes as many iterations as possible, and the value `false` recomputes none. A map assigns a number n to the
 * path of a repeat, and approximately the first n iterations of the repeat are recomputed.
 */
export type Recomputation = boolean | ReadonlyMap<string, number>

export interface LoweringContext {
  readonly builder: GraphBuilder
  /** Training mode uses batch statistics and dropout; evaluation mode uses running statistics and drops nothing. */
  readonly training: boolean
  readonly batch: number
  /** Seed of the training. The dropout masks depend on the seed. */
  readonly seed: number
  /**
   * Number of the training step, an int scalar input of the graph. Dropout is off if the graph has no input for the
   * step's number.
   */
  readonly step?: Value
  readonly parameters: ReadonlyMap<string, Value>
  readonly recompute?: Recomputation
  /** Called with the output of every layer, while the loops around the layer are open. */
  readonly onOutput?: (blueprint: LayerBlueprint, value: Value) => void
  /** Called with every statistic of the batch that a running statistic follows. */
  readonly onStatistic?: (statistic: BatchStatistic) => void
}

/**
 * A statistic of the batch, together with the running statistic that moves toward the batch's statistic. Both
 * statistics have the axes of the loops around the layer. If a loop is cut into segments, each piece of the loop has
 * its own statistic of the batch.
 */
export interface BatchStatistic {
  readonly running: Value
  readonly statistic: Value
  readonly momentum: number
  /**
   * Factor on the batch's statistic. The running statistic moves toward the product of this factor and the batch's
   * statistic.
   */
  readonly correction: number
  readonly path: string
}

type LowerLayer<K extends LayerKind> = (
  context: LoweringContext,
  blueprint: LayerBlueprint,
  layer: Extract<Layer, { kind: K }>,
  x: Value,
) => Value

function parameterOf(blueprint: LayerBlueprint, role: ParameterRole): ParameterBlueprint {
  const found = blueprint.parameters.find((candidate) => candidate.role === role)
  assertInvariant(found !== undefined, `${blueprint.path} has no ${role}`)
  return found
}

function parameter(context: LoweringContext, blueprint: LayerBlueprint, role: ParameterRole): Value {
  const found = parameterOf(blueprint, role)
  return context.builder.slice(topLevel(context, found), found.loops.length)
}

function topLevel(context: LoweringContext, { name }: ParameterBlueprint): Value {
  const value = context.parameters.get(name)
  assertInvariant(value !== undefined, `parameter ${name} has no value`)
  return value
}

/**
 * Makes a scalar value for a layer: a constant number, or the current iteration's element of a vector with one element
 * for each iteration of the innermost loop.
 */
function scalar(context: LoweringContext, blueprint: LayerBlueprint, what: string, varying: Varying): Value {
  const { builder } = context
  if (typeof varying === 'number') return builder.constant(`${what}=${varying}`, [], [varying])
  return builder.slice(builder.constant(`${blueprint.path}.${what}`, [varying.length], varying), 1)
}

/** Makes the key of a dropout layer, an int scalar that differs for every iteration of every loop around the layer. */
function dropoutKey(context: LoweringContext, { path, loops }: LayerBlueprint): Value {
  const keys = Array.from({ length: sizeOf(loops) }, (_, iteration) =>
    hashText(`dropout ${path} ${iteration}`, context.seed),
  )
  return context.builder.slice(context.builder.constant(`${path}.key`, loops, keys, 'int'), loops.length)
}

const intThreshold = (rate: number): number => Math.floor(rate * 2 ** 32) | 0

const mapVarying = (varying: Varying, map: (value: number) => number): Varying =>
  typeof varying === 'number' ? map(varying) : varying.map(map)

function intScalar(context: LoweringContext, blueprint: LayerBlueprint, what: string, varying: Varying): Value {
  const { builder } = context
  if (typeof varying === 'number') return builder.constant(`${what}=${varying}`, [], [varying], 'int')
  return builder.slice(builder.constant(`${blueprint.path}.${what}`, [varying.length], varying, 'int'), 1)
}

function only(values: readonly Value[]): Value {
  return values[0]
}

/** Converts the layer's input to rows of channels, one row for each position. */
function positionsOf(context: LoweringContext, { input, path }: LayerBlueprint, x: Value): Value {
  return asPositions(context, x, input, path)
}

/** Converts images of shape [C, H, W] to rows of channels, from [B, C * H * W] or from rows of channels. */
function asPositions({ builder, batch }: LoweringContext, x: Value, shape: Shape, path: string): Value {
  const [channels, ...extents] = shape
  if (x.shape[0] === batch * sizeOf(extents)) return x
  return only(builder.op('toPositions', [x], { channels }, path))
}

/** Converts a value of any shape to one row for each sample, in the order [C, H, W]. */
function asFeatures({ builder, batch }: LoweringContext, x: Value, path: string): Value {
  if (x.shape[0] === batch) return x
  return only(builder.op('fromPositions', [x], { positions: x.shape[0] / batch }, path))
}

function computedAgain({ recompute = false }: LoweringContext, path: string, times: number): number {
  if (typeof recompute === 'boolean') return recompute ? times : 0
  return Math.min(times, recompute.get(path) ?? 0)
}

/** Converts images to rows of channels, and returns values of other shapes unchanged. */
function asUsual(context: LoweringContext, x: Value, shape: Shape, path: string): Value {
  return shape.length === 3 ? asPositions(context, x, shape, path) : x
}

/**
 * Returns the attributes `height` and `width` for operations whose rows are the positions of images. A shape that is no
 * image gives no attributes.
 */
function imageAttributes([, ...extents]: Shape): Attributes {
  const [height, width] = extents
  return extents.length === 2 ? { height, width } : {}
}

function extentsOf({ input }: LayerBlueprint): { height: number; width: number } {
  const [, height, width] = input
  return { height, width }
}

const lowerings: { readonly [K in LayerKind]: LowerLayer<K> } = {
  dense: (context, blueprint, layer, x) => {
    const { builder } = context
    const { path } = blueprint
    const weight = parameter(context, blueprint, 'weight')
    const y = only(builder.op('dense', [asFeatures(context, x, path), weight], {}, path))
    if (!layer.bias) return y
    return only(builder.op('addBias', [y, parameter(context, blueprint, 'bias')], {}, path))
  },
  conv: (context, blueprint, layer, x) => {
    const { builder } = context
    const { path } = blueprint
    const window = windowOf(layer)
    const inputs = [positionsOf(context, blueprint, x), parameter(context, blueprint, 'weight')]
    const circular = layer.padding === 'circular'
    const attributes = windowAttributes(window, { ...extentsOf(blueprint), circular })
    // A kernel that covers one position maps each position separately, as a dense layer maps each sample.
    const isPointwise = layer.kernel === 1 && layer.stride === 1
    const y = only(isPointwise ? builder.op('dense', inputs, {}, path) : builder.op('conv', inputs, attributes, path))
    if (!layer.bias) return y
    const bias = parameter(context, blueprint, 'bias')
    return only(builder.op('addBias', [y, bias], imageAttributes(blueprint.output), path))
  },
  maxPool: (context, blueprint, layer, x) => {
    const attributes = windowAttributes(windowOf(layer), extentsOf(blueprint))
    return only(context.builder.op('maxPool', [positionsOf(context, blueprint, x)], attributes, blueprint.path))
  },
  averagePool: (context, blueprint, layer, x) => {
    const attributes = windowAttributes(windowOf(layer), extentsOf(blueprint))
    return only(context.builder.op('averagePool', [positionsOf(context, blueprint, x)], attributes, blueprint.path))
  },
  globalAveragePool: (context, blueprint, _layer, x) => {
    const { height, width } = extentsOf(blueprint)
    const image = positionsOf(context, blueprint, x)
    if (height * width === 1) return image
    return only(context.builder.op('meanOverPositions', [image], { positions: height * width }, blueprint.path))
  },
  subsample: (context, blueprint, layer, x) => {
    const image = positionsOf(context, blueprint, x)
    if (layer.stride === 1 && layer.channels === blueprint.input[0]) return image
    const window = windowAttributes(strideWindow(layer.stride), extentsOf(blueprint))
    const attributes: Attributes = { ...window, channels: layer.channels }
    return only(context.builder.op('subsample', [image], attributes, blueprint.path))
  },
  scalarBias: (context, blueprint, _layer, x) =>
    only(context.builder.op('addScalar', [x, parameter(context, blueprint, 'bias')], {}, blueprint.path)),
  scale: (context, blueprint, layer, x) => {
    if (layer.factor === 1) return x
    const factor = scalar(context, blueprint, 'factor', layer.factor)
    return only(context.builder.op('scale', [x, factor], {}, blueprint.path))
  },
  activation: ({ builder }, { path }, layer, x) => {
    if (layer.function === 'identity') return x
    const slope = layer.slope ?? 0
    return only(builder.op('activation', [x], { function: layer.function, slope }, path))
  },
  prelu: (context, blueprint, layer, input) => {
    const { path } = blueprint
    const slope = parameter(context, blueprint, 'slope')
    if (layer.shared) return only(context.builder.op('prelu', [input, slope], {}, path))
    const x = asUsual(context, input, blueprint.input, path)
    return only(context.builder.op('prelu', [x, slope], imageAttributes(blueprint.input), path))
  },
  softmax: (context, { input, path }, _layer, x) =>
    only(context.builder.op('softmax', [asUsual(context, x, input, path)], {}, path)),
  dropout: (context, blueprint, layer, x) => {
    if (!context.training || !context.step) return x
    const inputs = [
      x,
      dropoutKey(context, blueprint),
      context.step,
      intScalar(context, blueprint, 'threshold', mapVarying(layer.rate, intThreshold)),
      scalar(
        context,
        blueprint,
        'keepFactor',
        mapVarying(layer.rate, (rate) => 1 / (1 - rate)),
      ),
    ]
    return only(context.builder.op('dropout', inputs, {}, blueprint.path))
  },
  layerNorm: (context, blueprint, layer, x) => {
    const scale = parameter(context, blueprint, 'scale')
    const shift = parameter(context, blueprint, 'shift')
    return only(context.builder.op('layerNorm', [x, scale, shift], { epsilon: layer.epsilon }, blueprint.path))
  },
  batchNorm: (context, blueprint, layer, input) => {
    const { builder } = context
    const { path } = blueprint
    const { epsilon, momentum } = layer
    const x = asUsual(context, input, blueprint.input, path)
    const [rows] = x.shape
    const scale = parameter(context, blueprint, 'scale')
    const shift = parameter(context, blueprint, 'shift')
    if (!context.training) {
      const runningMean = parameter(context, blueprint, 'runningMean')
      const runningVariance = parameter(context, blueprint, 'runningVariance')
      const inverse = only(builder.op('inverseDeviation', [runningVariance], { epsilon }, path))
      return only(builder.op('batchNormalize', [x, runningMean, inverse, scale, shift], {}, path))
    }
    const image = imageAttributes(blueprint.input)
    const [mean, variance, inverse] = builder.op('batchStatistics', [x], { epsilon, ...image }, path)
    const y = only(builder.op('batchNormalize', [x, mean, inverse, scale, shift], image, path))
    // Running variances are unbiased, as in PyTorch: the biased variance of n rows is multiplied by n/(n - 1).
    const correction = rows > 1 ? rows / (rows - 1) : 1
    const follow = (role: ParameterRole, statistic: Value, by: number): void => {
      const running = topLevel(context, parameterOf(blueprint, role))
      context.onStatistic?.({ running, statistic: builder.stack(statistic), momentum, correction: by, path })
    }
    follow('runningMean', mean, 1)
    follow('runningVariance', variance, correction)
    return y
  },
  // The network's input batch is [B, features] in the order [channels, height, width], so flattening the input moves no
  // data.
  flatten: (context, { path }, _layer, x) => asFeatures(context, x, path),
  chain: (context, blueprint, _layer, x) =>
    blueprint.children.reduce((value, child) => lowerLayer(context, child, value), x),
  residual: (context, blueprint, layer, x) => {
    const { builder } = context
    const { path, output } = blueprint
    const [branch, shortcut] = blueprint.children
    const image = asUsual(context, x, blueprint.input, path)
    const skipped = asUsual(context, shortcut ? lowerLayer(context, shortcut, image) : image, output, path)
    const value = asUsual(context, lowerLayer(context, branch, image), output, path)
    const multiplier = layer.trainedMultiplier
      ? parameter(context, blueprint, 'multiplier')
      : layer.multiplier !== 1 && scalar(context, blueprint, 'multiplier', layer.multiplier)
    const scaled = multiplier ? only(builder.op('scale', [value, multiplier], {}, path)) : value
    return only(builder.op('add', [skipped, scaled], {}, path))
  },
  repeat: (context, blueprint, layer, x) => {
    const [block] = blueprint.children
    const { builder } = context
    const { path, input } = blueprint
    const build = (carried: Value): Value => asUsual(context, lowerLayer(context, block, carried), input, path)
    const { times } = layer
    const again = builder.depth === 0 ? computedAgain(context, path, times) : 0
    const image = asUsual(context, x, input, path)
    return again < fewestToSegment
      ? builder.loop(times, image, path, build)
      : builder.segmentedLoop({ times, again }, image, path, build)
  },
}

function lowerKind<K extends LayerKind>(
  kind: K,
  context: LoweringContext,
  blueprint: LayerBlueprint,
  layer: Extract<Layer, { kind: K }>,
  x: Value,
): Value {
  return lowerings[kind](context, blueprint, layer, x)
}

/**
 * Builds the network's output [B, features] for the input `x` [B, features]. The input and the output are flattened in
 * the order [channels, height, width].
 */
export function lowerNetwork(context: LoweringContext, root: LayerBlueprint, x: Value): Value {
  return asFeatures(context, lowerLayer(context, root, x), root.path)
}

/**
 * Builds the output of one layer. Between layers with windows, an image is stored as rows of channels. An image that
 * has not passed a layer with a window has the shape [B, features].
 */
function lowerLayer(context: LoweringContext, blueprint: LayerBlueprint, x: Value): Value {
  const { layer } = blueprint
  const y = lowerKind(layer.kind, context, blueprint, layer as never, x)
  context.onOutput?.(blueprint, y)
  return y
}

/** Returns the shape [B, features] of a batch of samples of the given shape. */
export function batchShape(batch: number, sample: Shape): Shape {
  return [batch, sizeOf(sample)]
}
