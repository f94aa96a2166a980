/**
 * The graphs that Isobath runs: a training step, the gradient of a batch, an update of running statistics, and a
 * forward pass in evaluation mode.
 */
import type { Blueprint, LayerBlueprint, ParameterBlueprint } from '../blueprint/blueprint.ts'
import { GraphBuilder } from './builder.ts'
import { differentiate } from './differentiate.ts'
import { type Graph, type Shape, sizeOf, type Value } from './graph.ts'
import { type LossSettings, lossOf } from './losses.ts'
import { type BatchStatistic, batchShape, lowerNetwork, type Recomputation } from './lower.ts'
import { emitUpdates, type UpdateOptions } from './updates.ts'

export { fewestToSegment, type Recomputation } from './lower.ts'
export { type OptimizerRule, optimizerScalars } from './optimizers/table.ts'
export { isOptimizerState } from './updates.ts'

export interface TrainingGraphOptions extends UpdateOptions, LossSettings {
  readonly batch: number
  readonly seed: number
  /**
   * Selects the loop iterations that the backward pass recomputes. By default, no iteration is recomputed.
   * Recomputation saves memory and takes up to a third more time.
   */
  readonly recompute?: Recomputation
  /**
   * Whether `gradient.NAME` can be read after a step; the default is true. If gradients can't be read, each update runs
   * as soon as the parameter's gradient has been computed.
   */
  readonly gradients?: boolean
  /**
   * Whether each sample has a weight, in the input `sampleWeights` [B]. The weight multiplies the sample's loss and
   * gradient. The default is false.
   */
  readonly weighted?: boolean
  /** Selects the layers whose outputs can be read after a step. The output of a layer with path PATH is `tap.PATH`. */
  readonly taps?: (blueprint: LayerBlueprint) => boolean
}

export interface GradientGraphOptions extends LossSettings {
  readonly batch: number
  /**
   * Options for measuring the norms of every trained weight and of its gradient. Without these options, no norm is
   * measured.
   */
  readonly tensors?: TensorOptions
  /** Selects the layers whose outputs can be read after a pass. The output of a layer with path PATH is `tap.PATH`. */
  readonly taps?: (blueprint: LayerBlueprint) => boolean
}

export interface TensorOptions {
  /**
   * Factor that multiplies the gradient, such as the learning rate. With a factor, the output `unmoved.NAME` counts the
   * weights that stay unchanged when factor times gradient is subtracted from the weights.
   */
  readonly factor?: number
}

export interface EvaluationGraphOptions {
  readonly batch: number
  /**
   * Whether batch norm uses the batch's own statistics, as in training. Dropout stays off, with or without the option.
   */
  readonly batchStatistics?: boolean
  readonly taps?: (blueprint: LayerBlueprint) => boolean
}

function declareParameters(builder: GraphBuilder, blueprint: Blueprint): Map<string, Value> {
  const declare = ({ name, shape, loops, trainable }: ParameterBlueprint): [string, Value] => {
    // A convolution's kernel [O, C, height, width] becomes a matrix with one row for each output channel.
    const [outputs, inputs, ...kernel] = shape.slice(loops.length)
    const own = kernel.length > 0 ? [...loops, outputs, inputs * sizeOf(kernel)] : shape
    return [name, builder.input(name, trainable ? 'parameter' : 'state', own)]
  }
  return new Map(blueprint.parameters.map(declare))
}

/**
 * Collects the outputs of the tapped layers. A layer can share its path with a layer inside it, for example a repeat
 * with its block. If several layers share a path, only the layers inside the most loops have an output for every
 * iteration. If several layers inside the most loops share the path, the tap reads the outermost of these layers.
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
    // A layer that returns the network's input unchanged makes no new value. The network's input has a different
    // address in every slot of the input ring, so the tap reads a copy.
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
  /** Shape of the layer's output, including the axes of the loops around the layer. */
  readonly shape: Shape
  /**
   * The stacked outputs of the tapped layer: one value, or one value for each piece of a loop that is cut into
   * segments.
   */
  readonly pieces: Value[]
}

/** A forward pass in training mode, the loss, and the backward pass. */
interface Differentiated {
  readonly builder: GraphBuilder
  readonly parameters: ReadonlyMap<string, Value>
  readonly meanLoss: Value
  readonly statistics: readonly BatchStatistic[]
  /** Gradients of the loss with respect to all requested values that the loss depends on. */
  readonly gradients: ReadonlyMap<Value, Value>
}

interface DifferentiatedOptions extends LossSettings {
  readonly batch: number
  readonly weighted?: boolean
  readonly seed?: number
  readonly recompute?: Recomputation
  readonly taps?: (blueprint: LayerBlueprint) => boolean
  /** Whether dropout is active. Dropout needs the number of the step as an input. */
  readonly drops: boolean
  /** Whether the network's outputs and the gradient of the loss with respect to the input can be read. */
  readonly ends?: boolean
}

