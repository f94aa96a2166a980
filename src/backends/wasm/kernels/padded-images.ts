/**
 * Images with what lies beyond their borders, in memory of the thread's own, so that a window never meets a border. Channels
 * lie side by side without padding: the positions of a window's row are contiguous.
 */
import type { Geometry } from '../../../graph/windows.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { type I32, i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { roundUp } from '../plan/layout.ts'
import { clearedBytes, emitClearing } from './clearing.ts'
import { at, forRange, type KernelContext, type KernelOperand, layoutAs, times } from './operands.ts'

/** Images that are copied: where their elements go, and what is around them. */
export interface Padding {
  /** Of the source. */
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Positions from one of the source's to the next one's place; between them are zeros. */
  readonly spacing: number
  /** Of the source with its elements so far apart. */
  readonly spacedHeight: number
  readonly spacedWidth: number
  /** Positions before and behind it, in both directions. */
  readonly before: number
  readonly after: number
  readonly circular: boolean
}

/** What a convolution's window moves over. */
export function inputPadding(geometry: Geometry, channels: number): Padding {
  const { height, width, before, after, circular } = geometry
  return { height, width, channels, spacing: 1, spacedHeight: height, spacedWidth: width, before, after, circular }
}

/** So much of images is copied at once: it stays in a core's second cache. */
const groupBytes = 2 ** 17

export interface PaddedSize {
  /** Of one image with what is around it. */
  readonly height: number
  readonly width: number
  readonly imageBytes: number
  /** Images that are copied at once. */
  readonly images: number
  /** Of all of them, and what clearing them takes beyond. */
  readonly bytes: number
}

/** `elementBytes`: 4 in float32. `images`: of the batch. */
export function paddedSize(padding: Padding, images: number, elementBytes: number): PaddedSize {
  const { spacedHeight, spacedWidth, before, after, channels } = padding
  const height = spacedHeight + before + after
  const width = spacedWidth + before + after
  const imageBytes = height * width * channels * elementBytes
  const count = Math.max(1, Math.min(images, Math.floor(groupBytes / imageBytes)))
  return { height, width, imageBytes, images: count, bytes: roundUp(count * imageBytes, clearedBytes) }
}

/** Copies images of an operand to a thread's own memory. */
export class PaddedImages {
  readonly size: PaddedSize
  private readonly sourceStride: number
  private readonly source: Local<'i32'>
  private readonly target: Local<'i32'>

  /** `address`: where the images go; known before anything else is called. */
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
    assertInvariant(stride >= channels, 'a row holds the channels')
    this.source = builder.local('i32')
    this.target = builder.local('i32')
  }

  /** Bytes from one position to the next. */
  get positionBytes(): number {
    return this.padding.channels * this.context.lanes.bytes
  }

  get lineBytes(): number {
    return this.size.width * this.positionBytes
  }

  /** Zeros wherever `copy` never writes; once, before the first copy. */
  clear(): void {
    const { before, after, spacing, circular } = this.padding
    if (spacing === 1 && (circular || before + after === 0)) return
    emitClearing(this.context, this.address, this.size.bytes)
  }

  /** Copies the images from number `first` to before `end`, no more than a group of them, to the beginning of the memory. */
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

  /** Fills what lies beyond the border with what is at the other side. */
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

  /** Copies so many elements, in vectors as far as they go. */
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
