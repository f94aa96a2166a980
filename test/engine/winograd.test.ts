/**
 * Compares Winograd's convolutions with float64, on any number of threads. The cases include images of every size,
 * whose last tiles extend beyond the image in every way. Other cases have channels that do not fill a panel, kernels
 * that are cut into strips, and many blocks of tiles.
 */
import { expect, test } from 'vitest'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { stripsOf } from '../../src/backends/wasm/kernels/winograd/planes.ts'
import { kernelsOf } from '../../src/backends/wasm/plan/barriers.ts'
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { operationNames } from '../../src/backends/wasm/plan/print.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  globalAveragePool,
  relu,
  repeat,
  residual,
  tanh,
} from '../../src/network/layers.ts'
import { createRandom } from '../../src/support/random.ts'
import { type Call, graphOfCalls } from '../support/calls.ts'
import { bitsOf, differences } from '../support/compare.ts'
import { convCalls, paddings, type Sizes } from '../support/convolutions.ts'
import { testOnAnyThreads } from '../support/on-any-threads.ts'
import { createProblem, runProblem } from '../support/problems.ts'

const usual: Sizes = { B: 3, C: 16, O: 16, H: 8, W: 8, kernel: 3, stride: 1, padding: 'zero' }
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/**
 * Makes the sizes of an image with the given height, a width derived from the height, and random numbers of channels.
 */
function imageOf(height: number, padding: Sizes['padding'], fewest: number): Sizes {
  const random = createRandom(3, padding, height)
  const channels = (): number => fewest + random.integer(13)
  const smallest = padding === 'none' ? 3 : 2
  const width = ((5 * height + paddings.indexOf(padding)) % 13) + 1
  const [H, W] = [height, width].map((extent) => Math.max(extent, smallest))
  return { ...usual, padding, H, W, C: channels(), O: channels() }
}

/** Convolutions of images of every height and every width. */
const everySize = paddings.flatMap((padding) => upTo(13).map((height) => imageOf(height, padding, 16)))

/** Convolutions with enough channels and images that Winograd's algorithm pays for weight gradients. */
const manyImages = upTo(13).map((height): Sizes => {
  const sizes = imageOf(height, paddings[height % 3], 32)
  return { ...sizes, B: 3 + Math.ceil(1200 / (sizes.H * sizes.W)) }
})

/**
 * Convolutions with numbers of channels for which 2 x 2 tiles are used, and larger numbers for 4 x 4 tiles. The number
 * of parts does not divide the batch size evenly.
 */
const everyChannel = [12, 13, 15, 16, 18, 20, 25, 33].map(
  (C, index, all): Sizes => ({ ...usual, C, O: all[(index * 3 + 2) % all.length], B: 9 + index, H: 6, W: 7 }),
)

/** Convolutions whose kernels are cut into strips. A strip of the last convolution is a single panel. */
const strips: readonly Sizes[] = [
  { ...usual, C: 160, O: 96, B: 1, H: 13, W: 9, padding: 'circular' },
  { ...usual, C: 184, O: 185, B: 5, H: 2, W: 2 },
]

/** Convolutions whose rows have an additional cache line, so that the rows do not map to the same cache sets. */
const spreadRows: readonly Sizes[] = [
  { ...usual, C: 256, O: 24, B: 9, H: 7, W: 8 },
  { ...usual, C: 24, O: 256, B: 9 },
]

/** Convolutions with enough tiles for several blocks of tiles. */
const blocks: readonly Sizes[] = [
  { ...usual, C: 64, O: 72, B: 1, H: 30, W: 17 },
  { ...usual, B: 9, H: 33, W: 30, padding: 'none' },
]

/** Returns the algorithm of each convolution, for example `winograd-4` or `direct`. */
function tilesOf(calls: readonly Call[]): string[] {
  const { body } = createPlan(graphOfCalls(calls), { precision: 'float32', ringSlots: 1, reservedBytes: 0 })
  return [...kernelsOf(body)].filter(({ nodes: [{ op }] }) => op.startsWith('conv')).map(({ algorithm }) => algorithm)
}

/** Returns the convolutions that use Winograd's algorithm. windows.test.ts tests the direct convolutions. */
const callsOf = (sizes: readonly Sizes[]): Call[] =>
  sizes.flatMap(convCalls).filter((call) => tilesOf([call])[0] !== 'direct')

