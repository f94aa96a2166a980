/** The convolutions of a block, and stages of such blocks. */
import type { Convolution, ResolutionStage } from './units.ts'

/** Two 3x3 convolutions. */
export function basic(channels: number, stride: number): Convolution[] {
  return [
    { channels, kernel: 3, stride },
    { channels, kernel: 3, stride: 1 },
  ]
}

/** 1x1 to a quarter of the channels, 3x3, and 1x1 back to `channels`; `strideIn` is the convolution that strides. */
export function bottleneck(channels: number, stride: number, strideIn: '1x1' | '3x3' = '1x1'): Convolution[] {
  const inner = channels / 4
  return [
    { channels: inner, kernel: 1, stride: strideIn === '1x1' ? stride : 1 },
    { channels: inner, kernel: 3, stride: strideIn === '3x3' ? stride : 1 },
    { channels, kernel: 1, stride: 1 },
  ]
}

/** Stages of equal blocks: the first keeps the image's size, each other one halves it. */
export function halving(
  counts: readonly number[],
  channels: readonly number[],
  block: (channels: number, stride: number) => Convolution[],
): ResolutionStage[] {
  return counts.map((count, index) => ({
    count,
    enter: block(channels[index], index === 0 ? 1 : 2),
    rest: block(channels[index], 1),
  }))
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
