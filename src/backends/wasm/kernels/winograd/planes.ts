/**
 * Planes: matrices that lie one after another in scratch memory, one for each product of a tile. The transforms write
 * the planes, and the matrix products read the planes.
 */
import { roundUp } from '../../plan/layout.ts'

export interface Planes {
  /** Number of elements from one row of a plane to the next. */
  readonly stride: number
  /** Number of bytes from one plane to the next. */
  readonly planeBytes: number
  readonly bytes: number
}

const line = 64

/**
 * Lays out several matrices, each with the given number of rows and the given number of columns. The distance between
 * planes is an odd number of cache lines of 64 bytes. With this distance, the vectors of one tile, one in each plane,
 * fall into different sets of the cache.
 */
export function planesOf(planes: number, rows: number, columns: number, elementBytes: number): Planes {
  const lines = Math.ceil((rows * columns * elementBytes) / line)
  const planeBytes = (lines + 1 - (lines % 2)) * line
  return { stride: columns, planeBytes, bytes: roundUp(planes * planeBytes, line) }
}

/**
 * Lays out memory areas of the given sizes, in bytes, one after another. Each memory area begins on a new cache line.
 */
export function offsetsOf(sizes: readonly number[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const offsets: number[] = []
  let bytes = 0
  for (const size of sizes) {
    offsets.push(bytes)
    bytes += roundUp(size, line)
  }
  return { offsets, bytes }
}

/**
 * Largest size of a transformed kernel, in bytes. A larger transformed kernel is divided into strips of outputs. A
 * strip of at most 8 panels of outputs is not divided further.
 */
const kernelBytes = 2 ** 21
/**
 * Largest number of panels in a strip of outputs that is not divided further, regardless of the strip's size in bytes.
 */
const fewestPanels = 8

/**
 * Returns the smallest number of strips of equal width whose transformed kernels have at most `kernelBytes` bytes or
 * `fewestPanels` panels.
 */
export function stripsOf(panels: number, bytesOf: (panels: number) => number): number {
  for (let strips = 1; strips <= panels; strips++) {
    const each = panels / strips
    if (Number.isInteger(each) && (each <= fewestPanels || bytesOf(each) <= kernelBytes)) return strips
  }
  return 1
}
