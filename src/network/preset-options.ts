/**
 * The options of the dense presets, one row for each option. The parser of presets and the help text read the rows of
 * options.
 */
import { grouped, listed } from '../format/words.ts'
import { frameworkMeans, frameworkNames } from './framework-starts.ts'
import {
  constant,
  deltaOrthogonal,
  fanInUniform,
  glorot,
  hardtMa,
  he,
  identityInit,
  lecun,
  orthogonal,
  sparse,
  uniform,
  varianceScaling,
  zeros,
} from './initializers.ts'
import { multiplierOption } from './multiplier.ts'
import type { Initializer } from './network.ts'
import { choice, gainOption, number, rate, topOption, variance, whole, wholeNumber } from './option-kinds.ts'
import { initializerOf, type PresetActivation, presetActivations, withSlope } from './preset-activations.ts'
import { type PresetOption, type PresetText, presetError, take } from './preset-text.ts'
import { LARGEST_COUNT } from './schema.ts'

export const LARGEST_DEPTH = 10_000
export const DEFAULT_DEPTH = 4
export const DEFAULT_WIDTH = 64

export type InitializerName = Exclude<Initializer['kind'], 'gaussian' | 'normal'>

/** Initializers by name. If the gain is undefined, the initializer uses its own default gain. */
export const initializers: Record<InitializerName, (gain?: number) => Initializer> = {
  he: (gain) => he(gain),
  glorot: (gain) => glorot(gain),
  lecun: (gain) => lecun(gain),
  orthogonal: (gain) => orthogonal(gain),
  deltaOrthogonal: (gain) => deltaOrthogonal(gain),
  fanInUniform: (gain) => fanInUniform(gain),
  varianceScaling: (gain = 1) => varianceScaling({ scale: gain ** 2 }),
  uniform: (gain = 1) => uniform({ from: -Math.abs(gain), to: Math.abs(gain) }),
  constant: (gain = 1) => constant(gain),
  hardtMa: () => hardtMa(),
  identity: (gain) => identityInit(gain),
  zeros: () => zeros(),
  sparse: (gain) => sparse({ deviation: gain }),
}

/** The activations that have the initializer as their default, in words, such as `relu, leakyRelu and gelu`. */
const takersOf = (initializer: InitializerName): string =>
  listed(presetActivations.filter((name) => initializerOf(name) === initializer))

export type NormName = 'none' | 'batch' | 'layer'

/**
 * The residual block of a dense network, with the multiplier m and the activation phi:
 * - post: x + m phi(W x). The branch ends in the activation. With ReLU, the mean of the branch is positive, so the means
 *   of all branches add up.
 * - pre: x + m W phi(x) (He et al. 2016). The branch ends in random weights, so its mean is zero.
 * - two-layer: x + m W2 phi(W1 x). The mean of the branch is zero, too.
 */
export type BlockName = 'post' | 'pre' | 'two-layer'

/**
 * Initializers of dense layers. In a dense layer deltaOrthogonal would equal orthogonal, because the kernel of a dense
 * layer consists of only its center.
 */
const denseInitializers = [
  'he',
  'glorot',
  'lecun',
  'orthogonal',
  'fanInUniform',
  'varianceScaling',
  'uniform',
  'constant',
  'identity',
  'zeros',
  'sparse',
  ...frameworkNames,
] as const
const norms: readonly NormName[] = ['none', 'batch', 'layer']
const blockNames: readonly BlockName[] = ['post', 'pre', 'two-layer']

/** Reads widths joined by -, such as 784-400-100. Undefined if the text can't be read. */
export function widthList(text: string): number[] | undefined {
  const widths: number[] = []
  for (const part of text.split('-')) {
    const width = wholeNumber(part, 1, LARGEST_COUNT)
    if (width === undefined) return undefined
    widths.push(width)
  }
  return widths.length <= LARGEST_DEPTH ? widths : undefined
}

export const denseOptions = {
  depth: whole({ to: LARGEST_DEPTH }, DEFAULT_DEPTH, 'number of hidden dense layers; the read-out is not counted'),
  width: whole({ to: LARGEST_COUNT }, DEFAULT_WIDTH, 'number of units of every hidden layer'),
  widths: {
    values: `1 to ${grouped(LARGEST_DEPTH)} widths joined by -, as in 784-400-100`,
    fallback: 'layers of equal width; depth gives their number',
    means: 'number of units of each hidden layer; replaces depth and width',
    read: widthList,
  } satisfies PresetOption<number[]>,
  activation: choice<PresetActivation>(presetActivations, 'relu', 'the function after each hidden layer'),
  slope: number(
    'a number',
    () => true,
    '0.01 with leakyRelu, 0.25 with prelu',
    "leakyRelu's slope for negative inputs, or the initial value of prelu's trained slopes",
  ),
  init: choice(
    denseInitializers,
    `he with ${takersOf('he')}, lecun with ${takersOf('lecun')}, glorot with all other activations`,
    `initial weights; identity and zeros apply only to layers that keep their width, and the other layers use the default; ${frameworkMeans}`,
  ),
  gain: gainOption,
  sw2: variance('the variance of the initializer', 'gaussian weights of variance sw2/fanIn in every layer'),
  sb2: variance('0', 'gaussian biases of variance sb2 in every layer; needs sw2'),
  norm: choice(norms, 'none', 'batch or layer normalization after each hidden layer, before its activation'),
  dropout: rate('probability that a unit is dropped after each activation'),
  top: topOption,
  block: choice(
    blockNames,
    'post',
    'the residual block: post is x + m phi(W x), pre is x + m W phi(x), two-layer is x + m W2 phi(W1 x). A block of two-layer counts as two layers, and at an even depth a plain second layer precedes the blocks',
  ),
  multiplier: multiplierOption('1/L', 'L is the depth, and l is the number of the last layer in the branch'),
  remedy: choice(
    ['none', 'rezero'],
    'none',
    'rezero: the multiplier is trained and starts at 0 (Bachlechner et al. 2020)',
  ),
} as const

export type DenseOption = keyof typeof denseOptions

/** The option `slope`. Throws a `preset` error if the activation has no slope. */
export function readSlope(text: PresetText, activation: PresetActivation | undefined): number | undefined {
  const slope = take(text, 'slope', denseOptions.slope)
  if (slope === undefined || (activation !== undefined && withSlope.includes(activation))) return slope
  const where = `${text.name}:slope=${slope}`
  throw presetError(where, `slope only with activation=${withSlope.join(' or ')}`, `${activation}`, 'Leave slope out.')
}
