/**
 * Exact counts of parameters, multiply-adds and activations. Every count is for one sample and includes all iterations
 * of the loops around a layer.
 */
import type { LayerKind } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import { describeValue } from '../support/describe-value.ts'
import type { Blueprint, LayerBlueprint, ParameterBlueprint, ParameterRole, Shape } from './blueprint.ts'
import { leafCost } from './leaf-rules.ts'
import { aliveValues } from './peak-values.ts'
import { sizeOf } from './shape.ts'

/** Explanations of the counts, which are printed below the table of counts. */
const countingConvention = [
  'parameters: all trained values, including biases and the scales and shifts of norms, but not running statistics',
  'all tensors: parameters, weights that are not trained, and running statistics (two of the four vectors of a batch norm)',
  'a MAC is one multiply-add of a matrix product or a convolution in the forward pass of one sample; products with zeros beyond the border count too',
  'biases, norms, activations, pools and sums have no MACs',
  'FLOPs = 2 x MACs; a training step takes about three times as many FLOPs as a forward pass',
  'activations in training (kept): the input and every output that a layer writes, for one sample, kept for the backward pass',
  'activations in inference (alive): values that a layer reads, writes or holds for a sum, for one sample; the total is the maximum over the layers',
  'a value is 4 bytes (float32)',
] as const

const BYTES_PER_VALUE = 4

export interface ParameterCounts {
  readonly weights: number
  readonly biases: number
  readonly scales: number
  readonly shifts: number
  /** Number of trained slopes of PReLU layers. */
  readonly slopes: number
  /** Number of trained multipliers of residual branches. */
  readonly multipliers: number
}

export interface LayerCount {
  readonly path: string
  readonly kind: LayerKind
  /**
   * Number of iterations of all loops around the layer. Except for the inference values, all counts of the layer are
   * totals over all iterations.
   */
  readonly times: number
  readonly output: Shape
  readonly parameters: number
  /** Number of weights and biases that aren't trained. */
  readonly untrained: number
  readonly runningStatistics: number
  readonly macs: number
  readonly flops: number
  readonly trainingValues: number
  readonly trainingBytes: number
  /**
   * Largest number of values that are alive at the same time while the layer computes, over all iterations of the loops
   * around the layer.
   */
  readonly inferenceValues: number
  readonly inferenceBytes: number
}

export interface Stride {
  readonly path: string
  readonly stride: number
}

export interface Count {
  readonly parameters: number
  readonly parametersByRole: ParameterCounts
  /** Number of weights and biases that aren't trained. */
  readonly untrained: number
  readonly runningStatistics: number
  /** Number of values of all tensors: parameters, untrained weights and biases, and running statistics. */
  readonly tensors: number
  readonly macs: number
  readonly flops: number
  readonly trainingValues: number
  readonly trainingBytes: number
  readonly inferenceValues: number
  readonly inferenceBytes: number
  /**
   * Counts of every layer that computes. Residuals are included, because they compute sums. Chains and repeats are left
   * out.
   */
  readonly layers: readonly LayerCount[]
  /** Layers with a stride above 1. */
  readonly strides: readonly Stride[]
  readonly convention: readonly string[]
}

/**
 * Counts a network's parameters, multiply-adds (MACs), FLOPs and activations, in total and by layer. All counts are for
 * one sample. Throws a `network` error if a count is too large to be exact (above 2^53), or if the argument is no
 * blueprint.
 */
