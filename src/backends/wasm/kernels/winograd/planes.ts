/**
 * Matrices side by side in scratch memory, one for each product of a tile: what the transforms write and the products read.
 */
import { roundUp } from '../../plan/layout.ts'

export interface Planes {
  /** Elements from row to row. */
  readonly stride: number
  /** Bytes from plane to plane. */
  readonly planeBytes: number
  readonly bytes: number
}

const line = 64

/**
 * `planes` matrices of so many rows. Their distance is an odd number of cache lines: a tile's vectors, one in each, then
 * fall into different sets of the cache.
 */
export function planesOf(planes: number, rows: number, columns: number, elementBytes: number): Planes {
  const lines = Math.ceil((rows * columns * elementBytes) / line)
  const planeBytes = (lines + 1 - (lines % 2)) * line
  return { stride: columns, planeBytes, bytes: roundUp(planes * planeBytes, line) }
}

/** Addresses one after the other, on cache lines of their own. */
export function offsetsOf(sizes: readonly number[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const offsets: number[] = []
  let bytes = 0
  for (const size of sizes) {
    offsets.push(bytes)
    bytes += roundUp(size, line)
  }
  return { offsets, bytes }
}

/** Transformed kernels larger than this are cut into strips of outputs, but not into smaller ones than so many panels. */
const kernelBytes = 2 ** 21
const fewestPanels = 8

/** The least number of strips, all of as many panels, whose kernels aren't too large. */
export function stripsOf(panels: number, bytesOf: (panels: number) => number): number {
  for (let strips = 1; strips <= panels; strips++) {
    const each = panels / strips
    if (Number.isInteger(each) && (each <= fewestPanels || bytesOf(each) <= kernelBytes)) return strips
  }
  return 1
}
