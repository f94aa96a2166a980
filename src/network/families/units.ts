/**
 * Blocks of convolutions with a skip connection, and stages of blocks. A list of convolutions describes each block. The
 * style adds norms, activations, biases and multipliers.
 */
import { he, zeros } from '../initializers.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  globalAveragePool,
  named,
  type ResidualOptions,
  relu,
  repeat,
  residual,
  scalarBias,
  shortcut,
} from '../layers.ts'
import { multipliers } from '../multiplier.ts'
import type { Initializer, Layer } from '../network.ts'
import type { FamilyStyle } from './style.ts'

/** One convolution of a block. */
export interface Convolution {
  readonly channels: number
  readonly kernel: number
  readonly stride: number
}

/**
 * The place of a block among the network's residual branches: the number of its first branch, counted from 1, and the
 * number of iterations of the block's loop.
 */
export interface BlockPlace {
  readonly first: number
  readonly times?: number
}

/** Makes a block whose input has `from` channels. */
export type MakeBlock = (convolutions: readonly Convolution[], from: number, place: BlockPlace) => Layer

const norm = (style: FamilyStyle, scale = 1): Layer[] => (style.norm ? [batchNorm({ scale })] : [])
const strideOf = (convolutions: readonly Convolution[]) => convolutions.reduce((all, { stride }) => all * stride, 1)
const channelsOf = (convolutions: readonly Convolution[]) => convolutions[convolutions.length - 1].channels

/** A ReLU. With Fixup, a scalar bias stands before the ReLU. */
const activated = ({ remedy }: FamilyStyle): Layer[] => (remedy === 'fixup' ? [scalarBias(), relu()] : [relu()])

function convolution({ channels, kernel, stride }: Convolution, style: FamilyStyle, index = 0, count = 1): Layer[] {
  const { bias, remedy, branches, init } = style
  const options = { kernel, stride, bias }
  if (remedy !== 'fixup' || count === 1) return [conv(channels, { ...options, init: init() })]
  // Zhang et al. (2019): in a branch of m layers, the last layer is zero and the other layers are scaled by
  // L^(-1/(2m - 2)).
  const scaled = index === count - 1 ? zeros() : init(branches ** (-1 / (2 * count - 2)))
  return [scalarBias(), conv(channels, { ...options, init: scaled })]
}

/** A post-activation branch: conv, norm, ReLU, ..., conv, norm (He et al. 2015). */
function postActivated(convolutions: readonly Convolution[], style: FamilyStyle): Layer[] {
  const last = convolutions.length - 1
  return convolutions.flatMap((one, index) => [
    ...convolution(one, style, index, convolutions.length),
    ...norm(style, index === last && style.remedy === 'zero-gamma' ? 0 : 1),
    ...(index === last ? [] : activated(style)),
  ])
}

/**
 * A pre-activation branch: norm, ReLU, conv, ..., norm, ReLU, conv (He et al. 2016). Dropout stands before the last
 * convolution (Zagoruyko & Komodakis 2016).
 */
function preActivated(convolutions: readonly Convolution[], style: FamilyStyle, isActivated: boolean): Layer[] {
  const last = convolutions.length - 1
  return convolutions.flatMap((one, index) => [
    ...(index === 0 && isActivated ? [] : [...norm(style), ...activated(style)]),
    ...(index === last && style.dropout > 0 ? [dropout(style.dropout)] : []),
    ...convolution(one, style, index, convolutions.length),
  ])
}

function scaling({ remedy, multiplier, branches }: FamilyStyle, { first, times }: BlockPlace): ResidualOptions {
  if (remedy === 'rezero' || remedy === 'skipinit') return { multiplier: 0, trainedMultiplier: true }
  if (remedy === 'fixup') return { multiplier: 1, trainedMultiplier: true }
  return { multiplier: multipliers(multiplier, branches, first, times) }
}

function shortcutOf(convolutions: readonly Convolution[], from: number, style: FamilyStyle, norm: boolean) {
  const sizes = { from, channels: channelsOf(convolutions), stride: strideOf(convolutions) }
  return shortcut(style.shortcut, { ...sizes, norm, bias: style.bias, init: style.init() })
}

/**
 * Makes the layers that follow the sum of a residual block. In Fixup's paper, the last scalar bias is added to the
 * branch. Here the bias is added to the block's sum, with the same effect.
 */
function afterSum({ remedy }: FamilyStyle): Layer[] {
  return remedy === 'fixup' ? [named('outputBias', scalarBias())] : []
}

const joined = (sum: Layer, after: readonly Layer[]) => (after.length > 0 ? chain(named('', sum), ...after) : sum)

