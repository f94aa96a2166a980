/**
 * Tests of convolutions, pools and reorderings over images of every size, on any number of threads. The cases include
 * all remainders of tiles, borders of every kind, and windows that skip positions or read a position more than once.
 */
import { roundUp } from '../../src/backends/wasm/plan/layout.ts'
import { panelOutputs, partsOfSamples } from '../../src/backends/wasm/schedule/parts.ts'
import { createWindow } from '../../src/blueprint/window.ts'
import { geometryOf, strideWindow, windowAttributes } from '../../src/graph/windows.ts'
import { createRandom } from '../../src/support/random.ts'
import type { Call, Tensor } from '../support/calls.ts'
import { convCalls, normals, paddings, randomOf, type Sizes } from '../support/convolutions.ts'
import { testOnAnyThreads } from '../support/on-any-threads.ts'

/** Makes the operations of a convolution's gradients that do not depend on the size of the image. */
function kernelCalls(sizes: Sizes): Call[] {
  const { B, C, O, kernel } = sizes
  const random = randomOf(sizes)
  const cut = { parts: partsOfSamples(B), block: panelOutputs }
  const shares = normals(random, cut.parts * roundUp(O, cut.block), C * kernel ** 2)
  return [
    { op: 'flipKernel', inputs: [normals(random, O, C * kernel ** 2)], attributes: { kernel } },
    { op: 'sumParts', inputs: [shares], attributes: { ...cut, outputs: O, kernel } },
  ]
}

/**
 * Makes the operations of pools, which have no circular padding. The inputs have few different values, so that a window
 * often contains its largest value more than once.
 */
function poolCalls(sizes: Sizes): Call[] {
  const { B, C, H, W, kernel, stride, padding } = sizes
  const random = randomOf(sizes)
  const attributes = windowAttributes(createWindow(kernel, stride, padding !== 'none'), { height: H, width: W })
  const { positions, outputPositions } = geometryOf(attributes)
  const coarse = (rows: number): Tensor => {
    const { shape, values } = normals(random, rows, C)
    return { shape, values: Float64Array.from(values, (value) => Math.round(2 * value) / 2) }
  }
  const x = coarse(B * positions)
  const dy = normals(random, B * outputPositions, C)
  return [
    { op: 'maxPool', inputs: [x], attributes },
    // The random y of this test is sometimes missing in its window. A dy without a matching position is added nowhere.
    { op: 'maxPoolGradient', inputs: [dy, x, coarse(B * outputPositions)], attributes },
    { op: 'averagePool', inputs: [x], attributes },
    { op: 'averagePoolGradient', inputs: [dy], attributes },
  ]
}

/** Makes the operations that reorder positions and channels, and means over positions. */
function orderCalls(sizes: Sizes): Call[] {
  const { B, C, O, H, W, stride } = sizes
  const random = randomOf(sizes)
  const positions = H * W
  const x = normals(random, B * positions, C)
  const every = windowAttributes(strideWindow(stride), { height: H, width: W })
  const { outputPositions } = geometryOf(every)
  const channels = C + O - 1
  return [
    { op: 'toPositions', inputs: [normals(random, B, C * positions)], attributes: { channels: C } },
    { op: 'fromPositions', inputs: [x], attributes: { positions } },
    { op: 'meanOverPositions', inputs: [x], attributes: { positions } },
    { op: 'meanOverPositionsGradient', inputs: [normals(random, B, C)], attributes: { positions } },
    { op: 'subsample', inputs: [x], attributes: { ...every, channels } },
    {
      op: 'subsampleGradient',
      inputs: [normals(random, B * outputPositions, channels)],
      attributes: { ...every, channels: C },
    },
  ]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const usual: Sizes = { B: 2, C: 3, O: 5, H: 5, W: 4, kernel: 3, stride: 1, padding: 'zero' }
const manyChannels = [...upTo(17), 24, 33]
const batches = [1, 2, 3, 4, 5, 9]

/** Windows of every kind, over images that are as small as possible in one direction, and over larger images. */
const windows: readonly Sizes[] = paddings.flatMap((padding) =>
  upTo(5).flatMap((kernel) =>
    upTo(3).flatMap((stride): Sizes[] => {
      const smallest = padding === 'none' ? kernel : padding === 'zero' ? 1 : Math.max(1, Math.ceil((kernel - 1) / 2))
      const random = createRandom(2, padding, kernel, stride)
      const draw = (): number => smallest + random.integer(10 - smallest)
      const [C, O, H] = [1 + random.integer(9), 1 + random.integer(9), draw()]
      const common = { ...usual, C, O, kernel, stride, padding }
      return [
        { ...common, H, W: H === smallest ? 9 : smallest },
        { ...common, H: draw(), W: draw(), B: 1 + random.integer(5) },
      ]
    }),
  ),
)

/** Windows with strides beyond the kernel's or the image's width, windows side by side, and large windows. */
const strides: readonly Sizes[] = [
  { ...usual, kernel: 3, stride: 1000, H: 16, W: 11 },
  { ...usual, kernel: 2, stride: 7, H: 16, W: 23, padding: 'none' },
  { ...usual, kernel: 9, stride: 9, H: 18, W: 29, padding: 'none' },
  { ...usual, kernel: 13, stride: 5, H: 14, W: 21 },
  { ...usual, kernel: 13, stride: 5, H: 15, W: 20, padding: 'circular' },
  { ...usual, kernel: 7, stride: 6, H: 15, W: 20, padding: 'circular' },
]

/** Images of every height and every width, where height and width always differ. */
const extents: readonly Sizes[] = upTo(9).map((H) => {
  const W = ((4 * H) % 9) + 1
  return { ...usual, H, W: W === H ? 10 - H : W, stride: 1 + (H % 3) }
})

/** Convolutions of every number of channels, outputs and images. */
const channels: readonly Sizes[] = manyChannels.map((C, index) => ({
  ...usual,
  C,
  O: manyChannels[(index * 7 + 3) % manyChannels.length],
  B: batches[index % batches.length],
  kernel: 1 + (index % 3),
  stride: 1 + (index % 2),
}))

testOnAnyThreads(
  {
    'convolutions with every window': windows.flatMap(convCalls),
    'convolutions with large strides': strides.flatMap(convCalls),
    'convolutions of every image size': extents.flatMap(convCalls),
    'convolutions of every number of channels': channels.flatMap((sizes) => [
      ...convCalls(sizes),
      ...kernelCalls(sizes),
    ]),
    'convolutions of every batch size': batches.flatMap((B) => [
      ...convCalls({ ...usual, B }),
      ...convCalls({ ...usual, B, H: 7, W: 9, stride: 2, padding: 'circular' }),
      ...convCalls({ ...usual, B, H: 6, kernel: 4, stride: 3, padding: 'none' }),
      ...kernelCalls({ ...usual, B, O: 9 }),
    ]),
    'pools with every window': windows.filter(({ padding }) => padding !== 'circular').flatMap(poolCalls),
    'pools of every number of channels': [...channels, { ...usual, C: 250 }].flatMap(poolCalls),
    // Rows of 256 channels are padded by one cache line.
    'reorderings of every size': [...extents, ...channels, { ...usual, C: 256, O: 1 }].flatMap(orderCalls),
  },
  { units: 32, threads: [1, 2, 3] },
)
