/**
 * The layout of tensors in memory, in elements. Rows are padded to a multiple of 8 features, so that every kernel works
 * on whole vectors. Batches are padded to a multiple of 4 rows, the height of a tile. Weights are stored in the order
 * in which the kernels read them: [O/8][K][8]. In the weight of a convolution, K has the kernel's positions as the
 * outer axis and the channels as the inner axis. The channels are the inner axis because the channels of a position lie
 * side by side in an image.
 */
import { type Shape, sizeOf } from '../../../graph/graph.ts'
import { assertInvariant } from '../../../support/errors.ts'
import { panelOutputs } from '../schedule/parts.ts'

/** Number of columns in a panel, and the unit to which features are padded. */
export const panelWidth = panelOutputs
/** Number of rows in a tile, and the unit to which batches are padded. */
export const tileRows = 4
/** Number of elements in one unit of work of kernels that threads divide by elements. */
export const flatUnit = 2 * panelWidth

export type Layout =
  | { readonly kind: 'rows'; readonly rows: number; readonly columns: number; readonly stride: number }
  | {
      readonly kind: 'panels'
      readonly outputs: number
      readonly inputs: number
      /** Number of positions of the kernel. The logical order of a weight is [outputs][channels][positions]. */
      readonly positions: number
      readonly panelStride: number
    }
  | { readonly kind: 'vector'; readonly length: number }
  | { readonly kind: 'scalar' }

export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/**
 * Adds one cache line to a stride that is a multiple of 1 KiB. Without the additional cache line, the elements of a
 * column would all map to the same few cache sets.
 */
const spread = (stride: number, period: number): number => (stride % period === 0 ? stride + 2 * panelWidth : stride)

/**
 * Returns the layout of a tensor. `positions` is the number of positions of a weight's kernel, 1 for a dense layer's
 * weight, and 0 for a tensor that is not a weight.
 */
export function layoutOf(shape: Shape, positions: number): Layout {
  if (positions > 0) {
    const [outputs, inputs] = shape
    return {
      kind: 'panels',
      outputs,
      inputs,
      positions,
      panelStride: spread(roundUp(inputs, panelWidth) * panelWidth, 1024),
    }
  }
  if (shape.length === 0) return { kind: 'scalar' }
  if (shape.length === 1) return { kind: 'vector', length: shape[0] }
  assertInvariant(shape.length === 2, `no layout for [${shape}]`)
  const [rows, columns] = shape
  return { kind: 'rows', rows, columns, stride: spread(roundUp(columns, panelWidth), 256) }
}

/** Returns the number of elements that one tensor of the layout takes, including the padding. */
export function layoutSize(layout: Layout): number {
  switch (layout.kind) {
    case 'rows':
      return roundUp(layout.rows, tileRows) * layout.stride
    case 'panels':
      return (roundUp(layout.outputs, panelWidth) / panelWidth) * layout.panelStride
    case 'vector':
      return roundUp(layout.length, panelWidth)
    case 'scalar':
      return panelWidth
  }
}

type Numbers = Float32Array | Float64Array | Int32Array

/**
 * Writes a row-major tensor, which starts at `logicalOffset`, into the layout in `target`, which starts at `offset`.
 */
export function pack(
  layout: Layout,
  logical: ArrayLike<number>,
  logicalOffset: number,
  target: Numbers,
  offset: number,
): void {
  if (layout.kind === 'panels') {
    if (logical instanceof Float32Array && target instanceof Float32Array) {
      packFloats(layout, logical, logicalOffset, target, offset)
    } else {
      forEachWeight(layout, (from, to) => {
        target[offset + to] = logical[logicalOffset + from]
      })
    }
    return
  }
  const { rows, columns, stride } = asRows(layout)
  for (let row = 0; row < rows; row++)
    copyRun(logical, logicalOffset + row * columns, target, offset + row * stride, columns)
}

/** Reads a tensor from the layout in `source` into row-major order. */
export function unpack(layout: Layout, source: Numbers, offset: number, logical: Numbers, logicalOffset: number): void {
  if (layout.kind === 'panels') {
    if (source instanceof Float32Array && logical instanceof Float32Array) {
      unpackFloats(layout, source, offset, logical, logicalOffset)
    } else {
      forEachWeight(layout, (to, from) => {
        logical[logicalOffset + to] = source[offset + from]
      })
    }
    return
  }
  const { rows, columns, stride } = asRows(layout)
  for (let row = 0; row < rows; row++)
    copyRun(source, offset + row * stride, logical, logicalOffset + row * columns, columns)
}

type Panels = Extract<Layout, { kind: 'panels' }>

/** Describes a layout as rows. Rows without padding between them are merged into one row. */
function asRows(layout: Exclude<Layout, Panels>): { rows: number; columns: number; stride: number } {
  if (layout.kind === 'scalar') return { rows: 1, columns: 1, stride: 1 }
  if (layout.kind === 'vector') return { rows: 1, columns: layout.length, stride: layout.length }
  const { rows, columns, stride } = layout
  return stride === columns ? { rows: 1, columns: rows * columns, stride } : { rows, columns, stride }
}

