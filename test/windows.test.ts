/**
 * Convolutions, pools and changes of order over images of every size: all remainders of tiles, borders of every kind, windows
 * that leave positions out or see them more than once, on any number of threads.
 */
import { createWindow } from '../src/blueprint/window.ts'
import { partsOfSamples } from '../src/graph/parts.ts'
import type { Attributes } from '../src/graph/value.ts'
import { geometryOf, paddedOutputs, strideWindow, windowAttributes } from '../src/graph/windows.ts'
import { createRandom, type Random } from '../src/support/random.ts'
import type { Call, Tensor } from './support/calls.ts'
import { testOnAnyThreads } from './support/on-any-threads.ts'

const paddings = ['zero', 'circular', 'none'] as const

interface Sizes {
  /** Images, and channels in and out. */
  readonly B: number
  readonly C: number
  readonly O: number
  readonly H: number
  readonly W: number
  readonly kernel: number
  readonly stride: number
  readonly padding: (typeof paddings)[number]
}

const normals = (random: Random, ...shape: number[]): Tensor => ({
  shape,
  values: Float64Array.from({ length: shape[0] * shape[1] }, () => Math.fround(random.normal())),
})

function windowOf({ H, W, kernel, stride, padding }: Sizes): Attributes {
  const window = createWindow(kernel, stride, padding !== 'none')
  return windowAttributes(window, { height: H, width: W, circular: padding === 'circular' })
}

const randomOf = (sizes: Sizes): Random => createRandom(1, JSON.stringify(sizes))

/** A convolution and what its gradients take. */
function convCalls(sizes: Sizes): Call[] {
  const { B, C, O, kernel } = sizes
  const random = randomOf(sizes)
  const attributes = windowOf(sizes)
  const { positions, outputPositions } = geometryOf(attributes)
  const [x, dy] = [normals(random, B * positions, C), normals(random, B * outputPositions, O)]
  const w = normals(random, O, C * kernel ** 2)
  const parts = partsOfSamples(B)
  return [
    { op: 'conv', inputs: [x, w], attributes },
    { op: 'flipKernel', inputs: [w], attributes: { kernel } },
    { op: 'convInputGradient', inputs: [dy, normals(random, C, O * kernel ** 2)], attributes },
    { op: 'convWeightGradient', inputs: [dy, x], attributes },
    {
      op: 'sumParts',
      inputs: [normals(random, parts * paddedOutputs(O), C * kernel ** 2)],
      attributes: { parts, outputs: O, kernel },
    },
  ]
}

/** Pools have no circular padding. Values are few, so that a window's largest is often there more than once. */
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
    // What y is here is sometimes nowhere in the window: then dy goes nowhere.
    { op: 'maxPoolGradient', inputs: [dy, x, coarse(B * outputPositions)], attributes },
    { op: 'averagePool', inputs: [x], attributes },
    { op: 'averagePoolGradient', inputs: [dy], attributes },
  ]
}

/** Other orders of positions and channels, and means over positions. */
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

/** Every kind of window, over images that are larger than it, or where they may be, smaller. */
const windows: readonly Sizes[] = paddings.flatMap((padding) =>
  upTo(5).flatMap((kernel) =>
    upTo(3).flatMap((stride): Sizes[] => {
      const smallest = padding === 'none' ? kernel : padding === 'zero' ? 1 : Math.max(1, Math.ceil((kernel - 1) / 2))
      const random = createRandom(2, padding, kernel, stride)
      const side = (): number => smallest + random.integer(10 - smallest)
      const common = { ...usual, C: 1 + random.integer(9), O: 1 + random.integer(9), kernel, stride, padding }
      return [
        { ...common, H: smallest, W: 9 },
        { ...common, H: side(), W: smallest },
        { ...common, H: side(), W: side(), B: 1 + random.integer(5) },
      ]
    }),
  ),
)

/** Every height and width, never the same. */
const extents: readonly Sizes[] = upTo(9).flatMap((H) => [
  { ...usual, H, W: (H % 9) + 1, stride: 1 + (H % 2) },
  { ...usual, H, W: ((4 * H) % 9) + 1, kernel: 2, padding: 'circular', stride: 1 + (H % 3) },
])

testOnAnyThreads(
  {
    'convolutions of every window': windows.flatMap(convCalls),
    'convolutions of every size of image': extents.flatMap(convCalls),
    'convolutions of every number of channels': manyChannels.flatMap((C) => convCalls({ ...usual, C, O: 6 })),
    'convolutions of every number of outputs': manyChannels.flatMap((O) =>
      convCalls({ ...usual, O, stride: 1 + (O % 2) }),
    ),
    'convolutions of every batch': batches.flatMap((B) => [
      ...convCalls({ ...usual, B }),
      ...convCalls({ ...usual, B, H: 7, W: 9, stride: 2, padding: 'circular' }),
      ...convCalls({ ...usual, B, H: 6, kernel: 4, stride: 3, padding: 'none' }),
    ]),
    'pools of every window': windows.flatMap(poolCalls),
    'pools of every number of channels and batch': manyChannels.flatMap((C, index) =>
      poolCalls({ ...usual, C, B: batches[index % batches.length], kernel: 2 + (C % 2), stride: 2 }),
    ),
    'every order': [
      ...extents.flatMap(orderCalls),
      ...manyChannels.flatMap((C, index) =>
        orderCalls({ ...usual, C, O: 1 + ((5 * index) % 12), B: batches[index % batches.length], stride: 1 + (C % 3) }),
      ),
      // Rows of 256 are a line longer than their channels.
      ...orderCalls({ ...usual, C: 256, O: 1 }),
      ...poolCalls({ ...usual, C: 250 }),
    ],
  },
  { units: 32 },
)
