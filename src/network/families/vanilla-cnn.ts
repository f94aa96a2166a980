/**
 * The vanilla convolutional network of Xiao et al. (2018), without norms and skip connections, as in the authors'
 * demonstration (brain-research/mean-field-cnns). The network starts with three convolutions with gaussian weights. The
 * second and the third convolution of the network have stride 2. The two convolutions with stride 2 reduce an image of
 * 28 x 28 to 7 x 7, or an image of 32 x 32 to 8 x 8. After the first three convolutions come `depth` convolutions that
 * keep the size, with delta-orthogonal weights and circular borders, as in the paper's theory. The mean over positions
 * and a dense layer end the network.
 *
 * The first three convolutions have gaussian weights, because delta-orthogonal convolutions with stride 2 would see one
 * pixel in 16, and none of its neighbors.
 *
 * By default the weights of the vanilla network are at criticality. For tanh there is a line of critical points. The
 * default for tanh is the critical point of the authors' demonstration: sw2 = 1.04996 and sb2 = 2.0059e-5. At the
 * default critical point of tanh, the fixed point q* = 0.0259 is so small that tanh is nearly linear. With orthogonal
 * weights and q* = 0.0259, all singular values of the network's Jacobian stay near 1. At the critical point sw2 =
 * 1.7609546 and sb2 = 0.05, the spread of the singular values grows with depth 22 times as fast as at the default
 * (Pennington et al. 2017). The variance of the Jacobian's singular values grows in proportion to the depth, and, for a
 * small q*, in proportion to q*.
 */
import { type FrameworkName, frameworkMeans, frameworkNames, frameworkStart, isFramework } from '../framework-starts.ts'
import { deltaOrthogonal, gaussian, glorot, he, lecun, orthogonal } from '../initializers.ts'
import { chain, conv, dense, globalAveragePool, named, repeat } from '../layers.ts'
import type { Initializer } from '../network.ts'
import { choice, topOption, variance, whole } from '../option-kinds.ts'
import { activationLayer, type PresetActivation, presetActivations } from '../preset-activations.ts'
import { LARGEST_DEPTH } from '../preset-options.ts'
import { type PresetText, presetError, take } from '../preset-text.ts'
import { LARGEST_COUNT } from '../schema.ts'
import type { Family } from './family.ts'

/**
 * Critical variances sw2 and sb2, at which signals neither vanish nor explode. For tanh, the fixed point of the
 * signal's variance is q* = 0.0259. For relu and prelu, the critical variances are those of He et al. (2015). PReLU's
 * slopes start at 0.25, and the critical variance sw2 is 2/(1 + 0.25^2).
 */
export const criticalPoints: Readonly<
  Partial<Record<PresetActivation, { readonly sw2: number; readonly sb2: number }>>
> = {
  tanh: { sw2: 1.049960955585521, sb2: 2.0058681158233865e-5 },
  relu: { sw2: 2, sb2: 0 },
  prelu: { sw2: 2 / (1 + 0.25 ** 2), sb2: 0 },
  identity: { sw2: 1, sb2: 0 },
}

/**
 * Initializers that take the variances sw2 and sb2. The gain of orthogonal and delta-orthogonal weights is sqrt(sw2).
 */
const byVariance = {
  deltaOrthogonal: (sw2: number, sb2: number) => deltaOrthogonal(Math.sqrt(sw2), sb2),
  orthogonal: (sw2: number, sb2: number) => orthogonal(Math.sqrt(sw2), sb2),
  gaussian: (sw2: number, sb2: number) => gaussian({ sw2, sb2 }),
} as const

const byFan = { he, glorot, lecun } as const

type InitName = keyof typeof byVariance | keyof typeof byFan | FrameworkName

