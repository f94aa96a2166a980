/**
 * The gradient of a convolution's weights: dw[o, tap, c] is the sum over the positions m of dy[m, o] x[position of the
 * tap at m, c]. One compute kernel makes the gradient dw of each part of the batch separately, and a second compute
 * kernel sums the parts. C is the number of channels, and O is the number of outputs. The gradient dw lies in panels
 * [O/8][kernel^2 * C][8].
 */
import { geometryOf } from '../../../graph/windows.ts'
import { type I32, i32, type Local } from '../assembler.ts'
import { v128 } from '../lanes.ts'
import { panelWidth, roundUp } from '../plan/layout.ts'
import type { Kernel } from '../plan/plan.ts'
import { emitClearing } from './clearing.ts'
import { at, forRange, type KernelContext, layoutAs, operandOf, times } from './operands.ts'
import { inputPadding, PaddedImages, paddedSize } from './padded-images.ts'
import { partStart } from './parts.ts'
import { forColumnTiles, inOrder, panelOffset, TileProduct, type TileVectors, tilesAlong } from './product.ts'
import { createUpdateTail, forElements } from './updates.ts'

function paddingOf({ nodes: [{ inputs, attributes }] }: Kernel) {
  return inputPadding(geometryOf(attributes), inputs[1].shape[1])
}

/** Size, in bytes, of the scratch memory that each thread needs for the gradient of a convolution's weights. */
export function convWeightGradientScratch(kernel: Kernel, elementBytes: number): number {
  const padding = paddingOf(kernel)
  const [{ inputs }] = kernel.nodes
  return paddedSize(padding, inputs[1].shape[0] / (padding.height * padding.width), elementBytes).bytes
}

/**
 * Emits the weight gradient dw of each part of the batch, computed from dy[M, O] and x[N, C]. A thread computes the
 * gradients of whole parts and writes every element of these gradients.
 */
