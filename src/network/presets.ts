/** Networks by name: `mlp:depth=20,width=64,activation=tanh`. */
import { type DenseFamily, densePreset } from './dense-presets.ts'
import type { Network } from './network.ts'
import { type DenseOption, denseOptions } from './preset-options.ts'
import { findKnown, presetError, readPresetText, take, writePresetText } from './preset-text.ts'

interface Preset {
  readonly means: string
  readonly family: DenseFamily
  readonly options: readonly DenseOption[]
}

const sizes: readonly DenseOption[] = ['depth', 'width', 'widths']
const functions: readonly DenseOption[] = ['activation', 'slope']
const rest: readonly DenseOption[] = ['init', 'gain', 'sw2', 'sb2', 'norm', 'dropout']

const presets = {
  mlp: {
    means: 'dense layers, one after the other',
    family: { residual: false, linear: false },
    options: [...sizes, ...functions, ...rest],
  },
  'residual-mlp': {
    means: 'dense layers, each with a skip connection but the first',
    family: { residual: true, linear: false },
    options: [...sizes, ...functions, ...rest, 'multiplier'],
  },
  linear: {
    means: 'dense layers without activations',
    family: { residual: false, linear: true },
    options: [...sizes, ...rest],
  },
  'linear-residual': {
    means: 'dense layers without activations, each with a skip connection but the first',
    family: { residual: true, linear: true },
    options: [...sizes, ...rest, 'multiplier'],
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets

const presetNames: readonly PresetName[] = ['mlp', 'residual-mlp', 'linear', 'linear-residual']

export interface PresetContext {
  /** The read-out's width. */
  readonly classes: number
  /** One sample's shape; the dense presets take any. */
  readonly input?: readonly number[]
}

/**
 * The network that a preset's text names, such as `residual-mlp:depth=50,multiplier=1/sqrt(L)`. Throws an IsobathError
 * `preset` on an unknown preset or option, on a bad value and on options that exclude each other.
 */
export function parseNetwork(text: string, context: PresetContext): Network {
  const read = readPresetText(text)
  const { family, options } = findPreset(read.name, text)
  for (const key of read.options.keys()) {
    if (key === 'multiplier' && !family.residual) throw multiplierError(read.name)
    findKnown(key, options, 'an option', `${read.name}:${key}`)
  }
  return densePreset(read, family, context.classes)
}

/**
 * The same preset at another depth. Throws an IsobathError `preset` when the text names no preset, or gives its widths
 * one by one.
 */
export function withDepth(text: string, depth: number): string {
  const read = readPresetText(text)
  findPreset(read.name, text)
  if (read.options.has('widths')) {
    throw presetError(text, 'depth and width', 'widths', 'Replace widths, so that the depth can be changed.')
  }
  const changed = { name: read.name, options: new Map(read.options).set('depth', String(depth)) }
  take(changed, 'depth', denseOptions.depth)
  return writePresetText(changed)
}

function multiplierError(name: string): Error {
  const residual = name === 'linear' ? 'linear-residual' : 'residual-mlp'
  return presetError(
    `${name}:multiplier`,
    'a preset with skip connections (residual-mlp, linear-residual), whose branches it multiplies',
    name,
    `Leave it out, or take ${residual}.`,
  )
}

function findPreset(name: string, text: string): Preset {
  return presets[findKnown(name, presetNames, 'a preset', text || 'network')]
}

export interface PresetRow {
  readonly name: string
  readonly means: string
  readonly options: readonly string[]
}

export interface PresetOptionRow {
  readonly key: string
  readonly values: string
  readonly fallback: string
  readonly means: string
}

/** For the help: every preset, and every option with what may be written and what holds without it. */
export function describePresets(): { presets: PresetRow[]; options: PresetOptionRow[] } {
  return {
    presets: presetNames.map((name) => ({ name, means: presets[name].means, options: presets[name].options })),
    options: Object.entries(denseOptions).map(([key, { values, fallback, means }]) => ({
      key,
      values,
      fallback,
      means,
    })),
  }
}
