/**
 * How tensors lie in memory, in elements. Rows are padded to 8 features, so that every kernel works in whole vectors;
 * batches to 4 rows, the height of a tile. Weights are stored the way the kernels read them: [O/8][K][8]. Of a convolution K
 * runs over the kernel's positions first and the channels within, as they lie side by side in an image.
 */
import { type Shape, sizeOf } from '../graph/graph.ts'
import { panelOutputs } from '../graph/parts.ts'
import { assertInvariant } from '../support/errors.ts'

/** Columns in a panel, and the unit to which features are padded. */
export const panelWidth = panelOutputs
/** Rows in a tile, and the unit to which batches are padded. */
export const tileRows = 4
/** Elements in a unit of what is divided element by element. */
export const flatUnit = 2 * panelWidth

export type Layout =
  | { readonly kind: 'rows'; readonly rows: number; readonly columns: number; readonly stride: number }
  | {
      readonly kind: 'panels'
      readonly outputs: number
      readonly inputs: number
      /** Of the kernel: the logical order is [outputs][channels][positions]. */
      readonly positions: number
      readonly panelStride: number
    }
  | { readonly kind: 'vector'; readonly length: number }
  | { readonly kind: 'scalar' }

export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** Strides that are multiples of 1 KiB send a column's elements to the same few cache sets: such rows get a line more. */
const spread = (stride: number, period: number): number => (stride % period === 0 ? stride + 2 * panelWidth : stride)

/** `positions`: of the kernel of a weight, 1 for a dense layer's; 0 for what is no weight. */
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

/** Elements that one tensor of this layout takes, padding included. */
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

/** Calls `visit(logical, physical)` for every element: its row-major index and its place in the layout. */
function forEachElement(layout: Layout, visit: (logical: number, physical: number) => void): void {
  if (layout.kind === 'scalar') {
    visit(0, 0)
    return
  }
  if (layout.kind === 'vector') {
    for (let index = 0; index < layout.length; index++) visit(index, index)
    return
  }
  if (layout.kind === 'rows') {
    const { rows, columns, stride } = layout
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) visit(row * columns + column, row * stride + column)
    }
    return
  }
  const { outputs, inputs, positions, panelStride } = layout
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

/** Writes a row-major tensor (from `logicalOffset`) into its layout (from `offset`). */
export function pack(
  layout: Layout,
  logical: ArrayLike<number>,
  logicalOffset: number,
  target: Numbers,
  offset: number,
): void {
  forEachElement(layout, (from, to) => {
    target[offset + to] = logical[logicalOffset + from]
  })
}

/** Reads a tensor out of its layout into row-major order. */
export function unpack(layout: Layout, source: Numbers, offset: number, logical: Numbers, logicalOffset: number): void {
  forEachElement(layout, (to, from) => {
    logical[logicalOffset + to] = source[offset + from]
  })
}

/** A tensor's own sizes, without the loop axes in front. */
export function innerShape(shape: Shape, axes: number): Shape {
  return shape.slice(axes)
}

export function countSlots(shape: Shape, axes: number): number {
  return sizeOf(shape.slice(0, axes))
}
