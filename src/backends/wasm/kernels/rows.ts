/** Kernels that compute along the rows of a batch: layer normalization and the losses. */
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { exp, log } from '../functions.ts'
import { v128 } from '../lanes.ts'
import { panelWidth, roundUp, tileRows } from '../plan/layout.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'

/** Calls `body` for each of the thread's rows, except for the padding rows, which have no loss and no statistics. */
export function forRows(context: KernelContext, rows: number, body: (row: Local<'i32'>) => void): void {
  const { builder, start, end } = context
  const last = i32.mul(end, i32.const(tileRows))
  const limit = builder.local('i32', i32.select(i32.ltS(last, i32.const(rows)), last, i32.const(rows)))
  forRange(builder, i32.mul(start, i32.const(tileRows)), limit, 1, body)
}

/**
 * Calls `body` for each vector of a row, with the vector's byte offset. The function `mask` zeroes the lanes of a
 * vector that lie beyond the row's features. Only the last panel has lanes beyond the features, so the code of the last
 * panel stands outside the loop.
 */
export function forVectors(
  context: KernelContext,
  columns: number,
  body: (offset: I32, mask: (value: Vector) => Vector) => void,
): void {
  const { builder, lanes } = context
  const fullPanels = Math.floor(columns / panelWidth)
  const panelBytes = panelWidth * lanes.bytes
  const perPanel = panelWidth / lanes.count
  if (fullPanels > 0) {
    const offset = builder.local('i32', i32.const(0))
    times(builder, fullPanels * perPanel, () => {
      body(offset, (value) => value)
      builder.set(offset, i32.add(offset, i32.const(16)))
    })
  }
  if (columns % panelWidth === 0) return
  for (let vector = 0; vector < perPanel; vector++) {
    const real = Math.min(lanes.count, Math.max(0, columns - fullPanels * panelWidth - vector * lanes.count))
    const mask = lanes.firstLanes(real)
    body(i32.const(fullPanels * panelBytes + vector * 16), (value) => v128.and(value, mask))
  }
}

/** Returns the sum of a vector's lanes, repeated in every lane. */
export function sumLanes({ builder, lanes }: KernelContext, value: Vector): Vector {
  const kept = builder.local('v128', value)
  return lanes.sumAcross(new Array(lanes.count).fill(kept), builder)
}

export function emitLayerNorm(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [xValue, scaleValue, shiftValue] = node.inputs
  const [yValue, meanValue, inverseValue] = node.outputs
  const x = operandOf(context, xValue)
  const y = operandOf(context, yValue)
  const scale = operandOf(context, scaleValue)
  const shift = operandOf(context, shiftValue)
  const { rows, columns, stride } = layoutAs(x.layout, 'rows')
  const share = lanes.constant(1 / columns)
  const sum = builder.local('v128')
  const mean = builder.local('v128')
  const inverse = builder.local('v128')
  const difference = builder.local('v128')
  forRows(context, rows, (row) => {
    const xRow = builder.local('i32', at(x.pointer, row, stride * lanes.bytes))
    const yRow = builder.local('i32', at(y.pointer, row, stride * lanes.bytes))
    builder.set(sum, lanes.constant(0))
    forVectors(context, columns, (offset, mask) => {
      builder.set(sum, lanes.add(sum, mask(v128.load(i32.add(xRow, offset)))))
    })
    builder.set(mean, lanes.mul(sumLanes(context, sum), share))
    builder.set(sum, lanes.constant(0))
    forVectors(context, columns, (offset, mask) => {
      builder.set(difference, mask(lanes.sub(v128.load(i32.add(xRow, offset)), mean)))
      builder.set(sum, lanes.madd(difference, difference, sum))
    })
    const variance = lanes.mul(sumLanes(context, sum), share)
    const shifted = lanes.add(variance, lanes.constant(Number(node.attributes.epsilon)))
    builder.set(inverse, lanes.div(lanes.constant(1), lanes.sqrt(shifted)))
    forVectors(context, columns, (offset) => {
      const normalized = lanes.mul(lanes.sub(v128.load(i32.add(xRow, offset)), mean), inverse)
      const scaled = lanes.madd(normalized, v128.load(i32.add(scale.pointer, offset)), loadAt(shift.pointer, offset))
      v128.store(builder, i32.add(yRow, offset), scaled)
    })
    const statistics: [typeof meanValue, Local<'v128'>][] = [
      [meanValue, mean],
      [inverseValue, inverse],
    ]
    for (const [value, register] of statistics) {
      const address = at(operandOf(context, value).pointer, row, lanes.bytes)
      lanes.storeScalar(builder, address, lanes.extract(register, 0))
    }
  })
}

