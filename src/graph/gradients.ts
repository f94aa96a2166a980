/**
 * The gradient rules of all operations. A rule turns the cotangents of an operation's outputs into the cotangents of
 * its inputs. The rules cover first-order gradients only.
 */
import { activationNamed, activations } from '../network/activations.ts'
import type { Attributes, OpNode, Value } from './graph.ts'
import { isLossOp, type LossOp } from './losses.ts'
import type { OpName } from './ops.ts'
import { isUpdateOp, type UpdateOp } from './optimizers/table.ts'
import { geometryOf } from './windows.ts'

/** Emits an operation of the backward pass and returns its outputs. */
export type Emit = (op: OpName, inputs: readonly Value[], attributes?: Attributes) => readonly Value[]

/**
 * Returns the cotangents of a node's inputs. `wanted(k)` says whether the cotangent of input k is needed. A gradient
 * rule may return undefined for inputs whose cotangent is not needed.
 */
export type GradientRule = (context: {
  node: OpNode
  cotangents: readonly (Value | undefined)[]
  emit: Emit
  wanted: (input: number) => boolean
}) => readonly (Value | undefined)[]

type Cotangent = Value | undefined

/**
 * Makes a gradient rule for an operation with one output. `build` runs only if the operation's output has a cotangent.
 */
function rule(build: (context: Parameters<GradientRule>[0], dy: Value) => readonly Cotangent[]): GradientRule {
  return (context) => {
    const [dy] = context.cotangents
    return dy ? build(context, dy) : []
  }
}

/**
 * The gradient rule of loss operations. The second output of a loss operation is the gradient of the batch's mean loss.
 * The mean loss is the root of the differentiation, so its cotangent is 1.
 */
const lossGradient: GradientRule = ({ node }) => [node.outputs[1]]

/**
 * The empty gradient rule, for operations that only occur in backward passes and updates. No operation needs a
 * second-order rule, because gradients of gradients are computed by finite differences.
 */
const none: GradientRule = () => []

/** Emits the sum of all elements of a matrix. */
function sumAll(emit: Emit, x: Value): Value {
  return emit('sumOfVector', emit('sumOverBatch', [x]))[0]
}

