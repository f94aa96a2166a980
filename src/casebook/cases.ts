/** Networks with one known disease, with two, or with none: what the diagnosis must be able to tell apart. */
import {
  type Blueprint,
  batchNorm,
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
  /** What is wrong with it, in a few words. */
  readonly about: string
  /** What must come first; any of these where the field has more than one name for it. */
  readonly expected: readonly Verdict[]
  /** What must be among the findings as well. */
  readonly also?: readonly Verdict[]
  readonly network: (data: Dataset) => Network
  readonly data: (seed: number) => Dataset
  readonly options?: Omit<DiagnoseOptions, 'data' | 'seeds'>
}

const images = (seed: number): Dataset => glyphs({ seed, train: 12_000, test: 1000 })

/** 200 samples, one in five of which has another label than its own. */
function fewNoisy(seed: number): Dataset {
  const data = glyphs({ seed, train: 200, test: 1000 })
  const { labels } = data.train
  const wrong = labels.map((label, index) => (index % 5 === 0 ? (label + 1) % data.classes : label))
  return { ...data, train: { ...data.train, labels: wrong } }
}

const preset =
  (text: string) =>
  ({ shape: input, classes }: Dataset): Network =>
    parseNetwork(text, { input, classes })

/** All biases but the read-out's so far below zero that no unit is ever active. */
function negativeBiases(blueprint: Blueprint, seed: number): Map<string, Float64Array> {
  const weights = initialize(blueprint, seed)
  for (const { name, role } of blueprint.parameters) {
    if (role === 'bias' && !name.startsWith('readout')) weights.get(name)?.fill(-10)
  }
  return weights
}

/** Hidden layers with biases of deviation 10^9, whose float32 neighbors are 64 apart. */
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

/** The last 24 of 30 residual blocks do next to nothing. */
const idleAbove = ({ classes }: Dataset): Network => {
  const multiplier = Array.from({ length: 30 }, (_, block) => (block < 6 ? 0.3 : 1e-5))
  return chain(dense(64), relu(), repeat(30, residual(chain(dense(64), relu()), { multiplier })), dense(classes))
}

export const cases: readonly Case[] = [
  {
    name: 'deep sigmoid',
    about: 'each layer passes a fraction of the gradient on',
    expected: ['vanishing-gradient'],
    network: preset('mlp:depth=30,activation=sigmoid'),
    data: images,
  },
  {
    name: 'weights too large',
    about: 'twice He’s deviation: the signal grows fourfold a layer',
    expected: ['exploding-signal'],
    network: preset('mlp:depth=30,gain=2'),
    data: images,
  },
  {
    name: 'weights too small',
    about: 'half He’s deviation: the signal shrinks to a fourth a layer',
    expected: ['vanishing-signal'],
    network: preset('mlp:depth=30,gain=0.5'),
    data: images,
  },
  {
    name: 'residual sum too large',
    about: 'residual branches at full strength: the signal doubles a block',
    expected: ['exploding-signal'],
    network: preset('residual-mlp:depth=40,multiplier=1'),
    data: images,
  },
  {
    name: 'chaotic tanh',
    about: 'sw2 = 4: like inputs end up unlike',
    expected: ['chaotic-signal'],
    network: preset('mlp:depth=30,activation=tanh,sw2=4,sb2=0.05'),
    data: images,
  },
  {
    name: 'ordered tanh',
    about: 'sw2 = 1: all inputs end up alike',
    expected: ['correlation-collapse'],
    network: preset('mlp:depth=40,activation=tanh,sw2=1,sb2=0.05'),
    data: images,
  },
  {
    name: 'deep ReLU',
    about: 'He’s initialization, 60 layers: all inputs end up alike',
    expected: ['correlation-collapse'],
    network: preset('mlp:depth=60'),
    data: images,
  },
  {
    name: 'negative biases',
    about: 'ReLU units that are never active',
    expected: ['dead-units'],
    network: preset('mlp:depth=6'),
    data: images,
    options: { start: negativeBiases },
  },
  {
    name: 'saturated sigmoid',
    about: 'biases of deviation 30: units that don’t react',
    expected: ['saturated-units'],
    network: preset('mlp:depth=4,activation=sigmoid,sw2=1,sb2=900'),
    data: images,
  },
  {
    name: 'plain, with batch norm',
    about: '80 plain layers with batch normalization: gradients grow toward the input, and it degrades',
    // What it is called is free: gradients that grow by a factor a layer are what chaos is (Yang et al. 2019).
    expected: ['optimization-failure', 'exploding-gradient', 'chaotic-signal'],
    network: preset('mlp:depth=80,norm=batch'),
    data: images,
  },
  {
    name: 'rate too large',
    about: 'ten times the usual rate',
    expected: ['unstable-step'],
    network: preset('mlp:depth=6'),
    data: images,
    options: { optimizer: momentum({ rate: 0.3 }) },
  },
  {
    name: 'biases beyond float32',
    about: 'biases of a billion, which a norm takes off again: the signal is below their last bit',
    expected: ['numerical-error'],
    network: hugeBiases,
    data: images,
  },
  {
    name: 'few noisy samples',
    about: 'a wide network and 200 samples, a fifth of them with a wrong label',
    expected: ['overfitting'],
    network: preset('mlp:depth=3,width=256'),
    data: fewNoisy,
  },
  {
    name: 'two units wide',
    about: 'ten classes through two units',
    expected: ['under-capacity'],
    network: preset('mlp:depth=3,width=2'),
    data: images,
  },
  {
    name: 'idle upper blocks',
    about: 'the last 24 of 30 residual blocks do next to nothing',
    expected: ['useless-depth'],
    network: idleAbove,
    data: images,
    options: { optimizer: momentum({ rate: 0.01 }) },
  },
  {
    name: 'linear stack',
    about: 'eight layers without activations: one would do',
    expected: ['useless-depth'],
    network: preset('linear:depth=8,init=orthogonal'),
    data: images,
    options: { optimizer: momentum({ rate: 0.003 }) },
  },
  {
    name: 'idle blocks, few samples',
    about: 'two diseases: blocks that do nothing, and 200 noisy samples',
    expected: ['overfitting'],
    also: ['useless-depth'],
    network: idleAbove,
    data: fewNoisy,
  },
  {
    name: 'shallow ReLU',
    about: 'three layers: nothing is wrong',
    expected: ['healthy'],
    network: preset('mlp:depth=3'),
    data: images,
  },
  {
    name: 'deep residual',
    about: '30 residual layers with multiplier 1/depth: nothing is wrong',
    expected: ['healthy'],
    network: preset('residual-mlp:depth=30'),
    data: images,
  },
  {
    name: 'orthogonal tanh',
    about: 'ten layers at the edge of chaos: nothing is wrong',
    expected: ['healthy'],
    network: preset('mlp:depth=10,activation=tanh,init=orthogonal,gain=1.05'),
    data: images,
    options: { optimizer: momentum({ rate: 0.01 }) },
  },
  {
    name: 'small ResNet',
    about: 'a convolutional residual network of 8 layers: nothing is wrong',
    expected: ['healthy'],
    network: preset('cifar-resnet-8'),
    data: (seed) => tiles({ seed, train: 2000, test: 500 }),
    options: { batch: 32, steps: 150, optimizer: momentum({ rate: 0.03 }) },
  },
]

/** What all cases have in common where they don't say otherwise. */
export const caseOptions = { batch: 64, steps: 400, budget: 600 } as const
