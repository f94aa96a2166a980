/**
 * Every operation: the shapes it takes and gives. Shape letters: B batch, F features, K features in, O features out.
 * A missing row anywhere (here, in the gradient table, in a backend's kernels) doesn't compile.
 */

import { sameShape, sizeOf } from '../blueprint/shape.ts'
import { assertInvariant } from '../support/errors.ts'
import type { Attribute, Attributes, Element, Shape, Value } from './value.ts'

export interface OpResult {
  readonly shape: Shape
  readonly element: Element
}

interface OpRow {
  /** True when output element [b, f] depends on element [b, f] of the inputs alone (or on [f] or [] of small ones). */
  readonly elementwise: boolean
  readonly infer: (inputs: readonly Value[], attributes: Attributes) => readonly OpResult[]
}

const real = (...shape: number[]): OpResult => ({ shape, element: 'real' })

function expectShape(value: Value, shape: Shape, what: string): void {
  assertInvariant(sameShape(value.shape, shape), `${what}: expected [${shape}], got [${value.shape}]`)
}

/** Element by element over the first input's shape; `others` says how the rest must look. */
function elementwise(...others: ('same' | 'features' | 'scalar')[]): OpRow {
  return {
    elementwise: true,
    infer: (inputs) => {
      const [first] = inputs
      assertInvariant(inputs.length === others.length + 1, `expected ${others.length + 1} inputs, got ${inputs.length}`)
      others.forEach((kind, position) => {
        const expected = kind === 'same' ? first.shape : kind === 'features' ? first.shape.slice(1) : []
        expectShape(inputs[position + 1], expected, `input ${position + 1}`)
      })
      return [{ shape: first.shape, element: 'real' }]
    },
  }
}

function general(infer: OpRow['infer']): OpRow {
  return { elementwise: false, infer }
}

/** How many tensors a value's leading axes stack. */
export function stackedTensors({ shape }: Value, axes: Attribute): number {
  return sizeOf(shape.slice(0, Number(axes)))
}

/** parameter, gradient, `states` of the parameter's shape, `scalars`, and what the attributes add. */
function update(states: number, scalars: number): OpRow {
  return general((inputs, { clipped, layered, axes }) => {
    const [parameter, ...others] = inputs
    const factors = clipped === true ? scalars + 1 : scalars
    const expected = 2 + states + factors + (layered === true ? 1 : 0)
    assertInvariant(inputs.length === expected, `expected ${expected} inputs, got ${inputs.length}`)
    others.slice(0, 1 + states).forEach((value) => {
      expectShape(value, parameter.shape, 'gradient or state')
    })
    others.slice(1 + states, 1 + states + factors).forEach((value) => {
      expectShape(value, [], 'scalar')
    })
    if (layered === true) expectShape(inputs[expected - 1], [stackedTensors(parameter, axes)], 'rate factors')
    return Array.from({ length: 1 + states }, () => real(...parameter.shape))
  })
}

