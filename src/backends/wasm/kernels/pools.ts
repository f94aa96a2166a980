/**
 * Pooling: the largest element or the mean of each window, the mean of each image, and the gradients of these
 * operations. An image is stored as rows of channels, one row for each position. Each thread pools whole images.
 */
import { type Geometry, geometryOf } from '../../../graph/windows.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32, type Local, type Vector } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth } from '../plan/layout.ts'
import { emitClearing } from './clearing.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { emitRowSums, emitScaling, forVectorsOf, sumOfRows } from './row-sums.ts'

/**
 * Largest number of positions in a pooling window whose code is unrolled. The code for a window that crosses an image
 * border always uses loops.
 */
const mostUnrolled = 16

/** A window at one position of an image, reduced to the positions that lie within the image. */
interface PlacedWindow {
  /** Tensor row of the first position that the window covers, counted over all images. */
  readonly first: Local<'i32'>
  /** Tensor row of the window's output, counted over all images. */
  readonly output: Local<'i32'>
  /**
   * Number of positions that the window covers vertically and horizontally. A window that crosses an image border
   * covers fewer positions than the kernel has.
   */
  readonly height: I32
  readonly width: I32
}

/** The windows of a pooling operation. */
class Windows {
  private readonly geometry: Geometry

  constructor(private readonly context: KernelContext) {
    this.geometry = geometryOf(context.kernel.nodes[0].attributes)
    assertInvariant(!this.geometry.circular, 'expected a pooling operation to have images that are not circular')
  }

  private get meetsBorder(): boolean {
    return this.geometry.before + this.geometry.after > 0
  }

  /**
   * Calls `body` for each pooling window of each of the thread's images, row by row. Calls the function `begin` before
   * the first window of each image.
   */
  forEach(body: (window: PlacedWindow) => void, begin: (image: Local<'i32'>) => void = () => {}): void {
    const { builder, start, end } = this.context
    const { positions, outputPositions, outputHeight, outputWidth, height, width } = this.geometry
    const [first, output] = [builder.local('i32'), builder.local('i32')]
    forRange(builder, start, end, 1, (image) => {
      begin(image)
      builder.set(output, i32.mul(image, i32.const(outputPositions)))
      forRange(builder, i32.const(0), i32.const(outputHeight), 1, (outputRow) => {
        const down = this.seenFrom(outputRow, height)
        const line = builder.local('i32', at(i32.mul(image, i32.const(positions)), down.first, width))
        forRange(builder, i32.const(0), i32.const(outputWidth), 1, (outputColumn) => {
          const across = this.seenFrom(outputColumn, width)
          builder.set(first, i32.add(line, across.first))
          body({ first, output, height: down.count, width: across.count })
          builder.set(output, i32.add(output, i32.const(1)))
        })
      })
    })
  }

  /** Returns the range of positions that one pooling window covers along one direction. */
  private seenFrom(index: I32, extent: number): { first: I32; count: I32 } {
    const { builder } = this.context
    const { kernel, stride, before } = this.geometry
    const begin = i32.mul(index, i32.const(stride))
    if (!this.meetsBorder) return { first: begin, count: i32.const(kernel) }
    const from = builder.local('i32', i32.sub(begin, i32.const(before)))
    const to = builder.local('i32', i32.add(from, i32.const(kernel)))
    builder.set(from, i32.select(i32.ltS(from, i32.const(0)), i32.const(0), from))
    builder.set(to, i32.select(i32.ltS(to, i32.const(extent)), to, i32.const(extent)))
    return { first: from, count: builder.local('i32', i32.sub(to, from)) }
  }

