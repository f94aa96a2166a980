/**
 * Measures the three matrix products of dense layers and of convolutions: forward, input gradient and weight gradient.
 * The figure is the fraction of the machine's 128-bit FMA peak that a product reaches. Each product is measured as a
 * separate program on one thread. The operations of a convolution are always those of the direct sum.
 */
import type { Backend } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { enableRelaxedSimd } from '../backends/wasm/platform.ts'
import { createInlinePool } from '../backends/wasm/pool.ts'
import type { Shape } from '../blueprint/blueprint.ts'
import { createWindow } from '../blueprint/window.ts'
import { GraphBuilder } from '../graph/builder.ts'
import { type Attributes, sizeOf, type Value } from '../graph/graph.ts'
import type { OpName } from '../graph/ops.ts'
import { geometryOf, windowAttributes } from '../graph/windows.ts'
import { createRandom } from '../support/random.ts'
import { type Bench, isQuick, median, processorMilliseconds, yieldToEventLoop } from './measure.ts'
import { createFmaPeak, type Load } from './peak.ts'
import { atLeast, type Bar, type BenchRow, rowOf } from './rows.ts'

export const productNames = ['forward', 'input gradient', 'weight gradient'] as const
export type ProductName = (typeof productNames)[number]

/** One matrix product of a layer: the operation, the shapes of its inputs, and its attributes. */
export interface BenchProduct {
  readonly op: OpName
  readonly shapes: readonly Shape[]
  readonly attributes: Attributes
  /** Number of floating-point operations of the product: a multiplication and an addition for each term. */
  readonly operations: number
}

export type Products = Readonly<Record<ProductName, BenchProduct>>

/** Returns the three matrix products of a dense layer: forward, input gradient and weight gradient. */
export function denseProducts(batch: number, inputs: number, outputs: number): Products {
  const [x, w, dy]: readonly Shape[] = [
    [batch, inputs],
    [outputs, inputs],
    [batch, outputs],
  ]
  const common = { attributes: {}, operations: 2 * batch * inputs * outputs }
  return {
    forward: { op: 'dense', shapes: [x, w], ...common },
    'input gradient': { op: 'denseInputGradient', shapes: [dy, w], ...common },
    'weight gradient': { op: 'denseWeightGradient', shapes: [dy, x], ...common },
  }
}

export interface ConvSize {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly outputs: number
  /** Width and height of the convolution's kernel; 3 by default. */
  readonly kernel?: number
  /** Stride of the convolution; 1 by default. */
  readonly stride?: number
}

/**
 * Returns the three matrix products of a convolution with zero padding: forward, input gradient and weight gradient.
 * The weight gradient is computed separately for each part of the batch.
 */
export function convProducts(size: ConvSize): Products {
  const { batch, height, width, channels, outputs, kernel = 3, stride = 1 } = size
  const attributes = windowAttributes(createWindow(kernel, stride, true), { height, width })
  const { outputPositions } = geometryOf(attributes)
  const [x, dy]: readonly Shape[] = [
    [batch * height * width, channels],
    [batch * outputPositions, outputs],
  ]
  const [w, flipped]: readonly Shape[] = [
    [outputs, channels * kernel ** 2],
    [channels, outputs * kernel ** 2],
  ]
  const common = { attributes, operations: 2 * batch * outputPositions * outputs * channels * kernel ** 2 }
  return {
    forward: { op: 'conv', shapes: [x, w], ...common },
    'input gradient': { op: 'convInputGradient', shapes: [dy, flipped], ...common },
    'weight gradient': { op: 'convWeightGradient', shapes: [dy, x], ...common },
  }
}

export interface LoadOptions {
  /** Approximate number of floating-point operations in one call of the program, which repeats the product. */
  readonly operations: number
  readonly seed: number
  /** Whether the program also adds a bias to the product. */
  readonly bias?: boolean
}

