/**
 * Rearrangement of images between two memory orders. An input batch holds images in planes [C][positions]. The other
 * order has rows of channels, with one row for each position. This file also emits code that selects every stride-th
 * position of images in rows. The padding of every rearranged tensor is zero.
 */
import { geometryOf } from '../../../graph/windows.ts'
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth, roundUp } from '../plan/layout.ts'
import { emitClearing } from './clearing.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'

/**
 * A square of elements: a panel of channels at several positions. A square has as many positions as a vector has lanes.
 * An image with fewer positions than a vector has lanes is one square.
 */
interface Square {
  /**
   * Address, in planes, of the panel's first channel at the square's first position. Neighboring channels are
   * `planeBytes` bytes apart.
   */
  readonly planes: Local<'i32'>
  /** Address of the panel's channels in the row of the square's first position. */
  readonly rows: Local<'i32'>
  /** Number of channels in the panel that are not padding. */
  readonly channels: number
  readonly positions: number
}

/** The same images at two places in memory: once in planes and once in rows of channels. */
interface Exchange {
  readonly planes: { readonly pointer: I32; readonly imageBytes: number; readonly planeBytes: number }
  readonly rows: { readonly pointer: I32; readonly rowBytes: number }
  readonly channels: number
  readonly positions: number
}

/**
 * Calls `move` for squares that cover each of the thread's images. After each image, calls `finish` with the address of
 * the image's planes.
 */
function forSquares(
  context: KernelContext,
  { planes, rows, channels, positions }: Exchange,
  move: (square: Square) => void,
  finish: (planes: Local<'i32'>) => void = () => {},
): void {
  const { builder, lanes, start, end } = context
  const [plane, row, panelPlane, panelRow] = Array.from({ length: 4 }, () => builder.local('i32'))
  const side = lanes.count
  const advance = (local: Local<'i32'>, bytes: number): void => builder.set(local, i32.add(local, i32.const(bytes)))
  const alongPositions = (real: number): void => {
    const square = { planes: plane, rows: row, channels: real }
    builder.set(plane, panelPlane)
    builder.set(row, panelRow)
    if (positions < side) {
      move({ ...square, positions })
      return
    }
    times(builder, Math.floor(positions / side), () => {
      move({ ...square, positions: side })
      advance(plane, side * lanes.bytes)
      advance(row, side * rows.rowBytes)
    })
    const rest = positions % side
    if (rest === 0) return
    // The last square overlaps the square before it, so that no square extends beyond the image.
    advance(plane, (rest - side) * lanes.bytes)
    advance(row, (rest - side) * rows.rowBytes)
    move({ ...square, positions: side })
  }
  forRange(builder, start, end, 1, (image) => {
    const imagePlanes = builder.local('i32', at(planes.pointer, image, planes.imageBytes))
    builder.set(panelPlane, imagePlanes)
    builder.set(panelRow, at(rows.pointer, image, positions * rows.rowBytes))
    if (channels >= panelWidth) {
      times(builder, Math.floor(channels / panelWidth), () => {
        alongPositions(panelWidth)
        advance(panelPlane, panelWidth * planes.planeBytes)
        advance(panelRow, panelWidth * lanes.bytes)
      })
    }
    if (channels % panelWidth > 0) alongPositions(channels % panelWidth)
    finish(imagePlanes)
  })
}

/** Makes an exchange between images in planes and the same images in rows, from the layouts of the two tensors. */
function exchangeOf(context: KernelContext, inPlanes: 'input' | 'output'): Exchange {
  const { lanes, kernel } = context
  const [{ inputs, outputs }] = kernel.nodes
  const [input, output] = [operandOf(context, inputs[0]), operandOf(context, outputs[0])]
  const [planes, rows] = inPlanes === 'input' ? [input, output] : [output, input]
  const { columns: elements, stride } = layoutAs(planes.layout, 'rows')
  const { columns: channels, stride: rowStride } = layoutAs(rows.layout, 'rows')
  const positions = elements / channels
  const [imageBytes, planeBytes, rowBytes] = [stride, positions, rowStride].map((length) => length * lanes.bytes)
  return {
    planes: { pointer: planes.pointer, imageBytes, planeBytes },
    rows: { pointer: rows.pointer, rowBytes },
    channels,
    positions,
  }
}

