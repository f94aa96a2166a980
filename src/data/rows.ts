/**
 * The memory into which rows of values are written. Row r begins at index `offset + r * stride` of `array`. `Rows` also
 * describes a backend's padded memory of an input.
 */
export interface Rows {
  readonly array: Float32Array | Float64Array | Int32Array
  readonly offset: number
  readonly stride: number
}
