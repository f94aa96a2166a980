/** The graphs that Isobath runs: one training step, and one forward pass in evaluation mode. */
import type { Blueprint, LayerBlueprint, ParameterBlueprint } from '../blueprint/blueprint.ts'
import { GraphBuilder } from './builder.ts'
import { differentiate } from './differentiate.ts'
import { type Graph, type Shape, sizeOf, type Value } from './graph.ts'
import { type LossName, losses } from './losses.ts'
import { type BatchStatistic, batchShape, lowerNetwork, type Recomputation } from './lower.ts'
import { emitUpdates, type UpdateOptions } from './updates.ts'

export { fewestToSegment, type Recomputation } from './lower.ts'
export { type OptimizerRule, optimizerScalars } from './optimizers/table.ts'
export { isOptimizerState } from './updates.ts'

export interface TrainingGraphOptions extends UpdateOptions {
  readonly batch: number
  readonly loss: LossName
  readonly seed: number
  /** Less memory, and up to a third more time; nothing is computed again by default. */
  readonly recompute?: Recomputation
  /** Whether `gradient.NAME` can be read after a step, as by default; without, updates are done as gradients are made. */
  readonly gradients?: boolean
  /** Layers whose outputs can be read after a step, by path; `tap.PATH` is the output's name. */
  readonly taps?: (blueprint: LayerBlueprint) => boolean
}

export interface GradientGraphOptions {
  readonly batch: number
  readonly loss: LossName
  /** What is told of every trained weight's tensors; nothing by default. */
  readonly tensors?: TensorOptions
  /** Layers whose outputs can be read after a pass, by path; `tap.PATH` is the output's name. */
  readonly taps?: (blueprint: LayerBlueprint) => boolean
}

export interface TensorOptions {
  /** Of what is taken from the weights, as a multiple of the gradient: then `unmoved.NAME` counts those that stay. */
  readonly factor?: number
}

export interface EvaluationGraphOptions {
  readonly batch: number
  /** Normalize by the batch's own statistics, as in training; nothing is dropped all the same. */
  readonly batchStatistics?: boolean
  readonly taps?: (blueprint: LayerBlueprint) => boolean
}

function declareParameters(builder: GraphBuilder, blueprint: Blueprint): Map<string, Value> {
  const declare = ({ name, shape, loops, trainable }: ParameterBlueprint): [string, Value] => {
    // A convolution's kernel [O, C, height, width] is a row for each output.
    const [outputs, inputs, ...kernel] = shape.slice(loops.length)
    const own = kernel.length > 0 ? [...loops, outputs, inputs * sizeOf(kernel)] : shape
    return [name, builder.input(name, trainable ? 'parameter' : 'state', own)]
  }
  return new Map(blueprint.parameters.map(declare))
}

/**
 * The outputs of the tapped layers. A layer can share its path with one inside it (a repeat with its block): then the
 * outermost of those inside most loops is tapped, the one that is there for every iteration.
 */
class Taps {
  private readonly found = new Map<string, Tapped>()
  private readonly byLayer = new Map<LayerBlueprint, Tapped>()

  constructor(
    private readonly builder: GraphBuilder,
    private readonly input: Value,
    private readonly isTapped: (blueprint: LayerBlueprint) => boolean = () => false,
  ) {}

  readonly onOutput = (layer: LayerBlueprint, value: Value): void => {
    const { path, loops } = layer
    const known = this.found.get(path)
    if (!this.isTapped(layer) || (known && known.layer.loops.length > loops.length)) return
    // A layer that hands its input on makes no value of its own, and the network's input is another in every ring slot.
    const [own] = value === this.input ? this.builder.op('copy', [value], {}, path) : [value]
    const tapped = this.byLayer.get(layer) ?? { layer, shape: [...loops, ...own.shape], pieces: [] }
    tapped.pieces.push(this.builder.stack(own))
    this.byLayer.set(layer, tapped)
    this.found.set(path, tapped)
  }

  declareOutputs(): void {
    for (const [path, { pieces, shape }] of this.found) {
      this.builder.output(`tap.${path}`, this.builder.join(pieces, shape, path))
    }
  }
}

