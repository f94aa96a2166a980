/**
 * Element-by-element work on what a convolution reads, done line by line just before its tiles are read: they are still in
 * the core's cache then, and what it needs of memory is fetched while products are computed.
 */
import { type I32, i32, type Local } from '../../assembler.ts'
import type { KernelContext, KernelOperand } from '../operands.ts'
import { emitRows, TileTail } from '../tile.ts'
import type { Seen, Tiling } from './source.ts'

export class PreparedLines {
  private readonly tail: TileTail | undefined
  /** Lines of all images that are done. */
  private readonly done: Local<'i32'>
  private readonly wanted: Local<'i32'>

  /** `source`: what is made, or is there already where a kernel has nothing to do before its first operation. */
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

  /** What must come from memory, row by row. */
  get rowOperands(): KernelOperand[] {
    return this.tail?.rowOperands ?? [this.source]
  }

  /** Before the first image that the thread does, by its first line of tiles. */
  begin(line: I32): void {
    const { context, seen, tiling } = this
    if (!this.tail) return
    const image = i32.divU(line, i32.const(tiling.lines))
    context.builder.set(this.done, i32.mul(image, i32.const(seen.height)))
  }

  /** Does what the lines of tiles before `end` see. */
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

  /** How many lines of all images the lines of tiles before `end` see. */
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
