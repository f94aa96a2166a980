/** The options of the dense presets: one row each, read by the parser and shown by the help. */
import { deltaOrthogonal, glorot, hardtMa, he, identityInit, lecun, orthogonal, sparse, zeros } from './initialisers.ts'
import type { ActivationName, Initialiser } from './network.ts'
import type { PresetOption } from './preset-text.ts'
import { activationNames, LARGEST_COUNT } from './schema.ts'

export const LARGEST_DEPTH = 10_000
export const DEFAULT_DEPTH = 4
export const DEFAULT_WIDTH = 64

/** What a residual branch is multiplied by, from its layer's number l and the number of hidden dense layers L. */
export interface MultiplierRule {
  readonly differsByLayer: boolean
  value(layer: number, depth: number): number
}

/** The default: training ends at about the same error whatever the depth is; with 1 it diverges from depth 20 on. */
export const inverseDepth: MultiplierRule = { differsByLayer: false, value: (_layer, depth) => 1 / depth }

const namedMultipliers: ReadonlyMap<string, MultiplierRule> = new Map([
  ['1/L', inverseDepth],
  ['1/sqrt(L)', { differsByLayer: false, value: (_layer, depth) => 1 / Math.sqrt(depth) }],
  ['1/l', { differsByLayer: true, value: (layer) => 1 / layer }],
  ['1/sqrt(l)', { differsByLayer: true, value: (layer) => 1 / Math.sqrt(layer) }],
])

export type InitialiserName = Exclude<Initialiser['kind'], 'gaussian' | 'normal'>

/** An undefined gain is the initialiser's own. */
export const initialisers: Record<InitialiserName, (gain?: number) => Initialiser> = {
  he: (gain) => he(gain),
  glorot: (gain) => glorot(gain),
  lecun: (gain) => lecun(gain),
  orthogonal: (gain) => orthogonal(gain),
  deltaOrthogonal: (gain) => deltaOrthogonal(gain),
  hardtMa: () => hardtMa(),
  identity: (gain) => identityInit(gain),
  zeros: () => zeros(),
  sparse: (gain) => sparse({ deviation: gain }),
}

/**
 * Which initialiser goes with which activation. SELU's fixed point is derived for variance 1/fanIn (Klambauer et al.
 * 2017), so it takes LeCun's.
 */
export const defaultInitialiser = {
  relu: 'he',
  leakyRelu: 'he',
  gelu: 'he',
  silu: 'he',
  selu: 'lecun',
  tanh: 'glorot',
  sigmoid: 'glorot',
  softplus: 'glorot',
  erf: 'glorot',
  identity: 'glorot',
} as const satisfies Record<ActivationName, InitialiserName>

export type NormName = 'none' | 'batch' | 'layer'

function wholeNumber(text: string, largest: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= largest ? value : undefined
}

function finiteNumber(text: string): number | undefined {
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

function whole(largest: number, fallback: number, means: string): PresetOption<number> {
  const values = `a whole number from 1 to ${largest.toLocaleString('en-US')}`
  return { values, fallback: String(fallback), means, read: (text) => wholeNumber(text, largest) }
}

function number(values: string, holds: (value: number) => boolean, fallback: string, means: string) {
  const read = (text: string) => {
    const value = finiteNumber(text)
    return value !== undefined && holds(value) ? value : undefined
  }
  return { values, fallback, means, read } satisfies PresetOption<number>
}

function choice<W extends string>(words: readonly W[], fallback: string, means: string): PresetOption<W> {
  return {
    values: `one of ${words.join(', ')}`,
    fallback,
    means,
    words,
    read: (text) => words.find((word) => word === text),
  }
}

const initialiserNames: readonly InitialiserName[] = [
  'he',
  'glorot',
  'lecun',
  'orthogonal',
  'identity',
  'zeros',
  'sparse',
]
const norms: readonly NormName[] = ['none', 'batch', 'layer']
const any = () => true
const notNegative = (value: number) => value >= 0

export const denseOptions = {
  depth: whole(LARGEST_DEPTH, DEFAULT_DEPTH, 'number of hidden dense layers; the read-out is not counted'),
  width: whole(LARGEST_COUNT, DEFAULT_WIDTH, 'units of every hidden layer'),
  widths: {
    values: `1 to ${LARGEST_DEPTH.toLocaleString('en-US')} widths joined by -, as in 784-400-100`,
    fallback: 'depth layers of the same width',
    means: 'units of each hidden layer, instead of depth and width',
    read: (text) => {
      const widths: number[] = []
      for (const part of text.split('-')) {
        const width = wholeNumber(part, LARGEST_COUNT)
        if (width === undefined) return undefined
        widths.push(width)
      }
      return widths.length <= LARGEST_DEPTH ? widths : undefined
    },
  } satisfies PresetOption<number[]>,
  activation: choice<ActivationName>(activationNames, 'relu', 'the function after each hidden layer'),
  slope: number('a number', any, '0.01', "leakyRelu's slope for negative inputs"),
  init: choice(
    initialiserNames,
    'he with relu, leakyRelu, gelu and silu, lecun with selu, glorot with the others',
    'how weights start; identity and zeros fill the layers that keep their width, the others start by default',
  ),
  gain: number('a number', any, '1', "what the initialiser's standard deviation is multiplied by"),
  sw2: number(
    'a number of at least 0',
    notNegative,
    'the initialiser',
    'gaussian weights of variance sw2/fanIn in every layer',
  ),
  sb2: number('a number of at least 0', notNegative, '0', 'gaussian biases of variance sb2 in every layer, with sw2'),
  norm: choice(norms, 'none', 'batch or layer normalisation after each hidden layer, before its activation'),
  dropout: number(
    'a number from 0 to below 1',
    (rate) => rate >= 0 && rate < 1,
    '0',
    'probability that a unit is dropped after each activation',
  ),
  multiplier: {
    values: `a number or one of ${[...namedMultipliers.keys()].join(', ')}`,
    fallback: '1/L',
    means: 'what a residual branch is multiplied by; L is depth, l the number of the layer',
    words: [...namedMultipliers.keys()],
    read: (text): MultiplierRule | undefined => {
      const value = finiteNumber(text)
      return value === undefined ? namedMultipliers.get(text) : { differsByLayer: false, value: () => value }
    },
  } satisfies PresetOption<MultiplierRule>,
} as const

export type DenseOption = keyof typeof denseOptions
