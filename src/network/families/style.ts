/** The options of convolutional networks with norms, and the style that they ask for. */
import { deltaOrthogonal, glorot, he, lecun, orthogonal } from '../initializers.ts'
import { type MultiplierRule, multiplierOption, unscaled } from '../multiplier.ts'
import type { Initializer } from '../network.ts'
import { choice, flag, number, rate, topOption } from '../option-kinds.ts'
import { type PresetText, presetError, take } from '../preset-text.ts'

/**
 * What helps deep residual networks, other than a multiplier:
 * - zero-gamma: the last norm of each branch starts with scales of 0 (Goyal et al. 2017)
 * - skipinit: no norms; a trained multiplier that starts at 0 (De & Smith 2020)
 * - rezero: a trained multiplier that starts at 0, and nothing after the sum; norms stay in the branches of
 *   convolutional networks (Bachlechner et al. 2020)
 * - fixup: no norms; L branches of m layers start scaled by L^(-1/(2m - 2)), their last layers and the read-out at 0, with
 *   trained multipliers and a scalar bias before every convolution, activation and read-out (Zhang et al. 2019)
 */
const remedies = ['none', 'zero-gamma', 'skipinit', 'rezero', 'fixup'] as const
export type Remedy = (typeof remedies)[number]

/** How a network's convolutions are dressed. */
export interface FamilyStyle {
  readonly norm: boolean
  /** Whether convolutions have biases. */
  readonly bias: boolean
  /** How convolutions start; the gain multiplies that of the options. */
  readonly init: (gain?: number) => Initializer
  readonly readout: Initializer
  readonly shortcut: 'a' | 'b' | 'c'
  readonly remedy: Remedy
  readonly multiplier: MultiplierRule
  /** L: how many residual branches the network has. */
  readonly branches: number
  readonly dropout: number
  /** Whether there is a read-out. */
  readonly top: boolean
}

const starts = {
  he: (gain, fan) => he(gain, fan),
  glorot: (gain) => glorot(gain),
  lecun: (gain) => lecun(gain),
  orthogonal: (gain) => orthogonal(gain),
  deltaOrthogonal: (gain) => deltaOrthogonal(gain),
} as const satisfies Record<string, (gain: number, fan: 'in' | 'out') => Initializer>

const shortcutMeans =
  'a: stride and zeros, no parameters; b: a 1x1 convolution where the size changes; c: one everywhere'

const plainOptions = {
  norm: choice(['batch', 'none'], 'batch, or none with skipinit and fixup', 'the norms of convolutions'),
  'conv-bias': flag('false with a norm or fixup, else true', 'whether convolutions have biases'),
  init: choice(['he', 'glorot', 'lecun', 'orthogonal', 'deltaOrthogonal'], 'he', "how convolutions' weights start"),
  fan: choice(['in', 'out'], 'in', "whether he's variance is 2/fanIn or 2/fanOut"),
  gain: number('a number', () => true, '1', "what the initializer's standard deviation is multiplied by"),
  top: topOption,
} as const

const residualOptions = {
  remedy: choice(remedies, 'none', 'what lets deep networks start as shallow ones'),
  multiplier: multiplierOption('1', 'L is the number of residual branches, l the number of the branch'),
} as const

const dropout = rate('probability that a unit is dropped between the convolutions of a block')

/** The options of a family; shortcut is what its shortcuts are by default. */
export const styleOptions = {
  plain: plainOptions,
  residual: (shortcut: 'a' | 'b') => ({
    shortcut: choice(['a', 'b', 'c'], shortcut, shortcutMeans),
    ...residualOptions,
    ...plainOptions,
  }),
  wide: () => ({ dropout, ...styleOptions.residual('b') }),
}

export interface StyleDefaults {
  readonly shortcut: 'a' | 'b'
  readonly branches: number
  /** Whether branches end in a norm. */
  readonly endsInNorm: boolean
}

/** Reads what is written of the options above; a family has checked which of them it has. */
export function readStyle(text: PresetText, { shortcut, branches, endsInNorm }: StyleDefaults): FamilyStyle {
  const remedy = take(text, 'remedy', residualOptions.remedy) ?? 'none'
  const norm = readNorm(text, remedy)
  if (remedy === 'zero-gamma' && !endsInNorm) {
    const expected = 'a network whose branches end in a norm (resnet-N)'
    throw presetError(`${text.name}:remedy=zero-gamma`, expected, text.name, 'Take skipinit or rezero.')
  }
  const multiplier = take(text, 'multiplier', residualOptions.multiplier)
  if (multiplier !== undefined && remedy !== 'none' && remedy !== 'zero-gamma') {
    const found = `remedy=${remedy} too`
    throw presetError(`${text.name}:multiplier`, 'multiplier alone', found, `${remedy} has its own; remove one.`)
  }
  const init = take(text, 'init', plainOptions.init) ?? 'he'
  const fan = take(text, 'fan', plainOptions.fan)
  if (fan !== undefined && init !== 'he') {
    throw presetError(`${text.name}:fan=${fan}`, 'fan with init=he only', init, 'Leave fan out.')
  }
  const gain = take(text, 'gain', plainOptions.gain) ?? 1
  return {
    norm,
    bias: take(text, 'conv-bias', plainOptions['conv-bias']) ?? (!norm && remedy !== 'fixup'),
    init: (factor = 1) => starts[init](gain * factor, fan ?? 'in'),
    readout: starts[init](1, 'in'),
    shortcut: take(text, 'shortcut', styleOptions.residual(shortcut).shortcut) ?? shortcut,
    remedy,
    multiplier: multiplier ?? unscaled,
    branches,
    dropout: take(text, 'dropout', dropout) ?? 0,
    top: take(text, 'top', topOption) !== 'none',
  }
}

function readNorm(text: PresetText, remedy: Remedy): boolean {
  const norm = take(text, 'norm', plainOptions.norm)
  const replaced = remedy === 'skipinit' || remedy === 'fixup'
  if (norm === 'batch' && replaced) {
    throw presetError(`${text.name}:norm=batch`, `no norm with remedy=${remedy}`, 'batch', 'Leave norm out.')
  }
  if (norm === 'none' && remedy === 'zero-gamma') {
    throw presetError(`${text.name}:norm=none`, 'batch with remedy=zero-gamma', 'none', 'Leave norm out.')
  }
  return norm === undefined ? !replaced : norm === 'batch'
}
