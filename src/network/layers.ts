/** Constructors of layers. Each constructor returns deeply frozen data, and throws a `network` error on a bad value. */
import type { z } from 'zod'
import { checkOptions } from '../support/check-options.ts'
import type { ActivationName } from './activations.ts'
import { read } from './json.ts'
import type {
  ActivationLayer,
  AveragePoolLayer,
  BatchNormLayer,
  ChainLayer,
  ConvLayer,
  DenseLayer,
  DropoutLayer,
  FlattenLayer,
  GlobalAveragePoolLayer,
  Initializer,
  Layer,
  LayerKind,
  LayerNormLayer,
  MaxPoolLayer,
  Padding,
  PreluLayer,
  RepeatLayer,
  ResidualLayer,
  ScalarBiasLayer,
  ScaleLayer,
  SoftmaxLayer,
  SubsampleLayer,
  Varying,
} from './network.ts'
import {
  activationSchema,
  averagePoolSchema,
  batchNormSchema,
  chainSchema,
  convSchema,
  denseSchema,
  dropoutSchema,
  flattenSchema,
  globalAveragePoolSchema,
  layerNormSchema,
  layerSchema,
  maxPoolSchema,
  preluSchema,
  repeatSchema,
  residualSchema,
  scalarBiasSchema,
  scaleSchema,
  shortcutSchema,
  softmaxSchema,
  subsampleSchema,
} from './schema.ts'

/** Examples of options, for the kinds of layers that have options besides `name`. */
const examples: Readonly<Partial<Record<LayerKind, string>>> = {
  dense: '{ bias: false }',
  conv: '{ kernel: 3 }',
  maxPool: '{ kernel: 2 }',
  averagePool: '{ kernel: 2 }',
  subsample: '{ stride: 2, channels: 32 }',
  prelu: '{ slope: 0.25 }',
  batchNorm: '{ momentum: 0.1 }',
  residual: '{ multiplier: 0.5 }',
}

/** A layer's schema, whose shape lists the names of the layer's fields. */
type Fields<L extends Layer> = z.ZodType<L> & { readonly shape: Readonly<Record<string, unknown>> }

/**
 * Builds a layer. `own` holds the constructor's arguments other than the options. `usual` holds defaults of the
 * options.
 */
function build<L extends Layer>(
  schema: Fields<L>,
  kind: L['kind'],
  options: object,
  own: object = {},
  usual: object = {},
): L {
  const known = Object.keys(schema.shape).filter((key) => key !== 'kind' && !(key in own))
  checkOptions(kind, options, { code: 'network', known, example: examples[kind] ?? "{ name: 'first' }" })
  // An option with the value undefined counts as left out.
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return read(schema, { kind, ...usual, ...Object.fromEntries(given), ...own }, kind)
}

interface Name {
  name?: string
}

interface Trained {
  /** False keeps the weights and biases at their initial values. */
  trained?: false
}

export interface DenseOptions extends Name, Trained {
  /** Whether the layer has biases, true by default. */
  bias?: boolean
  /** Initializer of the weights, such as `he`, `glorot` or `orthogonal`. The default is `he`, which suits relu. */
  init?: Initializer
}

/**
 * A dense layer: any input shape to [width]. Each output is a weighted sum of all inputs, plus a bias. The input is
 * flattened in [C, H, W] order. Throws a `network` error on a bad value.
 */
export function dense(width: number, options: DenseOptions = {}): DenseLayer {
  return build(denseSchema(), 'dense', options, { width })
}

export interface ConvOptions extends Name, Trained {
  /** Side of the square kernel, 3 by default. */
  kernel?: number
  /** Stride over height and width, 1 by default. */
  stride?: number
  /** Padding beyond the border, `zero` by default. */
  padding?: Padding
  /** Whether the layer has biases, true by default. */
  bias?: boolean
  /** Initializer of the weights. The default is `he`, which suits relu. */
  init?: Initializer
}

/**
 * A convolution: [C, H, W] to [channels, H', W']. Each output is a weighted sum over a square window of all channels,
 * plus a bias. Throws a `network` error on a bad value.
 */
export function conv(channels: number, options: ConvOptions = {}): ConvLayer {
  return build(convSchema(), 'conv', options, { channels })
}