export const ops = {
  /** a + b */
  add: elementwise('same'),
  /** x[b, f] + bias[f] */
  addBias: elementwise('features'),
  /** x * factor, with a scalar factor */
  scale: elementwise('scalar'),
  /** function(x); attributes: function, slope */
  activation: elementwise(),
  /** dy * function'(x); the second input is x, or the function's output where that is enough (see activations.ts) */
  activationGradient: elementwise('same'),
  /** x * mask(key, step, element) / (1 - rate); inputs x, key, step, threshold (rate * 2^32), factor */
  dropout: elementwise('scalar', 'scalar', 'scalar', 'scalar'),

  /** x[B, K], w[O, K] -> x w^T [B, O] */
  dense: general(([x, w]) => {
    expectShape(w, [w.shape[0], x.shape[1]], 'weight')
    return [real(x.shape[0], w.shape[0])]
  }),
  /** dy[B, O], w[O, K] -> dy w [B, K] */
  denseInputGradient: general(([dy, w]) => {
    expectShape(w, [dy.shape[1], w.shape[1]], 'weight')
    return [real(dy.shape[0], w.shape[1])]
  }),
  /** dy[B, O], x[B, K] -> dy^T x [O, K] */
  denseWeightGradient: general(([dy, x]) => {
    expectShape(x, [dy.shape[0], x.shape[1]], 'input')
    return [real(dy.shape[1], x.shape[1])]
  }),
  /** x[B, F] -> [F] */
  sumOverBatch: general(([x]) => [real(...x.shape.slice(1))]),
  /** x[B] -> [] */
  meanOverBatch: general(() => [real()]),

  /** x[B, F], scale[F], shift[F] -> y[B, F], mean[B], inverse deviation[B]; attribute: epsilon (Ba et al. 2016) */
  layerNorm: general(([x, scale, shift]) => {
    expectShape(scale, x.shape.slice(1), 'scale')
    expectShape(shift, x.shape.slice(1), 'shift')
    return [real(...x.shape), real(x.shape[0]), real(x.shape[0])]
  }),
  /** dy[B, F], x[B, F], scale[F], mean[B], inverse deviation[B] -> dx[B, F] */
  layerNormInputGradient: general(([dy, x, scale, mean, inverse]) => {
    expectShape(x, dy.shape, 'input')
    expectShape(scale, dy.shape.slice(1), 'scale')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(0, 1), 'statistic')
    return [real(...dy.shape)]
  }),
  /** dy[B, F], x[B, F], mean[B], inverse deviation[B] -> [F] */
  layerNormScaleGradient: general(([dy, x, mean, inverse]) => {
    expectShape(x, dy.shape, 'input')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(0, 1), 'statistic')
    return [real(dy.shape[1])]
  }),

  /** x[B, F] -> mean[F], biased variance[F], inverse deviation[F]; attribute: epsilon (Ioffe & Szegedy 2015) */
  batchStatistics: general(([x]) => [real(x.shape[1]), real(x.shape[1]), real(x.shape[1])]),
  /** (x - mean[f]) * inverse deviation[f] * scale[f] + shift[f] */
  batchNormalise: elementwise('features', 'features', 'features', 'features'),
  /** variance[F] -> 1/sqrt(variance + epsilon) */
  inverseDeviation: general(([variance]) => [real(...variance.shape)]),
  /** dy[B, F], x[B, F], mean[F], inverse deviation[F] -> sum over the batch of dy * (x - mean) * inverse deviation [F] */
  batchNormScaleGradient: general(([dy, x, mean, inverse]) => {
    expectShape(x, dy.shape, 'input')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(1), 'statistic')
    return [real(dy.shape[1])]
  }),
  /** dy, x, mean, inverse deviation, scale, scale's gradient, shift's gradient -> dx */
  batchNormInputGradient: elementwise('same', 'features', 'features', 'features', 'features', 'features'),
  /** running[F], statistic[F] -> (1 - momentum) running + momentum * correction * statistic */
  runningUpdate: general(([running, statistic]) => {
    expectShape(statistic, running.shape, 'statistic')
    return [real(...running.shape)]
  }),

  /** logits[B, C], labels[B] -> loss[B], gradient of the batch's mean loss[B, C] */
  softmaxCrossEntropy: general(([logits, labels]) => {
    expectShape(labels, [logits.shape[0]], 'labels')
    return [real(logits.shape[0]), real(...logits.shape)]
  }),
  /** outputs[B, O], targets[B, O] -> loss[B] (the mean over O), gradient of the batch's mean loss[B, O] */
  squaredError: general(([outputs, targets]) => {
    expectShape(targets, outputs.shape, 'targets')
    return [real(outputs.shape[0]), real(...outputs.shape)]
  }),

  /** gradient -> the Euclidean norm of each of the tensors that its leading `axes` axes stack [tensors] */
  norms: general(([gradient], { axes }) => [real(stackedTensors(gradient, axes))]),
  /** any number of vectors and scalars -> the norm of all their elements together [] */
  normOfAll: general(() => [real()]),
  /** norm[] -> the factor min(1, limit / (norm + 1e-6)) that brings it down to the attribute `limit` [] */
  clipFactor: general(([norm]) => {
    expectShape(norm, [], 'norm')
    return [real()]
  }),

  // Updates end with, where the attribute `clipped` says so, a factor [] on the gradient, and, where `layered` says so, a
  // vector [tensors] of factors on the rate, one for each tensor that the parameter's leading `axes` axes stack.
  /** parameter, gradient, rate[] -> parameter; attribute: weightDecay */
  sgdUpdate: update(0, 1),
  /** parameter, gradient, velocity, rate[], momentum[] -> parameter, velocity; attributes: weightDecay, nesterov */
  momentumUpdate: update(1, 2),
  /**
   * parameter, gradient, first moment, second moment, rate[], first and second correction[] -> parameter, moments;
   * attributes: firstDecay, secondDecay, epsilon, weightDecay, decoupled (Kingma & Ba 2015; Loshchilov & Hutter 2019)
   */
  adamUpdate: update(2, 3),
  /**
   * stacked[n, ...] -> its tensors from `first` on, `count` of them [count, ...], or where `length` isn't 0 in segments of so
   * many [count / length, length, ...]; a view that moves nothing
   */
  part: general(([stacked], { first, count, length }) => {
    const [times, ...tensor] = stacked.shape
    assertInvariant(
      Number(first) + Number(count) <= times,
      `tensors ${first} to ${Number(first) + Number(count)} of ${times}`,
    )
    const axes = Number(length) > 0 ? [Number(count) / Number(length), Number(length)] : [Number(count)]
    return [{ shape: [...axes, ...tensor], element: stacked.element }]
  }),
  /** parts in their order, the first one in segments -> stacked[n, ...]; each part is made in its place */
  join: general((parts) => {
    const [[segments, length, ...tensor], rest] = parts.map(({ shape }) => shape)
    if (rest) expectShape(parts[1], [rest[0], ...tensor], 'the rest')
    return [{ shape: [segments * length + (rest?.[0] ?? 0), ...tensor], element: parts[0].element }]
  }),
  /** x; the plan moves values with it where two places need them */
  copy: elementwise(),
  /** -> zeros of the shape in the attribute `shape` (sizes joined by x) */
  zeros: general((_inputs, attributes) => [real(...String(attributes.shape).split('x').filter(Boolean).map(Number))]),
} satisfies Record<string, OpRow>

export type OpName = keyof typeof ops

/** The operations that make a parameter's gradient vector by vector, and can go on with its update while it is in registers. */
export const gradientOps: ReadonlySet<OpName> = new Set<OpName>([
  'denseWeightGradient',
  'sumOverBatch',
  'layerNormScaleGradient',
  'batchNormScaleGradient',
])
