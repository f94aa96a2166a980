/**
 * How a convolution's kernel moves: over its input to give its output, or, flipped, over the output's gradient to give the
 * input's. With a stride the latter falls into phases: every so manieth position is reached by the same taps, and no others.
 */
import type { Geometry } from '../../../graph/windows.ts'
import { inputPadding, type Padding } from './padded-images.ts'

/**
 * Phases side by side. A phase is the positions of a result, along one direction, that lie `spacing` apart and that the same
 * taps of the kernel reach. The next phase begins one position on, and with the tap before.
 */
export interface Phases {
  /** How many there are. */
  readonly phases: number
  /** The first position of the first of them; its others follow `spacing` apart. */
  readonly first: number
  /** Positions of each. */
  readonly count: number
  /** Where the window of each one's first position begins in the padded source; the next one's begins `step` positions on. */
  readonly seen: number
  readonly taps: number
  /** The first phase's first tap in the order of the kernel; the others follow `tapSpacing` apart. */
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
  readonly lines: readonly Phases[]
  readonly columns: readonly Phases[]
}

/** Positions that all taps reach. */
const everyTap = (kernel: number, count: number): Phases[] => [
  { phases: 1, first: 0, count, seen: 0, taps: kernel, firstTap: 0 },
]

/** C channels of the input. */
export function moveForward(geometry: Geometry, channels: number): Movement {
  const { kernel, stride, outputHeight: height, outputWidth: width } = geometry
  return {
    padding: inputPadding(geometry, channels),
    kernel,
    height,
    width,
    spacing: 1,
    step: stride,
    tapSpacing: 1,
    lines: everyTap(kernel, height),
    columns: everyTap(kernel, width),
  }
}

/** O channels of the output's gradient. */
export function moveBackward(geometry: Geometry, outputs: number): Movement {
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
  const phaseFrom = (first: number, extent: number): Phases => {
    const remainder = (first + before) % stride
    const taps = Math.ceil(Math.max(0, kernel - remainder) / stride)
    // Outputs in their order meet the taps from the last one to the first: the flipped kernel's from the first on.
    const lastTap = remainder + stride * (taps - 1)
    return {
      phases: 1,
      first,
      count: Math.ceil((extent - first) / stride),
      seen: (first + before - remainder) / stride - (taps - 1) + padding.before,
      taps,
      firstTap: kernel - 1 - lastTap,
    }
  }
  return {
    padding,
    kernel,
    height,
    width,
    spacing: stride,
    step: 1,
    tapSpacing: stride,
    lines: phasesAlong(height, stride, phaseFrom),
    columns: phasesAlong(width, stride, phaseFrom),
  }
}

/** All phases along so many positions, those together that differ by their place alone: however large the stride, a few. */
function phasesAlong(extent: number, stride: number, phaseFrom: (first: number, extent: number) => Phases): Phases[] {
  const all: Phases[] = []
  for (let first = 0; first < Math.min(stride, extent); first++) {
    const phase = phaseFrom(first, extent)
    const last = all.at(-1)
    const isNext = last?.count === phase.count && last.seen === phase.seen && last.taps === phase.taps
    if (last && isNext) all[all.length - 1] = { ...last, phases: last.phases + 1 }
    else all.push(phase)
  }
  return all
}

/** One position at a time over the gradient with its elements a stride apart, and zeros between them. */
function moveOverSpaced(geometry: Geometry, channels: number): Movement {
  const { height, width, kernel, stride, before, after, circular, outputHeight, outputWidth } = geometry
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
    lines: everyTap(kernel, height),
    columns: everyTap(kernel, width),
  }
}
