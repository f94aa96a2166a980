/**
 * The vanilla convolutional network of Xiao et al. (2018), no norms and no skip connections, as in the authors' demonstration
 * (brain-research/mean-field-cnns): a convolution, and two with stride 2 that bring an image of 28 x 28 to 7 x 7, or one of
 * 32 x 32 to 8 x 8, all with gaussian weights; then `depth` convolutions that keep the size, with delta-orthogonal weights and
 * circular borders, as in their theory; the mean over positions, and a dense layer.
 *
 * The first three are gaussian, since delta-orthogonal ones would see one pixel in 16 and nothing of its neighbors.
 *
 * By default it is at criticality. tanh has a line of critical points; this one, sw2 = 1.04996 and sb2 = 2.0059e-5, is that
 * of the demonstration. It has a small fixed point, q* = 0.0259, where tanh is nearly linear, so that with orthogonal weights
 * all singular values of the network's Jacobian stay near 1; at sw2 = 1.7609546, sb2 = 0.05 they spread 22 times as fast with
 * depth (Pennington et al. 2017: their variance grows in proportion to depth, and to q* where that is small).
 */
import { type ActivationName, activationNames } from '../activations.ts'
import { deltaOrthogonal, gaussian, glorot, he, lecun, orthogonal } from '../initializers.ts'
import { activation, chain, conv, dense, globalAveragePool, named, repeat } from '../layers.ts'
import type { Initializer } from '../network.ts'
import { choice, topOption, variance, whole } from '../option-kinds.ts'
import { LARGEST_DEPTH } from '../preset-options.ts'
import { type PresetText, presetError, take } from '../preset-text.ts'
import { LARGEST_COUNT } from '../schema.ts'
import type { Family } from './family.ts'

/** Variances at which signals neither vanish nor explode. tanh: q* = 0.0259; relu: He et al. (2015). */
export const criticalPoints: Readonly<Partial<Record<ActivationName, { readonly sw2: number; readonly sb2: number }>>> =
  {
    tanh: { sw2: 1.049960955585521, sb2: 2.0058681158233865e-5 },
    relu: { sw2: 2, sb2: 0 },
    identity: { sw2: 1, sb2: 0 },
  }

/** Those with variances: the gain of (delta-)orthogonal weights is sqrt(sw2). */
const byVariance = {
  deltaOrthogonal: (sw2: number, sb2: number) => deltaOrthogonal(Math.sqrt(sw2), sb2),
  orthogonal: (sw2: number, sb2: number) => orthogonal(Math.sqrt(sw2), sb2),
  gaussian: (sw2: number, sb2: number) => gaussian({ sw2, sb2 }),
} as const

const byFan = { he, glorot, lecun } as const

type InitName = keyof typeof byVariance | keyof typeof byFan

const options = {
  depth: whole({ to: LARGEST_DEPTH }, 50, 'number of convolutions after the first three, which make the image smaller'),
  channels: whole({ to: LARGEST_COUNT }, 32, 'of every convolution'),
  kernel: whole({ to: 99 }, 3, 'the side of the kernels'),
  padding: choice(['circular', 'zero'], 'circular', 'what lies beyond the border; zeros in the first three'),
  activation: choice<ActivationName>(
    activationNames.filter((name) => name !== 'leakyRelu'),
    'tanh',
    'the function after each convolution',
  ),
  init: choice<InitName>(
    ['deltaOrthogonal', 'orthogonal', 'gaussian', 'he', 'glorot', 'lecun'],
    'deltaOrthogonal',
    'how weights start; with the first three of these, the first three convolutions and the read-out are gaussian',
  ),
  sw2: variance(
    'the critical point of tanh (1.04996), relu (2) or identity (1)',
    'weights of variance sw2/fanIn, or of gain sqrt(sw2) where they are orthogonal',
  ),
  sb2: variance('2.0059e-5 with tanh at its critical point, else 0', 'gaussian biases of variance sb2'),
  pool: choice(['average', 'none'], 'average', 'the mean over positions before the read-out, or none'),
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
    const layer = (stride: number) => [conv(channels, { kernel, stride, init: outside }), activation(name)]
    return chain(
      named('stem', chain(...[1, 2, 2].flatMap(layer))),
      repeat(depth, chain(conv(channels, { kernel, padding, init: inside }), activation(name)), { name: 'hidden' }),
      ...(take(text, 'pool', options.pool) === 'none' ? [] : [globalAveragePool({ name: 'pool' })]),
      ...(take(text, 'top', topOption) === 'none' ? [] : [dense(classes, { name: 'readout', init: outside })]),
    )
  },
}

interface Initializers {
  /** Of the convolutions that keep the size. */
  readonly inside: Initializer
  /** Of the others. */
  readonly outside: Initializer
}

function readInitializers(text: PresetText, activationName: ActivationName): Initializers {
  const init = take(text, 'init', options.init) ?? 'deltaOrthogonal'
  const sw2 = take(text, 'sw2', options.sw2)
  const sb2 = take(text, 'sb2', options.sb2)
  if (init === 'he' || init === 'glorot' || init === 'lecun') {
    if (sw2 === undefined && sb2 === undefined) return { inside: byFan[init](), outside: byFan[init]() }
    const key = sw2 === undefined ? 'sb2' : 'sw2'
    const remedy = `${init} sets the variances; remove one of the two, or take init=gaussian.`
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
