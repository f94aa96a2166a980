/**
 * Where rows of values are to be written: row r begins at `offset + r * stride` of `array`. A backend's padded memory
 * of an input is one of these.
 */
export interface Rows {
  readonly array: Float32Array | Float64Array | Int32Array
  readonly offset: number
  readonly stride: number
}