export function loadAt(pointer: I32, offset: I32): Vector {
  return v128.load(i32.add(pointer, offset))
}

/**
 * Emits the input gradient of layer normalization: dx = inverse * (g - mean(g) - xhat mean(g xhat)), with
 * g = dy * scale and the normalized x as xhat (Ba et al. 2016).
 */
export function emitLayerNormInputGradient(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [dyValue, xValue, scaleValue, meanValue, inverseValue] = node.inputs
  const dy = operandOf(context, dyValue)
  const x = operandOf(context, xValue)
  const scale = operandOf(context, scaleValue)
  const dx = operandOf(context, node.outputs[0])
  const { rows, columns, stride } = layoutAs(dy.layout, 'rows')
  const share = lanes.constant(1 / columns)
  const [mean, inverse, sumG, sumGX, g, normalized] = Array.from({ length: 6 }, () => builder.local('v128'))
  forRows(context, rows, (row) => {
    const rowBytes = stride * lanes.bytes
    const [dyRow, xRow, dxRow] = [dy, x, dx].map(({ pointer }) => builder.local('i32', at(pointer, row, rowBytes)))
    builder.set(mean, lanes.loadSplat(at(operandOf(context, meanValue).pointer, row, lanes.bytes)))
    builder.set(inverse, lanes.loadSplat(at(operandOf(context, inverseValue).pointer, row, lanes.bytes)))
    const loadTerms = (offset: I32, mask: (value: Vector) => Vector): void => {
      builder.set(g, mask(lanes.mul(loadAt(dyRow, offset), loadAt(scale.pointer, offset))))
      builder.set(normalized, mask(lanes.mul(lanes.sub(loadAt(xRow, offset), mean), inverse)))
    }
    builder.set(sumG, lanes.constant(0))
    builder.set(sumGX, lanes.constant(0))
    forVectors(context, columns, (offset, mask) => {
      loadTerms(offset, mask)
      builder.set(sumG, lanes.add(sumG, g))
      builder.set(sumGX, lanes.madd(g, normalized, sumGX))
    })
    builder.set(sumG, lanes.mul(sumLanes(context, sumG), share))
    builder.set(sumGX, lanes.mul(sumLanes(context, sumGX), share))
    forVectors(context, columns, (offset, mask) => {
      loadTerms(offset, mask)
      const inner = lanes.sub(lanes.sub(g, sumG), lanes.mul(normalized, sumGX))
      v128.store(builder, i32.add(dxRow, offset), mask(lanes.mul(inner, inverse)))
    })
  })
}

/** The weights of the samples: the third input of a loss operation, or no weights. */
export interface SampleWeights {
  /** Multiplies a vector by the weight of a row's sample. Without weights, returns the vector unchanged. */
  times(value: Vector, row: I32): Vector
}

export function weightsOf(context: KernelContext): SampleWeights {
  const { lanes, kernel } = context
  const [, , weights] = kernel.nodes[0].inputs
  if (weights === undefined) return { times: (value) => value }
  const { pointer } = operandOf(context, weights)
  return { times: (value, row) => lanes.mul(value, lanes.loadSplat(at(pointer, row, lanes.bytes))) }
}