  /**
   * Calls `visit` for each position that a window covers, row by row. The function `visit` receives the byte offset of
   * the position from the window's first position.
   */
  forPlaces(
    { height, width }: PlacedWindow,
    rowBytes: number,
    first: readonly Local<'i32'>[],
    visit: (pointers: readonly Local<'i32'>[], offset: number) => void,
  ): void {
    const { builder } = this.context
    const { kernel, width: imageWidth } = this.geometry
    const lineBytes = imageWidth * rowBytes
    const writtenOut = (): void => {
      for (let place = 0; place < kernel ** 2; place++) {
        visit(first, Math.floor(place / kernel) * lineBytes + (place % kernel) * rowBytes)
      }
    }
    const pointers = first.map(() => builder.local('i32'))
    const inLoops = (): void => {
      pointers.forEach((pointer, index) => {
        builder.set(pointer, first[index])
      })
      const step = (bytes: I32): void => {
        for (const pointer of pointers) builder.set(pointer, i32.add(pointer, bytes))
      }
      const toNextLine = builder.local('i32', i32.sub(i32.const(lineBytes), i32.mul(width, i32.const(rowBytes))))
      forRange(builder, i32.const(0), height, 1, () => {
        forRange(builder, i32.const(0), width, 1, () => {
          visit(pointers, 0)
          step(i32.const(rowBytes))
        })
        step(toNextLine)
      })
    }
    if (kernel ** 2 > mostUnrolled) inLoops()
    else if (!this.meetsBorder) writtenOut()
    else builder.when(i32.eq(i32.mul(height, width), i32.const(kernel ** 2)), writtenOut, inLoops)
  }

  /**
   * Writes zeros to an image of a gradient before the windows write to its positions, because windows may overlap and
   * may skip positions. Emits no zeros if the pooling windows write each position exactly once.
   */
  clear(pointer: I32, image: I32, rowBytes: number): void {
    const { positions, height, width, outputHeight, outputWidth, kernel, stride, before } = this.geometry
    const reaches = (outputs: number, extent: number): boolean => (outputs - 1) * stride - before + kernel >= extent
    if (stride === kernel && reaches(outputHeight, height) && reaches(outputWidth, width)) return
    const imageBytes = positions * rowBytes
    emitClearing(this.context, at(pointer, image, imageBytes), imageBytes)
  }

  /** Stores a vector as the gradient of a position, or adds the vector to the stored gradient if windows overlap. */
  give(pointer: I32, offset: number, vector: Vector): void {
    const { builder, lanes } = this.context
    v128.store(builder, pointer, this.overlap ? lanes.add(v128.load(pointer, offset), vector) : vector, offset)
  }

  private get overlap(): boolean {
    return this.geometry.stride < this.geometry.kernel
  }

  /** Returns 1 divided by the number of positions that a pooling window covers. */
  shareOf({ height, width }: PlacedWindow): Vector {
    const { lanes } = this.context
    if (!this.meetsBorder) return lanes.constant(1 / this.geometry.kernel ** 2)
    return lanes.div(lanes.constant(1), lanes.splat(lanes.scalarFromI32(i32.mul(height, width))))
  }
}

/**
 * Returns the row length in bytes and the number of panels, which are the same for all operands of a pooling operation.
 */
function rowsOf({ lanes, operands }: KernelContext): { readonly rowBytes: number; readonly panels: number } {
  const { columns, stride } = layoutAs(operands[0].layout, 'rows')
  for (const { layout } of operands)
    assertInvariant(
      layoutAs(layout, 'rows').stride === stride,
      'expected all operands of a pooling operation to have rows of the same length',
    )
  return { rowBytes: stride * lanes.bytes, panels: Math.ceil(columns / panelWidth) }
}

/**
 * Calls `body` for each panel of channels, with pointers that start at the given addresses and move by one panel after
 * each call.
 */
function forPanels(
  { builder, lanes }: KernelContext,
  panels: number,
  addresses: readonly I32[],
  body: (pointers: readonly Local<'i32'>[]) => void,
): void {
  const pointers = addresses.map((address) => builder.local('i32', address))
  times(builder, panels, () => {
    body(pointers)
    for (const pointer of pointers) builder.set(pointer, i32.add(pointer, i32.const(panelWidth * lanes.bytes)))
  })
}