/** Makes blocks of convolutions one after the other, without a skip connection. */
export function plainBlock(style: FamilyStyle): MakeBlock {
  return (convolutions) => chain(...postActivated(convolutions, style), ...activated(style))
}

/**
 * Makes post-activation blocks: ReLU(shortcut(x) + branch(x)) (He et al. 2015). With ReZero, no layer follows the
 * block's sum, so that blocks start as identities.
 */
export function postActivationBlock(style: FamilyStyle): MakeBlock {
  return (convolutions, from, place) => {
    const skip = shortcutOf(convolutions, from, style, style.norm)
    const sum = residual(chain(...postActivated(convolutions, style)), { ...scaling(style, place), shortcut: skip })
    return joined(sum, [...afterSum(style), ...(style.remedy === 'rezero' ? [] : [named('output', relu())])])
  }
}

/**
 * Makes pre-activation blocks: shortcut(x) + branch(x), with norms and activations before the branch's convolutions (He
 * et al. 2016). If the shortcut is a projection, or if `isFirst` holds for the block, the shortcut and the branch both
 * get the activated input (the paper's appendix).
 */
export function preActivationBlock(style: FamilyStyle, isFirst: (place: BlockPlace) => boolean): MakeBlock {
  return (convolutions, from, place) => {
    const skip = shortcutOf(convolutions, from, style, false)
    const isShared = isFirst(place) || (skip !== undefined && style.shortcut !== 'a')
    const branch = chain(...preActivated(convolutions, style, isShared))
    const sum = residual(branch, { ...scaling(style, place), shortcut: skip })
    if (!isShared) return joined(sum, afterSum(style))
    return chain(...namedInput(style, 'input'), named('', sum), ...afterSum(style))
  }
}

/** A norm and an activation outside a branch, with names such as `inputNorm`, `inputBias` and `input`. */
export function namedInput(style: FamilyStyle, name: string): Layer[] {
  const suffixes = { batchNorm: 'Norm', scalarBias: 'Bias' } as const
  return [...norm(style), ...activated(style)].map((layer) => {
    const suffix = layer.kind === 'batchNorm' || layer.kind === 'scalarBias' ? suffixes[layer.kind] : ''
    return named(`${name}${suffix}`, layer)
  })
}

export interface ResolutionStage {
  readonly count: number
  /** Convolutions of a stage's first block, which may change the image's size. */
  readonly enter: readonly Convolution[]
  /** Convolutions of each block after the first block of a stage. */
  readonly rest: readonly Convolution[]
}

/**
 * Makes the stages of a network, named `stage1`, `stage2` and so on. A first block that changes the size, or for which
 * `isFirst` holds, is written out as `first`. The blocks that are not written out form a loop with the name `block`.
 */
export function stageLayers(
  stages: readonly ResolutionStage[],
  channels: number,
  make: MakeBlock,
  isFirst: (place: BlockPlace) => boolean = () => false,
): Layer[] {
  let [from, first] = [channels, 1]
  return stages.map(({ count, enter, rest }, index) => {
    const out = channelsOf(rest)
    const isEqual = from === out && strideOf(enter) === 1 && !isFirst({ first })
    const others = isEqual ? count : count - 1
    const written = isEqual ? [] : [named('first', make(enter, from, { first }))]
    const place = { first: first + count - others, times: others }
    const loop = others > 0 ? [repeat(others, make(rest, out, place), { name: 'block' })] : []
    from = out
    first += count
    return named(`stage${index + 1}`, chain(...written, ...loop))
  })
}

/** The stem: the first convolution with a norm and an activation, followed by the layers in `after`. */
export function stem(one: Convolution, style: FamilyStyle, ...after: readonly Layer[]): Layer {
  const first = conv(one.channels, { kernel: one.kernel, stride: one.stride, bias: style.bias, init: style.init() })
  return named('stem', chain(first, ...norm(style), ...activated(style), ...after))
}

/** The head: the mean over all positions, and the read-out. Fixup starts the read-out at zero. */
export function head(style: FamilyStyle, classes: number): Layer[] {
  const pool = globalAveragePool({ name: 'pool' })
  if (!style.top) return [pool]
  if (style.remedy !== 'fixup') return [pool, dense(classes, { name: 'readout', init: style.readout })]
  return [pool, named('readoutBias', scalarBias()), dense(classes, { name: 'readout', init: zeros() })]
}

/**
 * He's initializer as the papers without norms write it: gaussian weights of standard deviation 1/(k sqrt(c)). In 1/(k
 * sqrt(c)), k is the side of the kernel, and c is the number of output channels.
 */
export const standardConvolution = (): Initializer => he(Math.SQRT1_2, 'out')
