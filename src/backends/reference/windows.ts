/**
 * Convolutions and pooling. A batch of B images is a matrix with one row for each position of each image. Each row of
 * the matrix holds the C channels of one position. Each row of a convolution's result holds O outputs.
 */
import type { Attributes } from '../../graph/graph.ts'
import { type Geometry, geometryOf } from '../../graph/windows.ts'
import { extentsOf, matrixOf, type Operation, sum } from './operation.ts'
import { partStart } from './parts.ts'

/** One input position that a window covers. */
interface Seen {
  /** Number of the input position within the window, counted row by row. */
  readonly tap: number
  /** Number of the input position within the image, counted row by row. */
  readonly position: number
}

/**
 * Lists, for each output position, the positions of an image that the window covers. Positions beyond the image's
 * border are not listed.
 */
function windowsOver(geometry: Geometry): readonly (readonly Seen[])[] {
  const { height, width, kernel, stride, before, circular, outputHeight, outputWidth } = geometry
  const within = (place: number, extent: number): number | undefined => {
    if (place >= 0 && place < extent) return place
    return circular ? (place + extent) % extent : undefined
  }
  const windows: Seen[][] = []
  for (let outputRow = 0; outputRow < outputHeight; outputRow++) {
    for (let outputColumn = 0; outputColumn < outputWidth; outputColumn++) {
      const seen: Seen[] = []
      for (let tap = 0; tap < kernel ** 2; tap++) {
        const row = within(outputRow * stride - before + Math.floor(tap / kernel), height)
        const column = within(outputColumn * stride - before + (tap % kernel), width)
        if (row !== undefined && column !== undefined) seen.push({ tap, position: row * width + column })
      }
      windows.push(seen)
    }
  }
  return windows
}

/** Calls `visit` with every output row and with the input rows that the output's window covers. */
function forEachWindow(
  images: number,
  attributes: Attributes,
  visit: (outputRow: number, seen: readonly { readonly tap: number; readonly row: number }[]) => void,
): void {
  const geometry = geometryOf(attributes)
  const windows = windowsOver(geometry)
  for (let image = 0; image < images; image++) {
    windows.forEach((window, output) => {
      const seen = window.map(({ tap, position }) => ({ tap, row: image * geometry.positions + position }))
      visit(image * geometry.outputPositions + output, seen)
    })
  }
}

/**
 * Forward pass of a convolution: y[m, o] = sum over the taps of m's window and over c of x[position of the tap, c] w[o,
 * c, tap]
 */
