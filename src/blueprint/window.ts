/** Square windows that move over height and width. */

export interface Window {
  /** The side of the window. */
  readonly kernel: number
  readonly stride: number
  /** Positions beyond the border that windows reach: before the first, and behind the last. */
  readonly before: number
  readonly after: number
}

/** A window that reaches `kernel - 1` positions beyond the border, more of them behind where that is odd, or none. */
export function createWindow(kernel: number, stride: number, reachesBeyond: boolean): Window {
  const total = reachesBeyond ? kernel - 1 : 0
  const before = Math.floor(total / 2)
  return { kernel, stride, before, after: total - before }
}

/** How many windows fit along so many positions; 0 or less where not even one does. */
export function windowsAlong({ kernel, stride, before, after }: Window, extent: number): number {
  return Math.floor((before + extent + after - kernel) / stride) + 1
}
