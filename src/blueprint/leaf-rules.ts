/**
 * Rules for each kind of leaf, which is a layer that holds no other layer. The rules give a leaf's output shape, its
 * parameters, its values that may vary between the iterations of the enclosing repeat, and its cost.
 */
import { varyingOf } from '../network/initializer-fields.ts'
import type {
  AveragePoolLayer,
  ChainLayer,
  ConvLayer,
  Initializer,
  Layer,
  MaxPoolLayer,
  RepeatLayer,
  ResidualLayer,
  Varying,
} from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import type { ParameterRole, Shape } from './blueprint.ts'
import { shapeText, sizeOf } from './shape.ts'
import { createWindow, type Window, windowsAlong } from './window.ts'

export type LeafLayer = Exclude<Layer, ChainLayer | ResidualLayer | RepeatLayer>
type LeafKind = LeafLayer['kind']
type LeafOf<K extends LeafKind> = Extract<LeafLayer, { kind: K }>

/**
 * A parameter of a leaf layer in one loop iteration, without the parameter's name and without the axes of the loops.
 */
export interface LeafParameter {
  readonly role: ParameterRole
  readonly shape: Shape
  readonly fanIn: number
  readonly fanOut: number
  readonly init?: Initializer
  /** Initial value of all elements of the parameter. Without `start`, the parameter's role gives the initial value. */
  readonly start?: number
  /** Whether the parameter is trained, true by default. */
  readonly trainable?: boolean
}

/**
 * A value of a layer that may vary between the iterations of the enclosing repeat, after the name of the value in error
 * messages.
 */
export type NamedVarying = readonly [string, Varying]

interface LeafRule<L extends LeafLayer> {
  /** The layer's output shape. Throws a `network` error if the layer can't accept the input. */
  output(layer: L, input: Shape, path: string): Shape
  parameters(layer: L, input: Shape): readonly LeafParameter[]
  varying(layer: L): readonly NamedVarying[]
  /** Number of multiply-adds of matrix products in the forward pass of one sample. */
  macs(layer: L, input: Shape): number
  /**
   * Kinds of passes in which the layer writes a new tensor. In a pass of another kind, the layer's output is the same
   * tensor as the layer's input.
   */
  writes(layer: L): Writes
}

export type Writes = 'always' | 'training' | 'never'

export interface LeafFacts {
  readonly output: Shape
  readonly parameters: readonly LeafParameter[]
  readonly varying: readonly NamedVarying[]
}

const keepsShape = (_layer: LeafLayer, input: Shape): Shape => input
const none = (): [] => []
const noMacs = (): number => 0
const always = (): Writes => 'always'

function featuresOnly(layer: LeafLayer, input: Shape, path: string): Shape {
  if (input.length === 1) return input
  const remedy = `Put a flatten() before the ${layer.kind}.`
  throw networkError(path, 'a one-dimensional input [features]', `the shape ${shapeText(input)}`, remedy)
}

/** The sizes [C, H, W] of the input. Throws a `network` error if the input has no height and width. */
function imageOnly(layer: LeafLayer, input: Shape, path: string): readonly [number, number, number] {
  const [channels, height, width] = input
  if (input.length === 3) return [channels, height, width]
  const remedy = `A ${layer.kind} belongs before any flatten, dense or globalAveragePool layer.`
  throw networkError(path, 'an input of the shape [channels, height, width]', `the shape ${shapeText(input)}`, remedy)
}

/** The output shape of a layer whose window moves over an image. */
function windowed(layer: LeafLayer, channels: number, window: Window, input: Shape, path: string): Shape {
  const [, ...extents] = imageOnly(layer, input, path)
  const moved = extents.map((extent) => windowsAlong(window, extent))
  if (moved.every((extent) => extent >= 1)) return [channels, ...moved]
  const expected = `an input of at least ${window.kernel} x ${window.kernel} positions, padding included`
  const remedy = 'Make the kernel smaller, add padding, or remove a stride from an earlier layer.'
  throw networkError(path, expected, `the shape ${shapeText(input)}`, remedy)
}

function convOutput(layer: ConvLayer, input: Shape, path: string): Shape {
  const window = windowOf(layer)
  const output = windowed(layer, layer.channels, window, input, path)
  const [, height, width] = input
  // Circular padding may wrap around the image at most once.
  if (layer.padding !== 'circular' || Math.min(height, width) >= window.after) return output
  const expected = `at least ${window.after} positions for circular padding`
  throw networkError(path, expected, `the shape ${shapeText(input)}`, 'Make the kernel smaller.')
}

/** The moving window of a convolution or of a pooling layer. */
export function windowOf(layer: ConvLayer | MaxPoolLayer | AveragePoolLayer): Window {
  const reachesBeyond = layer.kind !== 'averagePool' && layer.padding !== 'none'
  return createWindow(layer.kernel, layer.stride, reachesBeyond)
}

const initializerVarying = (init: Initializer): readonly NamedVarying[] =>
  varyingOf(init).map(([field, value]) => [`init.${field}`, value])

/**
 * Number of features of a vector, or number of channels of an image. A norm layer normalizes each feature or channel
 * separately.
 */
const featuresOf = ([features]: Shape): number => features

function scaleAndShift(input: Shape, scale = 1): LeafParameter[] {
  const features = featuresOf(input)
  const own = { shape: [features], fanIn: features, fanOut: features }
  return [
    { role: 'scale', ...own, start: scale },
    { role: 'shift', ...own },
  ]
}

