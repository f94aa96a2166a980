/** Constructors of layers: each returns deeply frozen data, and throws an IsobathError `network` on a bad value. */

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
  RepeatLayer,
  ResidualLayer,
  ScalarBiasLayer,
  ScaleLayer,
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
  repeatSchema,
  residualSchema,
  scalarBiasSchema,
  scaleSchema,
  shortcutSchema,
  subsampleSchema,
} from './schema.ts'

/** As options of a kind may be written; of the others, `{ name: 'first' }`. */
const examples: Readonly<Partial<Record<LayerKind, string>>> = {
  dense: '{ bias: false }',
  conv: '{ kernel: 3 }',
  maxPool: '{ kernel: 2 }',
  averagePool: '{ kernel: 2 }',
  subsample: '{ stride: 2, channels: 32 }',
  batchNorm: '{ momentum: 0.1 }',
  residual: '{ multiplier: 0.5 }',
}

/** The schema of a layer's fields, which are known by their names. */
type Fields<L extends Layer> = z.ZodType<L> & { readonly shape: Readonly<Record<string, unknown>> }

/** `own` is what the constructor was given beside its options, `usual` what holds of those that are left out. */
function build<L extends Layer>(
  schema: Fields<L>,
  kind: L['kind'],
  options: object,
  own: object = {},
  usual: object = {},
): L {
  const known = Object.keys(schema.shape).filter((key) => key !== 'kind' && !(key in own))
  checkOptions(kind, options, { code: 'network', known, example: examples[kind] ?? "{ name: 'first' }" })
  // Options left undefined are options left out.
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return read(schema, { kind, ...usual, ...Object.fromEntries(given), ...own }, kind)
}

interface Name {
  name?: string
}

interface Trained {
  /** False keeps the weights and biases what they start as. */
  trained?: false
}

export interface DenseOptions extends Name, Trained {
  /** True by default. */
  bias?: boolean
  /** He's by default, which suits relu; see `he`, `glorot`, `orthogonal`, ... */
  init?: Initializer
}

/** `width` outputs, each a weighted sum of all inputs and a bias; the input is flattened in [C, H, W] order. */
export function dense(width: number, options: DenseOptions = {}): DenseLayer {
  return build(denseSchema(), 'dense', options, { width })
}

export interface ConvOptions extends Name, Trained {
  /** The side of the kernel; 3 by default. */
  kernel?: number
  /** 1 by default. */
  stride?: number
  /** zero by default; see `Padding`. */
  padding?: Padding
  /** True by default. */
  bias?: boolean
  /** He's by default, which suits relu. */
  init?: Initializer
}

/** [C, H, W] to [channels, H', W']: each output a weighted sum of a square window of all channels, and a bias. */
export function conv(channels: number, options: ConvOptions = {}): ConvLayer {
  return build(convSchema(), 'conv', options, { channels })
}

export interface PoolOptions extends Name {
  /** The side of the window; 2 by default. */
  kernel?: number
  /** 2 by default. */
  stride?: number
}

/** The largest value of each window. `padding` is none by default; with same, windows reach beyond the border. */
export function maxPool(options: PoolOptions & { padding?: 'same' | 'none' } = {}): MaxPoolLayer {
  return build(maxPoolSchema(), 'maxPool', options)
}

/** The mean of each window. */
export function averagePool(options: PoolOptions = {}): AveragePoolLayer {
  return build(averagePoolSchema(), 'averagePool', options)
}

/** [C, H, W] to [C]: the mean of each channel. */
export function globalAveragePool(options: Name = {}): GlobalAveragePoolLayer {
  return build(globalAveragePoolSchema(), 'globalAveragePool', options)
}

/** Every `stride`-th position, and zeros as further channels (shortcut A of He et al. 2015). */
export function subsample(options: { stride: number; channels: number } & Name): SubsampleLayer {
  return build(subsampleSchema(), 'subsample', options)
}

/** One trained number added to all units (Fixup's biases, Zhang et al. 2019). */
export function scalarBias(options: Name = {}): ScalarBiasLayer {
  return build(scalarBiasSchema(), 'scalarBias', options)
}

