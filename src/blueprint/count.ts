/** Exact cost accounting. Every figure is for all iterations of the loops around a layer, and for one sample. */

import type { LayerKind } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import { describeValue } from '../support/describe-value.ts'
import type { Blueprint, LayerBlueprint, ParameterBlueprint, ParameterRole, Shape } from './blueprint.ts'
import { leafCost } from './leaf-rules.ts'
import { aliveValues } from './peak-values.ts'
import { sizeOf } from './shape.ts'

/** What the figures mean; printed with them. */
const countingConvention = [
  'parameters: all that is trained, biases and the scales and shifts of norms included; running statistics apart',
  'all tensors: parameters, weights that are not trained, and running statistics (two of the four vectors of a batch norm)',
  'a MAC is one multiply-add of a matrix product or a convolution, for one sample, forward; zeros beyond the border count',
  'biases, norms, activations, pools and sums have no MACs',
  'FLOPs = 2 x MACs; a training step takes about three times as many',
  'activations in training (kept): the input and every output that a layer writes, for one sample, kept for the way back',
  'activations in inference (alive): what a layer reads and writes and what sums wait for, for one sample; in all, the most at once',
  'a value is 4 bytes (float32)',
] as const

const BYTES_PER_VALUE = 4

export interface ParameterCounts {
  readonly weights: number
  readonly biases: number
  readonly scales: number
  readonly shifts: number
  /** Trained multipliers of residual branches. */
  readonly multipliers: number
}

export interface LayerCount {
  readonly path: string
  readonly kind: LayerKind
  /** Iterations of all loops around the layer; the other figures are multiplied by it already. */
  readonly times: number
  readonly output: Shape
  readonly parameters: number
  /** Weights and biases that aren't trained. */
  readonly untrained: number
  readonly runningStatistics: number
  readonly macs: number
  readonly flops: number
  readonly trainingValues: number
  readonly trainingBytes: number
  /** Alive while the layer computes, in the round of its loops with the most. */
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
  /** Weights and biases that aren't trained. */
  readonly untrained: number
  readonly runningStatistics: number
  /** Values of all tensors that are kept: parameters, what isn't trained, running statistics. */
  readonly tensors: number
  readonly macs: number
  readonly flops: number
  readonly trainingValues: number
  readonly trainingBytes: number
  readonly inferenceValues: number
  readonly inferenceBytes: number
  /** Every layer that computes: dense, activation, ..., and residual for its sum; chains and repeats are left out. */
  readonly layers: readonly LayerCount[]
  /** The layers that move by more than one position at a time. */
  readonly strides: readonly Stride[]
  readonly convention: readonly string[]
}

/** Throws an IsobathError `network` where a sum is too large to be exact (above 2^53), or where it is given no blueprint. */
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

/** A network has no sizes yet; callers in plain JavaScript have no compiler to tell them. */
function checkBlueprint(blueprint: unknown): void {
  if (typeof blueprint === 'object' && blueprint !== null && 'root' in blueprint && 'parameters' in blueprint) return
  throw networkError('count', 'a blueprint', describeValue(blueprint), 'Make it with createBlueprint(network, input).')
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
  throw networkError('network', 'a size that can be counted exactly', String(value), 'Make it narrower or less deep.')
}

export interface CountRatio {
  readonly figure: string
  readonly one: number
  readonly other: number
  /** other / one; null where one is 0. */
  readonly ratio: number | null
}

/** Two networks side by side. */
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
