/**
 * Every operation: the shapes it takes and gives. Shape letters: B batch, F features, K features in, O features out. Images
 * are rows of channels, one row for each position of each image: C channels, N = B * height * width positions before a
 * window moves over them and M positions after. A missing row anywhere (here, in the gradient table, in a backend's
 * kernels) doesn't compile.
 */

import { sameShape, sizeOf } from '../blueprint/shape.ts'
import { assertInvariant } from '../support/errors.ts'
import { rules } from './optimizers/table.ts'
import type { Attribute, Attributes, Element, Shape, Value } from './value.ts'
import { geometryOf } from './windows.ts'

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

/** dy[M, C] and what else there is of the output's shape, moved back to the input's [N, C]. */
function backWindow(...others: ('input' | 'output')[]): OpRow {
  return general((inputs, attributes) => {
    const { positions, outputPositions } = geometryOf(attributes)
    const [dy] = inputs
    const images = dy.shape[0] / outputPositions
    others.forEach((kind, index) => {
      const rows = kind === 'input' ? images * positions : dy.shape[0]
      expectShape(inputs[index + 1], [rows, dy.shape[1]], kind)
    })
    return [real(images * positions, dy.shape[1])]
  })
}

/** x[N, C] -> [M, C] */
const window: OpRow = general(([x], attributes) => {
  const { positions, outputPositions } = geometryOf(attributes)
  return [real((x.shape[0] / positions) * outputPositions, x.shape[1])]
})

function general(infer: OpRow['infer']): OpRow {
  return { elementwise: false, infer }
}

/** The attribute `parts`, of sums that a schedule has cut. */
function partsOf({ parts }: Attributes): number {
  assertInvariant(typeof parts === 'number' && parts >= 1, `expected a number of parts, got ${parts}`)
  return parts
}

/** The outputs of a part of a weight's gradient: whole blocks of them, the last one filled up with zeros. */
const paddedOutputs = (outputs: number, { block = 1 }: Attributes): number =>
  Math.ceil(outputs / Number(block)) * Number(block)

/** How many tensors a value's leading axes stack. */
function stackedTensors({ shape }: Value, axes: Attribute): number {
  return sizeOf(shape.slice(0, Number(axes)))
}