/** Emits the rearrangement from planes to rows: [B, C * positions] -> [B * positions, C]. */
export function emitToPositions(context: KernelContext): void {
  const { builder, lanes } = context
  const exchange = exchangeOf(context, 'input')
  const { planeBytes } = exchange.planes
  const { rowBytes } = exchange.rows
  const side = lanes.count
  const loaded = Array.from({ length: side }, () => builder.local('v128'))
  forSquares(context, exchange, ({ planes, rows, channels, positions }) => {
    for (let first = 0; first < panelWidth; first += side) {
      if (positions < side || first >= channels) {
        for (let row = 0; row < positions; row++) {
          v128.store(builder, rows, lanes.constant(0), row * rowBytes + first * lanes.bytes)
        }
        continue
      }
      loaded.forEach((vector, index) => {
        const channel = first + index
        builder.set(vector, channel < channels ? v128.load(planes, channel * planeBytes) : lanes.constant(0))
      })
      lanes.transpose(loaded, builder).forEach((vector, row) => {
        v128.store(builder, rows, vector, row * rowBytes + first * lanes.bytes)
      })
    }
    if (positions >= side) return
    forElements(channels, positions, (channel, row) => {
      const value = lanes.loadScalar(planes, channel * planeBytes + row * lanes.bytes)
      lanes.storeScalar(builder, rows, value, row * rowBytes + channel * lanes.bytes)
    })
  })
}

/** Emits the rearrangement from rows to planes: [B * positions, C] -> [B, C * positions]. */
export function emitFromPositions(context: KernelContext): void {
  const { builder, lanes } = context
  const exchange = exchangeOf(context, 'output')
  const { planeBytes } = exchange.planes
  const { rowBytes } = exchange.rows
  const side = lanes.count
  const loaded = Array.from({ length: side }, () => builder.local('v128'))
  const move = ({ planes, rows, channels, positions }: Square): void => {
    if (positions < side) {
      forElements(channels, positions, (channel, row) => {
        const value = lanes.loadScalar(rows, row * rowBytes + channel * lanes.bytes)
        lanes.storeScalar(builder, planes, value, channel * planeBytes + row * lanes.bytes)
      })
      return
    }
    for (let first = 0; first < channels; first += side) {
      loaded.forEach((vector, row) => {
        builder.set(vector, v128.load(rows, row * rowBytes + first * lanes.bytes))
      })
      const columns = lanes.transpose(loaded, builder).slice(0, channels - first)
      columns.forEach((vector, index) => {
        v128.store(builder, planes, vector, (first + index) * planeBytes)
      })
    }
  }
  const elements = exchange.channels * exchange.positions
  forSquares(context, exchange, move, (planes) => {
    for (let element = elements; element < roundUp(elements, panelWidth); element++) {
      lanes.storeScalar(builder, planes, lanes.scalarConst(0), element * lanes.bytes)
    }
  })
}

function forElements(channels: number, positions: number, body: (channel: number, position: number) => void): void {
  for (let channel = 0; channel < channels; channel++) {
    for (let position = 0; position < positions; position++) body(channel, position)
  }
}

/**
 * Emits code that copies the first `channels` channels of a row and writes zeros to the following channels, below
 * channel number `padded`.
 */
