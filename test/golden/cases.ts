/**
 * Training problems that PyTorch has solved too (make_golden.mjs, make_golden.py): networks, data and initial weights.
 * Only the seeds of the problems are stored. Isobath and PyTorch get the same data and weights.
 */
import { createHash } from 'node:crypto'
import type { Blueprint, Shape } from '../../src/blueprint/blueprint.ts'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { sizeOf } from '../../src/blueprint/shape.ts'
import type { LossName } from '../../src/graph/losses.ts'
import type { OptimizerRule } from '../../src/graph/programs.ts'
import {
  chain,
  dense,
  elu,
  hardSwish,
  mish,
  prelu,
  relu6,
  repeat,
  residual,
  softsign,
} from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { parseNetwork } from '../../src/network/presets.ts'
import { createRandom } from '../../src/support/random.ts'

export interface GoldenCase {
  readonly name: string
  /** The text of a preset, or a network. */
  readonly network: string | Network
  /** Shape of one sample: [features] or [channels, height, width]. */
  readonly input: Shape
  /** Norm to which every sample is scaled. Without a norm, samples are not scaled. */
  readonly inputNorm?: number
  readonly outputs: number
  readonly batch: number
  readonly loss: LossName
  /** Option of the Huber loss. */
  readonly huberDelta?: number
  /** Weights of the classes in the loss. The targets are then 1 at the class of a sample and 0 elsewhere. */
  readonly classWeights?: readonly number[]
  readonly optimizer: OptimizerRule
  readonly clipValue?: number
  readonly clipNorm?: number
  readonly rate: number
  readonly steps: number
  /** Number of steps in float64, by default the same number as `steps`. */
  readonly float64Steps?: number
  /**
   * Batches on which the error of float32 is measured, with the initial weights. The default is the batch of step 0.
   */
  readonly errorBatches?: { readonly count: number; readonly batch: number }
  /** Number of elements of each tensor that are stored, 50 by default. */
  readonly sampled?: number
  /** Number of significant digits that are stored: 14 by default, for tolerances of 1e-12. */
  readonly digits?: number
  readonly seed: number
}

const common = { outputs: 10, steps: 200, seed: 1 }
const momentum = { kind: 'momentum', momentum: 0.9, weightDecay: 0 } as const
const decayed = { ...momentum, weightDecay: 1e-4 } as const
const nesterov = { ...momentum, nesterov: true } as const
const adam = {
  kind: 'adam',
  firstDecay: 0.9,
  secondDecay: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
} as const
const adagrad = { kind: 'adagrad', initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0 } as const
const rmsprop = { kind: 'rmsprop', secondDecay: 0.99, epsilon: 1e-8, weightDecay: 0 } as const
const lion = { kind: 'lion', firstDecay: 0.9, secondDecay: 0.99, weightDecay: 0 } as const
const lossNetwork = 'mlp:depth=4,width=50,activation=tanh,init=glorot'
const ones = new Array(10).fill(1)
const uneven = [0.1, 3, 1, 0, 2.5, 0.7, 1.2, 5, 0.3, 1]
const tanhNetwork = 'mlp:depth=20,width=128,activation=tanh,init=glorot'
const residualNetwork = 'residual-mlp:depth=12,width=50,activation=tanh'

const furtherActivations = chain(
  dense(50),
  mish(),
  repeat(2, residual(chain(dense(50), elu(), dense(50), softsign()), { multiplier: 0.5 })),
  dense(50),
  hardSwish(),
  repeat(2, residual(chain(dense(50), prelu(), dense(50), prelu({ slope: -0.1, shared: true })), { multiplier: 0.5 })),
  dense(50),
  relu6(),
  dense(10),
)

/**
 * The cases of dense networks. ReLU is used only in networks that do not amplify differences. With batch normalization,
 * one unit whose input is 1e-7 in one program and 0 in the other changes the gradient by 0.5%, and 100 steps later the
 * losses by 10%.
 *
 * The sizes 784 and 64 fill the kernels' tiles. The sizes 50, 10 and 99 do not fill the tiles.
 */