/**
 * Creates the emitter of a row's exponentials, exp(x - max), which the emitter writes to `target`. The vector `maximum`
 * then has the largest value of the row in each lane, and the vector `sum` has the sum of the exponentials.
 */
export function exponentialsOf(context: KernelContext, columns: number) {
  const { builder, lanes } = context
  const largest = builder.local(lanes.scalarType)
  const [maximum, sum, term] = Array.from({ length: 3 }, () => builder.local('v128'))
  const emit = (source: Local<'i32'>, target: Local<'i32'>): void => {
    builder.set(largest, lanes.scalarConst(Number.NEGATIVE_INFINITY))
    const scan = builder.local('i32', source)
    times(builder, columns, () => {
      builder.set(largest, lanes.scalarMax(largest, lanes.loadScalar(scan)))
      builder.set(scan, i32.add(scan, i32.const(lanes.bytes)))
    })
    builder.set(maximum, lanes.splat(largest))
    builder.set(sum, lanes.constant(0))
    forVectors(context, columns, (offset, mask) => {
      builder.set(term, mask(exp({ lanes, builder }, lanes.sub(loadAt(source, offset), maximum))))
      v128.store(builder, i32.add(target, offset), term)
      builder.set(sum, lanes.add(sum, term))
    })
    builder.set(sum, sumLanes(context, sum))
  }
  return { maximum, sum, emit }
}

/** Emits softmax cross-entropy: loss = log(sum exp(x - max)) + (max - x[label]); gradient = (softmax - one-hot) / B. */
export function emitSoftmaxCrossEntropy(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const logits = operandOf(context, node.inputs[0])
  const labels = operandOf(context, node.inputs[1])
  const weights = weightsOf(context)
  const [losses, gradient] = node.outputs.map((value) => operandOf(context, value))
  const { rows, columns, stride } = layoutAs(logits.layout, 'rows')
  const { maximum, sum, emit } = exponentialsOf(context, columns)
  const factor = builder.local('v128')
  forRows(context, rows, (row) => {
    const source = builder.local('i32', at(logits.pointer, row, stride * lanes.bytes))
    const target = builder.local('i32', at(gradient.pointer, row, stride * lanes.bytes))
    emit(source, target)
    const label = builder.local('i32', i32.load(at(labels.pointer, row, 4)))
    const chosen = lanes.loadSplat(at(source, label, lanes.bytes))
    // The difference max - x[label] is computed before the logarithm is added, so that a small loss of large logits
    // keeps its digits.
    const loss = weights.times(lanes.add(log({ lanes, builder }, sum), lanes.sub(maximum, chosen)), row)
    lanes.storeScalar(builder, at(losses.pointer, row, lanes.bytes), lanes.extract(loss, 0))
    builder.set(factor, lanes.div(lanes.constant(1), sum))
    const share = builder.local('v128', weights.times(lanes.constant(1 / rows), row))
    forVectors(context, columns, (offset) => {
      const probability = lanes.mul(loadAt(target, offset), factor)
      v128.store(builder, i32.add(target, offset), lanes.mul(probability, share))
    })
    const labelAddress = builder.local('i32', at(target, label, lanes.bytes))
    const corrected = lanes.scalarAdd(lanes.loadScalar(labelAddress), lanes.extract(lanes.neg(share), 0))
    lanes.storeScalar(builder, labelAddress, corrected)
  })
}

/** Emits code that writes zeros to all rows, including the padding. */
export function emitZeros(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const target = operandOf(context, kernel.nodes[0].outputs[0])
  const { rows, stride } = layoutAs(target.layout, 'rows')
  forRows(context, roundUp(rows, tileRows), (row) => {
    const pointer = builder.local('i32', at(target.pointer, row, stride * lanes.bytes))
    times(builder, stride / lanes.count, () => {
      v128.store(builder, pointer, lanes.constant(0))
      builder.set(pointer, i32.add(pointer, i32.const(16)))
    })
  })
}