function runningStatistics(input: Shape): LeafParameter[] {
  const features = featuresOf(input)
  const roles: readonly ParameterRole[] = ['runningMean', 'runningVariance']
  return roles.map((role) => ({ role, shape: [features], fanIn: features, fanOut: features, trainable: false }))
}

const leafRules: { readonly [K in LeafKind]: LeafRule<LeafOf<K>> } = {
  dense: {
    output: (layer) => [layer.width],
    parameters: (layer, input) => {
      const trainable = layer.trained ?? true
      const fans = { fanIn: sizeOf(input), fanOut: layer.width, init: layer.init, trainable }
      const weight: LeafParameter = { role: 'weight', shape: [fans.fanOut, fans.fanIn], ...fans }
      return layer.bias ? [weight, { role: 'bias', shape: [fans.fanOut], ...fans }] : [weight]
    },
    varying: (layer) => initializerVarying(layer.init),
    macs: (layer, input) => layer.width * sizeOf(input),
    writes: always,
  },
  conv: {
    output: convOutput,
    parameters: (layer, input) => {
      const [channels] = input
      const positions = layer.kernel ** 2
      const trainable = layer.trained ?? true
      const fans = { fanIn: channels * positions, fanOut: layer.channels * positions, init: layer.init, trainable }
      const shape = [layer.channels, channels, layer.kernel, layer.kernel]
      const weight: LeafParameter = { role: 'weight', shape, ...fans }
      return layer.bias ? [weight, { role: 'bias', shape: [layer.channels], ...fans }] : [weight]
    },
    varying: (layer) => initializerVarying(layer.init),
    macs: (layer, input) => {
      const [channels] = input
      return sizeOf(windowed(layer, layer.channels, windowOf(layer), input, '')) * channels * layer.kernel ** 2
    },
    writes: always,
  },
  maxPool: {
    output: (layer, input, path) => windowed(layer, input[0], windowOf(layer), input, path),
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: always,
  },
  averagePool: {
    output: (layer, input, path) => windowed(layer, input[0], windowOf(layer), input, path),
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: always,
  },
  globalAveragePool: {
    output: (layer, input, path) => [imageOnly(layer, input, path)[0]],
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: always,
  },
  subsample: {
    output: (layer, input, path) => {
      const [channels, height, width] = imageOnly(layer, input, path)
      if (layer.channels < channels) {
        const remedy = 'Give the subsample as many channels as the residual branch has.'
        throw networkError(path, `at least the input's ${channels} channels`, `${layer.channels}`, remedy)
      }
      return [layer.channels, Math.ceil(height / layer.stride), Math.ceil(width / layer.stride)]
    },
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: always,
  },
  scalarBias: {
    output: keepsShape,
    parameters: () => [{ role: 'bias', shape: [], fanIn: 1, fanOut: 1 }],
    varying: none,
    macs: noMacs,
    writes: always,
  },
  scale: {
    output: keepsShape,
    parameters: none,
    varying: (layer) => [['factor', layer.factor]],
    macs: noMacs,
    writes: (layer) => (layer.factor === 1 ? 'never' : 'always'),
  },
  activation: {
    output: keepsShape,
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: (layer) => (layer.function === 'identity' ? 'never' : 'always'),
  },
  prelu: {
    output: keepsShape,
    parameters: ({ slope, shared }, input) => {
      const features = featuresOf(input)
      return [{ role: 'slope', shape: shared ? [] : [features], fanIn: 1, fanOut: 1, start: slope }]
    },
    varying: none,
    macs: noMacs,
    writes: always,
  },
  softmax: {
    output: keepsShape,
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: always,
  },
  dropout: {
    output: keepsShape,
    parameters: none,
    varying: (layer) => [['rate', layer.rate]],
    macs: noMacs,
    writes: () => 'training',
  },
  layerNorm: {
    output: featuresOnly,
    parameters: (_layer, input) => scaleAndShift(input),
    varying: none,
    macs: noMacs,
    writes: always,
  },
  batchNorm: {
    output: (layer, input, path) => (input.length === 3 ? input : featuresOnly(layer, input, path)),
    parameters: (layer, input) => [...scaleAndShift(input, layer.scale), ...runningStatistics(input)],
    varying: none,
    macs: noMacs,
    writes: always,
  },
  flatten: {
    output: (_layer, input) => [sizeOf(input)],
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: () => 'never',
  },
}

function applyRule<K extends LeafKind>(kind: K, layer: LeafOf<K>, input: Shape, path: string): LeafFacts {
  const rule = leafRules[kind]
  return {
    output: rule.output(layer, input, path),
    parameters: rule.parameters(layer, input),
    varying: rule.varying(layer),
  }
}

/**
 * Output shape, parameters and varying values of a leaf. Throws a `network` error if the leaf can't accept the input
 * shape.
 */
export function leafFacts(layer: LeafLayer, input: Shape, path: string): LeafFacts {
  return applyRule(layer.kind, layer, input, path)
}

export interface LeafCost {
  readonly macs: number
  readonly writes: Writes
}

function applyCost<K extends LeafKind>(kind: K, layer: LeafOf<K>, input: Shape): LeafCost {
  return { macs: leafRules[kind].macs(layer, input), writes: leafRules[kind].writes(layer) }
}

/** The cost of a leaf for one sample of the input shape. */
export function leafCost(layer: LeafLayer, input: Shape): LeafCost {
  return applyCost(layer.kind, layer, input)
}
