/**
 * One row for each kind of layer that holds no other layer: the shape it gives, the parameters it has, its values that
 * may vary along the enclosing repeat, and its cost.
 */
import type { ChainLayer, Initialiser, Layer, RepeatLayer, ResidualLayer, Varying } from '../network/network.ts'
import { networkError } from '../network/network-error.ts'
import type { ParameterRole, Shape } from './blueprint.ts'
import { shapeText, sizeOf } from './shape.ts'

export type LeafLayer = Exclude<Layer, ChainLayer | ResidualLayer | RepeatLayer>
type LeafKind = LeafLayer['kind']
type LeafOf<K extends LeafKind> = Extract<LeafLayer, { kind: K }>

/** A parameter of one iteration, before its name and its loops are known. */
export interface LeafParameter {
  readonly role: ParameterRole
  readonly shape: Shape
  readonly fanIn: number
  readonly fanOut: number
  readonly init?: Initialiser
}

/** What a value is called in an error, and the value. */
export type NamedVarying = readonly [string, Varying]

interface LeafRule<L extends LeafLayer> {
  /** Throws where the layer can't take this input. */
  output(layer: L, input: Shape, path: string): Shape
  parameters(layer: L, input: Shape): readonly LeafParameter[]
  varying(layer: L): readonly NamedVarying[]
  /** Multiply-adds of matrix products for one sample, forwards. */
  macs(layer: L, input: Shape): number
  /** When the output is a new tensor, and not the input under another name. */
  writes(layer: L): Writes
}

export type Writes = 'always' | 'training' | 'never'

export interface LeafFacts {
  readonly output: Shape
  readonly parameters: readonly LeafParameter[]
  readonly varying: readonly NamedVarying[]
}

const keepsShape = (_layer: LeafLayer, input: Shape): Shape => input
const none = (): [] => []
const noMacs = (): number => 0
const always = (): Writes => 'always'

function featuresOnly(layer: LeafLayer, input: Shape, path: string): Shape {
  if (input.length === 1) return input
  const remedy = `Put a flatten() before the ${layer.kind}.`
  throw networkError(path, 'a one-dimensional input [features]', `the shape ${shapeText(input)}`, remedy)
}

function initialiserVarying(init: Initialiser): readonly NamedVarying[] {
  if (init.kind === 'zeros') return []
  if (init.kind === 'gaussian') return [['init.sw2', init.sw2] as const, ['init.sb2', init.sb2] as const]
  if (init.kind === 'sparse') return [['init.deviation', init.deviation] as const]
  return [['init.gain', init.gain] as const]
}

function scaleAndShift(input: Shape): LeafParameter[] {
  const features = sizeOf(input)
  const roles: readonly ParameterRole[] = ['scale', 'shift']
  return roles.map((role) => ({ role, shape: [features], fanIn: features, fanOut: features }))
}

function runningStatistics(input: Shape): LeafParameter[] {
  const features = sizeOf(input)
  const roles: readonly ParameterRole[] = ['runningMean', 'runningVariance']
  return roles.map((role) => ({ role, shape: [features], fanIn: features, fanOut: features }))
}

const leafRules: { readonly [K in LeafKind]: LeafRule<LeafOf<K>> } = {
  dense: {
    output: (layer) => [layer.width],
    parameters: (layer, input) => {
      const fans = { fanIn: sizeOf(input), fanOut: layer.width, init: layer.init }
      const weight: LeafParameter = { role: 'weight', shape: [fans.fanOut, fans.fanIn], ...fans }
      return layer.bias ? [weight, { role: 'bias', shape: [fans.fanOut], ...fans }] : [weight]
    },
    varying: (layer) => initialiserVarying(layer.init),
    macs: (layer, input) => layer.width * sizeOf(input),
    writes: always,
  },
  activation: {
    output: keepsShape,
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: (layer) => (layer.function === 'identity' ? 'never' : 'always'),
  },
  dropout: {
    output: keepsShape,
    parameters: none,
    varying: (layer) => [['rate', layer.rate]],
    macs: noMacs,
    writes: () => 'training',
  },
  layerNorm: {
    output: featuresOnly,
    parameters: (_layer, input) => scaleAndShift(input),
    varying: none,
    macs: noMacs,
    writes: always,
  },
  batchNorm: {
    output: featuresOnly,
    parameters: (_layer, input) => [...scaleAndShift(input), ...runningStatistics(input)],
    varying: none,
    macs: noMacs,
    writes: always,
  },
  flatten: {
    output: (_layer, input) => [sizeOf(input)],
    parameters: none,
    varying: none,
    macs: noMacs,
    writes: () => 'never',
  },
}

function applyRule<K extends LeafKind>(kind: K, layer: LeafOf<K>, input: Shape, path: string): LeafFacts {
  const rule = leafRules[kind]
  return {
    output: rule.output(layer, input, path),
    parameters: rule.parameters(layer, input),
    varying: rule.varying(layer),
  }
}

/** What is known of a leaf once its input's shape is; throws where it can't take that input. */
export function leafFacts(layer: LeafLayer, input: Shape, path: string): LeafFacts {
  return applyRule(layer.kind, layer, input, path)
}

export interface LeafCost {
  readonly macs: number
  readonly writes: Writes
}

function applyCost<K extends LeafKind>(kind: K, layer: LeafOf<K>, input: Shape): LeafCost {
  return { macs: leafRules[kind].macs(layer, input), writes: leafRules[kind].writes(layer) }
}

export function leafCost(layer: LeafLayer, input: Shape): LeafCost {
  return applyCost(layer.kind, layer, input)
}
