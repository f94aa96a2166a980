/**
 * The table of operations, with the shapes of their inputs and outputs. In shapes, B is the batch size, F the number of
 * features, K the number of input features and O the number of output features. Images are rows of channels, with one
 * row for each position of each image. C is the number of channels. N = B * height * width is the number of positions
 * before a window moves over the images, and M is the number of positions afterward. An operation that lacks a row in
 * this table, in the gradient table or in a backend's kernels does not compile.
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
  /**
   * True if output element [b, f] depends only on element [b, f] of each full-size input, on element [f] of each
   * vector, and on the scalars.
   */
  readonly elementwise: boolean
  readonly infer: (inputs: readonly Value[], attributes: Attributes) => readonly OpResult[]
}

const real = (...shape: number[]): OpResult => ({ shape, element: 'real' })

function expectShape(value: Value, shape: Shape, what: string): void {
  assertInvariant(sameShape(value.shape, shape), `${what}: expected [${shape}], got [${value.shape}]`)
}

/**
 * Makes the table row of an elementwise operation, whose output has the first input's shape. `others` gives the shapes
 * of the other inputs.
 */
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

/**
 * Makes the row of an elementwise operation whose last input holds slopes: one slope [f] for each column, or one slope
 * [] for all columns. The inputs before the slopes have the first input's shape.
 */
function withSlope(count: number): OpRow {
  return {
    elementwise: true,
    infer: (inputs) => {
      assertInvariant(inputs.length === count, `expected ${count} inputs, got ${inputs.length}`)
      const [first] = inputs
      for (const input of inputs.slice(1, -1)) expectShape(input, first.shape, 'input')
      const slope = inputs[count - 1]
      if (slope.shape.length > 0) expectShape(slope, first.shape.slice(1), 'slope')
      return [{ shape: first.shape, element: 'real' }]
    },
  }
}

/**
 * Makes the row of an operation that maps the cotangent dy[M, C] of a window's output to the cotangent [N, C] of its
 * input. `others` gives the shapes of the inputs after dy.
 */
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

/** The table row of an operation that moves a window over the N positions of x[N, C] and gives M positions [M, C]. */
const window: OpRow = general(([x], attributes) => {
  const { positions, outputPositions } = geometryOf(attributes)
  return [real((x.shape[0] / positions) * outputPositions, x.shape[1])]
})

function general(infer: OpRow['infer']): OpRow {
  return { elementwise: false, infer }
}

/**
 * The table row of a loss that is a mean over the outputs. The operation maps outputs[B, O] and targets[B, O] to the
 * losses [B], each a mean over O, and the gradient of the batch's mean loss [B, O].
 */
const lossByOutput: OpRow = general(([outputs, targets, weights]) => {
  const [batch] = outputs.shape
  expectShape(targets, outputs.shape, 'targets')
  if (weights) expectShape(weights, [batch], 'sample weights')
  return [real(batch), real(...outputs.shape)]
})

/** Reads the attribute `parts`: the number of parts into which the schedule has split a sum. */
function partsOf({ parts }: Attributes): number {
  assertInvariant(typeof parts === 'number' && parts >= 1, `expected a number of parts, got ${parts}`)
  return parts
}

/**
 * Returns the number of outputs O rounded up to whole blocks. If O is no multiple of the block, zeros fill the rest of
 * the last block.
 */
const paddedOutputs = (outputs: number, { block = 1 }: Attributes): number =>
  Math.ceil(outputs / Number(block)) * Number(block)

/** Returns the number of tensors that are stacked along the leading `axes` axes of a value. */
function stackedTensors({ shape }: Value, axes: Attribute): number {
  return sizeOf(shape.slice(0, Number(axes)))
}