export interface PoolOptions extends Name {
  /** Side of the square window, 2 by default. */
  kernel?: number
  /** Stride over height and width, 2 by default. */
  stride?: number
}

/**
 * Max pooling: [C, H, W] to [C, H', W'], the largest value of each window. `padding` is `none` by default. With the
 * padding `same`, pooling windows reach beyond the border. Throws a `network` error on a bad value.
 */
export function maxPool(options: PoolOptions & { padding?: 'same' | 'none' } = {}): MaxPoolLayer {
  return build(maxPoolSchema(), 'maxPool', options)
}

/** Average pooling: [C, H, W] to [C, H', W'], the mean of each window. Throws a `network` error on a bad value. */
export function averagePool(options: PoolOptions = {}): AveragePoolLayer {
  return build(averagePoolSchema(), 'averagePool', options)
}

/** Global average pooling: [C, H, W] to [C], the mean of each channel. Throws a `network` error on a bad name. */
export function globalAveragePool(options: Name = {}): GlobalAveragePoolLayer {
  return build(globalAveragePoolSchema(), 'globalAveragePool', options)
}

/**
 * Takes every `stride`-th position of height and width, and adds further channels that are zero (shortcut A of He et
 * al. 2015). Throws a `network` error on a bad value.
 */
export function subsample(options: { stride: number; channels: number } & Name): SubsampleLayer {
  return build(subsampleSchema(), 'subsample', options)
}

/** Adds one trained number to all units, as Fixup does (Zhang et al. 2019). Throws a `network` error on a bad name. */
export function scalarBias(options: Name = {}): ScalarBiasLayer {
  return build(scalarBiasSchema(), 'scalarBias', options)
}

/** Multiplies all units by `factor`, which isn't trained. Throws a `network` error on a bad value. */
export function scale(factor: Varying, options: Name = {}): ScaleLayer {
  return build(scaleSchema(), 'scale', options, { factor })
}

/**
 * Applies an activation function to each unit. Only leakyRelu has a `slope`, 0.01 by default. Throws a `network` error
 * on a bad value.
 */
export function activation(name: ActivationName, options: { slope?: number } & Name = {}): ActivationLayer {
  return build(
    activationSchema(),
    'activation',
    options,
    { function: name },
    name === 'leakyRelu' ? { slope: 0.01 } : {},
  )
}

export const identity = (): ActivationLayer => activation('identity')
export const relu = (): ActivationLayer => activation('relu')
export const relu6 = (): ActivationLayer => activation('relu6')
export const leakyRelu = (slope = 0.01): ActivationLayer => activation('leakyRelu', { slope })
export const elu = (): ActivationLayer => activation('elu')
export const tanh = (): ActivationLayer => activation('tanh')
export const softsign = (): ActivationLayer => activation('softsign')
export const sigmoid = (): ActivationLayer => activation('sigmoid')
export const softplus = (): ActivationLayer => activation('softplus')
export const gelu = (): ActivationLayer => activation('gelu')
export const silu = (): ActivationLayer => activation('silu')
export const mish = (): ActivationLayer => activation('mish')
export const hardSwish = (): ActivationLayer => activation('hardSwish')
export const selu = (): ActivationLayer => activation('selu')
export const erf = (): ActivationLayer => activation('erf')

export interface PreluOptions extends Name {
  /** Initial value of the slopes for negative inputs, 0.25 by default, as in PyTorch. */
  slope?: number
  /** Whether all units share one slope. By default, each unit, or each channel of [C, H, W], has its own slope. */
  shared?: boolean
}

/** PReLU: ReLU with trained slopes for negative inputs (He et al. 2015). Throws a `network` error on a bad value. */
export function prelu(options: PreluOptions = {}): PreluLayer {
  return build(preluSchema(), 'prelu', options)
}

/**
 * Softmax over the features, or over the channels of [C, H, W] at each position. The outputs are positive and add up to
 * 1. The loss `cross-entropy` has a softmax of its own. Throws a `network` error on a bad name.
 */
export function softmax(options: Name = {}): SoftmaxLayer {
  return build(softmaxSchema(), 'softmax', options)
}

/**
 * In training, drops each unit with probability `rate` and scales the other units by 1/(1 - rate). Throws a `network`
 * error on a bad value.
 */
export function dropout(rate: Varying, options: Name = {}): DropoutLayer {
  return build(dropoutSchema(), 'dropout', options, { rate })
}

