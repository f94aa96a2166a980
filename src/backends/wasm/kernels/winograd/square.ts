/** A line transform applied in both directions of a square of vectors. */
import type { Local, Vector } from '../../assembler.ts'
import { v128 } from '../../lanes.ts'
import type { KernelContext } from '../operands.ts'
import type { LineTransform } from './transform.ts'

/** The bytes of scratch memory that a square needs on its way. */
export const squareBytes = (extent: number): number => extent * extent * 16

export interface Square {
  /** Lines and columns of what is transformed. */
  readonly size: number
  readonly load: (line: number, column: number) => Vector
  readonly transform: LineTransform
  /** Called once for each line of the result, with its vectors. */
  readonly store: (line: number, values: readonly Vector[]) => void
}

/** Columns first, by way of memory at `between`: all of a square at once would be more than the registers hold. */
export function emitSquare(
  { builder }: KernelContext,
  between: Local<'i32'>,
  { size, load, transform, store }: Square,
): void {
  const keep = (value: Vector): Local<'v128'> => builder.local('v128', value)
  const numbers = Array.from({ length: size }, (_, number) => number)
  const place = (line: number, column: number): number => (line * size + column) * 16
  let lines = 0
  for (const column of numbers) {
    const results = transform(numbers.map((line) => keep(load(line, column))))
    results.forEach((value, line) => {
      v128.store(builder, between, value, place(line, column))
    })
    lines = results.length
  }
  for (let line = 0; line < lines; line++) {
    store(line, transform(numbers.map((column) => keep(v128.load(between, place(line, column))))))
  }
}