/** All units times a number that isn't trained. */
export function scale(factor: Varying, options: Name = {}): ScaleLayer {
  return build(scaleSchema(), 'scale', options, { factor })
}

/** A function of each unit by itself. `slope` belongs to leakyRelu (0.01 by default). */
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
export const leakyRelu = (slope = 0.01): ActivationLayer => activation('leakyRelu', { slope })
export const tanh = (): ActivationLayer => activation('tanh')
export const sigmoid = (): ActivationLayer => activation('sigmoid')
export const softplus = (): ActivationLayer => activation('softplus')
export const gelu = (): ActivationLayer => activation('gelu')
export const silu = (): ActivationLayer => activation('silu')
export const selu = (): ActivationLayer => activation('selu')
export const erf = (): ActivationLayer => activation('erf')

/** In training, drops each unit with probability `rate` and scales the others by 1/(1 - rate). */
export function dropout(rate: Varying, options: Name = {}): DropoutLayer {
  return build(dropoutSchema(), 'dropout', options, { rate })
}

/** Normalizes over the features of each sample (Ba et al. 2016). `epsilon` is 1e-5 by default. */
export function layerNorm(options: { epsilon?: number } & Name = {}): LayerNormLayer {
  return build(layerNormSchema(), 'layerNorm', options)
}

export interface BatchNormOptions extends Name {
  /** Added to the variance; 1e-5 by default. */
  epsilon?: number
  /** Weight of the new batch in the running statistics; 0.1 by default. */
  momentum?: number
  /** What the scales start at; 1 by default, 0 for zero-gamma. */
  scale?: number
}

/** Normalizes each feature, or each channel of [C, H, W], over the batch (Ioffe & Szegedy 2015). */
export function batchNorm(options: BatchNormOptions = {}): BatchNormLayer {
  return build(batchNormSchema(), 'batchNorm', options)
}

/** [C, H, W] to [C * H * W]. */
export function flatten(options: Name = {}): FlattenLayer {
  return build(flattenSchema(), 'flatten', options)
}

/** The layers one after the other. */
export function chain(...layers: Layer[]): ChainLayer {
  return build(chainSchema(), 'chain', {}, { layers })
}

export interface ResidualOptions extends Name {
  /** What the branch is multiplied by; 1 by default. */
  multiplier?: Varying
  /** Whether the multiplier is trained, from `multiplier` on; false by default. */
  trainedMultiplier?: boolean
  /** A layer on the skip connection; without it the input itself is added. */
  shortcut?: Layer
}

/** shortcut(x) + multiplier * branch(x) (He et al. 2015). */
export function residual(branch: Layer, options: ResidualOptions = {}): ResidualLayer {
  return build(residualSchema(), 'residual', options, { branch })
}

export interface ShortcutOptions {
  /** Channels before and after the block. */
  from: number
  channels: number
  /** Of the block; 1 by default. */
  stride?: number
  /** Whether a projection is followed by batch norm, as by default. */
  norm?: boolean
  /** Whether a projection has biases; by default where no norm follows it. */
  bias?: boolean
  /** How a projection's weights start; He's by default. */
  init?: Initializer
}

/**
 * The shortcuts of He et al. (2015) for `residual`: a has no parameters (stride, zeros as further channels), b is a 1x1
 * convolution where the shape changes, c is one everywhere. Undefined where the shortcut is the identity.
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

/** The block `times` times in a row, each with parameters of its own, as one loop whatever the number. */
export function repeat(times: number, block: Layer, options: Name = {}): RepeatLayer {
  return build(repeatSchema(), 'repeat', options, { times, block })
}

/** The same layer under a name of its own, which becomes part of its tensors' names. */
export function named(name: string, layer: Layer): Layer {
  const isLayer = typeof layer === 'object' && layer !== null && 'kind' in layer
  return read(layerSchema(), isLayer ? { ...layer, name } : layer, isLayer ? layer.kind : 'named')
}