/** Compiles a program that computes only one matrix product, with random inputs. */
export async function loadProduct(backend: Backend, product: BenchProduct, options: LoadOptions): Promise<Load> {
  const { op, shapes, attributes } = product
  const builder = new GraphBuilder()
  const factors = shapes.map((shape, index) => builder.input(`factor${index}`, 'parameter', shape))
  const [made] = builder.op(op, factors, attributes, op)
  const bias = (): Value => builder.input('bias', 'parameter', [made.shape[1]])
  builder.output('product', options.bias ? builder.op('addBias', [made, bias()], {}, op)[0] : made)
  const times = Math.max(1, Math.round(options.operations / product.operations))
  const program = await backend.compile(builder.finish(op), { ringSlots: times })
  const random = createRandom(options.seed, 'bench')
  for (const { name, value } of program.graph.inputs) {
    program.upload(
      name,
      Float64Array.from({ length: sizeOf(value.shape) }, () => random.normal()),
    )
  }
  return { run: async () => void (await program.run(0, times)), amount: times * product.operations }
}

/** The matrix products of a layer, each of which is a row of the bench. */
export interface ProductWork {
  /** Text with which the names of the layer's rows begin. */
  readonly name: string
  readonly products: Products
  readonly bar?: Bar
}

export const gemmWork = (size: number): ProductWork => ({
  name: `GEMM ${size}^3`,
  products: denseProducts(size, size, size),
  bar: atLeast(0.85, 0.95),
})

export interface ImageSize {
  readonly batch: number
  /** Height of the image, which is also its width. */
  readonly size: number
  readonly channels: number
}

/** Returns the rows of the bench for a 3 x 3 convolution with equally many input and output channels. */
export const convWork = ({ batch, size, channels }: ImageSize): ProductWork => ({
  name: `conv ${size}x${size}x${channels}`,
  products: convProducts({ batch, height: size, width: size, channels, outputs: channels }),
})

/** The image sizes of the first and the last stage of ResNet-20. */
export const imageSizes: readonly ImageSize[] = [
  { batch: 128, size: 32, channels: 16 },
  { batch: 128, size: 8, channels: 64 },
]

export const productRowName = ({ name }: ProductWork, product: ProductName): string => `${name} ${product}`

/** Number of calls of the peak load and of the measured product in one round. */
const callsOfRound = 5

/** Number of iterations of the peak load in one call, which takes about 0.05 s. */
const peakIterations = 20_000_000
/** Number of floating-point operations of a measured product in one call, which takes about 0.05 s. */
const productOperations = 2e9

/** Returns the speed of a load in GFLOP/s, measured in processor time. */
const speed = async ({ run, amount }: Load): Promise<number> => amount / (await processorMilliseconds(run)) / 1e6

/**
 * Measures which fraction of the peak speed one matrix product reaches. The peak load and the product are measured
 * alternately, because the processor's clock frequency changes over time.
 */
export async function benchProduct(bench: Bench, work: ProductWork, productName: ProductName): Promise<BenchRow> {
  const { effort, exact, winograd, seed, abort } = bench
  const name = productRowName(work, productName)
  bench.onProgress(name, 0)
  const backend = await createWasmBackend({ threads: 'inline', exact, winograd })
  try {
    const relaxed = (await enableRelaxedSimd()) && !exact
    const quick = isQuick(effort)
    const iterations = quick ? peakIterations / 20 : peakIterations
    const peak = await createFmaPeak(createInlinePool(), { program: 0, shared: false, relaxed }, iterations)
    const operations = quick ? 0 : productOperations
    const product = await loadProduct(backend, work.products[productName], { operations, seed })
    for (let call = 0; call < (quick ? 1 : 15); call++) {
      await peak.run()
      await product.run()
      await yieldToEventLoop(abort)
    }
    const [ours, others]: [number[], number[]] = [[], []]
    for (let round = 0; round < effort.rounds; round++) {
      const [peaks, speeds]: [number[], number[]] = [[], []]
      for (let call = 0; call < callsOfRound; call++) {
        peaks.push(await speed(peak))
        speeds.push(await speed(product))
        await yieldToEventLoop(abort)
      }
      others.push(median(peaks))
      ours.push(median(speeds))
      bench.onProgress(name, round + 1)
    }
    return rowOf({ name, unit: 'GFLOP/s', against: 'peak', ours, others, bar: work.bar })
  } finally {
    backend.dispose()
  }
}
