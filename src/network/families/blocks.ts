/** Convolutions of basic and bottleneck blocks, and stages of these blocks. */
import type { Convolution, ResolutionStage } from './units.ts'

/** The convolutions of a basic block: two 3x3 convolutions. */
export function basic(channels: number, stride: number): Convolution[] {
  return [
    { channels, kernel: 3, stride },
    { channels, kernel: 3, stride: 1 },
  ]
}

/**
 * The convolutions of a bottleneck: a 1x1 convolution to a quarter of the channels, a 3x3 convolution, and a 1x1
 * convolution back to `channels`. `strideIn` names the convolution that has the stride.
 */
export function bottleneck(channels: number, stride: number, strideIn: '1x1' | '3x3' = '1x1'): Convolution[] {
  const inner = channels / 4
  return [
    { channels: inner, kernel: 1, stride: strideIn === '1x1' ? stride : 1 },
    { channels: inner, kernel: 3, stride: strideIn === '3x3' ? stride : 1 },
    { channels, kernel: 1, stride: 1 },
  ]
}

/** Stages of equal blocks. The first stage keeps the image's size, and each other stage halves the size. */
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
