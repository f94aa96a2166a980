/**
 * The dense presets: `first` (a dense layer and its activation), the other hidden layers as one loop `hidden`, and the
 * dense layer `readout`. So the depth is a loop count and never changes the size of what is built from it. With widths
 * that differ, each run of equal widths has its loop, and a layer that changes the width stands before it.
 */
import { grouped } from '../format/words.ts'
import { type ActivationName, activations } from './activations.ts'
import type { Family, PresetContext } from './families/family.ts'
import { activation, batchNorm, chain, dense, dropout, layerNorm, repeat, residual } from './layers.ts'
import { inverseDepth, type MultiplierRule, multipliers } from './multiplier.ts'
import type { Initializer, Layer, Network } from './network.ts'
import {
  DEFAULT_DEPTH,
  DEFAULT_WIDTH,
  type DenseOption,
  denseOptions,
  initializers,
  type NormName,
} from './preset-options.ts'
import { type PresetText, presetError, take } from './preset-text.ts'
import { LARGEST_COUNT } from './schema.ts'

interface Structure {
  readonly residual: boolean
  /** Without any activation: a deep linear network. */
  readonly linear: boolean
}

/** Consecutive hidden layers of one width. */
interface WidthRun {
  readonly width: number
  readonly count: number
}

interface PresetSettings {
  readonly runs: readonly WidthRun[]
  readonly depth: number
  readonly activation?: ActivationName
  readonly slope?: number
  /** For the layers that keep their width. */
  readonly inside: Initializer
  /** For the layers that change it, the first and the read-out. */
  readonly outside: Initializer
  readonly norm: NormName
  readonly dropout: number
  /** Where there are skip connections. */
  readonly multiplier?: MultiplierRule
  /** A multiplier that starts at 0 and is trained. */
  readonly rezero: boolean
  readonly top: boolean
}

function densePreset(text: PresetText, family: Structure, { classes }: PresetContext): Network {
  const settings = readPresetSettings(text, family)
  const layers: Layer[] = []
  let number = 0
  for (const { width, count } of settings.runs) {
    number++
    layers.push(...hiddenLayer(width, number === 1 ? 'first' : `layer${number}`, settings.outside, settings))
    if (count === 1) continue
    const block = chain(...hiddenLayer(width, undefined, settings.inside, settings))
    const name = number === 1 ? 'hidden' : `hidden${number + 1}`
    layers.push(repeat(count - 1, skipped(block, number + 1, count - 1, settings), { name }))
    number += count - 1
  }
  return chain(...layers, ...(settings.top ? [dense(classes, { name: 'readout', init: settings.outside })] : []))
}

function hiddenLayer(width: number, name: string | undefined, init: Initializer, settings: PresetSettings): Layer[] {
  const layers: Layer[] = [dense(width, { name, init })]
  if (settings.norm === 'batch') layers.push(batchNorm())
  if (settings.norm === 'layer') layers.push(layerNorm())
  if (settings.activation !== undefined) layers.push(activation(settings.activation, { slope: settings.slope }))
  if (settings.dropout > 0) layers.push(dropout(settings.dropout))
  return layers
}

/** The block with its skip connection, where the family has one; `first` is the number of its first layer. */
function skipped(block: Layer, first: number, count: number, { multiplier, rezero, depth }: PresetSettings): Layer {
  if (multiplier === undefined) return block
  if (rezero) return residual(block, { multiplier: 0, trainedMultiplier: true })
  return residual(block, { multiplier: multipliers(multiplier, depth, first, count) })
}

function readPresetSettings(text: PresetText, family: Structure): PresetSettings {
  const runs = readRuns(text)
  const depth = runs.reduce((sum, run) => sum + run.count, 0)
  const name = family.linear ? undefined : (take(text, 'activation', denseOptions.activation) ?? 'relu')
  const slope = take(text, 'slope', denseOptions.slope)
  if (slope !== undefined && name !== 'leakyRelu') {
    throw presetError(
      `${text.name}:slope=${slope}`,
      'slope with activation=leakyRelu only',
      `${name}`,
      'Leave slope out.',
    )
  }
  const multiplier = take(text, 'multiplier', denseOptions.multiplier)
  const rezero = take(text, 'remedy', denseOptions.remedy) === 'rezero'
  if (rezero && multiplier !== undefined) {
    throw presetError(`${text.name}:multiplier`, 'multiplier alone', 'remedy=rezero too', 'It has its own; remove one.')
  }
  return {
    runs,
    depth,
    activation: name,
    slope,
    ...readInitializers(text, name ?? 'identity'),
    norm: take(text, 'norm', denseOptions.norm) ?? 'none',
    dropout: take(text, 'dropout', denseOptions.dropout) ?? 0,
    multiplier: family.residual ? (multiplier ?? inverseDepth) : undefined,
    rezero,
    top: take(text, 'top', denseOptions.top) !== 'none',
  }
}

