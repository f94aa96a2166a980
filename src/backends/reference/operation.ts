/** Operations of the reference backend: functions from the elements of the inputs to the elements of the outputs. */
import type { OpNode, Value } from '../../graph/graph.ts'
import { sizeOf } from '../../graph/graph.ts'

/** Elements of one value, in row-major order. */
export type Numbers = Float64Array | Int32Array

export type Operation = (inputs: readonly Numbers[], node: OpNode) => readonly Float64Array[]

/**
 * Makes an operation with one output that is computed element by element. The function `compute` receives an element's
 * row-major index and its column in a [B, F] tensor.
 */
export function byElement(
  compute: (inputs: readonly Numbers[], index: number, column: number, node: OpNode) => number,
): Operation {
  return (inputs, node) => {
    const { shape } = node.outputs[0]
    const columns = shape[shape.length - 1] ?? 1
    const result = new Float64Array(sizeOf(shape))
    for (let index = 0; index < result.length; index++) result[index] = compute(inputs, index, index % columns, node)
    return [result]
  }
}

/** Number of rows B and number of columns F of a tensor [B, F]. */
export function extentsOf({ shape }: Value): { rows: number; columns: number } {
  const [rows, columns] = shape
  return { rows, columns }
}

/** Returns the sum of `term(index)` over index = 0 .. count - 1. */
export function sum(count: number, term: (index: number) => number): number {
  let total = 0
  for (let index = 0; index < count; index++) total += term(index)
  return total
}

/** Returns the largest `term(index)` over index = 0 .. count - 1, or NaN if any term is NaN. */
export function largest(count: number, term: (index: number) => number): number {
  let found = Number.NEGATIVE_INFINITY
  for (let index = 0; index < count; index++) found = Math.max(found, term(index))
  return found
}

/** Makes a vector of `count` elements, each of which a function computes from the element's index. */
export function vectorOf(count: number, element: (index: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => element(index))
}

/**
 * Makes a row-major [rows, columns] tensor, each element of which a function computes from the element's row and
 * column.
 */
export function matrixOf(
  rows: number,
  columns: number,
  element: (row: number, column: number) => number,
): Float64Array {
  const result = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[row * columns + column] = element(row, column)
  }
  return result
}