export const goldenCases: readonly GoldenCase[] = [
  {
    ...common,
    name: 'mlp-sgd',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: { kind: 'sgd', weightDecay: 0 },
    rate: 0.05,
  },
  {
    ...common,
    name: 'mlp-momentum',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: momentum,
    rate: 0.005,
  },
  {
    ...common,
    name: 'mlp-nesterov',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: nesterov,
    rate: 0.005,
  },
  {
    ...common,
    steps: 60,
    name: 'mlp-adam',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: adam,
    rate: 0.001,
  },
  {
    ...common,
    steps: 60,
    name: 'mlp-adamw',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: { ...adam, weightDecay: 0.05, decoupled: true },
    rate: 0.001,
  },
  {
    ...common,
    steps: 60,
    name: 'mlp-adagrad',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: adagrad,
    rate: 0.002,
  },
  {
    ...common,
    steps: 60,
    name: 'residual-adagrad',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'squared-error',
    optimizer: { ...adagrad, initialAccumulator: 0.1, weightDecay: 0.01 },
    rate: 0.02,
  },
  {
    ...common,
    steps: 60,
    name: 'mlp-rmsprop',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: rmsprop,
    rate: 0.0002,
  },
  {
    ...common,
    steps: 60,
    name: 'residual-rmsprop-momentum',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'squared-error',
    optimizer: { ...rmsprop, kind: 'rmspropMomentum', momentum: 0.9, weightDecay: 0.01 },
    rate: 0.0003,
  },
  {
    ...common,
    steps: 60,
    name: 'mlp-lion',
    network: tanhNetwork,
    input: [784],
    batch: 64,
    loss: 'cross-entropy',
    optimizer: lion,
    rate: 0.0001,
  },
  {
    ...common,
    steps: 60,
    name: 'residual-lion',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'squared-error',
    optimizer: { ...lion, weightDecay: 0.3 },
    rate: 0.001,
  },
  {
    ...common,
    name: 'clipped-elements',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: nesterov,
    clipValue: 0.002,
    rate: 0.02,
  },
  {
    ...common,
    name: 'clipped-twice',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: momentum,
    clipValue: 0.01,
    clipNorm: 0.1,
    rate: 0.02,
  },
  {
    ...common,
    steps: 60,
    name: 'clipped-adam',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: { ...adam, epsilon: 1e-3 },
    clipValue: 0.01,
    clipNorm: 0.1,
    rate: 0.002,
  },
  {
    ...common,
    name: 'clipped',
    network: residualNetwork,
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: { kind: 'sgd', weightDecay: 0 },
    clipNorm: 0.5,
    rate: 0.1,
  },
  {
    ...common,
    name: 'residual',
    network: 'residual-mlp:depth=12,width=50,activation=relu',
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: decayed,
    rate: 0.01,
  },
  {
    ...common,
    name: 'residual-pre',
    network: 'residual-mlp:depth=12,width=50,block=pre,activation=silu',
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: decayed,
    rate: 0.01,
    sampled: 8,
  },
  {
    ...common,
    name: 'residual-two-layer',
    network: 'residual-mlp:depth=12,width=50,block=two-layer,multiplier=1/sqrt(L)',
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: decayed,
    rate: 0.01,
    sampled: 8,
  },
  {
    ...common,
    name: 'batch-norm',
    network: 'mlp:depth=6,width=50,activation=silu,norm=batch',
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: decayed,
    rate: 0.02,
  },
  {
    ...common,
    name: 'layer-norm',
    network: 'residual-mlp:depth=8,width=50,activation=gelu,norm=layer,multiplier=1/sqrt(l)',
    input: [99],
    batch: 50,
    loss: 'squared-error',
    optimizer: decayed,
    rate: 0.02,
  },
  {
    ...common,
    name: 'further-activations',
    network: furtherActivations,
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    optimizer: decayed,
    rate: 0.002,
  },
  {
    ...common,
    steps: 60,
    name: 'softmax-output',
    network: 'mlp:depth=4,width=50,activation=prelu,output=softmax',
    input: [99],
    batch: 50,
    loss: 'squared-error',
    optimizer: adam,
    rate: 0.001,
  },
  {
    ...common,
    name: 'binary-cross-entropy',
    network: lossNetwork,
    input: [99],
    batch: 50,
    loss: 'binary-cross-entropy',
    classWeights: ones,
    optimizer: momentum,
    rate: 0.02,
  },
  {
    ...common,
    name: 'absolute-error',
    network: lossNetwork,
    input: [99],
    batch: 50,
    loss: 'absolute-error',
    optimizer: { kind: 'sgd', weightDecay: 0 },
    rate: 0.02,
    steps: 200,
  },
  {
    ...common,
    name: 'huber',
    network: lossNetwork,
    input: [99],
    batch: 50,
    loss: 'huber',
    huberDelta: 0.7,
    optimizer: momentum,
    rate: 0.02,
  },
  {
    ...common,
    name: 'weighted-cross-entropy',
    network: lossNetwork,
    input: [99],
    batch: 50,
    loss: 'cross-entropy',
    classWeights: uneven,
    optimizer: momentum,
    rate: 0.02,
  },
  {
    ...common,
    name: 'weighted-binary-cross-entropy',
    network: lossNetwork,
    input: [99],
    batch: 50,
    loss: 'binary-cross-entropy',
    classWeights: uneven,
    optimizer: momentum,
    rate: 0.02,
  },
]

