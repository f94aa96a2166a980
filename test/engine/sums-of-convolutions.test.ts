/**
 * Tests of sums over parts of the rows that convolutions make, computed in the convolutions' own kernels. The sums are
 * statistics in the forward pass, and gradients of batch norm and biases in the backward pass. The results are compared
 * with float64, and have the same bits on any number of threads.
 */
import { describe, expect, test } from 'vitest'
import type { Backend } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { createWasmBackend } from '../../src/backends/wasm/backend.ts'
import { kernelsOf } from '../../src/backends/wasm/plan/barriers.ts'
import { createPlan } from '../../src/backends/wasm/plan/create.ts'
import { verifyPlan } from '../../src/backends/wasm/plan/verify.ts'
import { GraphBuilder } from '../../src/graph/builder.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { geometryOf } from '../../src/graph/windows.ts'
import { createRandom } from '../../src/support/random.ts'
import { largestDifference, largestSize } from '../support/compare.ts'
import { type Sizes, windowOf } from '../support/convolutions.ts'
import { downloadAll } from '../support/downloads.ts'
import { unitOf } from '../support/variants.ts'

interface Problem {
  readonly graph: Graph
  readonly inputs: ReadonlyMap<string, Float64Array>
}

/**
 * Makes a convolution with sums over its results. `center` is added to all weights, which moves the mean of the
 * results.
 */
function createSums(sizes: Sizes, center: number): Problem {
  const { B, C, O, kernel } = sizes
  const attributes = windowOf(sizes)
  const { height, width, positions, outputHeight, outputWidth, outputPositions } = geometryOf(attributes)
  const [made, seen] = [
    { height: outputHeight, width: outputWidth },
    { height, width },
  ]
  const random = createRandom(6, JSON.stringify(sizes))
  const builder = new GraphBuilder()
  const inputs = new Map<string, Float64Array>()
  const input = (name: string, shape: number[], from = 0) => {
    const size = shape.reduce((all, one) => all * one, 1)
    inputs.set(
      name,
      Float64Array.from({ length: size }, () => Math.fround(from + random.normal())),
    )
    return builder.input(name, 'input', shape)
  }
  const rows = B * outputPositions
  const [y] = builder.op(
    'conv',
    [input('x', [B * positions, C], 1 + center), input('w', [O, C * kernel ** 2], center)],
    attributes,
    '',
  )
  const statistics = builder.op('batchStatistics', [y], { epsilon: 1e-5, ...made }, '')

  const dy = input('dy', [rows, O])
  const [dx] = builder.op('convInputGradient', [dy, input('flipped', [C, O * kernel ** 2])], attributes, '')
  const kept = input('kept', [B * positions, C])
  const [masked] = builder.op('activationGradient', [dx, kept], { function: 'relu', slope: 0 }, '')
  const vectors = ['mean', 'inverse'].map((name) => input(name, [C]))
  const before = input('before', [B * positions, C])
  const gradients = [
    ...builder.op('batchNormScaleGradient', [masked, before, ...vectors], seen, 'norm'),
    ...builder.op('sumOverBatch', [masked], seen, 'norm'),
    ...builder.op('sumOverBatch', [masked], seen, 'bias'),
  ]
  for (const value of [y, ...statistics, masked, ...gradients]) builder.output(`%${value.id}`, value)
  return { graph: builder.finish('sums'), inputs }
}

async function run(backend: Backend, { graph, inputs }: Problem): Promise<Float64Array[]> {
  const program = await backend.compile(graph)
  for (const [name, values] of inputs) program.upload(name, values)
  await program.run(0, 1)
  const outputs = await downloadAll(
    program,
    graph.outputs.map(({ name }) => name),
  )
  program.dispose()
  return [...outputs.values()]
}

const usual: Sizes = { B: 17, C: 16, O: 16, H: 8, W: 8, kernel: 3, stride: 1, padding: 'zero' }

const problems: Readonly<Record<string, Sizes>> = {
  '2 images in bands of lines': { ...usual, B: 2, C: 3, O: 5, H: 16, W: 16 },
  '3 images in tiles': { ...usual, B: 3, C: 24, O: 33, H: 32, W: 9, padding: 'circular' },
  'tiles that extend beyond the image': { ...usual, B: 21, O: 20, H: 5, W: 7 },
  'small tiles': { ...usual, B: 130, C: 12, O: 13, H: 4, W: 4 },
  'parts of one or two images': { ...usual, B: 100, C: 5, O: 9, H: 12, W: 12 },
  'a stride of 2': { ...usual, B: 40, H: 9, W: 6, stride: 2 },
  'a stride of 3 and a kernel of 2': {
    ...usual,
    B: 30,
    C: 9,
    O: 3,
    H: 10,
    W: 12,
    kernel: 2,
    stride: 3,
    padding: 'none',
  },
}

describe.each(Object.entries(problems))('sums in convolution kernels, for %s:', (_name, sizes) => {
  test('the kernels of both convolutions compute the sums', () => {
    const plan = createPlan(createSums(sizes, 0).graph, { precision: 'float32', ringSlots: 1, reservedBytes: 256 })
    verifyPlan(plan)
    const names = [...kernelsOf(plan.body)].map(({ nodes }) => nodes.map(({ op }) => op).join(' + '))
    expect(names.slice(0, 3)).toEqual([
      'conv + partialStatistics',
      'mergeStatistics',
      'convInputGradient + activationGradient + batchNormPartialGradients + partialSums',
    ])
  })

  // With a center of 5, the mean of the results is about 40 times their standard deviation.
  test.each(['float32', 'float64'] as const)(
    'the %s results match the reference, with the same bits on any number of threads',
    async (precision) => {
      for (const center of [0, 5]) {
        const problem = createSums(sizes, center)
        const judged = await run(createReferenceBackend(), problem)
        const bits: string[] = []
        for (const threads of ['inline', 1, 2, 3, 5] as const) {
          const backend = await createWasmBackend({ precision, threads })
          const found = await run(backend, problem)
          backend.dispose()
          const errors = found.map(
            (values, output) =>
              largestDifference(values, judged[output]) / Math.max(1, largestSize(judged[output])) / unitOf(precision),
          )
          expect(Math.max(...errors)).toBeLessThan(64)
          bits.push(found.map(({ buffer }) => Buffer.from(buffer).toString('base64')).join())
        }
        expect(new Set(bits).size).toBe(1)
      }
    },
  )
})
