/** Tiles of images, transformed: a row of each plane for each tile. */
import { type I32, i32, type Local } from '../../assembler.ts'
import { v128 } from '../../lanes.ts'
import { type KernelContext, times } from '../operands.ts'
import type { Planes } from './planes.ts'
import type { Tiling } from './source.ts'
import { emitSquare } from './square.ts'
import type { LineTransform } from './transform.ts'

export interface TileSource {
  /** Where the first tile of a line begins. */
  readonly address: I32
  readonly lineBytes: number
  readonly positionBytes: number
  readonly channels: number
  /** Positions in each direction that a tile has of it. */
  readonly size: number
}

export interface TileTarget {
  readonly pointer: Local<'i32'>
  readonly planes: Planes
  /** Columns of a transformed tile. */
  readonly extent: number
  readonly between: Local<'i32'>
}

/** A line of `count` tiles that begin `step` positions apart; the target's pointer moves on by their rows. */
export function emitLineOfTiles(
  context: KernelContext,
  from: TileSource,
  { pointer, planes, extent, between }: TileTarget,
  transform: LineTransform,
  { count, step }: { readonly count: number; readonly step: number },
): void {
  const { builder, lanes } = context
  const { lineBytes, positionBytes, channels, size } = from
  const vectors = Math.ceil(channels / lanes.count)
  const rowBytes = planes.stride * lanes.bytes
  const source = builder.local('i32', from.address)
  const move = (place: Local<'i32'>, bytes: number): void => {
    if (bytes !== 0) builder.set(place, i32.add(place, i32.const(bytes)))
  }
  times(builder, count, () => {
    times(builder, vectors, () => {
      emitSquare(context, between, {
        size,
        load: (line, column) => v128.load(source, line * lineBytes + column * positionBytes),
        transform,
        store: (line, values) =>
          values.forEach((value, column) => {
            v128.store(builder, pointer, value, (line * extent + column) * planes.planeBytes)
          }),
      })
      move(source, 16)
      move(pointer, 16)
    })
    move(source, step * positionBytes - vectors * 16)
    move(pointer, rowBytes - vectors * 16)
  })
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

/** The row of the results where a line of tiles begins, of those in all images. */
export function firstRowOf({ tile, lines, height, width }: Tiling, line: I32): I32 {
  const ofImage = i32.mul(i32.divU(line, i32.const(lines)), i32.const(height))
  const inImage = i32.mul(i32.remU(line, i32.const(lines)), i32.const(tile))
  return i32.mul(i32.add(ofImage, inImage), i32.const(width))
}
