/**
 * Measures how code size, compilation time and step time grow with the depth of a network. Code size and compilation
 * time should not grow with depth. The time of a training step should grow in proportion to depth.
 */
import { assemble } from '../backends/wasm/backend.ts'
import { enableRelaxedSimd } from '../backends/wasm/platform.ts'
import { grouped } from '../format/words.ts'
import { parseNetwork } from '../network/presets.ts'
import { type Bench, isQuick, median, milliseconds, settle, timeTurn, warmUp, yieldToEventLoop } from './measure.ts'
import { atMost, type BenchRow, rowOf } from './rows.ts'
import { graphOf, type Problem, prepareStep } from './training.ts'

/** The depths of the two networks that the bench compares. */
export type DepthPair = readonly [shallow: number, deep: number]

const classes = 10
const over = ([shallow, deep]: DepthPair): string => `depth ${grouped(deep)} over ${grouped(shallow)}`

export const compileRowNames = (depths: DepthPair): readonly [time: string, bytes: string] => [
  `compile, ${over(depths)}`,
  `code, ${over(depths)}`,
]
export const stepRowName = (depths: DepthPair): string => `step, ${over(depths)}`

/** Number of compilations of each network in one round; the two networks are compiled alternately. */
const compilationsOfRound = 10

const problemOf = (preset: string, width: number, seed: number): Problem => ({
  network: parseNetwork(preset, { classes }),
  input: [width],
  batch: 64,
  seed,
})

/** Appends an empty custom section with a unique name, because V8 does not compile the same bytes twice. */
function unique(bytes: Uint8Array, number: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...bytes, 0, 5, 4, ...Buffer.from(String(number % 10_000).padStart(4, '0'))])
}

/** Measures how long the compilation of a preset to a WebAssembly module takes, and the size of the module in bytes. */
export async function benchCompile(bench: Bench, depths: DepthPair): Promise<BenchRow[]> {
  const { abort, effort, seed, threads, exact } = bench
  const [timeName, codeName] = compileRowNames(depths)
  bench.onProgress(timeName, 0)
  const relaxed = (await enableRelaxedSimd()) && !exact
  const settings = { precision: 'float32', ringSlots: 1, relaxed, shared: true, threads } as const
  const bytesOf = (depth: number): Uint8Array => {
    const graph = graphOf(problemOf(`residual-mlp:depth=${depth},width=32`, 32, seed))
    return assemble(graph, settings).module.bytes
  }
  let compiled = 0
  const compile = (depth: number) => () => WebAssembly.compile(unique(bytesOf(depth), compiled++))
  const quick = isQuick(effort)
  for (let call = 0; call < (quick ? 1 : 20); call++) {
    for (const depth of depths) await compile(depth)()
    await yieldToEventLoop(abort)
  }
  const medians: readonly [number[], number[]] = [[], []]
  for (let round = 0; round < effort.rounds; round++) {
    const times: readonly [number[], number[]] = [[], []]
    for (let call = 0; call < compilationsOfRound; call++) {
      for (const position of call % 2 === 0 ? [0, 1] : [1, 0]) {
        times[position].push(await milliseconds(compile(depths[position])))
      }
      await yieldToEventLoop(abort)
    }
    for (const position of [0, 1]) medians[position].push(median(times[position]))
    bench.onProgress(timeName, round + 1)
  }
  const [shallow, deep] = depths.map((depth) => bytesOf(depth).length)
  const bar = atMost(1.2, 1)
  return [
    rowOf({ name: timeName, unit: 'ms', against: 'shallow', ours: medians[1], others: medians[0], bar }),
    rowOf({ name: codeName, unit: 'bytes', against: 'shallow', ours: [deep], others: [shallow], bar }),
  ]
}

/**
 * Compares the step time of a deep network with the step time of a shallow network. A network of 200 layers fits into
 * the cache, and a network of 2,000 layers does not.
 */
export async function benchDepth(bench: Bench, depths: DepthPair): Promise<BenchRow> {
  const { backend, effort, seed } = bench
  const name = stepRowName(depths)
  bench.onProgress(name, 0)
  const prepare = (depth: number) =>
    prepareStep(backend, problemOf(`mlp:depth=${depth},width=64,activation=tanh,init=glorot`, 64, seed))
  const [shallow, deep] = [await prepare(depths[0]), await prepare(depths[1])]
  try {
    for (const { step } of [shallow, deep]) await warmUp(bench, step)
    const [ours, others]: [number[], number[]] = [[], []]
    for (let round = 0; round < effort.rounds; round++) {
      await settle(bench)
      others.push(await timeTurn(bench, shallow.step))
      ours.push(await timeTurn(bench, deep.step))
      bench.onProgress(name, round + 1)
    }
    return rowOf({ name, unit: 'ms', against: 'shallow', ours, others, bar: atMost(12, 10.5) })
  } finally {
    for (const { program } of [shallow, deep]) program.dispose()
  }
}
