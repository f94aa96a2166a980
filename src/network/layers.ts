/** Constructors of layers: each returns deeply frozen data, and throws an IsobathError `network` on a bad value. */
import type { z } from 'zod'
import { read } from './json.ts'
import type {
  ActivationLayer,
  ActivationName,
  BatchNormLayer,
  ChainLayer,
  DenseLayer,
  DropoutLayer,
  FlattenLayer,
  Initialiser,
  Layer,
  LayerNormLayer,
  RepeatLayer,
  ResidualLayer,
  Varying,
} from './network.ts'
import {
  activationSchema,
  batchNormSchema,
  chainSchema,
  denseSchema,
  dropoutSchema,
  flattenSchema,
  layerNormSchema,
  layerSchema,
  repeatSchema,
  residualSchema,
} from './schema.ts'

/** Options left `undefined` are options left out. */
function build<L extends Layer>(schema: z.ZodType<L>, kind: L['kind'], fields: object): L {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return read(schema, { kind, ...Object.fromEntries(given) }, kind)
}

interface Name {
  name?: string
}

export interface DenseOptions extends Name {
  /** True by default. */
  bias?: boolean
  /** He's by default, which suits relu; see `he`, `glorot`, `orthogonal`, ... */
  init?: Initialiser
}

/** `width` outputs, each a weighted sum of all inputs and a bias; the input is flattened in [C, H, W] order. */
export function dense(width: number, options: DenseOptions = {}): DenseLayer {
  return build(denseSchema, 'dense', { width, ...options })
}

/** A function of each unit by itself. `slope` belongs to leakyRelu (0.01 by default). */
export function activation(name: ActivationName, options: { slope?: number } & Name = {}): ActivationLayer {
  const slope = name === 'leakyRelu' ? (options.slope ?? 0.01) : options.slope
  return build(activationSchema, 'activation', { ...options, function: name, slope })
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
  return build(dropoutSchema, 'dropout', { rate, ...options })
}

/** Normalises over the features of each sample (Ba et al. 2016). `epsilon` is 1e-5 by default. */
export function layerNorm(options: { epsilon?: number } & Name = {}): LayerNormLayer {
  return build(layerNormSchema, 'layerNorm', options)
}

/** Normalises each feature over the batch (Ioffe & Szegedy 2015). `epsilon` is 1e-5, `momentum` 0.1 by default. */
export function batchNorm(options: { epsilon?: number; momentum?: number } & Name = {}): BatchNormLayer {
  return build(batchNormSchema, 'batchNorm', options)
}

/** [C, H, W] to [C * H * W]. */
export function flatten(options: Name = {}): FlattenLayer {
  return build(flattenSchema, 'flatten', options)
}

/** The layers one after the other. */
export function chain(...layers: Layer[]): ChainLayer {
  return build(chainSchema, 'chain', { layers })
}

export interface ResidualOptions extends Name {
  /** What the branch is multiplied by; 1 by default. */
  multiplier?: Varying
  /** A layer on the skip connection; without it the input itself is added. */
  shortcut?: Layer
}

/** shortcut(x) + multiplier * branch(x) (He et al. 2015). */
export function residual(branch: Layer, options: ResidualOptions = {}): ResidualLayer {
  return build(residualSchema, 'residual', { branch, ...options })
}

/** The block `times` times in a row, each with parameters of its own, as one loop whatever the number. */
export function repeat(times: number, block: Layer, options: Name = {}): RepeatLayer {
  return build(repeatSchema, 'repeat', { times, block, ...options })
}

/** The same layer under a name of its own, which becomes part of its tensors' names. */
export function named(name: string, layer: Layer): Layer {
  return read(layerSchema, { ...layer, name }, layer.kind)
}
