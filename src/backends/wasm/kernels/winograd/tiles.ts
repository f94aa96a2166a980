/**
 * Transformed tiles of images. Each transformed tile becomes one row in each plane. The tiles are read directly from
 * the images, without a copy that has a border. An image line beyond the border is read from a line of zeros, or from
 * the opposite side of a circular image. The columns beyond the image's border are known when the code is generated.
 * The generated code has one loop for each sequence of adjacent tiles that read the same columns relative to an anchor.
 */
import { type I32, i32, type Local } from '../../assembler.ts'
import { v128 } from '../../lanes.ts'
import { layoutOf, layoutSize, roundUp } from '../../plan/layout.ts'
import { clearedBytes, emitClearing } from '../clearing.ts'
import { at, type KernelContext, type KernelOperand, layoutAs, times } from '../operands.ts'
import type { Planes } from './planes.ts'
import type { Seen, Tiling } from './source.ts'
import { emitSquare } from './square.ts'
import type { LineTransform } from './transform.ts'

/**
 * A sequence of adjacent tiles that read the same positions relative to an anchor. The anchor moves by `step` positions
 * from tile to tile.
 */
export interface TileRun {
  readonly count: number
  /** Anchor of the first tile in the sequence: the image position from which the offsets are counted. */
  readonly anchor: number
  /**
   * Offsets from the anchor to the positions that a tile reads. The offset of a position that reads as zero is
   * undefined.
   */
  readonly offsets: readonly (number | undefined)[]
}

/** Lists the sequences of adjacent tiles along one direction of an image. */
export function runsOf({ before, step, size, circular }: Seen, extent: number, tiles: number): TileRun[] {
  const runs: TileRun[] = []
  for (let tile = 0; tile < tiles; tile++) {
    const first = tile * step - before
    const positions = Array.from({ length: size }, (_, number) => first + number)
    const isInside = (position: number): boolean => position >= 0 && position < extent
    // In a circular image, the position on the opposite side may lie before all other positions of the tile.
    const wraps = circular && !positions.every(isInside)
    const anchor = wraps ? 0 : Math.max(0, first)
    const offsets = positions.map((position) => {
      if (wraps) return (position + size * extent) % extent
      return isInside(position) ? position - anchor : undefined
    })
    const last = runs.at(-1)
    const goesOn = last !== undefined && !wraps && anchor === last.anchor + last.count * step
    if (goesOn && offsets.every((offset, number) => offset === last.offsets[number])) {
      runs[runs.length - 1] = { ...last, count: last.count + 1 }
    } else runs.push({ count: 1, anchor, offsets })
  }
  return runs
}

/**
 * Size of the line of zeros that replaces lines beyond the border, in bytes. The line of zeros is as long as an image
 * line.
 */
export const bytesOfZeros = ({ width, channels }: Seen, elementBytes: number): number =>
  roundUp(layoutSize(layoutOf([width, channels], 0)) * elementBytes, clearedBytes)

/** The image lines that one line of tiles reads. */
export class SeenLines {
  private readonly pointers: readonly Local<'i32'>[]
  private readonly runs: readonly TileRun[]
  private readonly rowBytes: number

  /** The argument `zeros` is the address of scratch memory for the line of zeros. */
  constructor(
    private readonly context: KernelContext,
    private readonly seen: Seen,
    private readonly operand: KernelOperand,
    private readonly zeros: Local<'i32'>,
    tiles: number,
  ) {
    const { builder, lanes } = context
    this.rowBytes = layoutAs(operand.layout, 'rows').stride * lanes.bytes
    this.pointers = Array.from({ length: seen.size }, () => builder.local('i32'))
    this.runs = runsOf(seen, seen.width, tiles)
  }

  /**
   * Emits code that writes the line of zeros. The line of zeros must be written once, before the first tile is read.
   */
  clear(): void {
    const { context, seen } = this
    const { lanes } = context
    if (!seen.circular) emitClearing(context, this.zeros, bytesOfZeros(seen, lanes.bytes))
  }

