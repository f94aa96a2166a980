/**
 * The end of a training step: what the optimizer makes of the gradients. Beside the batch a step takes scalars, which
 * move over a run: `rate`; `momentum` with momentum; `firstCorrection` and `secondCorrection` with Adam.
 */
import type { Shape } from '../blueprint/blueprint.ts'
import type { GraphBuilder } from './builder.ts'
import type { Attributes, Value } from './graph.ts'
import type { OpName } from './ops.ts'
import { sinkUpdate } from './sink.ts'

export type OptimizerRule =
  | { readonly kind: 'sgd'; readonly weightDecay: number }
  | {
      readonly kind: 'momentum'
      readonly momentum: number
      readonly weightDecay: number
      /** Looks ahead: the update is that of the velocity after the next step's decay (Sutskever et al. 2013). */
      readonly nesterov?: boolean
      /** How the momentum moves over a run; constant by default. */
      readonly momentumSchedule?: 'constant' | 'sutskever'
    }
  | {
      readonly kind: 'adam'
      readonly firstDecay: number
      readonly secondDecay: number
      readonly epsilon: number
      readonly weightDecay: number
      /** Weight decay apart from the gradient (AdamW). */
      readonly decoupled: boolean
    }

interface UpdateForm {
  readonly op: OpName
  /** What is kept for each parameter from step to step. */
  readonly states: readonly string[]
  readonly scalars: readonly string[]
}

const forms = {
  sgd: { op: 'sgdUpdate', states: [], scalars: ['rate'] },
  momentum: { op: 'momentumUpdate', states: ['velocity'], scalars: ['rate', 'momentum'] },
  adam: {
    op: 'adamUpdate',
    states: ['first-moment', 'second-moment'],
    scalars: ['rate', 'firstCorrection', 'secondCorrection'],
  },
} satisfies Record<OptimizerRule['kind'], UpdateForm>

/**
 * The momentum of step `step` (0 is the first): 0.5, 0.75, 0.8333, 0.875 from steps 0, 250, 500, 750 on, up to the rule's
 * own, with sutskever (Sutskever et al. 2013, eq. 5).
 */
export function momentumAt(rule: Extract<OptimizerRule, { kind: 'momentum' }>, step: number): number {
  if (rule.momentumSchedule !== 'sutskever') return rule.momentum
  return Math.min(1 - 0.5 / (Math.floor(step / 250) + 1), rule.momentum)
}

/** The optimizer's scalars for step `step` (0 is the first), by the names of the graph's inputs. */
export function optimizerScalars(
  rule: OptimizerRule,
  rate: number,
  step: number,
): readonly (readonly [string, number])[] {
  switch (rule.kind) {
    case 'sgd':
      return [['rate', rate]]
    case 'momentum':
      return [
        ['rate', rate],
        ['momentum', momentumAt(rule, step)],
      ]
    case 'adam':
      return [
        ['rate', rate],
        ['firstCorrection', 1 / (1 - integerPower(rule.firstDecay, step + 1))],
        ['secondCorrection', 1 / Math.sqrt(1 - integerPower(rule.secondDecay, step + 1))],
      ]
  }
}

/** By repeated squaring: Math.pow may differ in its last bits from machine to machine. */
function integerPower(base: number, exponent: number): number {
  let result = 1
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square
  }
  return result
}

/** The name of what an optimizer keeps for a parameter among a training graph's states; no layer's name has a colon. */
export const optimizerStateName = (kind: string, parameter: string): string => `${kind}:${parameter}`

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
  readonly clipNorm?: number
  readonly rateFactors?: ReadonlyMap<string, readonly number[]>
  /** Whether all gradients must be there when the step is done. */
  readonly gradients?: boolean
}

function attributesOf(rule: OptimizerRule): Attributes {
  const { weightDecay } = rule
  switch (rule.kind) {
    case 'sgd':
      return { weightDecay }
    case 'momentum':
      return { weightDecay, nesterov: rule.nesterov ?? false }
    case 'adam': {
      const { firstDecay, secondDecay, epsilon, decoupled } = rule
      return { firstDecay, secondDecay, epsilon, weightDecay, decoupled }
    }
  }
}

export function emitUpdates(
  builder: GraphBuilder,
  parameters: readonly UpdatedParameter[],
  { optimizer, clipNorm, rateFactors, gradients = true }: UpdateOptions,
): void {
  const form: UpdateForm = forms[optimizer.kind]
  const scalars = form.scalars.map((name) => builder.input(name, 'input', []))
  const clip = clipNorm === undefined || parameters.length === 0 ? [] : [clipFactor(builder, parameters, clipNorm)]
  for (const { name, shape, loops, value, gradient } of parameters) {
    const states = form.states.map((kind) => builder.input(optimizerStateName(kind, name), 'state', shape))
    const factors = rateFactors?.get(name)
    const layered = factors ? [builder.constant(`rateFactors.${name}`, [factors.length], factors)] : []
    const attributes = {
      ...attributesOf(optimizer),
      ...(clip.length > 0 && { clipped: true }),
      ...(factors && { layered: true, axes: loops.length }),
    }
    const inputs = [value, gradient, ...states, ...scalars, ...clip, ...layered]
    const canSink = !gradients && clip.length === 0 && layered.length === 0 && loops.length > 0
    const sinking = { op: form.op, attributes, path: name, updated: [value, ...states], gradient, scalars }
    const sunk = canSink ? sinkUpdate(builder, builder.nodes, sinking) : undefined
    if (sunk) builder.replaceBody(sunk.nodes)
    const results = sunk?.results ?? builder.op(form.op, inputs, attributes, name)
    for (const [position, target] of [value, ...states].entries()) builder.update(target, results[position])
  }
}

/** Inputs of one norm; a kernel takes an address for each. */
const normWidth = 64

/** The factor that brings the norm of all gradients together down to `limit` (Pascanu, Mikolov & Bengio 2013). */
function clipFactor(builder: GraphBuilder, parameters: readonly UpdatedParameter[], limit: number): Value {
  const path = 'clip'
  let terms = parameters.map(({ loops, gradient }) => {
    return builder.op('norms', [gradient], { axes: loops.length }, path)[0]
  })
  do {
    const groups = Array.from({ length: Math.ceil(terms.length / normWidth) }, (_, group) =>
      terms.slice(group * normWidth, (group + 1) * normWidth),
    )
    terms = groups.map((group) => builder.op('normOfAll', group, {}, path)[0])
  } while (terms.length > 1)
  return builder.op('clipFactor', terms, { limit }, path)[0]
}
