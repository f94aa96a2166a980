/** The case book: networks with one known fault, with two faults, or with none, which the diagnosis must tell apart. */
import {
  adam,
  type Blueprint,
  batchNorm,
  blobs,
  chain,
  type Dataset,
  type DiagnoseOptions,
  dense,
  gaussian,
  glyphs,
  initialize,
  momentum,
  type Network,
  parseNetwork,
  relu,
  repeat,
  residual,
  tiles,
  type Verdict,
} from '../index.ts'

export interface Case {
  readonly name: string
  /** Short description of what is wrong with the network. */
  readonly about: string
  /**
   * Verdicts of the diagnosis that count as right. An expected verdict that appears only among the later findings does
   * not count as right. Several verdicts are listed if the literature has more than one name for the fault.
   */
  readonly expected: readonly Verdict[]
  /** Further verdicts that must be among the findings of the diagnosis, in any place. */
  readonly also?: readonly Verdict[]
  readonly network: (data: Dataset) => Network
  readonly data: (seed: number) => Dataset
  readonly options?: Omit<DiagnoseOptions, 'data' | 'seeds'>
}

const images = (seed: number): Dataset => glyphs({ seed, train: 12_000, test: 1000 })

/** A data set of 200 training images. Every fifth image has the label of the next class instead of its own. */
function fewNoisy(seed: number): Dataset {
  const data = glyphs({ seed, train: 200, test: 1000 })
  const { labels } = data.train
  const wrong = labels.map((label, index) => (index % 5 === 0 ? (label + 1) % data.classes : label))
  return { ...data, train: { ...data.train, labels: wrong } }
}

/** Points of two classes that overlap. The second class has one sample for 19 samples of the first class. */
function rareClass(seed: number): Dataset {
  const data = blobs({ seed, train: 8000, test: 4000, classes: 2, features: 2, noise: 2 })
  const thinned = ({ count, inputs, labels }: Dataset['train']): Dataset['train'] => {
    const kept = Array.from({ length: count }, (_, index) => index).filter((at) => labels[at] === 0 || at % 19 === 0)
    return {
      count: kept.length,
      inputs: Float32Array.from(kept.flatMap((at) => [...inputs.subarray(2 * at, 2 * at + 2)])),
      labels: Uint8Array.from(kept.map((at) => labels[at])),
    }
  }
  return { ...data, train: thinned(data.train), test: thinned(data.test) }
}

const preset =
  (text: string) =>
  ({ shape: input, classes }: Dataset): Network =>
    parseNetwork(text, { input, classes })

/** Draws initial weights and sets all biases outside of the read-out to -10, so that no ReLU unit is active. */
function negativeBiases(blueprint: Blueprint, seed: number): Map<string, Float64Array> {
  const weights = initialize(blueprint, seed)
  for (const { name, role } of blueprint.parameters) {
    if (role === 'bias' && !name.startsWith('readout')) weights.get(name)?.fill(-10)
  }
  return weights
}

/**
 * A network whose hidden biases have a standard deviation of 10^9. Neighboring float32 numbers near 10^9 are 64 apart.
 */
const hugeBiases = ({ classes }: Dataset): Network => {
  const init = gaussian({ sw2: 2, sb2: 1e18 })
  return chain(
    dense(64, { init }),
    batchNorm(),
    relu(),
    repeat(3, chain(dense(64, { init }), batchNorm(), relu())),
    dense(classes),
  )
}

/** A network of 30 residual blocks, of which the last 24 have almost no effect. */
const idleAbove = ({ classes }: Dataset): Network => {
  const multiplier = Array.from({ length: 30 }, (_, block) => (block < 6 ? 0.3 : 1e-5))
  return chain(dense(64), relu(), repeat(30, residual(chain(dense(64), relu()), { multiplier })), dense(classes))
}

