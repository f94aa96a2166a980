/**
 * Random calls of every operation. Sizes: B is the batch, F the number of features or channels, O the number of
 * outputs.
 */
import { createWindow } from '../../src/blueprint/window.ts'
import type { OpName } from '../../src/graph/ops.ts'
import { geometryOf, strideWindow, windowAttributes } from '../../src/graph/windows.ts'
import { createRandom } from '../../src/support/random.ts'
import type { Call, Tensor } from './calls.ts'

export interface Sizes {
  readonly B: number
  readonly F: number
  readonly O: number
}

/** Operations that a backend computes. Views are only places in a plan and are tested in recompute.test.ts. */
type CalledOp = Exclude<OpName, 'part' | 'join'>
type CallWithoutName = Omit<Call, 'op'>

/** Creates random tensors. Numbers are rounded to float32, so that every precision starts from the same numbers. */
function createTensors(seed: number) {
  const random = createRandom(seed, 'every operation')
  const fill = (shape: readonly number[], draw: () => number): Tensor => {
    const count = shape.reduce((product, size) => product * size, 1)
    return { shape, values: Float64Array.from({ length: count }, () => Math.fround(draw())) }
  }
  return {
    normal: (...shape: number[]): Tensor => fill(shape, () => random.normal()),
    positive: (...shape: number[]): Tensor => fill(shape, () => 0.1 + random.uniform()),
    fractions: (...shape: number[]): Tensor => fill(shape, () => random.uniform()),
    magnitudes: (...shape: number[]): Tensor => fill(shape, () => 1 + 2 * random.uniform()),
    labels: (batch: number, classes: number): Tensor => ({
      shape: [batch],
      element: 'int',
      values: Int32Array.from({ length: batch }, () => random.integer(classes)),
    }),
    int: (value: number): Tensor => ({ shape: [], element: 'int', values: [value] }),
    scalar: (value: number): Tensor => ({ shape: [], values: [Math.fround(value)] }),
    anyInt: (): Tensor => ({ shape: [], element: 'int', values: [random.uint32() | 0] }),
  }
}

