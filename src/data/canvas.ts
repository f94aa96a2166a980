/**
 * A square canvas of gray pixels. The darkness of a pixel follows from the distance between a stroke and the pixel's
 * middle.
 */
export class Canvas {
  readonly side: number
  /** Ink of each pixel, from 0 (none) to 1 (black), row by row. */
  readonly ink: Float32Array

  constructor(side: number) {
    this.side = side
    this.ink = new Float32Array(side * side)
  }

  clear(): void {
    this.ink.fill(0)
  }

  /**
   * Draws a line from (x0, y0) to (x1, y1) with round ends. Coordinates and the radius are in pixels, and the middle of
   * the first pixel is (0, 0). The line fades over one pixel at its edge. Where strokes overlap, a pixel gets the
   * darkness of the darker stroke.
   */
  segment(x0: number, y0: number, x1: number, y1: number, radius: number, darkness: number): void {
    const { side, ink } = this
    const reach = radius + 0.5
    const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach))
    const right = Math.min(side - 1, Math.floor(Math.max(x0, x1) + reach))
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach))
    const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y1) + reach))
    const alongX = x1 - x0
    const alongY = y1 - y0
    const scale = 1 / (alongX * alongX + alongY * alongY + 1e-9)
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const nearest = ((x - x0) * alongX + (y - y0) * alongY) * scale
        const share = Math.min(1, Math.max(0, nearest))
        const fromX = x - x0 - share * alongX
        const fromY = y - y0 - share * alongY
        const square = fromX * fromX + fromY * fromY
        if (square >= reach * reach) continue
        const edge = reach - Math.sqrt(square)
        const value = edge < 1 ? edge * darkness : darkness
        if (value > ink[y * side + x]) ink[y * side + x] = value
      }
    }
  }
}
