/**
 * Matrix products whose result tiles are held in registers. Elements of one factor are broadcast to all lanes of a
 * vector, and the other factor is read in vectors. A fused multiply-add takes four cycles, and two fused multiply-adds
 * start in each cycle, so eight independent sums are just enough to keep both multiply-add units busy. With exactly
 * eight sums, the time that one delayed multiply-add loses is never recovered. For this reason, tiles have nine sums:
 * three rows by three vectors. Columns that do not fill tiles of three vectors are covered by tiles of four rows by two
 * vectors. Every element of the result is summed in the same order, regardless of the tile that holds the element.
 */
import { type I32, i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth, tileRows } from '../plan/layout.ts'
import { forRange, type KernelContext } from './operands.ts'

/** Number of vectors of columns that lie side by side in a tile of a matrix product. */
export type TileVectors = 2 | 3

/** Largest number of columns of a tile in any precision, in elements. */
export const widestTile = 12

const rowsOf = { 2: tileRows, 3: 3 } as const

export interface Product {
  /**
   * The factor of the matrix product whose elements are broadcast to all lanes. The broadcast factor is given by the
   * address of its first element, the number of bytes between two rows of the tile, and the number of bytes between two
   * terms.
   */
  readonly spread: { readonly address: I32; readonly rowBytes: number; readonly termBytes: number }
  /**
   * The factor of the matrix product that is read in vectors: the places of the first term's vectors, and the number of
   * bytes from one term to the next.
   */
  readonly vectors: VectorPlaces & { readonly termBytes: number }
  readonly rows: number
  /**
   * Number of terms in each sum of the product. A number of terms that is known only when the program runs must be at
   * least 1.
   */
  readonly terms: number | I32
  /**
   * Loops around the loop over the terms, from the innermost loop to the outermost. Each of these outer loops repeats
   * the terms at later addresses.
   */
  readonly rounds?: readonly Round[]
}

/**
 * A loop that repeats the terms of a product `count` times. After the terms of one repetition, each factor's pointer
 * additionally moves by the given number of bytes.
 */
export interface Round {
  readonly count: I32
  readonly spreadSkip: number
  readonly vectorSkip: number
}

/**
 * Places of a tile's vectors, as byte offsets from an address. The tile's second vector may have an address of its own,
 * `second`.
 */
export interface VectorPlaces {
  readonly address: I32
  readonly second?: I32
  readonly offsets: readonly number[]
}

/**
 * Emits tile products that all use one set of registers. A tile has one sum for each row and vector, and each sum has
 * `terms` products.
 */
export class TileProduct {
  private readonly accumulators: Local<'v128'>[]
  private readonly loaded: Local<'v128'>[]
  private readonly factor: Local<'v128'>
  private readonly spreadPointer: Local<'i32'>
  private readonly pointer: Local<'i32'>
  private readonly second: Local<'i32'>
  private readonly end: Local<'i32'>
  private readonly roundsLeft: Local<'i32'>[] = []

  constructor(private readonly context: KernelContext) {
    const { builder } = context
    const makeVectors = (count: number) => Array.from({ length: count }, () => builder.local('v128'))
    this.accumulators = makeVectors(Math.max(2 * rowsOf[2], 3 * rowsOf[3]))
    this.loaded = makeVectors(3)
    this.factor = builder.local('v128')
    this.spreadPointer = builder.local('i32')
    this.pointer = builder.local('i32')
    this.second = builder.local('i32')
    this.end = builder.local('i32')
  }