function copyChannels(
  context: KernelContext,
  { from, to, channels, padded }: { from: I32; to: I32; channels: number; padded: number },
): void {
  const { builder, lanes } = context
  const [source, target] = [builder.local('i32', from), builder.local('i32', to)]
  const next = (value: Vector, offset: number): void => v128.store(builder, target, value, offset)
  const panelBytes = panelWidth * lanes.bytes
  const panels = Math.floor(channels / panelWidth)
  if (panels > 0) {
    times(builder, panels, () => {
      for (let offset = 0; offset < panelBytes; offset += 16) next(v128.load(source, offset), offset)
      for (const pointer of [source, target]) builder.set(pointer, i32.add(pointer, i32.const(panelBytes)))
    })
  }
  const rest = channels - panels * panelWidth
  if (rest > 0) {
    for (let first = 0; first < panelWidth; first += lanes.count) {
      const mask = lanes.firstLanes(Math.min(lanes.count, Math.max(0, rest - first)))
      next(v128.and(v128.load(source, first * lanes.bytes), mask), first * lanes.bytes)
    }
    builder.set(target, i32.add(target, i32.const(panelBytes)))
  }
  const zeros = padded - roundUp(channels, panelWidth)
  if (zeros > 0) emitClearing(context, target, zeros * lanes.bytes)
}

/**
 * Calls `body` for each position that a selection with a stride keeps, in each of the thread's images. The function
 * `body` receives two addresses of the position: in the whole image and among the kept positions.
 */
function forKept(
  context: KernelContext,
  whole: { pointer: I32; rowBytes: number },
  kept: { pointer: I32; rowBytes: number },
  body: (whole: Local<'i32'>, kept: Local<'i32'>) => void,
  begin: (image: Local<'i32'>) => void = () => {},
): void {
  const { builder, kernel, start, end } = context
  const { stride, width, positions, outputPositions, outputHeight, outputWidth } = geometryOf(
    kernel.nodes[0].attributes,
  )
  const [line, from, to] = Array.from({ length: 3 }, () => builder.local('i32'))
  forRange(builder, start, end, 1, (image) => {
    builder.set(line, at(whole.pointer, image, positions * whole.rowBytes))
    begin(line)
    builder.set(to, at(kept.pointer, image, outputPositions * kept.rowBytes))
    times(builder, outputHeight, () => {
      builder.set(from, line)
      times(builder, outputWidth, () => {
        body(from, to)
        builder.set(from, i32.add(from, i32.const(stride * whole.rowBytes)))
        builder.set(to, i32.add(to, i32.const(kept.rowBytes)))
      })
      builder.set(line, i32.add(line, i32.const(stride * width * whole.rowBytes)))
    })
  })
}

/** Returns the pointer, the number of channels and the row length of the first input and of the output. */
function rowsOfBoth(context: KernelContext) {
  const { lanes, kernel } = context
  const [{ inputs, outputs }] = kernel.nodes
  return [inputs[0], outputs[0]].map((value) => {
    const { pointer, layout } = operandOf(context, value)
    const { columns, stride } = layoutAs(layout, 'rows')
    return { pointer, channels: columns, rowBytes: stride * lanes.bytes }
  })
}

/**
 * Emits the selection of every stride-th position: x[N, C] -> [M, channels]. Output channels that the input x lacks are
 * zero.
 */
export function emitSubsample(context: KernelContext): void {
  const [x, y] = rowsOfBoth(context)
  const padded = roundUp(y.channels, panelWidth)
  forKept(context, x, y, (from, to) => copyChannels(context, { from, to, channels: x.channels, padded }))
}

/**
 * Emits the gradient of the selection of every stride-th position: dy[M, channels] -> dx[N, C]. Positions that the
 * stride skips receive zeros.
 */
export function emitSubsampleGradient(context: KernelContext): void {
  const [dy, dx] = rowsOfBoth(context)
  const { positions } = geometryOf(context.kernel.nodes[0].attributes)
  const padded = roundUp(dx.channels, panelWidth)
  const clear = (image: Local<'i32'>): void => emitClearing(context, image, positions * dx.rowBytes)
  forKept(context, dx, dy, (to, from) => copyChannels(context, { from, to, channels: dx.channels, padded }), clear)
}
