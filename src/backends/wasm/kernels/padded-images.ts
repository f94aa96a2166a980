/**
 * Padded copies of images in a thread's own memory. A padded copy includes the positions beyond the image's borders, so
 * that a window never crosses a border. In a padded copy, channels lie side by side without padding, so the positions
 * of one row of a window are contiguous.
 */
import type { Geometry } from '../../../graph/windows.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { roundUp } from '../plan/layout.ts'
import { clearedBytes, emitClearing } from './clearing.ts'
import { at, forRange, type KernelContext, type KernelOperand, layoutAs, times } from './operands.ts'

/** Describes the padded copy of images: the positions of the elements in the copy, and the border around each image. */
export interface Padding {
  /** Height and width of a source image, in positions. */
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Distance, in positions, between neighboring source positions in the padded copy, with zeros in between. */
  readonly spacing: number
  /**
   * Height and width of the source image in the padded copy, including the zeros between positions but not the border.
   */
  readonly spacedHeight: number
  readonly spacedWidth: number
  /** Numbers of border positions before and after the source image, in both directions. */
  readonly before: number
  readonly after: number
  readonly circular: boolean
}

/** Returns the padding of the images over which a convolution's window moves. */
export function inputPadding(geometry: Geometry, channels: number): Padding {
  const { height, width, before, after, circular } = geometry
  return { height, width, channels, spacing: 1, spacedHeight: height, spacedWidth: width, before, after, circular }
}

/**
 * Target size, in bytes, of a group of images that are copied together. The group is small enough to stay in a core's
 * level-2 cache.
 */
const groupBytes = 2 ** 17

export interface PaddedSize {
  /** Height and width of one padded image, in positions. */
  readonly height: number
  readonly width: number
  readonly imageBytes: number
  /** Number of images in a group of images that are copied together. */
  readonly images: number
  /** Size of a group of padded images, in bytes, rounded up to the unit in which memory is cleared. */
  readonly bytes: number
}

/**
 * Computes the sizes of padded images in a batch of `images` images. An element has `elementBytes` bytes, 4 in float32.
 */
export function paddedSize(padding: Padding, images: number, elementBytes: number): PaddedSize {
  const { spacedHeight, spacedWidth, before, after, channels } = padding
  const height = spacedHeight + before + after
  const width = spacedWidth + before + after
  const imageBytes = height * width * channels * elementBytes
  const count = Math.max(1, Math.min(images, Math.floor(groupBytes / imageBytes)))
  return { height, width, imageBytes, images: count, bytes: roundUp(count * imageBytes, clearedBytes) }
}

/** Copies images of an operand to a thread's own memory, with their padding. */
export class PaddedImages {
  readonly size: PaddedSize
  private readonly sourceStride: number
  private readonly source: Local<'i32'>
  private readonly target: Local<'i32'>

  /**
   * The local variable `address` holds the destination of the copies and must be set before any other method is called.
   */
  constructor(
    private readonly context: KernelContext,
    private readonly padding: Padding,
    private readonly operand: KernelOperand,
    private readonly address: Local<'i32'>,
  ) {
    const { builder, lanes } = context
    const { rows, stride } = layoutAs(operand.layout, 'rows')
    const { height, width, channels } = padding
    this.size = paddedSize(padding, rows / (height * width), lanes.bytes)
    this.sourceStride = stride * lanes.bytes
    assertInvariant(stride >= channels, 'expected a row of an image operand to hold all channels')
    this.source = builder.local('i32')
    this.target = builder.local('i32')
  }

  /** Number of bytes from one position of a padded image to the next. */
  get positionBytes(): number {
    return this.padding.channels * this.context.lanes.bytes
  }

  /** Number of bytes from one line of a padded image to the next. */
  get lineBytes(): number {
    return this.size.width * this.positionBytes
  }

  /**
   * Emits code that writes zeros to all positions of the padded images that copies do not write. The memory of the
   * padded images must be cleared once, before the first copy.
   */
  clear(): void {
    const { before, after, spacing, circular } = this.padding
    if (spacing === 1 && (circular || before + after === 0)) return
    emitClearing(this.context, this.address, this.size.bytes)
  }

