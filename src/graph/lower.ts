/** Lowers a blueprint's layers to operations. One function for each kind of layer; shapes are the blueprint's. */
import type { LayerBlueprint, ParameterBlueprint, ParameterRole } from '../blueprint/blueprint.ts'
import type { Layer, LayerKind, Varying } from '../network/network.ts'
import { assertInvariant } from '../support/errors.ts'
import { hashText } from '../support/hash.ts'
import type { GraphBuilder } from './builder.ts'
import { type Shape, sizeOf, type Value } from './graph.ts'

/** Fewer iterations have nothing to gain from being cut into segments. */
const fewestToSegment = 4

export interface LoweringContext {
  readonly builder: GraphBuilder
  /** Training mode uses batch statistics and dropout; evaluation mode uses running statistics and drops nothing. */
  readonly training: boolean
  readonly batch: number
  /** Keys the dropout masks; the run's seed. */
  readonly seed: number
  /** The number of the step, an int scalar input; only there in training mode. */
  readonly step?: Value
  readonly parameters: ReadonlyMap<string, Value>
  /** Outermost repeats become segments that the backward pass computes again. */
  readonly recompute?: boolean
  /** Called for every layer's output, inside the loops the layer is in. */
  readonly onOutput?: (blueprint: LayerBlueprint, value: Value) => void
  /** Called for every statistic of the batch that a running statistic follows. */
  readonly onStatistic?: (statistic: BatchStatistic) => void
}

/**
 * A statistic of the batch, and the state that moves towards it; both with the axes of the loops around the layer. In a
 * segmented loop there is one for each of its pieces.
 */
export interface BatchStatistic {
  readonly running: Value
  readonly statistic: Value
  readonly momentum: number
  /** What the statistic is multiplied by first. */
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
  assertInvariant(value !== undefined, `no value for parameter ${name}`)
  return value
}

/** A scalar of the layer: one number, or its element of a vector over the innermost loop. */
function scalar(context: LoweringContext, blueprint: LayerBlueprint, what: string, varying: Varying): Value {
  const { builder } = context
  if (typeof varying === 'number') return builder.constant(`${what}=${varying}`, [], [varying])
  return builder.slice(builder.constant(`${blueprint.path}.${what}`, [varying.length], varying), 1)
}

/** An int scalar that differs for every iteration of every loop around the layer. */
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

const lowerings: { readonly [K in LayerKind]: LowerLayer<K> } = {
  dense: (context, blueprint, layer, x) => {
    const { builder } = context
    const y = only(builder.op('dense', [x, parameter(context, blueprint, 'weight')], {}, blueprint.path))
    if (!layer.bias) return y
    return only(builder.op('addBias', [y, parameter(context, blueprint, 'bias')], {}, blueprint.path))
  },
  activation: ({ builder }, { path }, layer, x) => {
    if (layer.function === 'identity') return x
    const slope = layer.slope ?? 0
    return only(builder.op('activation', [x], { function: layer.function, slope }, path))
  },
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
  batchNorm: (context, blueprint, layer, x) => {
    const { builder } = context
    const { path } = blueprint
    const { epsilon, momentum } = layer
    const scale = parameter(context, blueprint, 'scale')
    const shift = parameter(context, blueprint, 'shift')
    if (!context.training) {
      const runningMean = parameter(context, blueprint, 'runningMean')
      const runningVariance = parameter(context, blueprint, 'runningVariance')
      const inverse = only(builder.op('inverseDeviation', [runningVariance], { epsilon }, path))
      return only(builder.op('batchNormalise', [x, runningMean, inverse, scale, shift], {}, path))
    }
    const [mean, variance, inverse] = builder.op('batchStatistics', [x], { epsilon }, path)
    const y = only(builder.op('batchNormalise', [x, mean, inverse, scale, shift], {}, path))
    // Running variances are unbiased, as in PyTorch: the batch's biased variance times B/(B - 1).
    const correction = context.batch > 1 ? context.batch / (context.batch - 1) : 1
    const follow = (role: ParameterRole, statistic: Value, by: number): void => {
      const running = topLevel(context, parameterOf(blueprint, role))
      context.onStatistic?.({ running, statistic: builder.stack(statistic), momentum, correction: by, path })
    }
    follow('runningMean', mean, 1)
    follow('runningVariance', variance, correction)
    return y
  },
  // A batch is stored as [B, features] in [channels, height, width] order, so flattening changes only the shape's name.
  flatten: (_context, _blueprint, _layer, x) => x,
  chain: (context, blueprint, _layer, x) =>
    blueprint.children.reduce((value, child) => lowerLayer(context, child, value), x),
  residual: (context, blueprint, layer, x) => {
    const { builder } = context
    const [branch, shortcut] = blueprint.children
    const skipped = shortcut ? lowerLayer(context, shortcut, x) : x
    const value = lowerLayer(context, branch, x)
    const scaled =
      layer.multiplier === 1
        ? value
        : only(
            builder.op(
              'scale',
              [value, scalar(context, blueprint, 'multiplier', layer.multiplier)],
              {},
              blueprint.path,
            ),
          )
    return only(builder.op('add', [skipped, scaled], {}, blueprint.path))
  },
  repeat: (context, blueprint, layer, x) => {
    const [block] = blueprint.children
    const { builder } = context
    const build = (carried: Value): Value => lowerLayer(context, block, carried)
    const isSegmented = context.recompute === true && builder.depth === 0 && layer.times >= fewestToSegment
    return isSegmented
      ? builder.segmentedLoop(layer.times, x, blueprint.path, build)
      : builder.loop(layer.times, x, blueprint.path, build)
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

/** The layer's output for the input `x` [B, features]; both flattened. */
export function lowerLayer(context: LoweringContext, blueprint: LayerBlueprint, x: Value): Value {
  const { layer } = blueprint
  const y = lowerKind(layer.kind, context, blueprint, layer as never, x)
  context.onOutput?.(blueprint, y)
  return y
}

/** [B, features] of a batch of samples of the given shape. */
export function batchShape(batch: number, sample: Shape): Shape {
  return [batch, sizeOf(sample)]
}