/** Makes a local variable for each vector of a panel. */
const panelLocals = ({ builder, lanes }: KernelContext): Local<'v128'>[] =>
  Array.from({ length: panelWidth / lanes.count }, () => builder.local('v128'))

/** Computes one result from all positions that a window covers, for each vector of a panel. */
interface PoolSummary {
  begin(): void
  add(vector: number, value: Vector): void
  result(vector: number, window: PlacedWindow): Vector
}

function emitPool(context: KernelContext, { begin, add, result }: PoolSummary, windows: Windows): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [x, y] = [node.inputs[0], node.outputs[0]].map((value) => operandOf(context, value).pointer)
  const { rowBytes, panels } = rowsOf(context)
  const vectors = Array.from({ length: panelWidth / lanes.count }, (_, vector) => vector)
  windows.forEach((window) => {
    const addresses = [at(x, window.first, rowBytes), at(y, window.output, rowBytes)]
    forPanels(context, panels, addresses, ([source, target]) => {
      begin()
      windows.forPlaces(window, rowBytes, [source], ([pointer], offset) => {
        for (const vector of vectors) add(vector, v128.load(pointer, offset + vector * 16))
      })
      for (const vector of vectors) v128.store(builder, target, result(vector, window), vector * 16)
    })
  })
}

/** Emits max pooling. The result of a window that covers a NaN is NaN. */
export function emitMaxPool(context: KernelContext): void {
  const { builder, lanes } = context
  const largest = panelLocals(context)
  /**
   * Masks whose bits are all 1 in each lane that has read no NaN so far. The mask and a simple maximum together take
   * three instructions, while WebAssembly's maximum that passes NaN through takes eight.
   */
  const isNumber = panelLocals(context)
  const value = builder.local('v128')
  const all = lanes.firstLanes(lanes.count)
  const summary: PoolSummary = {
    begin: () => {
      largest.forEach((vector, index) => {
        builder.set(vector, lanes.constant(Number.NEGATIVE_INFINITY))
        builder.set(isNumber[index], all)
      })
    },
    add: (vector, loaded) => {
      builder.set(value, loaded)
      builder.set(largest[vector], lanes.max(largest[vector], value))
      builder.set(isNumber[vector], v128.and(isNumber[vector], lanes.eq(value, value)))
    },
    result: (vector) => v128.or(largest[vector], v128.xor(isNumber[vector], all)),
  }
  emitPool(context, summary, new Windows(context))
}

/**
 * Emits average pooling: the mean of the positions that each window covers. Positions beyond the image's border do not
 * count toward the mean.
 */
export function emitAveragePool(context: KernelContext): void {
  const { builder, lanes } = context
  const windows = new Windows(context)
  const sums = panelLocals(context)
  const summary: PoolSummary = {
    begin: () => {
      for (const sum of sums) builder.set(sum, lanes.constant(0))
    },
    add: (vector, value) => builder.set(sums[vector], lanes.add(sums[vector], value)),
    result: (vector, window) => lanes.mul(sums[vector], windows.shareOf(window)),
  }
  emitPool(context, summary, windows)
}

/**
 * Emits the gradient of max pooling: dy, x, y -> dx. Each element of the output gradient dy is added to the first
 * position in the element's window that holds the window's largest value.
 */
