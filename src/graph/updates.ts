/**
 * The end of a training step: what the optimizer makes of the gradients. Beside the batch a step takes scalars, which
 * move over a run: `rate`, and those of the optimizer's rule (optimizers/).
 */
import type { Shape } from '../blueprint/blueprint.ts'
import type { GraphBuilder } from './builder.ts'
import type { Attributes, Value } from './graph.ts'
import { type OptimizerRule, rowOf } from './optimizers/table.ts'

/** The name of what an optimizer keeps for a parameter among a training graph's states; no layer's name has a colon. */
const optimizerStateName = (kind: string, parameter: string): string => `${kind}:${parameter}`

/** True for the states that belong to the optimizer, false for running statistics. */
export const isOptimizerState = (name: string): boolean => name.includes(':')

export interface UpdatedParameter {
  readonly name: string
  readonly shape: Shape
  /** The counts of the loops around the layer: the leading axes of the shape. */
  readonly loops: readonly number[]
  readonly value: Value
  readonly gradient: Value
}

export interface UpdateOptions {
  readonly optimizer: OptimizerRule
  /** Each element of the gradient is brought into [-clipValue, clipValue], before the norm is clipped. */
  readonly clipValue?: number
  /** The gradient of all parameters together is scaled down to this norm where it is longer; null is as absent. */
  readonly clipNorm?: number | null
  /** Factors on the rate by parameter: one for each tensor that its leading axes stack; 1 for the parameters left out. */
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

/** The factor that brings the norm of all gradients together down to `limit` (Pascanu, Mikolov & Bengio 2013). */
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
