/**
 * The end of a training step: the optimizer turns the gradients into updates of the parameters. Besides the batch, a
 * step takes scalars that change during a training: `rate`, and the scalars of the optimizer's rule (optimizers/).
 */
import type { Shape } from '../blueprint/blueprint.ts'
import type { GraphBuilder } from './builder.ts'
import type { Attributes, Value } from './graph.ts'
import { type OptimizerRule, rowOf } from './optimizers/table.ts'

/**
 * The name that a training graph gives to an optimizer's state for a parameter. The colon tells the state apart from a
 * layer's running statistics, because no layer's name has a colon.
 */
const optimizerStateName = (kind: string, parameter: string): string => `${kind}:${parameter}`

/** Returns true for a state that belongs to the optimizer and false for a running statistic. */
export const isOptimizerState = (name: string): boolean => name.includes(':')

export interface UpdatedParameter {
  readonly name: string
  readonly shape: Shape
  /**
   * Numbers of iterations of the loops around the layer, which are the leading axes of the parameter's shape.
   */
  readonly loops: readonly number[]
  readonly value: Value
  readonly gradient: Value
}

export interface UpdateOptions {
  readonly optimizer: OptimizerRule
  /** Each element of the gradient is clamped to [-clipValue, clipValue] before the norm of the gradient is clipped. */
  readonly clipValue?: number
  /**
   * Largest norm of the gradients of all parameters together. If the norm of all gradients exceeds this limit, all
   * gradients are scaled down by the same factor. The value null sets no limit on the norm of the gradients.
   */
  readonly clipNorm?: number | null
  /**
   * Factors on the learning rate, by the name of the parameter. A parameter has one rate factor for each tensor that is
   * stacked along its leading axes. A parameter without an entry in the map has the rate factor 1.
   */
  readonly rateFactors?: ReadonlyMap<string, readonly number[]>
}

export function emitUpdates(
  builder: GraphBuilder,
  parameters: readonly UpdatedParameter[],
  { optimizer, clipValue, clipNorm = null, rateFactors }: UpdateOptions,
): void {
  const limited: Attributes = clipValue === undefined ? {} : { clipValue }
  const row = rowOf(optimizer)
  const scalars = ['rate', ...Object.keys(row.scalars)].map((name) => builder.input(name, 'input', []))
  const clip = clipNorm === null || parameters.length === 0 ? [] : [clipFactor(builder, parameters, clipNorm, limited)]
  for (const { name, shape, loops, value, gradient } of parameters) {
    const states = row.states.map((kind) => builder.input(optimizerStateName(kind, name), 'state', shape))
    const factors = rateFactors?.get(name)
    const layered = factors ? [builder.constant(`rateFactors.${name}`, [factors.length], factors)] : []
    const attributes = {
      ...row.attributes(optimizer),
      ...limited,
      ...(clip.length > 0 && { clipped: true }),
      ...(factors && { layered: true, axes: loops.length }),
    }
    const inputs = [value, gradient, ...states, ...scalars, ...clip, ...layered]
    const results = builder.op(row.op, inputs, attributes, name)
    for (const [position, target] of [value, ...states].entries()) builder.update(target, results[position])
  }
}

/** Emits the factor that scales the norm of all gradients down to `limit` (Pascanu, Mikolov & Bengio 2013). */
function clipFactor(
  builder: GraphBuilder,
  parameters: readonly UpdatedParameter[],
  limit: number,
  limited: Attributes,
): Value {
  const path = 'clip'
  const terms = parameters.map(({ loops, gradient }) => {
    return builder.op('norms', [gradient], { axes: loops.length, ...limited }, path)[0]
  })
  return builder.op('clipFactor', builder.op('normOfAll', terms, {}, path), { limit }, path)[0]
}