/** Number of samples, which is prime, so that no two of the first 1009 batches hold the same samples. */
const sampleCount = 1009

export interface GoldenData {
  readonly blueprint: Blueprint
  /**
   * Initial weights. The weights and the data are exact in float32, so that float32 and float64 start from the same
   * numbers.
   */
  readonly weights: ReadonlyMap<string, Float64Array>
  /** Inputs of all samples, [samples, input]. The labels are [samples], and the targets are [samples, outputs]. */
  readonly x: Float32Array
  readonly labels: Int32Array
  readonly targets: Float32Array
  /** Hash of the weights and the data, which distinguishes changed weights or data from a wrong gradient. */
  readonly sha256: string
}

/**
 * Makes the weights and the data of a case. Samples scatter around one center for each class, and targets are random.
 */
export function createGoldenData({ network, input, inputNorm, outputs, seed }: GoldenCase): GoldenData {
  const layers = typeof network === 'string' ? parseNetwork(network, { classes: outputs, input }) : network
  const blueprint = createBlueprint(layers, input)
  const features = sizeOf(input)
  const weights = new Map([...initialize(blueprint, seed)].map(([name, values]) => [name, values.map(Math.fround)]))
  const random = createRandom(seed, 'golden data')
  const centers = Float64Array.from({ length: outputs * features }, () => 0.5 * random.normal())
  const classTargets = Float32Array.from({ length: outputs * outputs }, () => random.normal())
  const labels = Int32Array.from({ length: sampleCount }, () => random.integer(outputs))
  const x = new Float32Array(sampleCount * features)
  const targets = new Float32Array(sampleCount * outputs)
  labels.forEach((label, sample) => {
    for (let feature = 0; feature < features; feature++) {
      x[sample * features + feature] = centers[label * features + feature] + random.normal()
    }
    if (inputNorm !== undefined) scaleTo(inputNorm, x.subarray(sample * features, (sample + 1) * features))
    targets.set(classTargets.subarray(label * outputs, (label + 1) * outputs), sample * outputs)
  })
  const hash = createHash('sha256')
  for (const values of [...weights.values(), x, labels, targets]) hash.update(values)
  return { blueprint, weights, x, labels, targets, sha256: hash.digest('hex') }
}

function scaleTo(norm: number, values: Float32Array): void {
  let squares = 0
  for (const value of values) squares += value * value
  const factor = norm / Math.sqrt(squares)
  for (let index = 0; index < values.length; index++) values[index] *= factor
}

/** Returns the indices of the samples in a step's batch. */
export function batchIndices({ batch }: GoldenCase, step: number): number[] {
  return Array.from({ length: batch }, (_, row) => (step * batch + row) % sampleCount)
}

/** Returns the number and the size of the batches on which the error of float32 is measured. */
export function errorBatchesOf({ errorBatches, batch }: GoldenCase): {
  readonly count: number
  readonly batch: number
} {
  return errorBatches ?? { count: 1, batch }
}

/** Returns the indices of the samples in each batch on which the error of float32 is measured. */
export function errorBatchIndices(golden: GoldenCase): number[][] {
  const { count, batch } = errorBatchesOf(golden)
  return Array.from({ length: count }, (_, step) => batchIndices({ ...golden, batch }, step))
}
