/**
 * One row for each kind of layer that holds no other layer: the shape it gives, the parameters it has, and its values
 * that may vary along the enclosing repeat.
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
}

export interface LeafFacts {
  readonly output: Shape
  readonly parameters: readonly LeafParameter[]
  readonly varying: readonly NamedVarying[]
}

const keepsShape = (_layer: LeafLayer, input: Shape): Shape => input
const none = (): [] => []

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
  },
  activation: { output: keepsShape, parameters: none, varying: none },
  dropout: { output: keepsShape, parameters: none, varying: (layer) => [['rate', layer.rate]] },
  layerNorm: { output: featuresOnly, parameters: (_layer, input) => scaleAndShift(input), varying: none },
  batchNorm: {
    output: featuresOnly,
    parameters: (_layer, input) => [...scaleAndShift(input), ...runningStatistics(input)],
    varying: none,
  },
  flatten: { output: (_layer, input) => [sizeOf(input)], parameters: none, varying: none },
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
