/** The options of convolutional networks with norms, and the style that the options select. */
import { type FrameworkName, frameworkMeans, frameworkNames, frameworkStart, isFramework } from '../framework-starts.ts'
import {
  constant,
  deltaOrthogonal,
  fanInUniform,
  glorot,
  he,
  lecun,
  orthogonal,
  uniform,
  varianceScaling,
} from '../initializers.ts'
import { type MultiplierRule, multiplierOption, unscaled } from '../multiplier.ts'
import type { Initializer } from '../network.ts'
import { choice, flag, gainOption, rate, topOption } from '../option-kinds.ts'
import { type PresetText, presetError, take } from '../preset-text.ts'

/**
 * The remedies for deep residual networks, besides a fixed multiplier of the branches:
 * - zero-gamma: the last norm of each branch starts with scales of 0 (Goyal et al. 2017).
 * - skipinit: no norms, and a trained multiplier that starts at 0 (De & Smith 2020).
 * - rezero: a trained multiplier that starts at 0, and no layer after the sum (Bachlechner et al. 2020). With rezero,
 *   the branches of convolutional networks keep their norms.
 * - fixup: no norms (Zhang et al. 2019). In a network with L branches of m layers, Fixup scales the initial weights of
 *   a branch's layers by L^(-1/(2m - 2)). Fixup starts the last layer of each branch and the read-out at 0. Fixup's
 *   multipliers are trained, and a scalar bias stands before every convolution, activation and read-out.
 */
const remedies = ['none', 'zero-gamma', 'skipinit', 'rezero', 'fixup'] as const
export type Remedy = (typeof remedies)[number]

/** The choices that a network's convolutions, branches and read-out share. */
export interface FamilyStyle {
  readonly norm: boolean
  /** Whether convolutions have biases. */
  readonly bias: boolean
  /** Makes the initializer of convolutions. The argument `gain` multiplies the gain that the preset's options give. */
  readonly init: (gain?: number) => Initializer
  readonly readout: Initializer
  readonly shortcut: 'a' | 'b' | 'c'
  readonly remedy: Remedy
  readonly multiplier: MultiplierRule
  /** L, the number of residual branches of the network. */
  readonly branches: number
  readonly dropout: number
  /** Whether the network has a read-out. */
  readonly top: boolean
}

const starts = {
  he: (gain, fan) => he(gain, fan),
  glorot: (gain) => glorot(gain),
  lecun: (gain) => lecun(gain),
  orthogonal: (gain) => orthogonal(gain),
  deltaOrthogonal: (gain) => deltaOrthogonal(gain),
  fanInUniform: (gain) => fanInUniform(gain),
  varianceScaling: (gain) => varianceScaling({ scale: gain ** 2 }),
  uniform: (gain) => uniform({ from: -Math.abs(gain), to: Math.abs(gain) }),
  constant: (gain) => constant(gain),
} as const satisfies Record<string, (gain: number, fan: 'in' | 'out') => Initializer>

type StartName = keyof typeof starts

const isStart = (name: string): name is StartName => Object.hasOwn(starts, name)

const startNames = [...Object.keys(starts).filter(isStart), ...frameworkNames]

const shortcutMeans =
  'a: stride and zeros, no parameters; b: a 1x1 convolution where the size changes; c: a 1x1 convolution everywhere'

export const plainOptions = {
  norm: choice(['batch', 'none'], 'batch, or none with skipinit and fixup', 'normalization of every convolution'),
  'conv-bias': flag('false with a norm or fixup, true otherwise', 'whether convolutions have biases'),
  init: choice(startNames, 'he', `initial weights of the convolutions and the read-out; ${frameworkMeans}`),
  fan: choice(['in', 'out'], 'in', 'whether init=he has the variance 2/fanIn or 2/fanOut'),
  gain: gainOption,
  top: topOption,
} as const

const residualOptions = {
  remedy: choice(remedies, 'none', 'change of the residual branches that lets a deep network start like a shallow one'),
  multiplier: multiplierOption('1', 'L is the number of residual branches, and l is the number of the branch'),
} as const