/**
 * Makes the row of an update operation. An update takes the parameter, the gradient, the rule's states (each of the
 * parameter's shape), the rate, the rule's scalars, and the factors that the attributes `clipped` and `layered` add.
 */
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
  /** Adds two values: a + b. */
  add: elementwise('same'),
  /** Adds a bias: x[b, f] + bias[f]. */
  addBias: elementwise('features'),
  /** Multiplies by a scalar: x * factor. */
  scale: elementwise('scalar'),
  /** Applies an activation function to x, with the attributes `function` and `slope`. */
  activation: elementwise(),
  /**
   * Computes dy * function'(x) of an activation function. The inputs of the operation are dy and either x or, if the
   * output determines the derivative, the function's output (see activations.ts).
   */
  activationGradient: elementwise('same'),
  /**
   * PReLU: x for x above 0, and slope * x for other x. The inputs are x and the slopes [f], or one slope [] for all
   * columns.
   */
  prelu: withSlope(2),
  /** Maps dy, x and the slopes of a PReLU to dx: dy for x above 0, and slope * dy for other x. */
  preluGradient: withSlope(3),
  /**
   * Maps dy and x of a PReLU to the terms of the slope's gradient: 0 for x above 0, and dy * x for other x. The sum of
   * the terms over a slope's elements is the gradient of the slope.
   */
  preluSlopeTerms: elementwise('same'),
  /**
   * Computes dropout: x * mask(key, step, element) / (1 - rate). The inputs of dropout are x, key, step, the threshold
   * rate * 2^32, and the factor 1 / (1 - rate).
   */
  dropout: elementwise('scalar', 'scalar', 'scalar', 'scalar'),

  /** Maps x[B, K] and w[O, K] to x w^T [B, O]. */
  dense: general(([x, w]) => {
    expectShape(w, [w.shape[0], x.shape[1]], 'weight')
    return [real(x.shape[0], w.shape[0])]
  }),
  /** Maps dy[B, O] and w[O, K] to dy w [B, K]. */
  denseInputGradient: general(([dy, w]) => {
    expectShape(w, [dy.shape[1], w.shape[1]], 'weight')
    return [real(dy.shape[0], w.shape[1])]
  }),
  /** Maps dy[B, O] and x[B, K] to dy^T x [O, K]. */
  denseWeightGradient: general(([dy, x]) => {
    expectShape(x, [dy.shape[0], x.shape[1]], 'input')
    return [real(dy.shape[1], x.shape[1])]
  }),
  /** Maps a batch of [C, H, W] images, x[B, C * positions], to [B * positions, C], with the attribute `channels`. */
  toPositions: general(([x], { channels }) => {
    const positions = x.shape[1] / Number(channels)
    return [real(x.shape[0] * positions, Number(channels))]
  }),
  /** Maps x[B * positions, C] to [B, C * positions], with the attribute `positions`. */
  fromPositions: general(([x], { positions }) => [
    real(x.shape[0] / Number(positions), x.shape[1] * Number(positions)),
  ]),
  // Every operation with a moving window has the attributes that `windowAttributes` in windows.ts makes.
  /** Convolution: maps x[N, C] and w[O, C * kernel^2] to [M, O]. */
  conv: general(([x, w], attributes) => {
    const { positions, outputPositions, kernel } = geometryOf(attributes)
    expectShape(w, [w.shape[0], x.shape[1] * kernel ** 2], 'weight')
    return [real((x.shape[0] / positions) * outputPositions, w.shape[0])]
  }),
  /**
   * Maps a convolution's weight w[O, C * kernel^2] to [C, O * kernel^2], with the attribute `kernel`. The operation
   * exchanges input and output channels and reverses the kernel's positions.
   */
  flipKernel: general(([w], { kernel }) => {
    const positions = Number(kernel) ** 2
    return [real(w.shape[1] / positions, w.shape[0] * positions)]
  }),
  /** Maps dy[M, O] and the flipped weight [C, O * kernel^2] to dx[N, C]. */
  convInputGradient: general(([dy, flipped], attributes) => {
    const { positions, outputPositions, kernel } = geometryOf(attributes)
    expectShape(flipped, [flipped.shape[0], dy.shape[1] * kernel ** 2], 'flipped weight')
    return [real((dy.shape[0] / outputPositions) * positions, flipped.shape[0])]
  }),
  /**
   * Maps dy[M, O] and x[N, C] to dw[O, C * kernel^2]. With the attributes `parts` and `block`, dw is computed
   * separately for each part of the batch: [parts * O, C * kernel^2], with O rounded up to whole blocks. Part k of p
   * parts begins at image floor(k * images / p).
   */
  convWeightGradient: general(([dy, x], attributes) => {
    const { positions, outputPositions, kernel } = geometryOf(attributes)
    const images = dy.shape[0] / outputPositions
    expectShape(x, [images * positions, x.shape[1]], 'input')
    const parts = attributes.parts === undefined ? 1 : partsOf(attributes)
    return [real(parts * paddedOutputs(dy.shape[1], attributes), x.shape[1] * kernel ** 2)]
  }),
  /**
   * Sums the parts of a weight gradient: maps [parts * O, K], with O rounded up to whole blocks, to [O, K]. `sumParts`
   * has the attributes `parts`, `block`, `outputs`, and the size `kernel` of the convolution's kernel.
   */
  sumParts: general(([x], attributes) => {
    const outputs = Number(attributes.outputs)
    expectShape(x, [partsOf(attributes) * paddedOutputs(outputs, attributes), x.shape[1]], 'parts')
    return [real(outputs, x.shape[1])]
  }),
  /** Computes the largest value in each window. Max pooling ignores positions beyond the border. */
  maxPool: window,
  /**
   * Maps dy, x and y of a max pooling to dx. In each window, dy is added to the first position whose value in x equals
   * the window's maximum y.
   */
  maxPoolGradient: backWindow('input', 'output'),
  /** Computes the mean of each window. */
  averagePool: window,
  averagePoolGradient: backWindow(),
  /** Maps x[B * positions, C] to the mean over the positions of each image [B, C], with the attribute `positions`. */
  meanOverPositions: general(([x], { positions }) => [real(x.shape[0] / Number(positions), x.shape[1])]),
  /** Maps dy[B, C] of a mean over positions to dx[B * positions, C], with the attribute `positions`. */
  meanOverPositionsGradient: general(([dy], { positions }) => [real(dy.shape[0] * Number(positions), dy.shape[1])]),
  /**
   * Maps x[N, C] to [M, channels]: takes every stride-th position and fills added channels with zeros. `subsample` has
   * the attribute `channels`.
   */
  subsample: general(([x], attributes) => {
    const { positions, outputPositions } = geometryOf(attributes)
    return [real((x.shape[0] / positions) * outputPositions, Number(attributes.channels))]
  }),
  /** Maps dy[M, O] of a subsampling to dx[N, C]. The attribute `channels` is C. */
  subsampleGradient: general(([dy], attributes) => {
    const { positions, outputPositions } = geometryOf(attributes)
    return [real((dy.shape[0] / outputPositions) * positions, Number(attributes.channels))]
  }),
  // The attributes `height` and `width` belong to operations that sum over the positions of images, and to operations
  // whose gradient is a sum over positions. An operation that sums each part of the rows separately has the attributes
  // `parts` and `together`. Each group of `together` consecutive rows (by default 1 row) lies in one part. Part k of p
  // parts begins at row together * floor(k * rows / (together * p)).
  /** Maps x[B, F] to the sums of each part of the rows [parts, F]. */
  partialSums: general(([x], attributes) => [real(partsOf(attributes), x.shape[1])]),
  /** Maps a[F] to the sum of the elements of a []. */
  sumOfVector: general(() => [real()]),
  /** Multiplies elementwise: a * b. */
  multiply: elementwise('same'),
  /** Adds a scalar to every element of x. */
  addScalar: elementwise('scalar'),
  /** Sums x[B, F] over the batch to [F]. */
  sumOverBatch: general(([x]) => [real(...x.shape.slice(1))]),
  /** Computes the mean of x[B] as a scalar []. */
  meanOverBatch: general(() => [real()]),

  /**
   * Layer normalization (Ba et al. 2016): maps x[B, F], scale[F] and shift[F] to y[B, F], mean[B] and inverse
   * deviation[B], with the attribute `epsilon`.
   */
  layerNorm: general(([x, scale, shift]) => {
    expectShape(scale, x.shape.slice(1), 'scale')
    expectShape(shift, x.shape.slice(1), 'shift')
    return [real(...x.shape), real(x.shape[0]), real(x.shape[0])]
  }),
  /** Maps dy[B, F], x[B, F], scale[F], mean[B] and inverse deviation[B] of a layer normalization to dx[B, F]. */
  layerNormInputGradient: general(([dy, x, scale, mean, inverse]) => {
    expectShape(x, dy.shape, 'input')
    expectShape(scale, dy.shape.slice(1), 'scale')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(0, 1), 'statistic')
    return [real(...dy.shape)]
  }),
  /** Maps dy[B, F], x[B, F], mean[B] and inverse deviation[B] of a layer normalization to the scale's gradient [F]. */
  layerNormScaleGradient: general(([dy, x, mean, inverse]) => {
    expectShape(x, dy.shape, 'input')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(0, 1), 'statistic')
    return [real(dy.shape[1])]
  }),

  /**
   * Maps x[B, F] to mean[F], biased variance[F] and inverse deviation[F] over the batch (Ioffe & Szegedy 2015), with
   * the attribute `epsilon`.
   */
  batchStatistics: general(([x]) => [real(x.shape[1]), real(x.shape[1]), real(x.shape[1])]),
  /**
   * Maps x[B, F] to the mean of each part of the rows and to the sum of squared deviations from the mean, each [parts,
   * F].
   */
  partialStatistics: general(([x], attributes) => {
    const sums = real(partsOf(attributes), x.shape[1])
    return [sums, sums]
  }),
  /**
   * Merges the means and the sums of squares of all parts, each [parts, F], to mean[F], biased variance[F] and inverse
   * deviation[F] of all rows (Chan et al. 1979). `mergeStatistics` has the attributes `epsilon`, `rows` and `together`.
   */
  mergeStatistics: general(([means, squares]) => {
    expectShape(squares, means.shape, 'squares')
    return [real(means.shape[1]), real(means.shape[1]), real(means.shape[1])]
  }),
  /**
   * Maps dy, x, mean and inverse deviation to two sums over each part of the rows. The sums are dy * (x - mean) *
   * inverse deviation [parts, F] and dy [parts, F].
   */
  batchNormPartialGradients: general(([dy, x, mean, inverse], attributes) => {
    expectShape(x, dy.shape, 'input')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(1), 'statistic')
    const sums = real(partsOf(attributes), dy.shape[1])
    return [sums, sums]
  }),
  /** Computes (x - mean[f]) * inverse deviation[f] * scale[f] + shift[f]. */
  batchNormalize: elementwise('features', 'features', 'features', 'features'),
  /** Maps variance[F] to 1/sqrt(variance + epsilon). */
  inverseDeviation: general(([variance]) => [real(...variance.shape)]),
  /**
   * Maps dy[B, F], x[B, F], mean[F] and inverse deviation[F] to the sum over the batch of
   * dy * (x - mean) * inverse deviation [F].
   */
  batchNormScaleGradient: general(([dy, x, mean, inverse]) => {
    expectShape(x, dy.shape, 'input')
    for (const statistic of [mean, inverse]) expectShape(statistic, dy.shape.slice(1), 'statistic')
    return [real(dy.shape[1])]
  }),
  /** Maps dy, x, mean, inverse deviation, scale, scale's gradient and shift's gradient of a batch norm to dx. */
  batchNormInputGradient: elementwise('same', 'features', 'features', 'features', 'features', 'features'),
  /** Maps running[F] and statistic[F] to (1 - momentum) running + momentum * correction * statistic. */
  runningUpdate: general(([running, statistic]) => {
    expectShape(statistic, running.shape, 'statistic')
    return [real(...running.shape)]
  }),

  /** Softmax over the features: maps x[B, F] to exp(x) / (sum over F of exp(x)) [B, F]. */
  softmax: general(([x]) => [real(...x.shape)]),
  /** Maps dy[B, F] and y[B, F] of a softmax to dx = y * (dy - sum over F of dy * y) [B, F]. */
  softmaxGradient: general(([dy, y]) => {
    expectShape(y, dy.shape, 'output')
    return [real(...dy.shape)]
  }),

  // A loss operation may have a third input with a weight for each sample [B]. A weight multiplies the sample's loss
  // and the sample's gradient.
  /** Maps logits[B, C] and labels[B] to the losses [B] and the gradient of the batch's mean loss [B, C]. */
  softmaxCrossEntropy: general(([logits, labels, weights]) => {
    const [batch] = logits.shape
    expectShape(labels, [batch], 'labels')
    if (weights) expectShape(weights, [batch], 'sample weights')
    return [real(batch), real(...logits.shape)]
  }),
  /** The loss of logits[B, O] against targets[B, O] between 0 and 1. */
  binaryCrossEntropy: lossByOutput,
  squaredError: lossByOutput,
  absoluteError: lossByOutput,
  /** The Huber loss, with the attribute `delta`. */
  huber: lossByOutput,

  // The operation `norms` and the update operations clamp each element of the gradient to [-clipValue, clipValue] if
  // they have the attribute `clipValue`.
  /**
   * Maps a gradient to the Euclidean norms [tensors] of the tensors that are stacked along the gradient's leading
   * `axes` axes.
   */
  norms: general(([gradient], { axes }) => [real(stackedTensors(gradient, axes))]),
  /**
   * Maps a parameter and its gradient to one count [tensors] for each tensor that is stacked along the parameter's
   * leading `axes` axes. The count is the number of the tensor's elements that stay unchanged when `factor` times the
   * gradient is subtracted in float32.
   */
  unmoved: general(([parameter, gradient], { axes }) => {
    expectShape(gradient, parameter.shape, 'gradient')
    return [real(stackedTensors(parameter, axes))]
  }),
  /** Maps any number of vectors and scalars to one scalar [], the Euclidean norm of all their elements together. */
  normOfAll: general(() => [real()]),
  /**
   * Maps norm[] to the factor min(1, limit / (norm + 1e-6)) []. The factor scales a vector of the given norm down to at
   * most the attribute `limit`.
   */
  clipFactor: general(([norm]) => {
    expectShape(norm, [], 'norm')
    return [real()]
  }),

  // With the attribute `clipped`, an update operation has a further input: a scalar [] that multiplies the gradient.
  // With the attribute `layered`, the last input [tensors] of an update operation holds factors that multiply the
  // learning rate. The attribute `layered` needs one factor for each tensor that is stacked along the parameter's
  // leading `axes` axes.
  /** Maps parameter, gradient and rate[] to the new parameter, with the attribute `weightDecay`. */
  sgdUpdate: update(rules.sgd),
  /**
   * Maps parameter, gradient, velocity, rate[] and momentum[] to the new parameter and velocity, with the attributes
   * `weightDecay` and `nesterov`.
   */
  momentumUpdate: update(rules.momentum),
  /**
   * Maps parameter, gradient, sum of squared gradients and rate[] to the new parameter and sum (Duchi, Hazan & Singer
   * 2011), with the attributes `initialAccumulator`, `epsilon` and `weightDecay`.
   */
  adagradUpdate: update(rules.adagrad),
  /**
   * Maps parameter, gradient, mean of squared gradients and rate[] to the new parameter and mean (Tieleman & Hinton
   * 2012), with the attributes `secondDecay`, `epsilon` and `weightDecay`.
   */
  rmspropUpdate: update(rules.rmsprop),
  /**
   * Maps parameter, gradient, mean of squared gradients, velocity and rate[] to the new parameter, mean and velocity.
   * `rmspropMomentumUpdate` has the attributes of `rmspropUpdate` and `momentum`.
   */
  rmspropMomentumUpdate: update(rules.rmspropMomentum),
  /**
   * Maps parameter, gradient, first moment, second moment, rate[], first correction[] and second correction[] to the
   * new parameter and the two new moments (Kingma & Ba 2015; Loshchilov & Hutter 2019). `adamUpdate` has the attributes
   * `firstDecay`, `secondDecay`, `epsilon`, `weightDecay` and `decoupled`.
   */
  adamUpdate: update(rules.adam),
  /**
   * Maps parameter, gradient, mean gradient and rate[] to the new parameter and mean gradient (Chen et al. 2023), with
   * the attributes `firstDecay`, `secondDecay` and `weightDecay`.
   */
  lionUpdate: update(rules.lion),
  /**
   * Maps stacked[n, ...] to the `count` tensors that begin at index `first`: a value of shape [count, ...], or
   * [count / length, length, ...] if `length` is not 0. `part` makes a view and moves no data.
   */
  part: general(([stacked], { first, count, length }) => {
    const [times, ...tensor] = stacked.shape
    assertInvariant(
      Number(first) + Number(count) <= times,
      `a part takes tensors ${first} to ${Number(first) + Number(count)} of ${times}`,
    )
    const axes = Number(length) > 0 ? [Number(count) / Number(length), Number(length)] : [Number(count)]
    return [{ shape: [...axes, ...tensor], element: stacked.element }]
  }),
  /**
   * Joins parts, in their order, to stacked[n, ...]. The first part comes from a segmented loop and has the shape
   * [segments, length, ...]. `join` moves no data, because the memory plan places each part inside the joined value.
   */
  join: general((parts) => {
    const [[segments, length, ...tensor], rest] = parts.map(({ shape }) => shape)
    if (rest) expectShape(parts[1], [rest[0], ...tensor], 'the rest')
    return [{ shape: [segments * length + (rest?.[0] ?? 0), ...tensor], element: parts[0].element }]
  }),
  /** Copies x. The memory plan inserts a `copy` operation for a value that must be stored at two addresses. */
  copy: elementwise(),
  /** Makes zeros of the shape in the attribute `shape`, a text with the sizes joined by the letter x. */
  zeros: general((_inputs, attributes) => [real(...String(attributes.shape).split('x').filter(Boolean).map(Number))]),
} satisfies Record<string, OpRow>

export type OpName = keyof typeof ops