const options = {
  depth: whole(
    { to: LARGEST_DEPTH },
    50,
    'number of convolutions after the first three; the first three make the image smaller',
  ),
  channels: whole({ to: LARGEST_COUNT }, 32, 'number of channels of every convolution'),
  kernel: whole({ to: 99 }, 3, 'side of the square kernels'),
  padding: choice(
    ['circular', 'zero'],
    'circular',
    'values beyond the border; the first three convolutions always use zeros',
  ),
  activation: choice<PresetActivation>(
    presetActivations.filter((name) => name !== 'leakyRelu'),
    'tanh',
    'the function after each convolution',
  ),
  init: choice<InitName>(
    ['deltaOrthogonal', 'orthogonal', 'gaussian', 'he', 'glorot', 'lecun', ...frameworkNames],
    'deltaOrthogonal',
    `initial weights; with deltaOrthogonal and orthogonal, the first three convolutions and the read-out are gaussian; ${frameworkMeans}`,
  ),
  sw2: variance(
    'the critical point of tanh (1.04996), relu (2), prelu (1.88235) or identity (1)',
    'gaussian weights have the variance sw2/fanIn, and orthogonal weights have the gain sqrt(sw2)',
  ),
  sb2: variance('2.0059e-5 with tanh at the critical point, 0 otherwise', 'gaussian biases of variance sb2'),
  pool: choice(['average', 'none'], 'average', 'pooling before the read-out: the mean over positions, or none'),
  top: topOption,
} as const

export const vanillaFamily: Family = {
  group: 'vanilla',
  input: [1, 28, 28],
  classes: 10,
  stem: 'vanilla-cnn',
  means: 'convolutions one after the other, trainable at any depth (Xiao et al. 2018)',
  options,
  build: (text, _numbers, { classes }) => {
    const depth = take(text, 'depth', options.depth) ?? 50
    const channels = take(text, 'channels', options.channels) ?? 32
    const kernel = take(text, 'kernel', options.kernel) ?? 3
    const padding = take(text, 'padding', options.padding) ?? 'circular'
    const name = take(text, 'activation', options.activation) ?? 'tanh'
    const { inside, outside } = readInitializers(text, name)
    const layer = (stride: number) => [conv(channels, { kernel, stride, init: outside }), activationLayer(name)]
    return chain(
      named('stem', chain(...[1, 2, 2].flatMap(layer))),
      repeat(depth, chain(conv(channels, { kernel, padding, init: inside }), activationLayer(name)), {
        name: 'hidden',
      }),
      ...(take(text, 'pool', options.pool) === 'none' ? [] : [globalAveragePool({ name: 'pool' })]),
      ...(take(text, 'top', topOption) === 'none' ? [] : [dense(classes, { name: 'readout', init: outside })]),
    )
  },
}

interface Initializers {
  /** Initializer of the convolutions that keep the size. */
  readonly inside: Initializer
  /** Initializer of the first three convolutions and the read-out. */
  readonly outside: Initializer
}

function readInitializers(text: PresetText, activationName: PresetActivation): Initializers {
  const init = take(text, 'init', options.init) ?? 'deltaOrthogonal'
  if (isFramework(init)) {
    const start = frameworkStart(text, init, ['sw2', 'sb2'])
    return { inside: start, outside: start }
  }
  const sw2 = take(text, 'sw2', options.sw2)
  const sb2 = take(text, 'sb2', options.sb2)
  if (init === 'he' || init === 'glorot' || init === 'lecun') {
    if (sw2 === undefined && sb2 === undefined) return { inside: byFan[init](), outside: byFan[init]() }
    const key = sw2 === undefined ? 'sb2' : 'sw2'
    const remedy = `The initializer ${init} already sets the variances. Remove init or ${key}, or take init=gaussian.`
    throw presetError(`${text.name}:${key}`, `no ${key} with init=${init}`, `${sw2 ?? sb2}`, remedy)
  }
  const withVariances = (weights: number, biases: number): Initializers => ({
    inside: byVariance[init](weights, biases),
    outside: gaussian({ sw2: weights, sb2: biases }),
  })
  if (sw2 !== undefined) return withVariances(sw2, sb2 ?? 0)
  const critical = criticalPoints[activationName]
  if (sb2 !== undefined) {
    throw presetError(`${text.name}:sb2=${sb2}`, 'sw2 with sb2', 'no sw2', 'Add sw2, or leave sb2 out.')
  }
  if (critical !== undefined) return withVariances(critical.sw2, critical.sb2)
  const known = Object.keys(criticalPoints).join(', ')
  throw presetError(
    `${text.name}:activation=${activationName}`,
    `sw2 with an activation other than ${known}`,
    'no sw2',
    'Add sw2 and sb2.',
  )
}