interface Tapped {
  readonly layer: LayerBlueprint
  /** With the axes of the loops around the layer. */
  readonly shape: Shape
  /** More than one where a loop is cut into segments. */
  readonly pieces: Value[]
}

/** A forward pass in training mode, its loss, and the way back from it. */
interface Differentiated {
  readonly builder: GraphBuilder
  readonly parameters: ReadonlyMap<string, Value>
  readonly meanLoss: Value
  readonly statistics: readonly BatchStatistic[]
  /** Of every value asked for that the loss depends on. */
  readonly gradients: ReadonlyMap<Value, Value>
}

interface DifferentiatedOptions {
  readonly batch: number
  readonly loss: LossName
  readonly seed?: number
  readonly recompute?: Recomputation
  readonly taps?: (blueprint: LayerBlueprint) => boolean
  /** Whether units are dropped, which takes the number of the step. */
  readonly drops: boolean
  /** Whether the network's outputs and the loss's gradient with respect to the input can be read. */
  readonly ends?: boolean
}

function differentiated(blueprint: Blueprint, options: DifferentiatedOptions): Differentiated {
  const { batch, loss, seed = 0, recompute, taps, drops, ends = false } = options
  const builder = new GraphBuilder()
  const parameters = declareParameters(builder, blueprint)
  const x = builder.input('x', 'input', batchShape(batch, blueprint.input))
  const { op: lossOp, input: compared } = losses[loss]
  const wanted =
    compared === 'labels'
      ? builder.input(compared, 'input', [batch], 'int')
      : builder.input(compared, 'input', batchShape(batch, blueprint.output))
  const step = drops ? builder.input('step', 'input', [], 'int') : undefined

  const tapped = new Taps(builder, x, taps)
  const { onOutput } = tapped
  const statistics: BatchStatistic[] = []
  const onStatistic = (statistic: BatchStatistic): unknown => statistics.push(statistic)
  const context = { builder, training: true, batch, seed, step, parameters, recompute, onOutput, onStatistic }
  const logits = lowerNetwork(context, blueprint.root, x)
  tapped.declareOutputs()
  if (ends) builder.output('outputs', builder.op('copy', [logits], {}, 'outputs')[0])
  const [lossPerSample] = builder.op(lossOp, [logits, wanted], {}, 'loss')
  const [meanLoss] = builder.op('meanOverBatch', [lossPerSample], {}, 'loss')
  builder.output('loss', meanLoss)

  const trained = blueprint.parameters.filter(({ trainable }) => trainable)
  const values = trained.flatMap(({ name }) => parameters.get(name) ?? [])
  const gradients = differentiate(builder, lossPerSample, ends ? [x, ...values] : values)
  if (ends) {
    const known = gradients.get(x)
    if (known) builder.output('gradient.x', known)
  }
  return { builder, parameters, meanLoss, statistics, gradients }
}

/** The parameters that are trained and that the loss depends on, with their gradients. */
function withGradients({ parameters: blueprints }: Blueprint, { parameters, gradients }: Differentiated) {
  return blueprints.flatMap((parameter) => {
    const value = parameter.trainable ? parameters.get(parameter.name) : undefined
    const gradient = value && gradients.get(value)
    return value && gradient ? [{ ...parameter, shape: value.shape, value, gradient }] : []
  })
}

/**
 * One step of training: inputs `x` [B, features], `labels` [B] (or `targets` [B, outputs]), `step` and the optimizer's
 * scalars (see updates.ts); outputs
 * `loss` (the batch's mean before the update), `gradient.NAME` of every trained parameter, and the taps.
 */
export function trainingGraph(blueprint: Blueprint, options: TrainingGraphOptions): Graph {
  const { gradients: keepsGradients = true } = options
  const pass = differentiated(blueprint, { ...options, drops: true })
  const { builder, statistics, meanLoss } = pass
  builder.guardBy(meanLoss)
  const updated = withGradients(blueprint, pass)
  if (keepsGradients) for (const { name, gradient } of updated) builder.output(`gradient.${name}`, gradient)
  emitUpdates(builder, updated, options)
  // With the updates, not where the statistics are taken: a step whose loss isn't finite must not move them either.
  followStatistics(builder, statistics)
  return builder.finish('training step')
}