export function emitConvWeightGradient(context: KernelContext): void {
  const { builder, lanes, kernel, start, end, scratch } = context
  const [node] = kernel.nodes
  const { kernel: side, stride, outputHeight, outputWidth, outputPositions, positions } = geometryOf(node.attributes)
  const dy = operandOf(context, node.inputs[0])
  const x = operandOf(context, node.inputs[1])
  const dw = operandOf(context, node.outputs[0])
  const batch = layoutAs(x.layout, 'rows').rows / positions
  const { stride: dyStride, columns: outputs } = layoutAs(dy.layout, 'rows')
  const { outputs: allOutputs, panelStride } = layoutAs(dw.layout, 'panels')
  const parts = allOutputs / roundUp(outputs, panelWidth)
  const partBytes = (roundUp(outputs, panelWidth) / panelWidth) * panelStride * lanes.bytes
  const panelBytes = panelStride * lanes.bytes
  const termBytes = panelWidth * lanes.bytes
  const images = new PaddedImages(context, paddingOf(kernel), x, scratch)
  const product = new TileProduct(context)
  const count = builder.local('i32')
  const group = builder.local('i32')
  const groupEnd = builder.local('i32')
  const lastImage = builder.local('i32')
  const part = builder.local('i32')
  const columns = builder.local('i32')
  const line = builder.local('i32')
  const [firstPlace, secondPlace] = [builder.local('i32'), builder.local('i32')]
  const stepBytes = stride * images.positionBytes
  const width = side * x.value.shape[1]
  const dyBytes = dyStride * lanes.bytes
  const rounds = [
    {
      count: i32.const(outputHeight),
      spreadSkip: stride * images.lineBytes - outputWidth * stepBytes,
      vectorSkip: 0,
    },
    {
      count,
      spreadSkip: images.size.imageBytes - outputHeight * stride * images.lineBytes,
      vectorSkip: 0,
    },
  ]

  /**
   * Emits code that adds the sums of one tile to the sums of the batch part in memory. The argument `first` is the
   * number of the tile's first element within a line of the kernel. The argument `term` is the number of the same
   * element within the whole kernel.
   */
  const emitTile = (
    vectors: TileVectors,
    height: number,
    vector: I32,
    first: Local<'i32'>,
    term: Local<'i32'>,
  ): void => {
    const spread = { address: at(line, first, lanes.bytes), rowBytes: lanes.bytes, termBytes: stepBytes }
    const offsets = Array.from({ length: vectors }, (_, position) => position * 16)
    const dyVectors = { address: columns, offsets, termBytes: dyBytes }
    const sums = product.emit({ spread, vectors: dyVectors, rows: height, terms: outputWidth, rounds })
    const base = at(part, term, termBytes)
    builder.set(firstPlace, i32.add(base, panelOffset(context, vector, panelBytes)))
    builder.set(secondPlace, i32.add(base, panelOffset(context, i32.add(vector, i32.const(1)), panelBytes)))
    // In a tile of three vectors, the first and the third vector are one panel apart.
    const places = [
      { place: firstPlace, shift: 0 },
      { place: secondPlace, shift: 0 },
      { place: firstPlace, shift: panelBytes },
    ]
    for (const [position, sum] of inOrder(sums, { asTheyAre: false })) {
      const { place, shift } = places[position % vectors]
      const offset = shift + Math.floor(position / vectors) * termBytes
      v128.store(builder, place, lanes.add(v128.load(place, offset), sum), offset)
    }
  }

  const emitTiles = (vectors: TileVectors, vector: I32): void => {
    builder.set(line, scratch)
    const term = builder.local('i32', i32.const(0))
    times(builder, side, () => {
      const first = builder.local('i32', i32.const(0))
      for (const { rows, count: tiles } of tilesAlong(width, vectors)) {
        times(builder, tiles, () => {
          emitTile(vectors, rows, vector, first, term)
          builder.set(first, i32.add(first, i32.const(rows)))
          builder.set(term, i32.add(term, i32.const(rows)))
        })
      }
      builder.set(line, i32.add(line, i32.const(images.lineBytes)))
    })
  }

  builder.when(i32.ltU(start, end), () => images.clear())
  forRange(builder, start, end, 1, (number) => {
    builder.set(part, at(dw.pointer, number, partBytes))
    emitClearing(context, part, partBytes)
    builder.set(group, partStart(batch, parts, number))
    builder.set(lastImage, partStart(batch, parts, i32.add(number, i32.const(1))))
    builder.while(i32.ltU(group, lastImage), () => {
      builder.set(groupEnd, i32.add(group, i32.const(images.size.images)))
      builder.set(groupEnd, i32.select(i32.ltU(groupEnd, lastImage), groupEnd, lastImage))
      images.copy(group, groupEnd)
      builder.set(count, i32.sub(groupEnd, group))
      forColumnTiles(context, roundUp(outputs, panelWidth), (vectors, vector) => {
        builder.set(columns, at(at(dy.pointer, group, outputPositions * dyBytes), vector, 16))
        emitTiles(vectors, vector)
      })
      builder.set(group, groupEnd)
    })
  })
}

/**
 * Emits the sum of all parts of a gradient, element by element. The same kernel may also update the parameter with the
 * summed gradient.
 */
export function emitSumParts(context: KernelContext): void {
  const { builder, lanes, kernel } = context
  const [node] = kernel.nodes
  const source = operandOf(context, node.inputs[0])
  const target = context.operands.find(({ value }) => value === node.outputs[0])
  const { outputs: allOutputs, panelStride } = layoutAs(source.layout, 'panels')
  const parts = Number(node.attributes.parts)
  const elements = (allOutputs / parts / panelWidth) * panelStride
  const finish = createUpdateTail(context)
  const sum = builder.local('v128')
  forElements(context, elements, (offset) => {
    builder.set(sum, v128.load(at(source.pointer, offset, 1)))
    const pointer = builder.local('i32', at(source.pointer, offset, 1))
    for (let part = 1; part < parts; part++) {
      builder.set(pointer, i32.add(pointer, i32.const(elements * lanes.bytes)))
      builder.set(sum, lanes.add(sum, v128.load(pointer)))
    }
    if (target) v128.store(builder, at(target.pointer, offset, 1), sum)
    finish?.(offset, 0, sum)
  })
}