export function callEveryOperation({ B, F, O }: Sizes): Call[] {
  const { normal, positive, fractions, magnitudes, labels, int, scalar, anyInt } = createTensors(B * 1000 + F)
  const call = (attributes: Call['attributes'], ...inputs: Tensor[]): CallWithoutName => ({ inputs, attributes })
  const x = (): Tensor => normal(B, F)
  const scalars = (...values: number[]): Tensor[] => values.map(scalar)
  const images = Math.min(B, 7)
  const extents = { height: 5, width: 4 }
  const window = windowAttributes(createWindow(3, 2, true), extents)
  const { positions, outputPositions, kernel } = geometryOf(window)
  // Products of many channels are slow in the reference, so products.test.ts and windows.test.ts test these.
  const [C, D] = [Math.min(F, 36), Math.min(O, 36)]
  const seen = (channels = F): Tensor => normal(images * positions, channels)
  const made = (channels = F): Tensor => normal(images * outputPositions, channels)
  const every = windowAttributes(strideWindow(2), extents)
  const many = (): Tensor => normal(1100 + B, C)
  const cut = { parts: Math.min(images, 5), block: 8 }
  const adam = { firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: false }
  const adagrad = { initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0.01 }
  const rmsprop = { secondDecay: 0.99, epsilon: 1e-8, weightDecay: 0.01 }
  const lion = { firstDecay: 0.9, secondDecay: 0.99, weightDecay: 0 }
  const calls: Record<CalledOp, CallWithoutName> = {
    add: call({}, x(), x()),
    addBias: call({}, x(), normal(F)),
    scale: call({}, x(), scalar(-0.7)),
    activation: call({ function: 'leakyRelu', slope: 0.25 }, x()),
    activationGradient: call({ function: 'relu', slope: 0 }, x(), x()),
    prelu: call({}, x(), normal(F)),
    preluGradient: call({}, x(), x(), normal(F)),
    preluSlopeTerms: call({}, x(), x()),
    dropout: call({}, x(), anyInt(), int(B + 3), int(Math.floor(0.3 * 2 ** 32) | 0), scalar(1 / 0.7)),
    dense: call({}, x(), normal(O, F)),
    denseInputGradient: call({}, normal(B, O), normal(O, F)),
    denseWeightGradient: call({}, normal(B, O), x()),
    toPositions: call({ channels: F }, normal(B, F * 5)),
    fromPositions: call({ positions: 5 }, normal(B * 5, F)),
    conv: call(window, seen(C), normal(D, C * kernel ** 2)),
    flipKernel: call({ kernel }, normal(D, C * kernel ** 2)),
    convInputGradient: call(window, made(D), normal(C, D * kernel ** 2)),
    convWeightGradient: call(window, made(D), seen(C)),
    sumParts: call(
      { ...cut, outputs: D, kernel },
      normal(cut.parts * Math.ceil(D / cut.block) * cut.block, C * kernel ** 2),
    ),
    maxPool: call(window, seen()),
    maxPoolGradient: call(window, ...maxPoolGradientInputs(window, seen(), made())),
    averagePool: call(window, seen()),
    averagePoolGradient: call(window, made()),
    meanOverPositions: call({ positions: 7 }, normal(B * 7, F)),
    meanOverPositionsGradient: call({ positions: 7 }, x()),
    subsample: call({ ...every, channels: F + O }, seen()),
    subsampleGradient: call({ ...every, channels: F }, made(F + O)),
    partialSums: call({ parts: 8 }, many()),
    sumOfVector: call({}, normal(F)),
    addScalar: call({}, x(), scalar(0.3)),
    multiply: call({}, x(), x()),
    partialStatistics: call({ parts: 8 }, many()),
    mergeStatistics: call({ epsilon: 1e-3, rows: 5 * B + 2 }, x(), positive(B, F)),
    batchNormPartialGradients: call({ parts: 8 }, many(), many(), normal(C), positive(C)),
    sumOverBatch: call({}, x()),
    meanOverBatch: call({}, normal(B)),
    layerNorm: call({ epsilon: 1e-3 }, x(), normal(F), normal(F)),
    layerNormInputGradient: call({}, x(), x(), normal(F), normal(B), positive(B)),
    layerNormScaleGradient: call({}, x(), x(), normal(B), positive(B)),
    batchStatistics: call({ epsilon: 1e-3 }, x()),
    batchNormalize: call({}, x(), normal(F), positive(F), normal(F), normal(F)),
    inverseDeviation: call({ epsilon: 1e-3 }, positive(F)),
    batchNormScaleGradient: call({}, x(), x(), normal(F), positive(F)),
    batchNormInputGradient: call({}, x(), x(), normal(F), positive(F), normal(F), normal(F), normal(F)),
    runningUpdate: call({ momentum: 0.1, correction: 1.25 }, normal(F), positive(F)),
    softmax: call({}, x()),
    softmaxGradient: call({}, x(), x()),
    softmaxCrossEntropy: call({}, x(), labels(B, F)),
    binaryCrossEntropy: call({}, x(), fractions(B, F)),
    squaredError: call({}, x(), x()),
    absoluteError: call({}, x(), x()),
    huber: call({ delta: 0.6 }, x(), x()),
    sgdUpdate: call({ weightDecay: 0.01 }, x(), x(), scalar(0.1)),
    momentumUpdate: call({ weightDecay: 0.01 }, x(), x(), x(), scalar(0.1), scalar(0.9)),
    adagradUpdate: call(adagrad, x(), x(), magnitudes(B, F), scalar(0.1)),
    rmspropUpdate: call(rmsprop, x(), x(), magnitudes(B, F), scalar(0.1)),
    rmspropMomentumUpdate: call({ ...rmsprop, momentum: 0.9 }, x(), x(), magnitudes(B, F), x(), scalar(0.1)),
    adamUpdate: call(adam, x(), x(), x(), magnitudes(B, F), scalar(0.1), scalar(1.5), scalar(2)),
    lionUpdate: call(lion, x(), x(), x(), scalar(0.1)),
    norms: call({ axes: 1 }, x()),
    unmoved: call({ axes: 1, factor: 0.5 }, x(), x()),
    normOfAll: call({}, normal(F), scalar(0.5), normal(B)),
    clipFactor: call({ limit: 0.3 }, scalar(1.7)),
    copy: call({}, x()),
    zeros: call({ shape: `${B}x${F}` }),
  }
  // Attributes of updates with clipping and with one rate per row, because each tensor of a stack has its own rate.
  const layered = { clipped: true, layered: true, axes: 1 }
  const variants: Call[] = [
    { op: 'convWeightGradient', ...call({ ...window, ...cut }, made(D), seen(C)) },
    { op: 'prelu', ...call({}, x(), scalar(-0.4)) },
    { op: 'preluGradient', ...call({}, x(), x(), scalar(-0.4)) },
    { op: 'sumOverBatch', ...call({}, many()) },
    { op: 'batchStatistics', ...call({ epsilon: 1e-3 }, many()) },
    { op: 'batchNormScaleGradient', ...call({}, many(), many(), normal(C), positive(C)) },
    // Losses with a weight for each sample.
    { op: 'softmaxCrossEntropy', ...call({}, x(), labels(B, F), positive(B)) },
    { op: 'binaryCrossEntropy', ...call({}, x(), fractions(B, F), positive(B)) },
    { op: 'squaredError', ...call({}, x(), x(), positive(B)) },
    { op: 'absoluteError', ...call({}, x(), x(), positive(B)) },
    { op: 'huber', ...call({ delta: 0.6 }, x(), x(), positive(B)) },
    { op: 'sgdUpdate', ...call({ weightDecay: 0, ...layered }, x(), x(), scalar(0.1), scalar(0.6), positive(B)) },
    {
      op: 'momentumUpdate',
      ...call({ weightDecay: 0.01, nesterov: true, ...layered }, x(), x(), x(), ...scalars(0.1, 0.9, 0.6), positive(B)),
    },
    {
      op: 'adamUpdate',
      ...call(
        { ...adam, decoupled: true, ...layered },
        ...[x(), x(), x(), magnitudes(B, F)],
        ...scalars(0.1, 1.5, 2, 0.6),
        positive(B),
      ),
    },
    {
      op: 'adagradUpdate',
      ...call(
        { ...adagrad, initialAccumulator: 0.5, ...layered },
        ...[x(), x(), magnitudes(B, F), ...scalars(0.1, 0.6), positive(B)],
      ),
    },
    {
      op: 'rmspropUpdate',
      ...call(
        { ...rmsprop, weightDecay: 0, ...layered },
        ...[x(), x(), magnitudes(B, F), ...scalars(0.1, 0.6), positive(B)],
      ),
    },
    {
      op: 'rmspropMomentumUpdate',
      ...call(
        { ...rmsprop, momentum: 0.9, ...layered },
        ...[x(), x(), magnitudes(B, F), x(), ...scalars(0.1, 0.6), positive(B)],
      ),
    },
    {
      op: 'lionUpdate',
      ...call({ ...lion, weightDecay: 0.1, ...layered }, x(), x(), x(), ...scalars(0.1, 0.6), positive(B)),
    },
  ]
  const named = ([op, rest]: [CalledOp, CallWithoutName]): Call => ({ op, ...rest })
  return [...entriesOf(calls).map(named), ...variants]
}