/** parameter, gradient, the rule's states of the parameter's shape, the rate, the rule's scalars, and what the attributes add. */
function update(rule: { readonly states: readonly string[]; readonly scalars: object }): OpRow {
  const states = rule.states.length
  const scalars = 1 + Object.keys(rule.scalars).length
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
  /** x[B, C * positions], as a batch of [C, H, W] is given -> [B * positions, C]; attribute: channels */
  toPositions: general(([x], { channels }) => {
    const positions = x.shape[1] / Number(channels)
    return [real(x.shape[0] * positions, Number(channels))]
  }),
  /** [B * positions, C] -> [B, C * positions]; attribute: positions */
  fromPositions: general(([x], { positions }) => [
    real(x.shape[0] / Number(positions), x.shape[1] * Number(positions)),
  ]),
  // Windows have the attributes of windows.ts.
  /** x[N, C], w[O, C * kernel^2] -> [M, O] */
  conv: general(([x, w], attributes) => {
    const { positions, outputPositions, kernel } = geometryOf(attributes)
    expectShape(w, [w.shape[0], x.shape[1] * kernel ** 2], 'weight')
    return [real((x.shape[0] / positions) * outputPositions, w.shape[0])]
  }),
  /** w[O, C * kernel^2] -> [C, O * kernel^2]: inputs and outputs change places, positions are in reverse; attribute: kernel */
  flipKernel: general(([w], { kernel }) => {
    const positions = Number(kernel) ** 2
    return [real(w.shape[1] / positions, w.shape[0] * positions)]
  }),
  /** dy[M, O], flipped w[C, O * kernel^2] -> dx[N, C] */
  convInputGradient: general(([dy, flipped], attributes) => {
    const { positions, outputPositions, kernel } = geometryOf(attributes)
    expectShape(flipped, [flipped.shape[0], dy.shape[1] * kernel ** 2], 'flipped weight')
    return [real((dy.shape[0] / outputPositions) * positions, flipped.shape[0])]
  }),
  /**
   * dy[M, O], x[N, C] -> dw[O, C * kernel^2]; with the attributes `parts` and `block`, for each part of the batch its share of
   * dw: [parts * O, C * kernel^2], O rounded up to whole blocks. Part k of p begins at image floor(k * images / p).
   */
  convWeightGradient: general(([dy, x], attributes) => {
    const { positions, outputPositions, kernel } = geometryOf(attributes)
    const images = dy.shape[0] / outputPositions
    expectShape(x, [images * positions, x.shape[1]], 'input')
    const parts = attributes.parts === undefined ? 1 : partsOf(attributes)
    return [real(parts * paddedOutputs(dy.shape[1], attributes), x.shape[1] * kernel ** 2)]
  }),
  /** [parts * O, K], O rounded up to whole blocks -> [O, K]; attributes: parts, block, outputs, and the kernel of what K belongs to */
  sumParts: general(([x], attributes) => {
    const outputs = Number(attributes.outputs)
    expectShape(x, [partsOf(attributes) * paddedOutputs(outputs, attributes), x.shape[1]], 'parts')
    return [real(outputs, x.shape[1])]
  }),
  /** The largest of each window; positions beyond the border are never it. */
  maxPool: window,
  /** dy, x, y -> dx: dy goes to the first of each window that equals y */
  maxPoolGradient: backWindow('input', 'output'),
  /** The mean of each window. */
  averagePool: window,
  averagePoolGradient: backWindow(),
  /** x[B * positions, C] -> the mean over each image's positions [B, C]; attribute: positions */
  meanOverPositions: general(([x], { positions }) => [real(x.shape[0] / Number(positions), x.shape[1])]),
  /** dy[B, C] -> dx[B * positions, C]; attribute: positions */
  meanOverPositionsGradient: general(([dy], { positions }) => [real(dy.shape[0] * Number(positions), dy.shape[1])]),
  /** x[N, C] -> [M, channels]: every stride-th position, and zeros in the channels that are new; attribute: channels */
  subsample: general(([x], attributes) => {
    const { positions, outputPositions } = geometryOf(attributes)
    return [real((x.shape[0] / positions) * outputPositions, Number(attributes.channels))]
  }),
  /** dy[M, channels] -> dx[N, C]; attribute: channels, which is C here */
  subsampleGradient: general(([dy], attributes) => {
    const { positions, outputPositions } = geometryOf(attributes)
    return [real((dy.shape[0] / outputPositions) * positions, Number(attributes.channels))]
  }),
  // Sums over rows that are positions of images have the attributes `height` and `width`, and so have the operations whose
  // gradients they are. Sums over parts of the rows have the attribute `parts`, and `together`: so many following rows are in
  // one part, 1 if it isn't there. Part k of p begins at row together * floor(k * rows / (together * p)).
  /** x[B, F] -> the sums of parts of the rows [parts, F] */
  partialSums: general(([x], attributes) => [real(partsOf(attributes), x.shape[1])]),
  /** a[F] -> the sum of its elements [] */
  sumOfVector: general(() => [real()]),
  /** a * b */
  multiply: elementwise('same'),
  /** x + a scalar */
  addScalar: elementwise('scalar'),
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
  /** x[B, F] -> the mean of each part of the rows and the sum of the squares about it, [parts, F] each */
  partialStatistics: general(([x], attributes) => {
    const sums = real(partsOf(attributes), x.shape[1])
    return [sums, sums]
  }),
  /**
   * means and squares [parts, F] -> mean[F], biased variance[F], inverse deviation[F] of all rows (Chan et al. 1979);
   * attributes: epsilon, the number of rows, together
   */
  mergeStatistics: general(([means, squares]) => {
    expectShape(squares, means.shape, 'squares')
    return [real(means.shape[1]), real(means.shape[1]), real(means.shape[1])]
  }),
  /** dy, x, mean, inverse deviation -> sums over parts of the rows: of dy * (x - mean) * inverse, and of dy [parts, F] */
  batchNormPartialGradients: general(([dy, x, mean, inverse], attributes) => {
    expectShape(x, dy.shape, 'input')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(1), 'statistic')
    const sums = real(partsOf(attributes), dy.shape[1])
    return [sums, sums]
  }),
  /** (x - mean[f]) * inverse deviation[f] * scale[f] + shift[f] */
  batchNormalize: elementwise('features', 'features', 'features', 'features'),
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

  // Norms and updates with the attribute `clipValue` take each element of the gradient as the nearest in [-clipValue, clipValue].
  /** gradient -> the Euclidean norm of each of the tensors that its leading `axes` axes stack [tensors] */
  norms: general(([gradient], { axes }) => [real(stackedTensors(gradient, axes))]),
  /**
   * parameter, gradient -> of each of the tensors that its leading `axes` axes stack, how many elements stay what they are
   * where `factor` times the gradient is taken from them in float32 [tensors]
   */
  unmoved: general(([parameter, gradient], { axes }) => {
    expectShape(gradient, parameter.shape, 'gradient')
    return [real(stackedTensors(parameter, axes))]
  }),
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
  sgdUpdate: update(rules.sgd),
  /** parameter, gradient, velocity, rate[], momentum[] -> parameter, velocity; attributes: weightDecay, nesterov */
  momentumUpdate: update(rules.momentum),
  /**
   * parameter, gradient, first moment, second moment, rate[], first and second correction[] -> parameter, moments;
   * attributes: firstDecay, secondDecay, epsilon, weightDecay, decoupled (Kingma & Ba 2015; Loshchilov & Hutter 2019)
   */
  adamUpdate: update(rules.adam),
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