  /**
   * Emits the product of one tile, and returns the registers of the sums, row after row. The inner loop of a tile
   * product is not unrolled, because V8 would hoist the loads of an unrolled loop and run out of registers. The inner
   * loop ends when the pointer of the vectors reaches its end address, because a separate loop counter would need one
   * register too many.
   */
  emit({ spread, vectors, rows, terms, rounds = [] }: Product): readonly Local<'v128'>[] {
    const { builder, lanes } = this.context
    const sums = this.accumulators.slice(0, rows * vectors.offsets.length)
    builder.set(this.spreadPointer, spread.address)
    builder.set(this.pointer, vectors.address)
    if (vectors.second) builder.set(this.second, vectors.second)
    for (const sum of sums) builder.set(sum, lanes.constant(0))
    if (terms === 0) return sums
    const emitTerms = (): void => this.emitTerms({ spread, vectors, rows, terms }, sums)
    rounds.reduce((inner, round, depth) => () => this.emitRounds(round, depth, vectors, inner), emitTerms)()
    return sums
  }

  private step(pointer: Local<'i32'>, bytes: number): void {
    if (bytes !== 0) this.context.builder.set(pointer, i32.add(pointer, i32.const(bytes)))
  }

  private emitRounds(round: Round, depth: number, vectors: VectorPlaces, inner: () => void): void {
    const { builder } = this.context
    const { count, spreadSkip, vectorSkip } = round
    const left = this.roundsLeft[depth] ?? builder.local('i32')
    this.roundsLeft[depth] = left
    builder.set(left, count)
    const isLeft = (): I32 => {
      builder.set(left, i32.sub(left, i32.const(1)))
      return left
    }
    builder.repeatWhile(isLeft, () => {
      inner()
      this.step(this.spreadPointer, spreadSkip)
      this.step(this.pointer, vectorSkip)
      if (vectors.second) this.step(this.second, vectorSkip)
    })
  }

  private emitTerms({ spread, vectors, rows, terms }: Product, sums: readonly Local<'v128'>[]): void {
    const { builder, lanes } = this.context
    const { offsets, termBytes } = vectors
    const loaded = this.loaded.slice(0, offsets.length)
    const bytes = typeof terms === 'number' ? i32.const(terms * termBytes) : i32.mul(terms, i32.const(termBytes))
    builder.set(this.end, i32.add(this.pointer, bytes))
    builder.repeatWhile(
      () => i32.ltU(this.pointer, this.end),
      () => {
        loaded.forEach((vector, position) => {
          const pointer = vectors.second && position === 1 ? this.second : this.pointer
          builder.set(vector, v128.load(pointer, offsets[position]))
        })
        for (let row = 0; row < rows; row++) {
          builder.set(this.factor, lanes.loadSplat(this.spreadPointer, row * spread.rowBytes))
          loaded.forEach((vector, position) => {
            const sum = sums[row * loaded.length + position]
            builder.set(sum, lanes.madd(this.factor, vector, sum))
          })
        }
        this.step(this.spreadPointer, spread.termBytes)
        this.step(this.pointer, termBytes)
        if (vectors.second) this.step(this.second, termBytes)
      },
    )
  }
}

/**
 * Returns a tile's sums with their positions, in the order in which the caller should finish the sums. V8 orders the
 * multiply-adds of the inner loop by the instructions that use the sums. The inner loop is 2 to 3% faster if the
 * multiply-adds with the vector that was loaded last come first. Sums without further operations are stored from the
 * last sum to the first, which makes V8 choose the faster order. Sums with further operations are finished from the
 * first sum to the last, which also makes V8 choose the faster order.
 */
export function inOrder<T>(sums: readonly T[], { asTheyAre }: { readonly asTheyAre: boolean }): [number, T][] {
  const ordered = [...sums.entries()]
  return asTheyAre ? ordered.reverse() : ordered
}

/**
 * Emits the loops over the tile columns that cover `columns` columns, a multiple of 8. The function `body` emits the
 * code of one tile column. The function `body` is called at most once for all tiles of two vectors, and at most once
 * for all tiles of three vectors. The argument `first` is the number of the tile's first vector.
 */