/** Returns dy, x and y. Each element of y is the largest element of a window, as in the forward pass. */
function maxPoolGradientInputs(window: Call['attributes'], x: Tensor, dy: Tensor): Tensor[] {
  const [, channels] = x.shape
  const { height, width, positions, kernel, stride, before, outputWidth, outputPositions } = geometryOf(window ?? {})
  const y = Float64Array.from({ length: dy.values.length }, (_, index) => {
    const output = Math.floor(index / channels)
    const [image, place] = [Math.floor(output / outputPositions), output % outputPositions]
    const [top, left] = [Math.floor(place / outputWidth), place % outputWidth].map((step) => step * stride - before)
    const seen: number[] = []
    for (let row = Math.max(0, top); row < Math.min(height, top + kernel); row++) {
      for (let column = Math.max(0, left); column < Math.min(width, left + kernel); column++) {
        seen.push(x.values[(image * positions + row * width + column) * channels + (index % channels)])
      }
    }
    return Math.max(...seen)
  })
  return [dy, x, { shape: dy.shape, values: y }]
}

/** Same as Object.entries, but with the key type of the record. */
function entriesOf<K extends string, V>(record: Record<K, V>): [K, V][] {
  const found: [K, V][] = []
  for (const key in record) found.push([key, record[key]])
  return found
}