/** Smallest number of elements that are copied by a single call. Fewer elements are copied faster one by one. */
const leastAtOnce = 64

function copyRun(source: ArrayLike<number>, from: number, target: Numbers, to: number, count: number): void {
  if (count >= leastAtOnce && source instanceof Float32Array) target.set(source.subarray(from, from + count), to)
  else for (let index = 0; index < count; index++) target[to + index] = source[from + index]
}

/** Calls `visit(logical, physical)` for every weight, with the row-major index and the index in the panels. */
function forEachWeight(panels: Panels, visit: (logical: number, physical: number) => void): void {
  const { outputs, inputs, positions, panelStride } = panels
  const channels = inputs / positions
  for (let output = 0; output < outputs; output++) {
    const panel = Math.floor(output / panelWidth) * panelStride + (output % panelWidth)
    let logical = output * inputs
    for (let channel = 0; channel < channels; channel++) {
      for (let position = 0; position < positions; position++) {
        visit(logical++, panel + (position * channels + channel) * panelWidth)
      }
    }
  }
}

/**
 * Packs float32 weights with the same result as `forEachWeight`. Most weights by far are float32 numbers. Code that
 * calls no functions and handles only one kind of array packs weights in half the time. Packing all eight outputs of a
 * panel at once, in the order of memory and with an unrolled loop, halves the time again.
 */
function packFloats(
  panels: Panels,
  logical: Float32Array,
  logicalOffset: number,
  target: Float32Array,
  offset: number,
): void {
  const { outputs, inputs, positions, panelStride } = panels
  const channels = inputs / positions
  for (let first = 0, panel = offset; first < outputs; first += panelWidth, panel += panelStride) {
    const row = logicalOffset + first * inputs
    const lanes = Math.min(panelWidth, outputs - first)
    for (let position = 0, to = panel; position < positions; position++) {
      const start = row + position
      if (lanes === panelWidth) {
        packPanel(logical, start, inputs, positions, target, to, channels)
        to += channels * panelWidth
        continue
      }
      for (let channel = 0, from = start; channel < channels; channel++, from += positions, to += panelWidth) {
        for (let lane = 0; lane < lanes; lane++) target[to + lane] = logical[from + lane * inputs]
      }
    }
  }
}

/**
 * Copies columns of eight elements one after the other into a panel. In the source of the copy, rows are `row` elements
 * apart, and columns are `step` elements apart.
 */
function packPanel(
  logical: Float32Array,
  start: number,
  row: number,
  step: number,
  target: Float32Array,
  offset: number,
  columns: number,
): void {
  const [b, c, d, e] = [row, 2 * row, 3 * row, 4 * row]
  const [f, g, h] = [e + b, e + c, e + d]
  for (let column = 0, from = start, to = offset; column < columns; column++, from += step, to += panelWidth) {
    target[to] = logical[from]
    target[to + 1] = logical[from + b]
    target[to + 2] = logical[from + c]
    target[to + 3] = logical[from + d]
    target[to + 4] = logical[from + e]
    target[to + 5] = logical[from + f]
    target[to + 6] = logical[from + g]
    target[to + 7] = logical[from + h]
  }
}

function unpackPanel(
  source: Float32Array,
  offset: number,
  columns: number,
  logical: Float32Array,
  start: number,
  row: number,
  step: number,
): void {
  const [b, c, d, e] = [row, 2 * row, 3 * row, 4 * row]
  const [f, g, h] = [e + b, e + c, e + d]
  for (let column = 0, to = start, from = offset; column < columns; column++, to += step, from += panelWidth) {
    logical[to] = source[from]
    logical[to + b] = source[from + 1]
    logical[to + c] = source[from + 2]
    logical[to + d] = source[from + 3]
    logical[to + e] = source[from + 4]
    logical[to + f] = source[from + 5]
    logical[to + g] = source[from + 6]
    logical[to + h] = source[from + 7]
  }
}

function unpackFloats(
  panels: Panels,
  source: Float32Array,
  offset: number,
  logical: Float32Array,
  logicalOffset: number,
): void {
  const { outputs, inputs, positions, panelStride } = panels
  const channels = inputs / positions
  for (let first = 0, panel = offset; first < outputs; first += panelWidth, panel += panelStride) {
    const row = logicalOffset + first * inputs
    const lanes = Math.min(panelWidth, outputs - first)
    for (let position = 0, from = panel; position < positions; position++) {
      const start = row + position
      if (lanes === panelWidth) {
        unpackPanel(source, from, channels, logical, start, inputs, positions)
        from += channels * panelWidth
        continue
      }
      for (let channel = 0, to = start; channel < channels; channel++, to += positions, from += panelWidth) {
        for (let lane = 0; lane < lanes; lane++) logical[to + lane * inputs] = source[from + lane]
      }
    }
  }
}

/** Returns a tensor's own sizes, without the leading loop axes. */
export function innerShape(shape: Shape, axes: number): Shape {
  return shape.slice(axes)
}

export function countSlots(shape: Shape, axes: number): number {
  return sizeOf(shape.slice(0, axes))
}
