/**
 * How a convolution's kernel moves: over its input to give its output, or, flipped, over the output's gradient to give the
 * input's. With a stride the latter falls into phases: every so manieth position is reached by the same taps, and no others.
 */
import type { Geometry } from '../../../graph/windows.ts'
import { inputPadding, type Padding } from './padded-images.ts'

/** The positions of a result, along one direction, that the same taps of the kernel reach. */
export interface Phase {
  /** The first of them; the others follow `spacing` apart. */
  readonly first: number
  readonly count: number
  /** Where the first one's window begins in the padded source; the next one's begins `step` positions on. */
  readonly seen: number
  readonly taps: number
  /** The first tap in the order of the kernel; the others follow `tapSpacing` apart. */
  readonly firstTap: number
}

export interface Movement {
  readonly padding: Padding
  readonly kernel: number
  /** Of the result. */
  readonly height: number
  readonly width: number
  /** Positions of the result from one of a phase to the next. */
  readonly spacing: number
  /** Positions of the padded source for that. */
  readonly step: number
  readonly tapSpacing: number
  readonly lines: readonly Phase[]
  readonly columns: readonly Phase[]
}

/** C channels of the input. */
export function moveForwards(geometry: Geometry, channels: number): Movement {
  const { kernel, stride, outputHeight: height, outputWidth: width } = geometry
  const phase = (count: number): Phase[] => [{ first: 0, count, seen: 0, taps: kernel, firstTap: 0 }]
  return {
    padding: inputPadding(geometry, channels),
    kernel,
    height,
    width,
    spacing: 1,
    step: stride,
    tapSpacing: 1,
    lines: phase(height),
    columns: phase(width),
  }
}

/** O channels of the output's gradient. */
export function moveBackwards(geometry: Geometry, outputs: number): Movement {
  const { height, width, stride, circular } = geometry
  // Round a circle that the stride doesn't divide, the phases change from one turn to the next.
  const isUneven = circular && (height % stride > 0 || width % stride > 0)
  return isUneven ? moveOverSpaced(geometry, outputs) : moveInPhases(geometry, outputs)
}

function moveInPhases(geometry: Geometry, channels: number): Movement {
  const { height, width, kernel, stride, before, circular, outputHeight, outputWidth } = geometry
  const mostTaps = Math.ceil(kernel / stride)
  const beyond = (extent: number, outputs: number): number =>
    Math.max(0, Math.floor((extent - 1 + before) / stride) - (outputs - 1))
  const padding: Padding = {
    height: outputHeight,
    width: outputWidth,
    channels,
    spacing: 1,
    spacedHeight: outputHeight,
    spacedWidth: outputWidth,
    before: mostTaps - 1,
    after: Math.max(beyond(height, outputHeight), beyond(width, outputWidth)),
    circular,
  }
  /** Result p is reached by tap t from output (p + before - t) / stride: taps of the same remainder as p + before. */
  const phasesAlong = (extent: number): Phase[] =>
    Array.from({ length: stride }, (_, remainder) => {
      const first = (((remainder - before) % stride) + stride) % stride
      const taps = Math.ceil(Math.max(0, kernel - remainder) / stride)
      // Outputs in their order meet the taps from the last one to the first: the flipped kernel's from the first on.
      const lastTap = remainder + stride * (taps - 1)
      return {
        first,
        count: Math.ceil(Math.max(0, extent - first) / stride),
        seen: (first + before - remainder) / stride - (taps - 1) + padding.before,
        taps,
        firstTap: kernel - 1 - lastTap,
      }
    })
  return {
    padding,
    kernel,
    height,
    width,
    spacing: stride,
    step: 1,
    tapSpacing: stride,
    lines: phasesAlong(height),
    columns: phasesAlong(width),
  }
}

/** One position at a time over the gradient with its elements a stride apart, and zeros between them. */
function moveOverSpaced(geometry: Geometry, channels: number): Movement {
  const { height, width, kernel, stride, before, after, circular, outputHeight, outputWidth } = geometry
  const phase = (count: number): Phase[] => [{ first: 0, count, seen: 0, taps: kernel, firstTap: 0 }]
  return {
    padding: {
      height: outputHeight,
      width: outputWidth,
      channels,
      spacing: stride,
      spacedHeight: height,
      spacedWidth: width,
      before: kernel - 1 - before,
      after: kernel - 1 - after,
      circular,
    },
    kernel,
    height,
    width,
    spacing: 1,
    step: 1,
    tapSpacing: 1,
    lines: phase(height),
    columns: phase(width),
  }
}
