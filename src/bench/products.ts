/** The share of the 128-bit FMA peak that a dense layer's three products reach, each as a program of its own on one thread. */
import type { Backend } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { enableRelaxedSimd } from '../backends/wasm/platform.ts'
import { createInlinePool } from '../backends/wasm/pool.ts'
import { GraphBuilder } from '../graph/builder.ts'
import { createRandom } from '../support/random.ts'
import { type Bench, breathe, median, processorMilliseconds } from './measure.ts'
import { createFmaPeak, type Load } from './peak.ts'
import { atLeast, type BenchRow, rowOf } from './rows.ts'

const products = {
  forwards: 'dense',
  'input gradient': 'denseInputGradient',
  'weight gradient': 'denseWeightGradient',
} as const

export type ProductName = keyof typeof products
export const productNames: readonly ProductName[] = ['forwards', 'input gradient', 'weight gradient']

export const productRowName = (name: ProductName, size: number): string => `GEMM ${size}^3 ${name}`

/** Calls of each, in turns, that make a round. */
const callsOfRound = 5

/** Of the peak: some 0.05 s each time. */
const peakIterations = 20_000_000

async function createProduct(backend: Backend, name: ProductName, size: number, seed: number): Promise<Load> {
  const builder = new GraphBuilder()
  const inputs = ['a', 'b'].map((input) => builder.input(input, 'input', [size, size]))
  builder.output('product', builder.op(products[name], inputs, {}, name)[0])
  const program = await backend.compile(builder.finish(name))
  const random = createRandom(seed, 'bench')
  for (const input of ['a', 'b']) {
    program.write(
      input,
      Float64Array.from({ length: size * size }, () => random.normal()),
    )
  }
  return { run: async () => void (await program.run(0, 1)), amount: 2 * size ** 3 }
}

/** GFLOP/s, by the processor's time. */
const speed = async ({ run, amount }: Load): Promise<number> => amount / (await processorMilliseconds(run)) / 1e6

/** The peak and the product take turns: the clock of the machine moves. */
export async function benchProduct(bench: Bench, name: ProductName, size: number): Promise<BenchRow> {
  const { effort, exact, seed, abort } = bench
  const rowName = productRowName(name, size)
  const backend = await createWasmBackend({ threads: 'inline', exact })
  try {
    const relaxed = (await enableRelaxedSimd()) && !exact
    const isQuick = effort.warmUpMilliseconds === 0
    const iterations = isQuick ? peakIterations / 20 : peakIterations
    const peak = await createFmaPeak(createInlinePool(), { program: 0, shared: false, relaxed }, iterations)
    const product = await createProduct(backend, name, size, seed)
    for (let call = 0; call < (isQuick ? 1 : 15); call++) {
      await peak.run()
      await product.run()
      await breathe(abort)
    }
    const [ours, others]: [number[], number[]] = [[], []]
    for (let round = 0; round < effort.rounds; round++) {
      const [peaks, speeds]: [number[], number[]] = [[], []]
      for (let call = 0; call < callsOfRound; call++) {
        peaks.push(await speed(peak))
        speeds.push(await speed(product))
        await breathe(abort)
      }
      others.push(median(peaks))
      ours.push(median(speeds))
      bench.onProgress(rowName, round + 1)
    }
    return rowOf({ name: rowName, unit: 'GFLOP/s', against: 'peak', ours, others, bar: atLeast(0.85, 0.95) })
  } finally {
    backend.dispose()
  }
}