const isWeightGradient = ({ op }: Call): boolean => op === 'convWeightGradient'

const sets = {
  'convolutions of every image size': callsOf(everySize),
  'weight gradients of every image size': callsOf(manyImages).filter(isWeightGradient),
  'convolutions of every number of channels': callsOf(everyChannel),
  'convolutions in strips': callsOf(strips),
  'convolutions in blocks of tiles': callsOf(blocks),
  'convolutions with spread rows': callsOf(spreadRows),
}

testOnAnyThreads(sets, { units: 40, threads: [1, 3], precision: 'float32' })

test("the cases of Winograd's algorithm include each of the three products, with both kinds of tiles", () => {
  const reported = Object.entries(sets).flatMap(([name, calls]) => {
    const tiles = tilesOf(calls)
    const counts = new Map<string, number>()
    calls.forEach(({ op }, number) => {
      const kind = `${op} ${tiles[number]}`
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    })
    return [name, ...[...counts].sort().map(([kind, count]) => `  ${kind}: ${count}`)]
  })
  expect(reported.join('\n')).toMatchInlineSnapshot(`
    "convolutions of every image size
      conv winograd-2: 13
      conv winograd-4: 16
      convInputGradient winograd-2: 9
      convInputGradient winograd-4: 24
      convWeightGradient winograd-2: 5
    weight gradients of every image size
      convWeightGradient winograd-2: 6
      convWeightGradient winograd-4: 5
    convolutions of every number of channels
      conv winograd-2: 1
      conv winograd-4: 5
      convInputGradient winograd-2: 1
      convInputGradient winograd-4: 5
      convWeightGradient winograd-2: 1
    convolutions in strips
      conv winograd-2: 1
      conv winograd-4: 1
      convInputGradient winograd-2: 1
      convInputGradient winograd-4: 1
      convWeightGradient winograd-2: 1
    convolutions in blocks of tiles
      conv winograd-4: 2
      convInputGradient winograd-4: 2
      convWeightGradient winograd-4: 2
    convolutions with spread rows
      conv winograd-4: 2
      convInputGradient winograd-4: 2
      convWeightGradient winograd-2: 2"
  `)
})

const block = residual(chain(conv(18), batchNorm(), relu(), conv(18)))
const network = chain(
  conv(18),
  tanh(),
  repeat(3, block),
  conv(24, { padding: 'circular' }),
  relu(),
  globalAveragePool(),
  dense(3),
)

test('training steps with fused Winograd convolutions match the reference, with the same bits on 1 and 3 threads', async () => {
  const problem = createProblem(network, { input: [3, 9, 10], batch: 17, steps: 2 })
  const plan = createPlan(problem.graph, { precision: 'float32', ringSlots: 2, reservedBytes: 0 })
  verifyPlan(plan)
  const fused = [...kernelsOf(plan.body)].filter(({ algorithm, nodes }) => algorithm !== 'direct' && nodes.length > 1)
  expect(new Set(fused.map((kernel) => operationNames(kernel).join(' + ')))).toMatchInlineSnapshot(`
    Set {
      "conv (winograd 4x4) + addBias + partialStatistics",
      "conv (winograd 4x4) + addBias + add",
      "conv (winograd 4x4) + addBias + relu",
      "convInputGradient (winograd 4x4) + activationGradient + batchNormPartialGradients",
      "convInputGradient (winograd 4x4) + add",
    }
  `)
  const expected = await runProblem(createReferenceBackend(), problem)
  const backends = await Promise.all([1, 3].map((threads) => createWasmBackend({ threads })))
  const [one, three] = await Promise.all(backends.map((backend) => runProblem(backend, problem)))
  for (const backend of backends) backend.dispose()
  expect(differences(one, expected, 1e-4)).toEqual([])
  expect(bitsOf(three)).toBe(bitsOf(one))
})

test('stripsOf cuts large kernels into strips of equal numbers of panels', () => {
  const bytes = (channels: number, products: number) => (panels: number) => products * channels * panels * 8 * 4
  expect(stripsOf(96 / 8, bytes(160, 36))).toBe(2)
  expect(stripsOf(192 / 8, bytes(184, 16))).toBe(2)
  expect(stripsOf(2, bytes(16, 36))).toBe(1)
})
