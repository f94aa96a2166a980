/** Calls of convolutions and their gradients, on random tensors that depend only on the sizes. */
import { createWindow } from '../../src/blueprint/window.ts'
import type { Attributes } from '../../src/graph/value.ts'
import { geometryOf, windowAttributes } from '../../src/graph/windows.ts'
import { createRandom, type Random } from '../../src/support/random.ts'
import type { Call, Tensor } from './calls.ts'

export const paddings = ['zero', 'circular', 'none'] as const

/** Sizes of the images, and the options of the window. */
export interface Sizes {
  /** Number of images. */
  readonly B: number
  /** Number of input channels. */
  readonly C: number
  /** Number of output channels. */
  readonly O: number
  /** Height of the images. */
  readonly H: number
  /** Width of the images. */
  readonly W: number
  readonly kernel: number
  readonly stride: number
  readonly padding: (typeof paddings)[number]
}

export const normals = (random: Random, ...shape: number[]): Tensor => ({
  shape,
  values: Float64Array.from({ length: shape[0] * shape[1] }, () => Math.fround(random.normal())),
})

export function windowOf({ H, W, kernel, stride, padding }: Sizes): Attributes {
  const window = createWindow(kernel, stride, padding !== 'none')
  return windowAttributes(window, { height: H, width: W, circular: padding === 'circular' })
}

export const randomOf = (sizes: Sizes): Random => createRandom(1, JSON.stringify(sizes))

/** Returns the calls of a convolution and of its two gradients. */
export function convCalls(sizes: Sizes): Call[] {
  const { B, C, O, kernel } = sizes
  const random = randomOf(sizes)
  const attributes = windowOf(sizes)
  const { positions, outputPositions } = geometryOf(attributes)
  const [x, dy] = [normals(random, B * positions, C), normals(random, B * outputPositions, O)]
  return [
    { op: 'conv', inputs: [x, normals(random, O, C * kernel ** 2)], attributes },
    { op: 'convInputGradient', inputs: [dy, normals(random, C, O * kernel ** 2)], attributes },
    { op: 'convWeightGradient', inputs: [dy, x], attributes },
  ]
}
