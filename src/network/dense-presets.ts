/**
 * The dense presets. A dense preset has a first layer `first` with its activation, a loop `hidden` of the other hidden
 * layers, and a dense layer `readout`. The depth is a loop count, so the size of the network's data doesn't depend on
 * the depth. If the widths differ, each group of consecutive layers with equal widths has its own loop, and a layer
 * that changes the width stands before each loop.
 */
import { grouped } from '../format/words.ts'
import { type ActivationName, activations } from './activations.ts'
import type { Family, PresetContext } from './families/family.ts'
import { frameworkStart, isFramework } from './framework-starts.ts'
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
  /** Whether the network has no activations, which makes it a deep linear network. */
  readonly linear: boolean
}

/** A group of consecutive hidden layers with the same width. */
interface WidthRun {
  readonly width: number
  readonly count: number
}

interface PresetSettings {
  readonly runs: readonly WidthRun[]
  readonly depth: number
  readonly activation?: ActivationName
  readonly slope?: number
  /** Initializer of the layers that keep the width. */
  readonly inside: Initializer
  /** Initializer of the layers that change the width, including the first layer and the read-out. */
  readonly outside: Initializer
  readonly norm: NormName
  readonly dropout: number
  /** Multiplier of the residual branches. Undefined if the network has no skip connections. */
  readonly multiplier?: MultiplierRule
  /** Whether the multipliers of residual branches are trained and start at 0. */
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

/**
 * The block of hidden layers, with a skip connection if the family of presets has skip connections. `first` is the
 * number of the block's first layer.
 */
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
      'slope only with activation=leakyRelu',
      `${name}`,
      'Leave slope out.',
    )
  }
  const multiplier = take(text, 'multiplier', denseOptions.multiplier)
  const rezero = take(text, 'remedy', denseOptions.remedy) === 'rezero'
  if (rezero && multiplier !== undefined) {
    const ownMultiplier = 'The remedy rezero has its own multiplier. Remove one of the two options.'
    throw presetError(`${text.name}:multiplier`, 'multiplier alone', 'remedy=rezero too', ownMultiplier)
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
    const other = depth !== undefined ? 'depth' : 'width'
    const remedy = `The option widths already sets depth and width. Remove ${other}.`
    throw presetError(`${text.name}:widths`, 'widths alone', `${other} too`, remedy)
  }
  const runs: WidthRun[] = []
  for (const each of widths) {
    const last = runs.at(-1)
    if (last?.width === each) runs[runs.length - 1] = { width: each, count: last.count + 1 }
    else runs.push({ width: each, count: 1 })
  }
  return runs
}

/**
 * Refuses a width above the limit. The error states the memory that the network would need, because the user wants to
 * know the cost of the width.
 */
function refuseWidth({ name, options }: PresetText, depth: number): void {
  const written = options.get('width') ?? ''
  if (!/^\d{7,30}$/.test(written) || BigInt(written) <= LARGEST_COUNT || depth === 1) return
  const width = BigInt(written)
  const parameters = BigInt(depth - 1) * (width * width + width)
  const size = `which take ${grouped((4n * parameters) / BigInt(1e9))} GB in float32`
  throw presetError(
    `${name}:width=${written}`,
    denseOptions.width.values,
    written,
    `The hidden layers after the first one would have ${grouped(parameters)} parameters, ${size}. Choose a smaller width.`,
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
      const other = init !== undefined ? 'init' : 'gain'
      throw presetError(
        `${text.name}:sw2=${sw2}`,
        'sw2 and sb2 alone',
        `${other} too`,
        `The options sw2 and sb2 already set the variances. Remove ${other}.`,
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
  if (isFramework(init)) {
    const start = frameworkStart(text, init, ['gain'])
    return { inside: start, outside: start }
  }
  const usual = activations[activationName].initializer
  const inside = initializers[init ?? usual](gain)
  // The first layer and the read-out don't get zeros or an identity matrix. In the first layer and the read-out, zeros
  // would make the network useless, and an identity matrix would pass on only the first inputs.
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
  family('residual-mlp', 'dense layers, all but the first with a skip connection', { residual: true, linear: false }),
  family('linear', 'dense layers without activations', { residual: false, linear: true }),
  family('linear-residual', 'dense layers without activations, all but the first with a skip connection', {
    residual: true,
    linear: true,
  }),
]