export function count(blueprint: Blueprint): Count {
  checkBlueprint(blueprint)
  const layers: LayerCount[] = []
  collect(blueprint.root, aliveValues(blueprint.root), layers)
  const total = (figure: (layer: LayerCount) => number): number => exact(sum(layers.map(figure)))
  const ofRole = (role: ParameterRole): number =>
    exact(sizeOfAll(blueprint.parameters.filter((one) => one.role === role && one.trainable)))
  const macs = total((layer) => layer.macs)
  const [parameters, untrained] = [total((layer) => layer.parameters), total((layer) => layer.untrained)]
  const runningStatistics = total((layer) => layer.runningStatistics)
  const trainingValues = total((layer) => layer.trainingValues) + sizeOf(blueprint.input)
  const inferenceValues = layers.reduce((most, layer) => Math.max(most, layer.inferenceValues), 0)
  return {
    parameters,
    parametersByRole: {
      weights: ofRole('weight'),
      biases: ofRole('bias'),
      scales: ofRole('scale'),
      shifts: ofRole('shift'),
      slopes: ofRole('slope'),
      multipliers: ofRole('multiplier'),
    },
    untrained,
    runningStatistics,
    tensors: exact(parameters + untrained + runningStatistics),
    macs,
    flops: exact(2 * macs),
    trainingValues,
    trainingBytes: exact(BYTES_PER_VALUE * trainingValues),
    inferenceValues,
    inferenceBytes: BYTES_PER_VALUE * inferenceValues,
    layers,
    strides: stridesOf(blueprint.root),
    convention: countingConvention,
  }
}

/** Refuses an argument that is no blueprint, because callers in plain JavaScript have no compiler that checks types. */
function checkBlueprint(blueprint: unknown): void {
  if (typeof blueprint === 'object' && blueprint !== null && 'root' in blueprint && 'parameters' in blueprint) return
  throw networkError(
    'count',
    'a blueprint',
    describeValue(blueprint),
    'Make a blueprint with createBlueprint(network, input).',
  )
}

function collect(blueprint: LayerBlueprint, alive: ReadonlyMap<LayerBlueprint, number>, found: LayerCount[]): void {
  for (const child of blueprint.children) collect(child, alive, found)
  const { layer, path, input, output, loops, parameters } = blueprint
  if (layer.kind === 'chain' || layer.kind === 'repeat') return
  const times = sizeOf(loops)
  const { macs, writes } = layer.kind === 'residual' ? { macs: 0, writes: 'always' } : leafCost(layer, input)
  const size = (belongs: (parameter: ParameterBlueprint) => boolean): number => sizeOfAll(parameters.filter(belongs))
  const trainingValues = writes === 'never' ? 0 : times * sizeOf(output)
  const inferenceValues = alive.get(blueprint) ?? 0
  found.push({
    path,
    kind: layer.kind,
    times,
    output,
    parameters: size(({ trainable }) => trainable),
    untrained: size((one) => !one.trainable && !isStatistic(one)),
    runningStatistics: size(isStatistic),
    macs: times * macs,
    flops: 2 * times * macs,
    trainingValues,
    trainingBytes: BYTES_PER_VALUE * trainingValues,
    inferenceValues,
    inferenceBytes: BYTES_PER_VALUE * inferenceValues,
  })
}

const isStatistic = ({ role }: ParameterBlueprint): boolean => role === 'runningMean' || role === 'runningVariance'

function stridesOf({ layer, path, children }: LayerBlueprint): Stride[] {
  const own = 'stride' in layer && layer.stride > 1 ? [{ path, stride: layer.stride }] : []
  return [...own, ...children.flatMap(stridesOf)]
}

function sizeOfAll(parameters: readonly ParameterBlueprint[]): number {
  return sum(parameters.map(({ shape }) => sizeOf(shape)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function exact(value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw networkError(
    'network',
    'a size that can be counted exactly',
    String(value),
    'Make the network narrower or shallower.',
  )
}

export interface CountRatio {
  readonly figure: string
  readonly one: number
  readonly other: number
  /** The ratio other / one, or null if `one` is 0. */
  readonly ratio: number | null
}

/** Compares the counts of two networks: one row for each figure, with the ratio of the second network to the first. */
export function compareCounts(one: Count, other: Count): CountRatio[] {
  const row = (figure: string, pick: (count: Count) => number): CountRatio => {
    const [first, second] = [pick(one), pick(other)]
    return { figure, one: first, other: second, ratio: first === 0 ? null : second / first }
  }
  return [
    row('parameters', (count) => count.parameters),
    row('running statistics', (count) => count.runningStatistics),
    row('all tensors', (count) => count.tensors),
    row('MACs', (count) => count.macs),
    row('FLOPs', (count) => count.flops),
    row('activations in training, bytes', (count) => count.trainingBytes),
    row('activations in inference, bytes', (count) => count.inferenceBytes),
  ]
}
