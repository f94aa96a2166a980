/** The transformation of a square of vectors: a line transform is applied in both directions. */
import type { Local, Vector } from '../../assembler.ts'
import { v128 } from '../../lanes.ts'
import type { KernelContext } from '../operands.ts'
import type { LineTransform } from './transform.ts'

/** Size, in bytes, of the scratch memory that holds a square after the transformation along the first direction. */
export const squareBytes = (extent: number): number => extent * extent * 16

export interface Square {
  /** Number of lines and number of columns of the square before the transformation. */
  readonly size: number
  readonly load: (line: number, column: number) => Vector
  readonly transform: LineTransform
  /** The function `store` is called once for each line of the result, with the vectors of the line. */
  readonly store: (line: number, values: readonly Vector[]) => void
}

/**
 * Emits the transformation of a square, first along its columns and then along its lines. The results of the
 * transformation along the columns are stored in memory at `between`, because a whole square does not fit into the
 * registers.
 */
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
