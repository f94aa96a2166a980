/**
 * How the kernel of a convolution moves over images. In the forward pass, the kernel of a convolution moves over the
 * input and gives the output. In the backward pass, the flipped kernel moves over the output's gradient and gives the
 * input's gradient. With a stride s, the positions of the input's gradient fall into s phases: every s-th position is
 * reached by the same taps.
 */
import type { Geometry } from '../../../graph/windows.ts'
import { inputPadding, type Padding } from './padded-images.ts'

/**
 * A group of neighboring phases. A phase is a set of positions of a result along one direction. Neighboring positions
 * of a phase are `spacing` positions apart, and all positions of a phase are reached by the same taps of the kernel. In
 * a group, each phase begins one position later and one tap earlier than the phase before.
 */
export interface Phases {
  /** Number of phases in the group of neighboring phases. */
  readonly phases: number
  /**
   * First position of the first phase in a group of phases. Neighboring positions of a phase are `spacing` positions
   * apart.
   */
  readonly first: number
  /** Number of positions in each phase of a group of phases. */
  readonly count: number
  /**
   * Position in the padded source at which the window for the first position of each phase begins. The window of the
   * phase's next position begins `step` positions later.
   */
  readonly seen: number
  /** Number of taps of the kernel that reach each position of a phase. */
  readonly taps: number
  /**
   * Index in the kernel of the first tap that reaches the group's first phase. Neighboring taps of a phase are
   * `tapSpacing` taps apart.
   */
  readonly firstTap: number
}

export interface Movement {
  readonly padding: Padding
  readonly kernel: number
  /** Height and width of the movement's result, in positions. */
  readonly height: number
  readonly width: number
  /** Distance in the result between neighboring positions of one phase, in positions. */
  readonly spacing: number
  /** Distance in the padded source between the windows of neighboring positions of one phase, in positions. */
  readonly step: number
  /** Distance between neighboring taps of one phase, in taps. */
  readonly tapSpacing: number
  readonly lines: readonly Phases[]
  readonly columns: readonly Phases[]
}

/** Makes a single phase of `count` positions, each of which is reached by all taps. */
const everyTap = (kernel: number, count: number): Phases[] => [
  { phases: 1, first: 0, count, seen: 0, taps: kernel, firstTap: 0 },
]

/**
 * Returns how a convolution's kernel moves in the forward pass. The argument `channels` is the number of channels of
 * the input.
 */
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

/**
 * Returns how a convolution's kernel moves in the backward pass. The argument `outputs` is the number of channels of
 * the output's gradient.
 */
export function moveBackward(geometry: Geometry, outputs: number): Movement {
  const { height, width, stride, circular } = geometry
  // If the stride does not divide the size of a circular image, the phases change at the image border, where the kernel
  // wraps around.
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
  /**
   * Returns the phase that begins at the given position. Tap t reaches position p of the result from output (p + before
   * - t) / stride. The numbers of all taps that reach p therefore equal p + before modulo the stride.
   */
  const phaseFrom = (first: number, extent: number): Phases => {
    const remainder = (first + before) % stride
    const taps = Math.ceil(Math.max(0, kernel - remainder) / stride)
    // Ascending outputs correspond to descending taps, which are ascending taps of the flipped kernel.
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

/**
 * Lists the phases along one direction of an image. Neighboring phases with equal `count`, `seen` and `taps` form one
 * group. The number of groups stays small for any stride.
 */
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

/**
 * Returns a movement of the kernel by one position at a time over a gradient whose elements lie a stride apart, with
 * zeros in between.
 */
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