function followStatistics(builder: GraphBuilder, statistics: readonly BatchStatistic[], weight?: number): void {
  for (const running of new Set(statistics.map((statistic) => statistic.running))) {
    const pieces = statistics.filter((statistic) => statistic.running === running)
    const [{ path, momentum: own, correction }] = pieces
    const values = pieces.map(({ statistic }) => statistic)
    const joined = builder.join(values, running.shape, path)
    const momentum = weight ?? own
    builder.update(running, builder.op('runningUpdate', [running, joined], { momentum, correction }, path)[0])
  }
}

/**
 * What a batch's loss and its gradient are, for those who only look: nothing is updated, nothing dropped, and batch norm uses
 * the batch's own statistics. Inputs `x` [B, features] and `labels` [B] (or `targets` [B, outputs]); outputs `loss`,
 * `outputs` [B, outputs], `gradient.NAME` of every trained parameter, `gradient.x` [B, features], and the taps. With
 * `tensors`, for each of the tensors that a trained weight stacks: `norm.NAME` and `norm.gradient.NAME`, their Euclidean
 * norms, and `unmoved.NAME`.
 */
export function gradientGraph(blueprint: Blueprint, options: GradientGraphOptions): Graph {
  const pass = differentiated(blueprint, { ...options, drops: false, ends: true })
  const { builder } = pass
  for (const { name, role, loops, value, gradient } of withGradients(blueprint, pass)) {
    builder.output(`gradient.${name}`, gradient)
    if (role !== 'weight' || !options.tensors) continue
    const { factor } = options.tensors
    const axes = loops.length
    builder.output(`norm.${name}`, builder.op('norms', [value], { axes }, name)[0])
    builder.output(`norm.gradient.${name}`, builder.op('norms', [gradient], { axes }, name)[0])
    if (factor === undefined) continue
    builder.output(`unmoved.${name}`, builder.op('unmoved', [value, gradient], { axes, factor }, name)[0])
  }
  return builder.finish('gradient')
}

/**
 * A forward pass whose one effect is on running statistics: each moves to the batch's by `weight` (1: all the way). Input `x`
 * [B, features]; undefined where the network has none.
 */
export function statisticsGraph(blueprint: Blueprint, batch: number, weight: number): Graph | undefined {
  if (!blueprint.parameters.some(({ role }) => role === 'runningMean')) return undefined
  const builder = new GraphBuilder()
  const parameters = declareParameters(builder, blueprint)
  const x = builder.input('x', 'input', batchShape(batch, blueprint.input))
  const statistics: BatchStatistic[] = []
  const onStatistic = (statistic: BatchStatistic): unknown => statistics.push(statistic)
  lowerNetwork({ builder, training: true, batch, seed: 0, parameters, onStatistic }, blueprint.root, x)
  followStatistics(builder, statistics, weight)
  return builder.finish('statistics')
}

/** A forward pass in evaluation mode: input `x` [B, features], output `outputs` [B, outputs] and the taps. */
export function evaluationGraph(blueprint: Blueprint, options: EvaluationGraphOptions): Graph {
  const { batch, batchStatistics = false, taps } = options
  const builder = new GraphBuilder()
  const parameters = declareParameters(builder, blueprint)
  const x = builder.input('x', 'input', batchShape(batch, blueprint.input))
  const tapped = new Taps(builder, x, taps)
  const context = { builder, training: batchStatistics, batch, seed: 0, parameters, onOutput: tapped.onOutput }
  // A value of its own, whatever the network ends in: an input, a loop, a layer that a probe taps too.
  const [outputs] = builder.op('copy', [lowerNetwork(context, blueprint.root, x)], {}, 'outputs')
  builder.output('outputs', outputs)
  tapped.declareOutputs()
  return builder.finish('evaluation')
}
