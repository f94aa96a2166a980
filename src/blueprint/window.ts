/** Square windows that move over height and width. */

export interface Window {
  /** Side of the square window. */
  readonly kernel: number
  readonly stride: number
  /** Number of positions by which windows reach beyond the border before the image's first position. */
  readonly before: number
  /** Number of positions by which windows reach beyond the border after the image's last position. */
  readonly after: number
}

/**
 * A window that reaches `kernel - 1` positions beyond the border in total, or stays inside the border. If `kernel - 1`
 * is odd, the window reaches one position more beyond the image's end than before the image's beginning.
 */
export function createWindow(kernel: number, stride: number, reachesBeyond: boolean): Window {
  const total = reachesBeyond ? kernel - 1 : 0
  const before = Math.floor(total / 2)
  return { kernel, stride, before, after: total - before }
}

/** Number of windows that fit along `extent` positions. The result is 0 or negative if no window fits. */
export function windowsAlong({ kernel, stride, before, after }: Window, extent: number): number {
  return Math.floor((before + extent + after - kernel) / stride) + 1
}
