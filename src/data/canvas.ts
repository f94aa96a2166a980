/** A square canvas of gray pixels, for drawing strokes by their distance to the middle of each pixel. */
export class Canvas {
  readonly side: number
  /** Ink from 0 to 1, row after row. */
  readonly ink: Float32Array

  constructor(side: number) {
    this.side = side
    this.ink = new Float32Array(side * side)
  }

  clear(): void {
    this.ink.fill(0)
  }

  /**
   * Draws the piece from (x0, y0) to (x1, y1) with round ends, in pixels (the middle of the first is 0, 0), fading
   * over one pixel at the edge. Where strokes overlap the darker one counts.
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
