/**
 * Matrix products in tiles of registers: one factor is spread over the lanes, the other is read in vectors. A fused
 * multiply-add takes four cycles and two start in each, so eight sums are just enough to keep both units busy, and a
 * delay of one is never made good: tiles have nine, three rows by three vectors. What three doesn't divide goes in
 * pairs of vectors, four rows by two. Every element is summed in the same order, whatever tile it is in.
 */

import { type I32, i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth, tileRows } from '../plan/layout.ts'
import { forRange, type KernelContext } from './operands.ts'

/** Vectors that a tile has side by side. */
export type TileVectors = 2 | 3

/** Elements side by side in the widest tile, in any precision. */
export const widestTile = 12

const rowsOf = { 2: tileRows, 3: 3 } as const

export interface Product {
  /** The factor that is spread: its first element, the bytes from row to row of the tile, and from term to term. */
  readonly spread: { readonly address: I32; readonly rowBytes: number; readonly termBytes: number }
  /** The factor that is read in vectors: where those of the first term are, and the bytes from term to term. */
  readonly vectors: VectorPlaces & { readonly termBytes: number }
  readonly rows: number
  /** At least 1 where it is known when the program runs only. */
  readonly terms: number | I32
  /** The terms over again, at places further on, in loops around the innermost; the first one is the inner one. */
  readonly rounds?: readonly Round[]
}

/** How often, and how many bytes each factor's pointer moves after a round's terms, beyond them. */
export interface Round {
  readonly count: I32
  readonly spreadSkip: number
  readonly vectorSkip: number
}

/** The places of a tile's vectors: bytes from an address; the second one may have an address of its own. */
export interface VectorPlaces {
  readonly address: I32
  readonly second?: I32
  readonly offsets: readonly number[]
}

/** Emits tile products on one set of registers: rows x vectors sums of `terms` products each. */
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
   * The sums, row after row. The inner loop isn't unrolled: V8 would hoist the loads and run out of registers. It ends
   * where its pointer does: a counter of its own would be one register too many.
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
 * The sums with their positions, in the order in which to finish them. V8 orders the loop's multiply-adds by who takes
 * their sums, and those with what was loaded last first are 2 to 3% faster: that is what it comes to where sums are
 * stored as they are from the last one on, or gone on with from the first.
 */
export function inOrder<T>(sums: readonly T[], { asTheyAre }: { readonly asTheyAre: boolean }): [number, T][] {
  const ordered = [...sums.entries()]
  return asTheyAre ? ordered.reverse() : ordered
}

/**
 * Calls `body` for the columns of the tiles that make up so many columns (a multiple of 8): once for all the pairs of
 * vectors, if there are any, and once for all the triples. `first` is the number of the tile's first vector.
 */
export function forColumnTiles(
  { builder, lanes }: KernelContext,
  columns: number,
  body: (vectors: TileVectors, first: Local<'i32'>) => void,
): void {
  const count = columns / lanes.count
  // So many pairs that what is left is a multiple of three. In float64 a panel has four vectors, so that a triple's first
  // and third aren't always a panel apart: pairs alone.
  const pairs = lanes.count === 4 ? (2 * count) % 3 : count / 2
  const inPairs = 2 * pairs
  if (inPairs > 0) forRange(builder, i32.const(0), i32.const(inPairs), 2, (first) => body(2, first))
  if (inPairs < count) forRange(builder, i32.const(inPairs), i32.const(count), 3, (first) => body(3, first))
}

/**
 * Calls `body` for the tiles that make up the rows from `first` to before `end`: of four rows for pairs of vectors, of
 * three and then two for triples. There is a multiple of four of them, and `sticksOut` (0 to 3) more where all rows end.
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

/** The tiles along so many rows: of four for pairs of vectors, of three and then two for triples, and one of what is left. */
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

/** Where vector number `vector` of a row of panels begins, in bytes from the first panel. */
export function panelOffset({ lanes }: KernelContext, vector: I32, panelBytes: number): I32 {
  const perPanel = panelWidth / lanes.count
  const panel = i32.mul(i32.divU(vector, i32.const(perPanel)), i32.const(panelBytes))
  return i32.add(panel, i32.mul(i32.and(vector, i32.const(perPanel - 1)), i32.const(16)))
}
