/** Example networks that together use every kind of layer, inside and outside loops. */
import { activationNames } from '../../src/network/activations.ts'
import { deltaOrthogonal, gaussian, glorot, he, orthogonal } from '../../src/network/initializers.ts'
import {
  activation,
  averagePool,
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  gelu,
  globalAveragePool,
  identity,
  layerNorm,
  maxPool,
  prelu,
  relu,
  repeat,
  residual,
  scalarBias,
  selu,
  silu,
  softmax,
  subsample,
  tanh,
} from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { adagradRule, adamRule, lionRule, momentumRule, type ProblemOptions, rmspropRule, sgdRule } from './problems.ts'

export interface Example {
  readonly network: Network
  readonly options: ProblemOptions
}

const varied = gaussian({ sw2: [2, 1.5, 1, 0.5], sb2: 0.1 })

/** A loop of 2 iterations with a dense layer and an activation for each activation name. */
const everyActivation: Network = chain(
  dense(8, { init: gaussian({ sw2: 1, sb2: 0.5 }) }),
  repeat(
    2,
    chain(
      ...activationNames.flatMap((name) => [
        dense(8, { init: gaussian({ sw2: 1.5, sb2: 0.5 }) }),
        activation(name, name === 'leakyRelu' ? { slope: -0.3 } : {}),
      ]),
    ),
  ),
  dense(3),
)