function differentiated(blueprint: Blueprint, options: DifferentiatedOptions): Differentiated {
  const { batch, seed = 0, weighted = false, recompute, taps, drops, ends = false } = options
  const builder = new GraphBuilder()
  const parameters = declareParameters(builder, blueprint)
  const x = builder.input('x', 'input', batchShape(batch, blueprint.input))
  const { op: lossOp, input: compared, attributes, delta } = lossOf(options)
  const wanted =
    compared === 'labels'
      ? builder.input(compared, 'input', [batch], 'int')
      : builder.input(compared, 'input', batchShape(batch, blueprint.output))
  const weights = weighted ? [builder.input('sampleWeights', 'input', [batch])] : []
  const step = drops ? builder.input('step', 'input', [], 'int') : undefined

  const tapped = new Taps(builder, x, taps)
  const { onOutput } = tapped
  const statistics: BatchStatistic[] = []
  const onStatistic = (statistic: BatchStatistic): unknown => statistics.push(statistic)
  const context = { builder, training: true, batch, seed, step, parameters, recompute, onOutput, onStatistic }
  const logits = lowerNetwork(context, blueprint.root, x)
  tapped.declareOutputs()
  if (ends) builder.output('outputs', builder.op('copy', [logits], {}, 'outputs')[0])
  const [lossPerSample] = builder.op(lossOp, [logits, wanted, ...weights], attributes(delta), 'loss')
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

/** Returns the trained parameters that the loss depends on, with their gradients. */
function withGradients({ parameters: blueprints }: Blueprint, { parameters, gradients }: Differentiated) {
  return blueprints.flatMap((parameter) => {
    const value = parameter.trainable ? parameters.get(parameter.name) : undefined
    const gradient = value && gradients.get(value)
    return value && gradient ? [{ ...parameter, shape: value.shape, value, gradient }] : []
  })
}

/**
 * Builds the graph of one training step. The graph's inputs are `x` [B, features], `labels` [B] (or `targets`
 * [B, outputs]), `sampleWeights` [B] if the samples are weighted, `step`, and the optimizer's scalars (see updates.ts).
 * The graph's outputs are `loss` (the batch's mean before the update), `gradient.NAME` for every trained parameter, and
 * the taps.
 */
export function trainingGraph(blueprint: Blueprint, options: TrainingGraphOptions): Graph {
  const { gradients: keepsGradients = true } = options
  const pass = differentiated(blueprint, { ...options, drops: true })
  const { builder, statistics, meanLoss } = pass
  builder.guardBy(meanLoss)
  const updated = withGradients(blueprint, pass)
  if (keepsGradients) for (const { name, gradient } of updated) builder.output(`gradient.${name}`, gradient)
  emitUpdates(builder, updated, options)
  // The running statistics are updated at the end of the step together with the parameters, and not where the batch's
  // statistics are computed. A step whose loss is not finite must leave the running statistics unchanged.
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
 * Builds the graph of a batch's loss and gradient without a training step. The gradient graph updates nothing, dropout
 * is off, and batch norm uses the batch's own statistics. The graph's inputs are `x` [B, features] and `labels` [B] (or
 * `targets` [B, outputs]). The graph's outputs are `loss`, `outputs` [B, outputs], `gradient.NAME` for every trained
 * parameter, `gradient.x` [B, features], and the taps. With the option `tensors`, the graph has further outputs for
 * each tensor that is stacked in a trained weight: the Euclidean norms `norm.NAME` and `norm.gradient.NAME`, and the
 * count `unmoved.NAME`.
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
 * Builds the graph of a forward pass that only changes the running statistics. Each running statistic moves toward the
 * batch's statistic by the fraction `weight`; the weight 1 replaces the running statistic. The graph's input is `x`
 * [B, features]. Returns undefined for a network without running statistics.
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

/**
 * Builds the graph of a forward pass in evaluation mode. The graph's input is `x` [B, features]. The graph's outputs
 * are `outputs` [B, outputs] and the taps.
 */
export function evaluationGraph(blueprint: Blueprint, options: EvaluationGraphOptions): Graph {
  const { batch, batchStatistics = false, taps } = options
  const builder = new GraphBuilder()
  const parameters = declareParameters(builder, blueprint)
  const x = builder.input('x', 'input', batchShape(batch, blueprint.input))
  const tapped = new Taps(builder, x, taps)
  const context = { builder, training: batchStatistics, batch, seed: 0, parameters, onOutput: tapped.onOutput }
  // The copy gives `outputs` a separate value, even if the network ends in an input, a loop, or a tapped layer.
  const [outputs] = builder.op('copy', [lowerNetwork(context, blueprint.root, x)], {}, 'outputs')
  builder.output('outputs', outputs)
  tapped.declareOutputs()
  return builder.finish('evaluation')
}