export function forColumnTiles(
  { builder, lanes }: KernelContext,
  columns: number,
  body: (vectors: TileVectors, first: Local<'i32'>) => void,
): void {
  const count = columns / lanes.count
  // In float32, the number of tiles of two vectors is chosen so that a multiple of three vectors remains. In float64,
  // all tiles have two vectors, because a panel has four vectors. The first and third vector of a tile of three would
  // not always be a panel apart.
  const pairs = lanes.count === 4 ? (2 * count) % 3 : count / 2
  const inPairs = 2 * pairs
  if (inPairs > 0) forRange(builder, i32.const(0), i32.const(inPairs), 2, (first) => body(2, first))
  if (inPairs < count) forRange(builder, i32.const(inPairs), i32.const(count), 3, (first) => body(3, first))
}

/**
 * Emits the loops over the tiles that cover a range of rows. Tiles of two vectors have four rows, and the last tile has
 * the remaining rows. Tiles of three vectors have three rows, except for the last tiles, which have two rows. A range
 * of a single row is covered by one tile of one row. The number of rows in the range is a multiple of four, plus
 * `sticksOut` (0 to 3) rows if the range includes the last of all rows.
 */
export function forRowTiles(
  { builder }: KernelContext,
  vectors: TileVectors,
  rows: { readonly first: Local<'i32'>; readonly end: Local<'i32'>; readonly sticksOut: number },
  body: (row: Local<'i32'>, rows: number) => void,
): void {
  const { first, end, sticksOut } = rows
  const count = builder.local('i32', i32.sub(end, first))
  const tiles = (from: I32, to: I32, height: number): void =>
    forRange(builder, from, to, height, (row) => body(row, height))
  if (vectors === 2) {
    const fullEnd = builder.local('i32', i32.add(first, i32.and(count, i32.const(-rowsOf[2]))))
    tiles(first, fullEnd, rowsOf[2])
    if (sticksOut > 0) tiles(fullEnd, end, sticksOut)
    return
  }
  const inThreesAndTwos = (): void => {
    const left = i32.remU(i32.sub(i32.const(rowsOf[3]), i32.remU(count, i32.const(rowsOf[3]))), i32.const(rowsOf[3]))
    const threesEnd = builder.local('i32', i32.sub(end, i32.mul(left, i32.const(2))))
    tiles(first, threesEnd, rowsOf[3])
    tiles(threesEnd, end, 2)
  }
  if (sticksOut !== 1) inThreesAndTwos()
  else builder.when(i32.eq(count, i32.const(1)), () => tiles(first, end, 1), inThreesAndTwos)
}

/**
 * Lists the tiles that cover `length` rows. Tiles of two vectors have four rows, and the last tile has the remaining
 * rows. Tiles of three vectors have three rows, except for the last tiles, which have two rows. A length of 1 gives a
 * single tile of one row.
 */
export function tilesAlong(length: number, vectors: TileVectors): { rows: number; count: number }[] {
  const tiles: { rows: number; count: number }[] = []
  const add = (rows: number, count: number): void => {
    if (rows > 0 && count > 0) tiles.push({ rows, count })
  }
  if (vectors === 2) {
    add(rowsOf[2], Math.floor(length / rowsOf[2]))
    add(length % rowsOf[2], 1)
    return tiles
  }
  if (length < 2) {
    add(length, 1)
    return tiles
  }
  const twos = (3 - (length % 3)) % 3
  add(3, (length - 2 * twos) / 3)
  add(2, twos)
  return tiles
}

/** Returns the place of vector number `vector` in a row of panels, in bytes from the beginning of the first panel. */
export function panelOffset({ lanes }: KernelContext, vector: I32, panelBytes: number): I32 {
  const perPanel = panelWidth / lanes.count
  const panel = i32.mul(i32.divU(vector, i32.const(perPanel)), i32.const(panelBytes))
  return i32.add(panel, i32.mul(i32.and(vector, i32.const(perPanel - 1)), i32.const(16)))
}