  /**
   * Moves the pointers to one line of an image's tiles. Reading starts `bytes` bytes after the beginning of each image
   * row.
   */
  moveTo(image: I32, line: I32, bytes: I32 = i32.const(0)): void {
    const { context, seen, operand, rowBytes, zeros } = this
    const { builder } = context
    const { height, width, before, step, size, circular } = seen
    const lineBytes = width * rowBytes
    const inRow = builder.local('i32', bytes)
    const ofImage = builder.local('i32', i32.add(at(operand.pointer, image, height * lineBytes), inRow))
    const first = builder.local('i32', i32.sub(i32.mul(line, i32.const(step)), i32.const(before)))
    const position = builder.local('i32')
    this.pointers.forEach((pointer, number) => {
      builder.set(position, i32.add(first, i32.const(number)))
      if (circular) builder.set(position, i32.remU(i32.add(position, i32.const(size * height)), i32.const(height)))
      const inside = at(ofImage, position, lineBytes)
      const beyond = i32.add(zeros, inRow)
      builder.set(pointer, circular ? inside : i32.select(i32.ltU(position, i32.const(height)), inside, beyond))
    })
  }

  /**
   * Emits the transformation of the current line's tiles, each of which has the given number of vectors of channels.
   * After the transformation, the target's pointer points behind the rows of the transformed tiles.
   */
  transform(vectors: number, { pointer, planes, extent, between }: TileTarget, transform: LineTransform): void {
    const { context, runs, rowBytes, pointers, seen } = this
    const { builder, lanes } = context
    const targetBytes = planes.stride * lanes.bytes
    const move = (place: Local<'i32'>, bytes: number): void => {
      if (bytes !== 0) builder.set(place, i32.add(place, i32.const(bytes)))
    }
    const moveLines = (bytes: number): void => {
      for (const place of pointers) move(place, bytes)
    }
    const zero = lanes.constant(0)
    let position = 0
    for (const { count, anchor, offsets } of runs) {
      moveLines((anchor - position) * rowBytes)
      times(builder, count, () => {
        times(builder, vectors, () => {
          emitSquare(context, between, {
            size: offsets.length,
            load: (line, column) => {
              const offset = offsets[column]
              return offset === undefined ? zero : v128.load(pointers[line], offset * rowBytes)
            },
            transform,
            store: (line, values) =>
              values.forEach((value, column) => {
                v128.store(builder, pointer, value, (line * extent + column) * planes.planeBytes)
              }),
          })
          moveLines(16)
          move(pointer, 16)
        })
        moveLines(seen.step * rowBytes - vectors * 16)
        move(pointer, targetBytes - vectors * 16)
      })
      position = anchor + count * seen.step
    }
  }
}

export interface TileTarget {
  readonly pointer: Local<'i32'>
  readonly planes: Planes
  /** Number of columns of a transformed tile. */
  readonly extent: number
  readonly between: Local<'i32'>
}

/**
 * Calls `body` for each line of tiles in a range of lines. Each image has `lines` lines of tiles. The function `body`
 * receives the number of the image and the number of the line within the image.
 */
export function forLinesOfTiles(
  { builder }: KernelContext,
  range: { readonly first: I32; readonly end: I32; readonly lines: number },
  body: (image: Local<'i32'>, line: Local<'i32'>) => void,
): void {
  const { first, end, lines } = range
  const image = builder.local('i32', i32.divU(first, i32.const(lines)))
  const line = builder.local('i32', i32.remU(first, i32.const(lines)))
  const number = builder.local('i32', first)
  builder.while(i32.ltU(number, end), () => {
    body(image, line)
    builder.set(number, i32.add(number, i32.const(1)))
    builder.set(line, i32.add(line, i32.const(1)))
    builder.when(i32.eq(line, i32.const(lines)), () => {
      builder.set(line, i32.const(0))
      builder.set(image, i32.add(image, i32.const(1)))
    })
  })
}

/**
 * Returns the tensor row at which a line of tiles begins. The tensor has one row for each position of each image, and
 * all images have the given height and width.
 */
export function firstRowOf(
  { tile, lines }: Tiling,
  { height, width }: { readonly height: number; readonly width: number },
  line: I32,
): I32 {
  const ofImage = i32.mul(i32.divU(line, i32.const(lines)), i32.const(height))
  const inImage = i32.mul(i32.remU(line, i32.const(lines)), i32.const(tile))
  return i32.mul(i32.add(ofImage, inImage), i32.const(width))
}