function readRuns(text: PresetText): WidthRun[] {
  const depth = take(text, 'depth', denseOptions.depth)
  refuseWidth(text, depth ?? DEFAULT_DEPTH)
  const width = take(text, 'width', denseOptions.width)
  const widths = take(text, 'widths', denseOptions.widths)
  if (widths === undefined) return [{ width: width ?? DEFAULT_WIDTH, count: depth ?? DEFAULT_DEPTH }]
  if (depth !== undefined || width !== undefined) {
    const found = depth !== undefined ? 'depth too' : 'width too'
    throw presetError(`${text.name}:widths`, 'widths alone', found, 'widths says both; remove the other.')
  }
  const runs: WidthRun[] = []
  for (const each of widths) {
    const last = runs.at(-1)
    if (last?.width === each) runs[runs.length - 1] = { width: each, count: last.count + 1 }
    else runs.push({ width: each, count: 1 })
  }
  return runs
}

/** A width beyond all bounds is answered with what it would cost, since that is what someone who writes it wants to know. */
function refuseWidth({ name, options }: PresetText, depth: number): void {
  const written = options.get('width') ?? ''
  if (!/^\d{7,30}$/.test(written) || BigInt(written) <= LARGEST_COUNT || depth === 1) return
  const width = BigInt(written)
  const parameters = BigInt(depth - 1) * (width * width + width)
  const size = `${grouped((4n * parameters) / BigInt(1e9))} GB in float32`
  throw presetError(
    `${name}:width=${written}`,
    denseOptions.width.values,
    written,
    `Its hidden layers after the first would have ${grouped(parameters)} parameters, ${size}. Make it narrower.`,
  )
}

function readInitializers(
  text: PresetText,
  activationName: ActivationName,
): { inside: Initializer; outside: Initializer } {
  const init = take(text, 'init', denseOptions.init)
  const gain = take(text, 'gain', denseOptions.gain)
  const sw2 = take(text, 'sw2', denseOptions.sw2)
  const sb2 = take(text, 'sb2', denseOptions.sb2)
  if (sw2 !== undefined) {
    if (init !== undefined || gain !== undefined) {
      const found = init !== undefined ? 'init too' : 'gain too'
      throw presetError(
        `${text.name}:sw2=${sw2}`,
        'sw2 and sb2 alone',
        found,
        'They set the variances; remove the other.',
      )
    }
    const gaussian: Initializer = { kind: 'gaussian', sw2, sb2: sb2 ?? 0 }
    return { inside: gaussian, outside: gaussian }
  }
  if (sb2 !== undefined)
    throw presetError(`${text.name}:sb2=${sb2}`, 'sw2 with sb2', 'no sw2', 'Add sw2, or leave sb2 out.')
  if (init === 'zeros' && gain !== undefined) {
    throw presetError(`${text.name}:gain=${gain}`, 'no gain with init=zeros', `${gain}`, 'Leave gain out.')
  }
  const usual = activations[activationName].initializer
  const inside = initializers[init ?? usual](gain)
  // A first layer or read-out of zeros, or one that sees only its first inputs, would make the network useless.
  const outside = init === 'zeros' || init === 'identity' ? initializers[usual]() : inside
  return { inside, outside }
}

const sizes: readonly DenseOption[] = ['depth', 'width', 'widths']
const functions: readonly DenseOption[] = ['activation', 'slope']
const rest: readonly DenseOption[] = ['init', 'gain', 'sw2', 'sb2', 'norm', 'dropout', 'top']

function family(stem: string, means: string, structure: Structure): Family {
  const keys = [
    ...sizes,
    ...(structure.linear ? [] : functions),
    ...rest,
    ...(structure.residual ? (['multiplier', 'remedy'] as const) : []),
  ]
  const options = Object.fromEntries(keys.map((key) => [key, denseOptions[key]]))
  const build: Family['build'] = (text, _numbers, context) => densePreset(text, structure, context)
  return { group: 'dense', stem, means, options, input: [784], classes: 10, build }
}

export const denseFamilies: readonly Family[] = [
  family('mlp', 'dense layers, one after the other', { residual: false, linear: false }),
  family('residual-mlp', 'dense layers, each with a skip connection but the first', { residual: true, linear: false }),
  family('linear', 'dense layers without activations', { residual: false, linear: true }),
  family('linear-residual', 'dense layers without activations, each with a skip connection but the first', {
    residual: true,
    linear: true,
  }),
]