export const cases: readonly Case[] = [
  {
    name: 'deep sigmoid',
    about: 'each layer passes on only a fraction of the gradient',
    expected: ['vanishing-gradient'],
    network: preset('mlp:depth=30,activation=sigmoid'),
    data: images,
  },
  {
    name: 'weights too large',
    about:
      'the weights have twice the standard deviation of He’s initialization: the mean square of the signal grows fourfold per layer',
    expected: ['exploding-signal'],
    network: preset('mlp:depth=30,gain=2'),
    data: images,
  },
  {
    name: 'weights too small',
    about:
      'the weights have half the standard deviation of He’s initialization: the mean square of the signal shrinks to a fourth per layer',
    expected: ['vanishing-signal'],
    network: preset('mlp:depth=30,gain=0.5'),
    data: images,
  },
  {
    name: 'residual sum too large',
    about: 'the residual branches have the multiplier 1: the mean square of the signal doubles per block',
    expected: ['exploding-signal'],
    network: preset('residual-mlp:depth=40,multiplier=1'),
    data: images,
  },
  {
    name: 'chaotic tanh',
    about: 'the weight variance sw2 is 4: similar inputs end up with dissimilar outputs',
    expected: ['chaotic-signal'],
    network: preset('mlp:depth=30,activation=tanh,sw2=4,sb2=0.05'),
    data: images,
  },
  {
    name: 'ordered tanh',
    about: 'the weight variance sw2 is 1: all inputs end up with nearly the same output',
    expected: ['correlation-collapse'],
    network: preset('mlp:depth=40,activation=tanh,sw2=1,sb2=0.05'),
    data: images,
  },
  {
    name: 'deep ReLU',
    about: '60 ReLU layers with He’s initialization: all inputs end up with nearly the same output',
    expected: ['correlation-collapse'],
    network: preset('mlp:depth=60'),
    data: images,
  },
  {
    name: 'negative biases',
    about: 'the biases are so negative that no ReLU unit is ever active',
    expected: ['dead-units'],
    network: preset('mlp:depth=6'),
    data: images,
    options: { start: negativeBiases },
  },
  {
    name: 'saturated sigmoid',
    about: 'the biases have a standard deviation of 30: the units hardly react to their input',
    expected: ['saturated-units'],
    network: preset('mlp:depth=4,activation=sigmoid,sw2=1,sb2=900'),
    data: images,
  },
  {
    name: 'plain, with batch norm',
    about: '80 plain layers with batch normalization: gradients grow toward the input, and training degrades',
    // All three expected verdicts of this case are right: mean-field theory calls a network chaotic if its gradients
    // grow by a factor per layer (Yang et al. 2019).
    expected: ['optimization-failure', 'exploding-gradient', 'chaotic-signal'],
    network: preset('mlp:depth=80,norm=batch'),
    data: images,
  },
  {
    name: 'rate too large',
    about: 'the learning rate is ten times the default',
    expected: ['unstable-step'],
    network: preset('mlp:depth=6'),
    data: images,
    options: { optimizer: momentum({ rate: 0.3 }) },
  },
  {
    name: 'rate far too large',
    about: 'the learning rate is a thousand times the default, so a tenth of the rate diverges too',
    expected: ['unstable-step'],
    network: preset('mlp:depth=6'),
    data: images,
    options: { optimizer: momentum({ rate: 30 }) },
  },
  {
    name: 'rate too small',
    about: 'the learning rate is a thousandth of the default',
    expected: ['step-too-small'],
    network: preset('mlp:depth=4'),
    data: images,
    options: { optimizer: momentum({ rate: 0.00003 }) },
  },
  {
    name: 'few updates',
    about: '60 updates with Adam at its default rate',
    expected: ['too-few-steps', 'step-too-small'],
    network: preset('mlp:depth=3'),
    data: images,
    options: { optimizer: adam(), steps: 60 },
  },
  {
    name: 'raw bytes',
    about: 'pixels from 0 to 255 go into the network as they are',
    expected: ['unscaled-data'],
    network: preset('mlp:depth=3'),
    data: images,
    options: { standardize: 'raw' },
  },
  {
    name: 'softmax twice',
    about: 'a softmax at the end, before a loss that applies a softmax itself',
    expected: ['output-cannot-reach-targets'],
    network: preset('mlp:depth=3,output=softmax'),
    data: images,
  },
  {
    name: 'dropout of 0.8',
    about: 'four of five units are dropped behind every layer',
    expected: ['over-regularized'],
    network: preset('mlp:depth=4,dropout=0.8'),
    data: images,
  },
  {
    name: 'rare class',
    about: 'one of twenty samples has the class that the network never finds',
    expected: ['unbalanced-classes'],
    network: preset('mlp:depth=2,width=16'),
    data: rareClass,
  },
  {
    name: 'biases beyond float32',
    about:
      'batch normalization removes biases of about 10^9: the signal is smaller than the distance of float32 numbers of that size',
    expected: ['numerical-error'],
    network: hugeBiases,
    data: images,
  },
  {
    name: 'few noisy samples',
    about: 'a wide network learns 200 samples, a fifth of which have a wrong label',
    expected: ['overfitting'],
    network: preset('mlp:depth=3,width=256'),
    data: fewNoisy,
  },
  {
    name: 'two units wide',
    about: 'ten classes must pass through layers of two units',
    expected: ['under-capacity'],
    network: preset('mlp:depth=3,width=2'),
    data: images,
  },
  {
    name: 'idle upper blocks',
    about: 'the last 24 of 30 residual blocks have almost no effect',
    expected: ['useless-depth'],
    network: idleAbove,
    data: images,
    options: { optimizer: momentum({ rate: 0.01 }) },
  },
  {
    name: 'linear stack',
    about: 'eight layers without activations compute no more than one layer could',
    // With activations, the training error is far lower. The depth is useless because the activations are missing.
    expected: ['no-nonlinearity'],
    also: ['useless-depth'],
    network: preset('linear:depth=8,init=orthogonal'),
    data: images,
    options: { optimizer: momentum({ rate: 0.003 }) },
  },
  {
    name: 'idle blocks, few samples',
    about: 'two faults: residual blocks with almost no effect, and 200 samples with noisy labels',
    expected: ['overfitting'],
    also: ['useless-depth'],
    network: idleAbove,
    data: fewNoisy,
  },
  {
    name: 'shallow ReLU',
    about: 'three layers without a fault',
    expected: ['healthy'],
    network: preset('mlp:depth=3'),
    data: images,
  },
  {
    name: 'deep residual',
    about: '30 residual layers with the multiplier 1/depth, without a fault',
    // Half of the blocks have next to no effect with some seeds.
    expected: ['healthy', 'useless-depth'],
    network: preset('residual-mlp:depth=30'),
    data: images,
  },
  {
    name: 'orthogonal tanh',
    about: 'ten layers at the edge of chaos, without a fault',
    expected: ['healthy'],
    network: preset('mlp:depth=10,activation=tanh,init=orthogonal,gain=1.05'),
    data: images,
    options: { optimizer: momentum({ rate: 0.01 }) },
  },
  {
    name: 'small ResNet',
    about: 'a convolutional residual network of 8 layers without a fault, but only 150 updates',
    expected: ['too-few-steps'],
    network: preset('cifar-resnet-8'),
    data: (seed) => tiles({ seed, train: 2000, test: 500 }),
    options: { batch: 32, steps: 150, optimizer: momentum({ rate: 0.03 }) },
  },
]

/**
 * Options of the diagnosis for all cases. A case may override the common options of the diagnosis with its own options.
 */
export const caseOptions = { batch: 64, steps: 400, budget: 600 } as const
