/**
 * Tiles of images, transformed: a row of each plane for each tile. They are read where the images lie: no copy with a border
 * is made. A line beyond the border is one of zeros, or of the other side; columns beyond it are known when the code is
 * written, which is a loop for each run of tiles that see the same.
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

/** Tiles side by side that see the same positions, each `step` further on. */
export interface TileRun {
  readonly count: number
  /** A position of the first tile. */
  readonly anchor: number
  /** From there those that the tile sees; of zeros, none. */
  readonly offsets: readonly (number | undefined)[]
}

/** The runs of so many tiles side by side, or over one another. */
export function runsOf({ before, step, size, circular }: Seen, extent: number, tiles: number): TileRun[] {
  const runs: TileRun[] = []
  for (let tile = 0; tile < tiles; tile++) {
    const first = tile * step - before
    const positions = Array.from({ length: size }, (_, number) => first + number)
    const isInside = (position: number): boolean => position >= 0 && position < extent
    // A position of the other side may lie before all others.
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

/** Bytes of zeros that stand for a line beyond the border: as many as a line has. */
export const bytesOfZeros = ({ width, channels }: Seen, elementBytes: number): number =>
  roundUp(layoutSize(layoutOf([width, channels], 0)) * elementBytes, clearedBytes)

/** The lines of images that a line of tiles sees. */
export class SeenLines {
  private readonly pointers: readonly Local<'i32'>[]
  private readonly runs: readonly TileRun[]
  private readonly rowBytes: number

  /** `zeros`: where lines of zeros may be kept. */
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

  /** Once, before anything is read. */
  clear(): void {
    const { context, seen } = this
    const { lanes } = context
    if (!seen.circular) emitClearing(context, this.zeros, bytesOfZeros(seen, lanes.bytes))
  }

  /** To a line of an image's tiles, so many bytes from where their rows begin. */
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

  /** Transforms the line's tiles, of so many vectors each; the target's pointer moves on by their rows. */
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
  /** Columns of a transformed tile. */
  readonly extent: number
  readonly between: Local<'i32'>
}

/** Calls `body` for each line of tiles from `first` to before `end`, of `lines` an image: its image, and which line of that it is. */
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

/** The row where a line of tiles begins, of those in all images of such an extent. */
export function firstRowOf(
  { tile, lines }: Tiling,
  { height, width }: { readonly height: number; readonly width: number },
  line: I32,
): I32 {
  const ofImage = i32.mul(i32.divU(line, i32.const(lines)), i32.const(height))
  const inImage = i32.mul(i32.remU(line, i32.const(lines)), i32.const(tile))
  return i32.mul(i32.add(ofImage, inImage), i32.const(width))
}