export function emitMaxPoolGradient(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [dy, x, y] = node.inputs.map((value) => operandOf(context, value).pointer)
  const dx = operandOf(context, node.outputs[0]).pointer
  const { rowBytes, panels } = rowsOf(context)
  const windows = new Windows(context)
  /** Elements of the output gradient dy that no position has received yet. */
  const left = panelLocals(context)
  const largest = panelLocals(context)
  const here = builder.local('v128')
  const clear = (image: Local<'i32'>): void => windows.clear(dx, image, rowBytes)
  windows.forEach((window) => {
    const addresses = [at(dy, window.output, rowBytes), at(y, window.output, rowBytes)]
    const sources = [x, dx].map((pointer) => at(pointer, window.first, rowBytes))
    forPanels(context, panels, [...addresses, ...sources], ([dyPlace, yPlace, xPlace, dxPlace]) => {
      left.forEach((vector, index) => {
        builder.set(vector, v128.load(dyPlace, index * 16))
        builder.set(largest[index], v128.load(yPlace, index * 16))
      })
      windows.forPlaces(window, rowBytes, [xPlace, dxPlace], ([xPointer, dxPointer], offset) => {
        left.forEach((vector, index) => {
          const place = offset + index * 16
          builder.set(here, lanes.eq(v128.load(xPointer, place), largest[index]))
          windows.give(dxPointer, place, v128.and(here, vector))
          builder.set(vector, v128.andNot(vector, here))
        })
      })
    })
  }, clear)
}

/**
 * Emits the gradient of average pooling: dy -> dx. Each position of a window receives an equal share of the window's
 * element of dy.
 */
export function emitAveragePoolGradient(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const [dy, dx] = [node.inputs[0], node.outputs[0]].map((value) => operandOf(context, value).pointer)
  const { rowBytes, panels } = rowsOf(context)
  const windows = new Windows(context)
  const shares = panelLocals(context)
  const share = builder.local('v128')
  const clear = (image: Local<'i32'>): void => windows.clear(dx, image, rowBytes)
  windows.forEach((window) => {
    builder.set(share, windows.shareOf(window))
    const addresses = [at(dy, window.output, rowBytes), at(dx, window.first, rowBytes)]
    forPanels(context, panels, addresses, ([dyPlace, dxPlace]) => {
      shares.forEach((vector, index) => {
        builder.set(vector, lanes.mul(v128.load(dyPlace, index * 16), share))
      })
      windows.forPlaces(window, rowBytes, [dxPlace], ([pointer], offset) => {
        shares.forEach((vector, index) => {
          windows.give(pointer, offset + index * 16, vector)
        })
      })
    })
  }, clear)
}

/** Emits the mean over the positions of each image: x[B * positions, C] -> [B, C]. */
export function emitMeanOverPositions(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const x = operandOf(context, node.inputs[0]).pointer
  const y = operandOf(context, node.outputs[0])
  const { columns, stride } = layoutAs(y.layout, 'rows')
  const { rowBytes } = rowsOf(context)
  const positions = Number(node.attributes.positions)
  forRange(builder, start, end, 1, (image) => {
    const target = builder.local('i32', at(y.pointer, image, stride * lanes.bytes))
    emitRowSums(context, {
      rows: i32.const(positions),
      rowBytes,
      columns,
      sources: [at(x, image, positions * rowBytes)],
      targets: [target],
      sumsOf: (block) => [sumOfRows(context, block)],
    })
    emitScaling(context, columns, target, () => lanes.constant(1 / positions))
  })
}

/** Emits the gradient of the mean over positions: dy[B, C] -> dx[B * positions, C]. */
export function emitMeanOverPositionsGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end } = context
  const [node] = kernel.nodes
  const [dy, dx] = [node.inputs[0], node.outputs[0]].map((value) => operandOf(context, value).pointer)
  const { columns } = layoutAs(operandOf(context, node.inputs[0]).layout, 'rows')
  const { rowBytes } = rowsOf(context)
  const positions = Number(node.attributes.positions)
  const share = builder.local('v128', lanes.constant(1 / positions))
  forRange(builder, start, end, 1, (image) => {
    const source = builder.local('i32', at(dy, image, rowBytes))
    const target = builder.local('i32', at(dx, image, positions * rowBytes))
    times(builder, positions, () => {
      forVectorsOf(context, columns, (offset) => {
        v128.store(builder, i32.add(target, offset), lanes.mul(v128.load(i32.add(source, offset)), share))
      })
      builder.set(target, i32.add(target, i32.const(rowBytes)))
    })
  })
}