export const examples = {
  'one dense layer': { network: dense(3), options: { batch: 1 } },
  mlp: {
    network: chain(dense(17), relu(), repeat(4, chain(dense(17, { init: varied }), relu())), dense(10)),
    options: { input: [9], batch: 7 },
  },
  'mlp, squared error, no biases': {
    network: chain(dense(16, { bias: false }), tanh(), repeat(3, chain(dense(16, { bias: false }), tanh())), dense(2)),
    options: { loss: 'squared-error', batch: 8, optimizer: sgdRule },
  },
  'every activation': { network: everyActivation, options: { batch: 5, rate: 0.001 } },
  'PReLU and softmax': {
    network: chain(
      dense(9),
      prelu({ slope: -0.3 }),
      repeat(3, chain(dense(9), prelu({ shared: true }), residual(chain(dense(9), prelu(), softmax())))),
      dense(4),
      softmax(),
    ),
    options: { batch: 6, loss: 'squared-error', clipNorm: 0.5 },
  },
  'PReLU and softmax of channels': {
    network: chain(
      prelu(),
      conv(5),
      prelu(),
      softmax(),
      repeat(3, residual(chain(conv(5), prelu({ shared: true }), batchNorm(), prelu({ slope: 0.1 })))),
      globalAveragePool(),
      prelu(),
      dense(3),
    ),
    options: { input: [2, 5, 4], batch: 4 },
  },
  'residual with multipliers': {
    network: chain(
      dense(9),
      relu(),
      repeat(4, residual(chain(dense(9, { init: glorot() }), gelu()), { multiplier: [1, 0.5, -0.25, 0.125] })),
      dense(3),
    ),
    options: { batch: 6 },
  },
  'residual shortcuts': {
    network: chain(
      residual(chain(dense(7), silu(), dense(4)), { shortcut: dense(4), multiplier: 0.5 }),
      repeat(3, residual(residual(dense(4)), { shortcut: chain(dense(4), layerNorm()) })),
      residual(identity()),
      dense(3),
    ),
    options: { batch: 3 },
  },
  'batch normalization': {
    network: chain(
      dense(10),
      batchNorm(),
      relu(),
      repeat(3, chain(dense(10), batchNorm({ momentum: 0.3, epsilon: 1e-3 }), tanh())),
      dense(4),
    ),
    options: { batch: 9 },
  },
  'layer normalization': {
    network: chain(dense(11), layerNorm(), repeat(3, residual(chain(layerNorm(), dense(11), gelu()))), dense(4)),
    options: { batch: 6, loss: 'squared-error' },
  },
  'dropout with varying rates': {
    network: chain(
      dense(12),
      relu(),
      dropout(0.2),
      repeat(3, chain(dense(12), dropout([0, 0.3, 0.6]), selu())),
      dense(3),
    ),
    options: { batch: 10 },
  },
  'loops in loops': {
    network: chain(
      dense(6, { init: orthogonal() }),
      repeat(
        3,
        chain(
          repeat(2, residual(chain(dense(6), batchNorm(), relu()), { multiplier: [0.5, 0.25] })),
          dense(6, { init: he([1, 0.9, 0.8]) }),
          dropout([0.1, 0.2, 0.3]),
          repeat(2, repeat(2, chain(dense(6), layerNorm(), tanh()))),
        ),
      ),
      dense(3),
    ),
    options: { batch: 5 },
  },
  'Nesterov, clipped, with rates by layer': {
    network: chain(dense(9), tanh(), repeat(2, repeat(3, residual(chain(dense(9), tanh())))), dense(3)),
    options: {
      batch: 6,
      optimizer: { kind: 'momentum', momentum: 0.9, weightDecay: 0.01, nesterov: true },
      clipNorm: 0.05,
      rateFactors: new Map([
        ['repeat1.dense1.weight', [1, 2, 3, 4, 5, 6]],
        ['dense1.bias', [0.5]],
      ]),
    },
  },
  'Adam, with rates by layer': {
    network: chain(dense(17), tanh(), repeat(3, chain(dense(17), tanh())), dense(3)),
    options: {
      batch: 5,
      optimizer: { ...adamRule, decoupled: false },
      rate: 0.01,
      rateFactors: new Map([['repeat1.dense1.weight', [1, 0.5, 0.25]]]),
    },
  },
  'Adagrad, with rates by layer': {
    network: chain(dense(17), tanh(), repeat(3, chain(dense(17), tanh())), dense(3)),
    options: {
      batch: 5,
      optimizer: adagradRule,
      rate: 0.01,
      rateFactors: new Map([['repeat1.dense1.weight', [1, 0.5, 0.25]]]),
    },
  },
  'RMSprop, clipped': {
    network: chain(dense(10), batchNorm(), tanh(), repeat(2, chain(dense(10), tanh())), dense(3)),
    options: { batch: 5, optimizer: rmspropRule, rate: 0.01, clipNorm: 0.5, clipValue: 0.05 },
  },
  'RMSprop with momentum': {
    network: chain(dense(9), tanh(), repeat(3, residual(chain(dense(9), tanh()))), dense(3)),
    options: { batch: 5, optimizer: { ...rmspropRule, kind: 'rmspropMomentum', momentum: 0.9 }, rate: 0.01 },
  },
  // A bias before batch normalization has a gradient of 0, and Lion would take the sign of the rounding error.
  'Lion, with rates by layer': {
    network: chain(dense(9), tanh(), repeat(3, residual(chain(dense(9), layerNorm(), tanh()))), dense(3)),
    options: {
      batch: 6,
      optimizer: lionRule,
      rate: 0.01,
      rateFactors: new Map([['repeat1.dense1.weight', [1, 0.5, 0.25]]]),
    },
  },
  'AdamW, clipped': {
    network: chain(dense(10), batchNorm(), tanh(), repeat(1, chain(dense(10), tanh())), dense(3)),
    options: { batch: 5, optimizer: { ...adamRule, decoupled: true }, rate: 0.01, clipNorm: 0.5 },
  },
  'each element clipped, then the norm': {
    network: chain(dense(9), tanh(), repeat(3, residual(chain(dense(9), tanh()))), dense(3)),
    options: { batch: 5, clipValue: 0.01, clipNorm: 0.03 },
  },
  'each element clipped': {
    network: chain(dense(10), batchNorm(), tanh(), repeat(4, chain(dense(10), layerNorm(), tanh())), dense(3)),
    options: { batch: 5, optimizer: { ...adamRule, decoupled: true }, rate: 0.01, clipValue: 0.005 },
  },
  'a loop in blocks, the last one shorter': {
    network: chain(dense(9), tanh(), repeat(19, residual(chain(dense(9), tanh()), { multiplier: 0.2 })), dense(3)),
    options: { batch: 6 },
  },
  'activations passed from loop to loop': {
    network: chain(
      dense(8),
      tanh(),
      repeat(3, chain(residual(dense(8)), tanh())),
      repeat(2, repeat(3, chain(dense(8), tanh()))),
      residual(repeat(2, chain(dense(8), tanh()))),
      tanh(),
      repeat(2, chain(dense(8), relu())),
      dense(3),
    ),
    options: { batch: 6 },
  },
  'a loop that changes nothing': {
    network: chain(
      dense(4),
      repeat(3, identity()),
      repeat(2, residual(identity(), { multiplier: [1, 0.5] })),
      dense(2),
    ),
    options: { batch: 4 },
  },
  'an image': { network: chain(flatten(), dense(5), relu(), dense(2)), options: { input: [2, 3, 3], batch: 4 } },
  convolutions: {
    network: chain(
      conv(5, { bias: false }),
      batchNorm(),
      silu(),
      repeat(
        3,
        residual(chain(conv(5, { kernel: 2 }), tanh(), conv(5, { padding: 'circular', init: deltaOrthogonal() }))),
      ),
      conv(9, { stride: 2, padding: 'none' }),
      gelu(),
      averagePool({ kernel: 2, stride: 1 }),
      conv(4, { kernel: 1 }),
      dense(3),
    ),
    options: { input: [2, 7, 6], batch: 5 },
  },
  'a residual network of convolutions': {
    network: chain(
      conv(8, { bias: false }),
      batchNorm(),
      maxPool({ kernel: 3, stride: 2, padding: 'same' }),
      repeat(
        2,
        chain(
          residual(chain(conv(8, { bias: false }), batchNorm(), silu(), conv(8, { bias: false }), batchNorm())),
          silu(),
        ),
      ),
      residual(chain(conv(12, { stride: 2 }), tanh(), conv(12)), {
        shortcut: subsample({ stride: 2, channels: 12 }),
        multiplier: 0.5,
        trainedMultiplier: true,
      }),
      repeat(2, residual(chain(scalarBias(), conv(12), tanh(), dropout(0.2)), { trainedMultiplier: true })),
      globalAveragePool(),
      dense(3),
    ),
    options: { input: [3, 9, 9], batch: 4 },
  },
  'images of many positions': {
    network: chain(
      conv(3),
      batchNorm(),
      tanh(),
      residual(scalarBias(), { trainedMultiplier: true }),
      repeat(
        4,
        residual(chain(conv(3, { kernel: 1 }), batchNorm(), scalarBias(), tanh()), { trainedMultiplier: true }),
      ),
      conv(2),
      dense(2),
    ),
    options: { input: [1, 13, 12], batch: 2, steps: 2 },
  },
  'circular convolutions, clipped': {
    network: chain(
      conv(6, { stride: 2, padding: 'circular' }),
      tanh(),
      repeat(2, repeat(2, chain(conv(6, { padding: 'circular' }), tanh()))),
      conv(6, { kernel: 5, stride: 3, padding: 'circular' }),
      flatten(),
      dense(3),
    ),
    options: { input: [2, 10, 10], batch: 3, clipNorm: 0.05, optimizer: { ...adamRule, decoupled: false }, rate: 0.01 },
  },
} as const satisfies Record<string, Example>

export type ExampleName = keyof typeof examples

export const exampleNames = Object.keys(examples).filter((name): name is ExampleName => name in examples)

/** Returns the options with 3 steps and momentum with weight decay as defaults. */
export const fullOptions = (options: ProblemOptions): ProblemOptions => ({
  steps: 3,
  optimizer: momentumRule,
  ...options,
})
