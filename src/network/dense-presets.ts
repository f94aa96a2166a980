/**
 * The dense presets. A dense preset has a first layer `first` with its activation, a loop `hidden` of the other hidden
 * layers, and a dense layer `readout`. The depth is a loop count, so the size of the network's data doesn't depend on
 * the depth. If the widths differ, each group of consecutive layers with equal widths has its own loop, and a layer
 * that changes the width stands before each loop. An autoencoder is such a network, with as many outputs as inputs.
 */
import { grouped } from '../format/words.ts'
import type { Family } from './families/family.ts'
import { frameworkStart, isFramework } from './framework-starts.ts'
import { batchNorm, chain, dense, dropout, layerNorm, repeat, residual } from './layers.ts'
import { inverseDepth, type MultiplierRule, multipliers } from './multiplier.ts'
import type { Initializer, Layer, Network } from './network.ts'
import { activationLayer, initializerOf, type PresetActivation } from './preset-activations.ts'
import {
  type BlockName,
  DEFAULT_DEPTH,
  DEFAULT_WIDTH,
  type DenseOption,
  denseOptions,
  initializers,
  type NormName,
  readSlope,
} from './preset-options.ts'
import { type PresetText, presetError, take } from './preset-text.ts'
import { LARGEST_COUNT } from './schema.ts'

/** The layers that all networks of a family have. */
export interface Structure {
  readonly residual: boolean
  /** Whether the network has no activations, which makes it a deep linear network. */
  readonly linear: boolean
  /** Activation if the option `activation` is left out, `relu` by default. */
  readonly usual?: PresetActivation
}

/** A group of consecutive hidden layers with the same width. */
export interface WidthRun {
  readonly width: number
  readonly count: number
}

interface PresetSettings {
  readonly runs: readonly WidthRun[]
  readonly depth: number
  readonly activation?: PresetActivation
  readonly slope?: number
  /** Initializer of the layers within the loop, which keep the width. */
  readonly inside: Initializer
  /** Initializer of the layers outside of the loop, such as the first layer and the read-out. */
  readonly outside: Initializer
  readonly block: Block
  readonly norm: NormName
  readonly dropout: number
  /** Multiplier of the residual branches. Undefined if the network has no skip connections. */
  readonly multiplier?: MultiplierRule
  /** Whether the multipliers of residual branches are trained and start at 0. */
  readonly rezero: boolean
  readonly top: boolean
}

/** The dense network with the given number of outputs. */
export function denseNetwork(settings: PresetSettings, outputs: number): Network {
  const { runs, block, top } = settings
  const layers: Layer[] = []
  let number = 0
  for (const [index, { width, count }] of runs.entries()) {
    // The layer that changes the width has no skip connection. Blocks of two layers leave over one layer in a group of
    // an even number of layers, and the layer that is left over has no skip connection either.
    const plain = 1 + ((count - 1) % block.layers)
    for (let place = 0; place < plain; place++) {
      number++
      layers.push(...plainLayer(width, number, settings))
    }
    const times = (count - plain) / block.layers
    if (times === 0) continue
    const name = index === 0 ? 'hidden' : `hidden${number + 1}`
    layers.push(repeat(times, hiddenBlock(width, number + block.layers, times, settings), { name }))
    number += times * block.layers
  }
  if (block.startsWithActivation) layers.push(...activated(settings))
  return chain(...layers, ...(top ? [dense(outputs, { name: 'readout', init: settings.outside })] : []))
}

/** The block of a branch: its number of dense layers, and the layers of the branch. */
interface Block {
  readonly layers: 1 | 2
  /** Whether an activation stands before each layer but the first one, and not after the layer. */
  readonly startsWithActivation: boolean
  /** The layers of the branch. `first` is the first of two layers of weights, and `last` is the last or only one. */
  branch(first: Layer, activation: readonly Layer[], last: Layer): Layer[]
}

const blocks: Readonly<Record<BlockName, Block>> = {
  post: {
    layers: 1,
    startsWithActivation: false,
    branch: (_first, activation, last) => [last, ...activation],
  },
  pre: {
    layers: 1,
    startsWithActivation: true,
    branch: (_first, activation, last) => [...activation, last],
  },
  'two-layer': {
    layers: 2,
    startsWithActivation: false,
    branch: (first, activation, last) => [first, ...activation, last],
  },
}

/** The layers that follow the weights of a hidden layer: norm, activation and dropout. */
function activated({ norm, activation: name, slope, dropout: rate }: PresetSettings): Layer[] {
  const layers: Layer[] = []
  if (norm === 'batch') layers.push(batchNorm())
  if (norm === 'layer') layers.push(layerNorm())
  if (name !== undefined) layers.push(activationLayer(name, slope))
  if (rate > 0) layers.push(dropout(rate))
  return layers
}

/** A hidden layer without a skip connection. `number` counts the hidden layers from 1. */
function plainLayer(width: number, number: number, settings: PresetSettings): Layer[] {
  const weights = dense(width, { name: number === 1 ? 'first' : `layer${number}`, init: settings.outside })
  if (!settings.block.startsWithActivation) return [weights, ...activated(settings)]
  return number === 1 ? [weights] : [...activated(settings), weights]
}

/**
 * The block of hidden layers in a loop of `times` iterations, with a skip connection if the family of presets has skip
 * connections. `last` is the number of the last layer in the loop's first iteration.
 */
function hiddenBlock(width: number, last: number, times: number, settings: PresetSettings): Layer {
  const { block, inside, outside, multiplier, rezero, depth } = settings
  // If both layers of a branch were zeros, the gradients of both layers would be 0 too.
  const first = dense(width, { init: inside.kind === 'zeros' ? outside : inside })
  const branch = chain(...block.branch(first, activated(settings), dense(width, { init: inside })))
  if (multiplier === undefined) return branch
  if (rezero) return residual(branch, { multiplier: 0, trainedMultiplier: true })
  return residual(branch, { multiplier: multipliers(multiplier, depth, last, times, block.layers) })
}

/** Reads the options of a dense network, other than the widths, which `runs` holds. Throws a `preset` error. */
export function readDenseSettings(text: PresetText, family: Structure, runs: readonly WidthRun[]): PresetSettings {
  const depth = runs.reduce((sum, run) => sum + run.count, 0)
  const { linear, usual = 'relu' } = family
  const name = linear ? undefined : (take(text, 'activation', denseOptions.activation) ?? usual)
  const slope = readSlope(text, name)
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
    block: blocks[take(text, 'block', denseOptions.block) ?? 'post'],
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
  return groupWidths(widths)
}

/** Groups of consecutive layers with equal widths. */
export function groupWidths(widths: readonly number[]): WidthRun[] {
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
  activationName: PresetActivation,
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
  const usual = initializerOf(activationName)
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
    ...(structure.residual ? (['block', 'multiplier', 'remedy'] as const) : []),
  ]
  const options = Object.fromEntries(keys.map((key) => [key, denseOptions[key]]))
  const build: Family['build'] = (text, _numbers, { classes }) =>
    denseNetwork(readDenseSettings(text, structure, readRuns(text)), classes)
  const linear = structure.linear ? { isLinear: true as const } : {}
  return { group: 'dense', stem, means, options, input: [784], classes: 10, ...linear, build }
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