const dropout = rate('probability that a unit is dropped between the convolutions of a block')

/** The options of families. `shortcut` is the default kind of a family's shortcuts. */
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
  /** Whether the family's branches end in a norm. */
  readonly endsInNorm: boolean
  /** Whether convolutions have norms if the option `norm` is left out. By default, the remedy decides. */
  readonly norm?: boolean
  /** Whether convolutions have biases if the option `conv-bias` is left out. By default, norm and remedy decide. */
  readonly bias?: boolean
}

/**
 * Reads the style of a convolutional network from the options of a preset's text. The caller has already checked that
 * the family has the options in the text.
 */
export function readStyle(text: PresetText, defaults: StyleDefaults): FamilyStyle {
  const { shortcut, branches, endsInNorm } = defaults
  const remedy = take(text, 'remedy', residualOptions.remedy) ?? 'none'
  const norm = readNorm(text, remedy, defaults)
  if (remedy === 'zero-gamma' && !endsInNorm) {
    const expected = 'a network whose branches end in a norm (resnet-N)'
    throw presetError(`${text.name}:remedy=zero-gamma`, expected, text.name, 'Take skipinit or rezero.')
  }
  const multiplier = take(text, 'multiplier', residualOptions.multiplier)
  if (multiplier !== undefined && remedy !== 'none' && remedy !== 'zero-gamma') {
    const found = `remedy=${remedy} too`
    const ownMultiplier = `The remedy ${remedy} has its own multiplier. Remove one of the two options.`
    throw presetError(`${text.name}:multiplier`, 'multiplier alone', found, ownMultiplier)
  }
  const init = take(text, 'init', plainOptions.init) ?? 'he'
  const fan = take(text, 'fan', plainOptions.fan)
  if (fan !== undefined && init !== 'he') {
    throw presetError(`${text.name}:fan=${fan}`, 'fan only with init=he', init, 'Leave fan out.')
  }
  return {
    norm,
    bias: take(text, 'conv-bias', plainOptions['conv-bias']) ?? defaults.bias ?? (!norm && remedy !== 'fixup'),
    ...readStarts(text, init, fan ?? 'in', remedy),
    shortcut: take(text, 'shortcut', styleOptions.residual(shortcut).shortcut) ?? shortcut,
    remedy,
    multiplier: multiplier ?? unscaled,
    branches,
    dropout: take(text, 'dropout', dropout) ?? 0,
    top: take(text, 'top', topOption) !== 'none',
  }
}

function readStarts(
  text: PresetText,
  init: StartName | FrameworkName,
  fan: 'in' | 'out',
  remedy: Remedy,
): Pick<FamilyStyle, 'init' | 'readout'> {
  const gain = take(text, 'gain', plainOptions.gain) ?? 1
  if (!isFramework(init)) {
    return { init: (factor = 1) => starts[init](gain * factor, fan), readout: starts[init](1, 'in') }
  }
  if (remedy === 'fixup') {
    const remove = 'Fixup has its own initial weights. Remove one of the two options.'
    throw presetError(`${text.name}:init=${init}`, `init=${init} without remedy=fixup`, 'remedy=fixup too', remove)
  }
  const start = frameworkStart(text, init, ['gain'])
  return { init: () => start, readout: start }
}

function readNorm(text: PresetText, remedy: Remedy, { norm: usual }: StyleDefaults): boolean {
  const norm = take(text, 'norm', plainOptions.norm)
  const replaced = remedy === 'skipinit' || remedy === 'fixup'
  if (norm === 'batch' && replaced) {
    throw presetError(`${text.name}:norm=batch`, `no norm with remedy=${remedy}`, 'batch', 'Leave norm out.')
  }
  if (norm === 'none' && remedy === 'zero-gamma') {
    throw presetError(`${text.name}:norm=none`, 'batch with remedy=zero-gamma', 'none', 'Leave norm out.')
  }
  return norm === undefined ? (usual ?? !replaced) : norm === 'batch'
}