  /**
   * Copies the images with the numbers `first` to `end - 1`, at most one group, to the beginning of the scratch memory.
   */
  copy(first: I32, end: I32): void {
    const { builder } = this.context
    const { height, width } = this.padding
    const place = builder.local('i32', this.address)
    forRange(builder, first, end, 1, (image) => {
      builder.set(this.source, at(this.operand.pointer, image, height * width * this.sourceStride))
      this.copyImage(place)
      if (this.padding.circular) this.wrap(place)
      builder.set(place, i32.add(place, i32.const(this.size.imageBytes)))
    })
  }

  private copyImage(place: Local<'i32'>): void {
    const { builder } = this.context
    const { height, width, before, spacing, channels } = this.padding
    const { positionBytes, lineBytes, sourceStride } = this
    const isContiguous = spacing === 1 && sourceStride === positionBytes
    builder.set(this.target, i32.add(place, i32.const(before * (lineBytes + positionBytes))))
    times(builder, height, () => {
      if (isContiguous) {
        this.copyElements(this.source, this.target, width * channels)
        builder.set(this.source, i32.add(this.source, i32.const(width * sourceStride)))
        builder.set(this.target, i32.add(this.target, i32.const(lineBytes)))
        return
      }
      times(builder, width, () => {
        this.copyElements(this.source, this.target, channels)
        builder.set(this.source, i32.add(this.source, i32.const(sourceStride)))
        builder.set(this.target, i32.add(this.target, i32.const(spacing * positionBytes)))
      })
      builder.set(this.target, i32.add(this.target, i32.const(spacing * lineBytes - width * spacing * positionBytes)))
    })
  }

  /** Fills the positions beyond the border of a circular image with the positions at the opposite side. */
  private wrap(place: Local<'i32'>): void {
    const { builder } = this.context
    const { before, after, spacedHeight, spacedWidth, channels } = this.padding
    const { positionBytes, lineBytes } = this
    const line = builder.local('i32', i32.add(place, i32.const(before * lineBytes)))
    times(builder, spacedHeight, () => {
      const move = (from: number, to: number, positions: number): void =>
        this.copyElements(line, line, positions * channels, from * positionBytes, to * positionBytes)
      move(spacedWidth, 0, before)
      move(before, before + spacedWidth, after)
      builder.set(line, i32.add(line, i32.const(lineBytes)))
    })
    const move = (from: number, to: number, lines: number): void =>
      this.copyElements(place, place, lines * this.size.width * channels, from * lineBytes, to * lineBytes)
    move(spacedHeight, 0, before)
    move(before, before + spacedHeight, after)
  }

  /** Copies elements in whole vectors as far as possible, and then copies the remaining elements one by one. */
  private copyElements(source: I32, target: I32, elements: number, sourceOffset = 0, targetOffset = 0): void {
    const { builder, lanes } = this.context
    const vectors = Math.floor(elements / lanes.count)
    const copyVector = (from: I32, to: I32, offset: number): void =>
      v128.store(builder, to, v128.load(from, sourceOffset + offset), targetOffset + offset)
    let from = source
    let to = target
    let offset = 0
    const unrolled = 4
    if (vectors > 2 * unrolled) {
      const [movingFrom, movingTo] = [builder.local('i32', source), builder.local('i32', target)]
      times(builder, Math.floor(vectors / unrolled), () => {
        for (let vector = 0; vector < unrolled; vector++) copyVector(movingFrom, movingTo, vector * 16)
        builder.set(movingFrom, i32.add(movingFrom, i32.const(unrolled * 16)))
        builder.set(movingTo, i32.add(movingTo, i32.const(unrolled * 16)))
      })
      ;[from, to] = [movingFrom, movingTo]
      for (let vector = 0; vector < vectors % unrolled; vector++, offset += 16) copyVector(from, to, offset)
    } else {
      for (let vector = 0; vector < vectors; vector++, offset += 16) copyVector(from, to, offset)
    }
    for (let element = vectors * lanes.count; element < elements; element++, offset += lanes.bytes) {
      const value = lanes.loadScalar(from, sourceOffset + offset)
      lanes.storeScalar(builder, to, value, targetOffset + offset)
    }
  }
}
