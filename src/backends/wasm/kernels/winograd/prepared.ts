/**
 * Element-by-element operations that compute the input of a convolution, line by line, just before the convolution's
 * tiles read these lines. When the tiles read the prepared lines, the lines are still in the core's cache. The operands
 * of the element-by-element operations are prefetched from memory while products are computed.
 */
import { type I32, i32, type Local } from '../../assembler.ts'
import type { KernelContext, KernelOperand } from '../operands.ts'
import { emitRows, TileTail } from '../tile.ts'
import type { Seen, Tiling } from './source.ts'

/** The lines of a convolution's input that the kernel itself computes before the kernel's tiles read the lines. */
export class PreparedLines {
  private readonly tail: TileTail | undefined
  /** Number of input lines, counted over all images, that are already computed. */
  private readonly done: Local<'i32'>
  private readonly wanted: Local<'i32'>

  /**
   * The argument `source` is the input of the convolution. If the kernel's list `before` is empty, the convolution's
   * input is already in memory.
   */
  constructor(
    private readonly context: KernelContext,
    private readonly seen: Seen,
    private readonly source: KernelOperand,
    private readonly tiling: Tiling,
  ) {
    const { builder, kernel } = context
    this.tail = kernel.before.length > 0 ? new TileTail(context, kernel.before, undefined) : undefined
    this.done = builder.local('i32')
    this.wanted = builder.local('i32')
  }

  /** Operands, stored in rows, that the preparation of the convolution's input reads from memory. */
  get rowOperands(): KernelOperand[] {
    return this.tail?.rowOperands ?? [this.source]
  }

  /** Starts the preparation at the first line of the image that contains the given line of tiles. */
  begin(line: I32): void {
    const { context, seen, tiling } = this
    if (!this.tail) return
    const image = i32.divU(line, i32.const(tiling.lines))
    context.builder.set(this.done, i32.mul(image, i32.const(seen.height)))
  }

  /** Computes all image lines that are read by the lines of tiles before the given line of tiles. */
  moveTo(end: I32): void {
    const { context, seen, source, tail, done, wanted } = this
    if (!tail) return
    const { builder } = context
    builder.set(wanted, this.linesSeen(end))
    builder.when(i32.ltU(done, wanted), () => {
      const row = (line: I32): Local<'i32'> => builder.local('i32', i32.mul(line, i32.const(seen.width)))
      emitRows(context, tail, source, { first: row(done), end: row(wanted) })
      builder.set(done, wanted)
    })
  }

  /**
   * Returns the number of image lines, counted over all images, that are read by the lines of tiles before the given
   * line of tiles.
   */
  private linesSeen(end: I32): I32 {
    const { builder } = this.context
    const { height, before, circular, size, step } = this.seen
    const last = builder.local('i32', i32.sub(end, i32.const(1)))
    const image = i32.divU(last, i32.const(this.tiling.lines))
    const beforeImage = i32.mul(image, i32.const(height))
    if (circular) return i32.add(beforeImage, i32.const(height))
    const line = i32.remU(last, i32.const(this.tiling.lines))
    const seen = builder.local('i32', i32.add(i32.mul(line, i32.const(step)), i32.const(size - before)))
    const inImage = i32.select(i32.ltU(seen, i32.const(height)), seen, i32.const(height))
    return i32.add(beforeImage, inImage)
  }
}