export const conv: Operation = ([x, w], { inputs, outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(inputs[0])
  const { rows: outputRows, columns: units } = extentsOf(outputs[0])
  const { kernel, positions } = geometryOf(attributes)
  const y = new Float64Array(outputRows * units)
  forEachWindow(rows / positions, attributes, (outputRow, seen) => {
    for (let o = 0; o < units; o++) {
      let total = 0
      for (const { tap, row } of seen) {
        for (let c = 0; c < channels; c++) total += x[row * channels + c] * w[(o * channels + c) * kernel ** 2 + tap]
      }
      y[outputRow * units + o] = total
    }
  })
  return [y]
}

/** Flips the weights of a convolution: flipped[c, o, tap] = w[o, c, last - tap]. */
export const flipKernel: Operation = ([w], { inputs, outputs, attributes }) => {
  const positions = Number(attributes.kernel) ** 2
  const { rows: units } = extentsOf(inputs[0])
  const { rows: channels } = extentsOf(outputs[0])
  const element = (c: number, column: number): number => {
    const [o, tap] = [Math.floor(column / positions), column % positions]
    return w[(o * channels + c) * positions + positions - 1 - tap]
  }
  return [matrixOf(channels, units * positions, element)]
}

/**
 * Gradient of a convolution's input: dx[n, c] = sum over the outputs m whose window covers n, and over o, of dy[m, o]
 * w[o, c, tap]
 */
export const convInputGradient: Operation = ([dy, flipped], { inputs, outputs, attributes }) => {
  const { columns: units } = extentsOf(inputs[0])
  const { rows, columns: channels } = extentsOf(outputs[0])
  const { kernel, positions } = geometryOf(attributes)
  const last = kernel ** 2 - 1
  const dx = new Float64Array(rows * channels)
  forEachWindow(rows / positions, attributes, (outputRow, seen) => {
    for (const { tap, row } of seen) {
      for (let c = 0; c < channels; c++) {
        for (let o = 0; o < units; o++) {
          dx[row * channels + c] += dy[outputRow * units + o] * flipped[(c * units + o) * kernel ** 2 + last - tap]
        }
      }
    }
  })
  return [dx]
}

/**
 * Gradient of a convolution's weights: dw[o, c, tap] = sum over the outputs m of dy[m, o] x[position of the tap, c]. If
 * the attribute `parts` divides the images into parts, the weight gradient dw is computed for each part separately.
 */
export const convWeightGradient: Operation = ([dy, x], { inputs, outputs, attributes }) => {
  const { columns: units } = extentsOf(inputs[0])
  const { columns: channels } = extentsOf(inputs[1])
  const { rows: outputRows, columns } = extentsOf(outputs[0])
  const { kernel, positions, outputPositions } = geometryOf(attributes)
  const images = inputs[1].shape[0] / positions
  const parts = Number(attributes.parts ?? 1)
  const rowsOfPart = outputRows / parts
  const dw = new Float64Array(outputRows * columns)
  const partOf = (image: number): number => {
    let part = 0
    while (partStart(images, parts, part + 1) <= image) part++
    return part
  }
  forEachWindow(images, attributes, (outputRow, seen) => {
    const first = partOf(Math.floor(outputRow / outputPositions)) * rowsOfPart
    for (const { tap, row } of seen) {
      for (let o = 0; o < units; o++) {
        for (let c = 0; c < channels; c++) {
          dw[(first + o) * columns + c * kernel ** 2 + tap] += dy[outputRow * units + o] * x[row * channels + c]
        }
      }
    }
  })
  return [dw]
}

/** Sums the parts of a weight's gradient. */
export const sumParts: Operation = ([x], { outputs, attributes }) => {
  const { rows, columns } = extentsOf(outputs[0])
  const stride = x.length / Number(attributes.parts)
  const element = (row: number, column: number): number =>
    sum(Number(attributes.parts), (part) => x[part * stride + row * columns + column])
  return [matrixOf(rows, columns, element)]
}

export const maxPool: Operation = ([x], { inputs, outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(inputs[0])
  const y = new Float64Array(extentsOf(outputs[0]).rows * channels)
  forEachWindow(rows / geometryOf(attributes).positions, attributes, (outputRow, seen) => {
    for (let c = 0; c < channels; c++) {
      y[outputRow * channels + c] = seen.reduce(
        (largest, { row }) => Math.max(largest, x[row * channels + c]),
        Number.NEGATIVE_INFINITY,
      )
    }
  })
  return [y]
}

/**
 * Gradient of max pooling. Each element of the output gradient dy is added to the first position in the element's
 * window that holds the window's largest value.
 */
export const maxPoolGradient: Operation = ([dy, x, y], { inputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(inputs[1])
  const dx = new Float64Array(rows * channels)
  forEachWindow(rows / geometryOf(attributes).positions, attributes, (outputRow, seen) => {
    for (let c = 0; c < channels; c++) {
      const chosen = seen.find(({ row }) => x[row * channels + c] === y[outputRow * channels + c])
      if (chosen) dx[chosen.row * channels + c] += dy[outputRow * channels + c]
    }
  })
  return [dx]
}

export const averagePool: Operation = ([x], { inputs, outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(inputs[0])
  const y = new Float64Array(extentsOf(outputs[0]).rows * channels)
  forEachWindow(rows / geometryOf(attributes).positions, attributes, (outputRow, seen) => {
    for (let c = 0; c < channels; c++) {
      y[outputRow * channels + c] = sum(seen.length, (index) => x[seen[index].row * channels + c]) / seen.length
    }
  })
  return [y]
}

export const averagePoolGradient: Operation = ([dy], { outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(outputs[0])
  const dx = new Float64Array(rows * channels)
  forEachWindow(rows / geometryOf(attributes).positions, attributes, (outputRow, seen) => {
    for (const { row } of seen) {
      for (let c = 0; c < channels; c++) dx[row * channels + c] += dy[outputRow * channels + c] / seen.length
    }
  })
  return [dx]
}

export const meanOverPositions: Operation = ([x], { outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(outputs[0])
  const positions = Number(attributes.positions)
  const element = (image: number, c: number): number =>
    sum(positions, (position) => x[(image * positions + position) * channels + c]) / positions
  return [matrixOf(rows, channels, element)]
}

export const meanOverPositionsGradient: Operation = ([dy], { outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(outputs[0])
  const positions = Number(attributes.positions)
  return [matrixOf(rows, channels, (row, c) => dy[Math.floor(row / positions) * channels + c] / positions)]
}

/**
 * Keeps every stride-th position of an image. Output channels without a matching input channel are filled with zeros.
 */
export const subsample: Operation = ([x], { inputs, outputs, attributes }) => {
  const { rows, columns: channels } = extentsOf(inputs[0])
  const { rows: outputRows, columns: outputChannels } = extentsOf(outputs[0])
  const y = new Float64Array(outputRows * outputChannels)
  forEachWindow(rows / geometryOf(attributes).positions, attributes, (outputRow, [seen]) => {
    y.set(x.subarray(seen.row * channels, (seen.row + 1) * channels), outputRow * outputChannels)
  })
  return [y]
}

export const subsampleGradient: Operation = ([dy], { inputs, outputs, attributes }) => {
  const { columns: outputChannels } = extentsOf(inputs[0])
  const { rows, columns: channels } = extentsOf(outputs[0])
  const dx = new Float64Array(rows * channels)
  forEachWindow(rows / geometryOf(attributes).positions, attributes, (outputRow, [seen]) => {
    const first = outputRow * outputChannels
    dx.set(dy.subarray(first, first + channels), seen.row * channels)
  })
  return [dx]
}

/** Rearranges a batch [B, C * positions] into rows of channels [B * positions, C]. */
export const toPositions: Operation = ([x], { inputs, outputs }) => {
  const { columns } = extentsOf(inputs[0])
  const { rows, columns: channels } = extentsOf(outputs[0])
  const positions = columns / channels
  const element = (row: number, c: number): number =>
    x[Math.floor(row / positions) * columns + c * positions + (row % positions)]
  return [matrixOf(rows, channels, element)]
}

export const fromPositions: Operation = ([x], { inputs, outputs }) => {
  const { columns: channels } = extentsOf(inputs[0])
  const { rows, columns } = extentsOf(outputs[0])
  const positions = columns / channels
  const element = (image: number, column: number): number =>
    x[(image * positions + (column % positions)) * channels + Math.floor(column / positions)]
  return [matrixOf(rows, columns, element)]
}