/**
 * Normalizes over the features of each sample (Ba et al. 2016). `epsilon` is 1e-5 by default. Throws a `network` error
 * on a bad value.
 */
export function layerNorm(options: { epsilon?: number } & Name = {}): LayerNormLayer {
  return build(layerNormSchema(), 'layerNorm', options)
}

export interface BatchNormOptions extends Name {
  /** Number that is added to the variance, 1e-5 by default. */
  epsilon?: number
  /** Weight of a new batch in the running means and variances, 0.1 by default. */
  momentum?: number
  /** Initial value of the scales: 1 by default, 0 for zero-gamma. */
  scale?: number
}

/**
 * Normalizes each feature, or each channel of [C, H, W], over the batch (Ioffe & Szegedy 2015). Throws a `network`
 * error on a bad value.
 */
export function batchNorm(options: BatchNormOptions = {}): BatchNormLayer {
  return build(batchNormSchema(), 'batchNorm', options)
}

/** Flattens [C, H, W] to [C * H * W]. Throws a `network` error on a bad name. */
export function flatten(options: Name = {}): FlattenLayer {
  return build(flattenSchema(), 'flatten', options)
}

/** A chain of layers, one after the other. Throws a `network` error if the list is empty or holds a bad layer. */
export function chain(...layers: Layer[]): ChainLayer {
  return build(chainSchema(), 'chain', {}, { layers })
}

export interface ResidualOptions extends Name {
  /** Factor that multiplies the residual branch, 1 by default. */
  multiplier?: Varying
  /** Whether the multiplier is trained, starting at `multiplier`. False by default. */
  trainedMultiplier?: boolean
  /** Layer on the skip connection. Without a shortcut layer, the input itself is added to the branch. */
  shortcut?: Layer
}

/** A residual block: shortcut(x) + multiplier * branch(x) (He et al. 2015). Throws a `network` error on a bad value. */
export function residual(branch: Layer, options: ResidualOptions = {}): ResidualLayer {
  return build(residualSchema(), 'residual', options, { branch })
}

export interface ShortcutOptions {
  /** Number of channels before the block. */
  from: number
  /** Number of channels after the block. */
  channels: number
  /** Stride of the block, 1 by default. */
  stride?: number
  /** Whether a batch norm follows a projection, true by default. */
  norm?: boolean
  /** Whether a projection has biases. By default a projection has biases only if no norm follows the projection. */
  bias?: boolean
  /** Initializer of a projection's weights, `he` by default. */
  init?: Initializer
}

/**
 * The shortcuts of He et al. (2015) for `residual`. Shortcut a has no parameters: it takes every stride-th position and
 * adds further channels that are zero. Shortcut b is a 1x1 convolution if the shape changes, and the identity if the
 * shape stays the same. Shortcut c is always a 1x1 convolution. Returns undefined if the shortcut is the identity.
 * Throws a `network` error on a bad value.
 */
export function shortcut(option: 'a' | 'b' | 'c', options: ShortcutOptions): Layer | undefined {
  const known = Object.keys(shortcutSchema().shape).filter((key) => key !== 'option')
  checkOptions('shortcut', options, { code: 'network', known, example: '{ from: 16, channels: 32, stride: 2 }' })
  const asked = read(shortcutSchema(), { ...options, option }, 'shortcut')
  const { from, channels, stride, norm, bias = !norm, init } = asked
  if (option !== 'c' && from === channels && stride === 1) return undefined
  if (option === 'a') return subsample({ stride, channels })
  const projection = conv(channels, { kernel: 1, stride, bias, init })
  return norm ? chain(projection, batchNorm()) : projection
}

/**
 * A loop that repeats the block `times` times in a row. Each iteration has its own parameters. Throws a `network` error
 * on a bad value.
 */
export function repeat(times: number, block: Layer, options: Name = {}): RepeatLayer {
  return build(repeatSchema(), 'repeat', options, { times, block })
}

/**
 * A copy of the layer with the given name, which becomes part of the names of the layer's tensors. Throws a `network`
 * error on a bad value.
 */
export function named(name: string, layer: Layer): Layer {
  const isLayer = typeof layer === 'object' && layer !== null && 'kind' in layer
  return read(layerSchema(), isLayer ? { ...layer, name } : layer, isLayer ? layer.kind : 'named')
}