const gradients = {
  add: rule((_context, dy) => [dy, dy]),
  addBias: rule(({ node, emit, wanted }, dy) => [
    dy,
    wanted(1) ? emit('sumOverBatch', [dy], node.attributes)[0] : undefined,
  ]),
  addScalar: rule(({ emit, wanted }, dy) => [dy, wanted(1) ? sumAll(emit, dy) : undefined]),
  scale: rule(({ node, emit, wanted }, dy) => {
    const [x, factor] = node.inputs
    return [
      wanted(0) ? emit('scale', [dy, factor])[0] : undefined,
      wanted(1) ? sumAll(emit, emit('multiply', [dy, x])[0]) : undefined,
    ]
  }),
  multiply: none,
  activation: rule(({ node, emit }, dy) => {
    const { function: name, slope } = node.attributes
    const kept = activations[activationNamed(name)].derivedFrom(Number(slope))
    return emit('activationGradient', [dy, kept === 'input' ? node.inputs[0] : node.outputs[0]], node.attributes)
  }),
  activationGradient: none,
  prelu: rule(({ node, emit, wanted }, dy) => {
    const [x, slope] = node.inputs
    const terms = (): Value => emit('preluSlopeTerms', [dy, x])[0]
    const slopeGradient = (): Value =>
      slope.shape.length === 0 ? sumAll(emit, terms()) : emit('sumOverBatch', [terms()], node.attributes)[0]
    return [wanted(0) ? emit('preluGradient', [dy, x, slope])[0] : undefined, wanted(1) ? slopeGradient() : undefined]
  }),
  preluGradient: none,
  preluSlopeTerms: none,
  softmax: rule(({ node, emit }, dy) => emit('softmaxGradient', [dy, node.outputs[0]])),
  softmaxGradient: none,
  dropout: rule(({ node, emit }, dy) => emit('dropout', [dy, ...node.inputs.slice(1)], node.attributes)),
  dense: rule(({ node, emit, wanted }, dy) => {
    const [x, w] = node.inputs
    return [
      wanted(0) ? emit('denseInputGradient', [dy, w])[0] : undefined,
      wanted(1) ? emit('denseWeightGradient', [dy, x])[0] : undefined,
    ]
  }),
  denseInputGradient: none,
  denseWeightGradient: none,
  toPositions: rule(({ node, emit }, dy) => {
    const [x] = node.inputs
    return emit('fromPositions', [dy], { positions: x.shape[1] / Number(node.attributes.channels) })
  }),
  fromPositions: rule(({ node, emit }, dy) => emit('toPositions', [dy], { channels: node.inputs[0].shape[1] })),
  conv: rule(({ node, emit, wanted }, dy) => {
    const [x, w] = node.inputs
    const { attributes } = node
    const { kernel } = geometryOf(attributes)
    const inputGradient = (): Value => {
      const [flipped] = emit('flipKernel', [w], { kernel })
      return emit('convInputGradient', [dy, flipped], attributes)[0]
    }
    return [
      wanted(0) ? inputGradient() : undefined,
      wanted(1) ? emit('convWeightGradient', [dy, x], attributes)[0] : undefined,
    ]
  }),
  flipKernel: none,
  convInputGradient: none,
  convWeightGradient: none,
  sumParts: none,
  maxPool: rule(({ node, emit }, dy) =>
    emit('maxPoolGradient', [dy, ...node.inputs, ...node.outputs], node.attributes),
  ),
  maxPoolGradient: none,
  averagePool: rule(({ node, emit }, dy) => emit('averagePoolGradient', [dy], node.attributes)),
  averagePoolGradient: none,
  meanOverPositions: rule(({ node, emit }, dy) => emit('meanOverPositionsGradient', [dy], node.attributes)),
  meanOverPositionsGradient: none,
  subsample: rule(({ node, emit }, dy) => {
    return emit('subsampleGradient', [dy], { ...node.attributes, channels: node.inputs[0].shape[1] })
  }),
  subsampleGradient: none,
  partialSums: none,
  sumOfVector: none,
  partialStatistics: none,
  mergeStatistics: none,
  batchNormPartialGradients: none,
  sumOverBatch: none,
  meanOverBatch: none,
  layerNorm: rule(({ node, emit, wanted }, dy) => {
    const [x, scale] = node.inputs
    const [, mean, inverseDeviation] = node.outputs
    return [
      wanted(0) ? emit('layerNormInputGradient', [dy, x, scale, mean, inverseDeviation])[0] : undefined,
      wanted(1) ? emit('layerNormScaleGradient', [dy, x, mean, inverseDeviation])[0] : undefined,
      wanted(2) ? emit('sumOverBatch', [dy])[0] : undefined,
    ]
  }),
  layerNormInputGradient: none,
  layerNormScaleGradient: none,
  // The rule of batchNormalize includes the dependence of the statistics on x (Ioffe & Szegedy 2015, section 3).
  batchStatistics: none,
  batchNormalize: rule(({ node, emit, wanted }, dy) => {
    const [x, mean, inverseDeviation, scale] = node.inputs
    const { attributes } = node
    const [scaleGradient] = emit('batchNormScaleGradient', [dy, x, mean, inverseDeviation], attributes)
    const [shiftGradient] = emit('sumOverBatch', [dy], attributes)
    const [dx] = wanted(0)
      ? emit('batchNormInputGradient', [dy, x, mean, inverseDeviation, scale, scaleGradient, shiftGradient])
      : []
    return [dx, undefined, undefined, scaleGradient, shiftGradient]
  }),
  inverseDeviation: none,
  batchNormScaleGradient: none,
  batchNormInputGradient: none,
  runningUpdate: none,
  norms: none,
  unmoved: none,
  // The gradients of all parts of a parameter are joined in differentiate.ts, so `part` has no rule.
  part: none,
  join: none,
  normOfAll: none,
  clipFactor: none,
  copy: rule((_context, dy) => [dy]),
  zeros: none,
} satisfies Record<Exclude<OpName, LossOp | UpdateOp>, GradientRule>

export function gradientRule(op: OpName): GradientRule {
  if (isLossOp(op)) return lossGradient
  return isUpdateOp(op) ? none : gradients[op]
}
