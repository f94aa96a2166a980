/** Training problems of convolutional networks that PyTorch has solved too (see cases.ts). */
import { deltaOrthogonal, hardtMa, zeros } from '../../src/network/initializers.ts'
import {
  averagePool,
  batchNorm,
  chain,
  conv,
  dense,
  flatten,
  globalAveragePool,
  leakyRelu,
  maxPool,
  mish,
  prelu,
  repeat,
  residual,
  scalarBias,
  shortcut,
  silu,
  softmax,
  softplus,
  subsample,
  tanh,
} from '../../src/network/layers.ts'
import type { GoldenCase } from './cases.ts'

const momentum = { kind: 'momentum', momentum: 0.9, weightDecay: 1e-4 } as const

/**
 * Options of small networks with layers of every kind. Some sizes fill the kernels' tiles, and some do not: images are
 * not square, and layers have 5, 7 and 20 channels as well as 8 and 16.
 */
const layers = {
  outputs: 10,
  batch: 16,
  loss: 'cross-entropy',
  optimizer: momentum,
  rate: 0.02,
  steps: 40,
  sampled: 8,
  seed: 1,
} as const

const windows = chain(
  conv(7, { kernel: 5 }),
  silu(),
  repeat(3, chain(conv(7, { padding: 'circular' }), tanh())),
  conv(20, { kernel: 4, stride: 2 }),
  silu(),
  maxPool({ kernel: 3, stride: 2, padding: 'same' }),
  repeat(2, residual(chain(conv(20, { kernel: 2, padding: 'circular' }), tanh(), conv(20, { kernel: 1 })))),
  conv(5, { kernel: 3, stride: 2, padding: 'none', bias: false }),
  tanh(),
  flatten(),
  dense(10),
)

/** Makes the basic block of a residual network, except that the activation is smooth. */
const basicBlock = (channels: number, { stride = 1, scale = 1 } = {}) =>
  chain(
    conv(channels, { stride, bias: false }),
    batchNorm(),
    silu(),
    conv(channels, { bias: false }),
    batchNorm({ scale }),
  )

const norms = chain(
  conv(16, { bias: false }),
  batchNorm(),
  silu(),
  maxPool(),
  repeat(3, chain(residual(basicBlock(16)), silu())),
  residual(basicBlock(32, { stride: 2 }), { shortcut: subsample({ stride: 2, channels: 32 }) }),
  silu(),
  repeat(2, chain(residual(basicBlock(32, { scale: 0 })), silu())),
  residual(basicBlock(40, { stride: 2 }), { shortcut: shortcut('b', { from: 32, channels: 40, stride: 2 }) }),
  globalAveragePool(),
  dense(10),
)

/** A network with the layers and initializers that networks without normalization use. */
const remedies = chain(
  conv(16, { init: hardtMa() }),
  softplus(),
  averagePool({ kernel: 3, stride: 2 }),
  repeat(3, residual(chain(scalarBias(), conv(16), tanh()), { multiplier: 0.3, trainedMultiplier: true })),
  repeat(2, residual(chain(conv(16, { init: zeros() }), leakyRelu()), { multiplier: [1, 0.5] })),
  conv(24, { kernel: 1, stride: 2, init: deltaOrthogonal(1.1) }),
  globalAveragePool(),
  dense(10, { trained: false }),
)

/** A network with PReLU and softmax on the channels of images. */
const channelwise = chain(
  prelu({ slope: 0.9 }),
  conv(7),
  prelu(),
  repeat(3, residual(chain(conv(7), prelu(), softmax()), { multiplier: 0.5 })),
  conv(20, { stride: 2 }),
  prelu({ shared: true }),
  conv(8),
  mish(),
  globalAveragePool(),
  prelu(),
  dense(10),
)

/**
 * Options of published networks. ReLU and batch norm make the losses of later steps sensitive to rounding (see
 * cases.ts), so the learning rate is small. One step in float64 takes as long as three steps in float32, and one
 * float64 step is enough to compare the gradients.
 */
const named = {
  input: [3, 32, 32],
  outputs: 10,
  loss: 'cross-entropy',
  optimizer: momentum,
  rate: 0.001,
  steps: 30,
  float64Steps: 1,
  sampled: 3,
  digits: 11,
  seed: 1,
} as const

/**
 * Small batches on which the error of float32 is measured. If the input of a ReLU rounds to the other side of 0, the
 * gradient moves a thousand times as far as by other rounding. In a batch of 16, the input of one of the three million
 * units of resnet-20 rounds to the other side of 0 by chance, in Isobath and in PyTorch alike. In a batch of 2, the
 * input of a ReLU seldom rounds to the other side of 0. The error of float32 is therefore the median over small
 * batches.
 */
const small = { count: 5, batch: 2 }

export const convolutionalCases: readonly GoldenCase[] = [
  { ...layers, name: 'windows', network: windows, input: [3, 21, 18] },
  { ...layers, name: 'norms', network: norms, input: [3, 24, 20] },
  { ...layers, name: 'remedies', network: remedies, input: [3, 19, 16], loss: 'squared-error' },
  { ...layers, name: 'prelu', network: channelwise, input: [3, 15, 14], rate: 0.01 },
  { ...layers, name: 'lenet-5', network: 'lenet-5', input: [1, 28, 28] },
  // On images of 32 x 32 pixels, vgg-11 has 9.2 million weights and no dropout. The norm of the first gradient is 154, so
  // the rate is small. At a rate of 0.0003, the float32 losses of Isobath and PyTorch differ by 4% within 20 steps.
  {
    ...named,
    name: 'vgg-11',
    network: 'vgg-11',
    batch: 4,
    steps: 8,
    float64Steps: 2,
    rate: 0.00002,
    errorBatches: { count: 1, batch: 2 },
  },
  { ...named, name: 'resnet-20', network: 'resnet-20', batch: 32, errorBatches: small, sampled: 8 },
  { ...named, name: 'wide-resnet-16-4', network: 'wide-resnet-16-4', batch: 8, errorBatches: small },
  // The network preact-resnet-164 has so many units that, in every batch, the inputs of dozens of ReLUs round to the
  // other side of 0. The norm of the gradient is 240, mostly in the first layers. PyTorch's own float32 losses differ
  // from its float64 losses by 0.3% after one step and by 3% after two steps. The later steps of preact-resnet-164 are
  // therefore compared in float64.
  {
    ...named,
    name: 'preact-resnet-164',
    network: 'preact-resnet-164',
    batch: 8,
    steps: 1,
    float64Steps: 4,
    sampled: 1,
  },
  // With branches scaled by 1/sqrt(L), the float32 losses of 30 steps agree.
  {
    ...named,
    name: 'preact-resnet-164-scaled',
    network: 'preact-resnet-164:multiplier=1/sqrt(L)',
    batch: 8,
    errorBatches: small,
    sampled: 1,
  },
  // The network du-conv-resnet is trained as in its paper: inputs of norm 1, gradient descent on squared errors,
  // softplus.
  {
    ...named,
    name: 'du-conv-resnet',
    network: 'du-conv-resnet:depth=10',
    batch: 16,
    inputNorm: 1,
    loss: 'squared-error',
    optimizer: { kind: 'sgd', weightDecay: 0 },
    sampled: 8,
  },
]
