/** Measures the peak speed of the machine, by WebAssembly programs that only compute or only move memory. */
import { i32, ModuleBuilder, type Vector } from '../backends/wasm/assembler.ts'
import { createLanes, v128 } from '../backends/wasm/lanes.ts'
import { pageBytes } from '../backends/wasm/module.ts'
import type { Pool } from '../backends/wasm/pool.ts'

/**
 * A piece of work that measures a speed. The speed is `amount`, in operations or bytes, divided by the duration of
 * `run`.
 */
export interface Load {
  run(): Promise<void>
  readonly amount: number
}

/**
 * Number of independent sums in the load that measures the peak speed. A fused multiply-add takes four cycles, and two
 * multiply-adds start in each cycle, so eight sums would suffice if no sum ever waited. Eight sums reach 90% of the
 * speed of eleven to thirteen sums, and ten sums reach 97%. Fourteen sums do not fit into the registers (measured by
 * scripts/products.mjs).
 */
const usualSums = 12

async function load(
  pool: Pool,
  program: number,
  module: ModuleBuilder,
  memory: { pages: number; shared: boolean },
): Promise<void> {
  const { pages, shared } = memory
  const compiled = await WebAssembly.compile(module.toBytes())
  await pool.load(program, compiled, new WebAssembly.Memory({ initial: pages, maximum: pages, shared }))
}

export interface PeakOptions {
  /** Number that identifies the load's program in the thread pool. */
  readonly program: number
  readonly shared: boolean
  /** Whether the load uses fused multiply-add; if false, the load does a multiplication and then an addition. */
  readonly relaxed: boolean
  readonly sums?: number
}

/**
 * Creates a load of 128-bit multiply-adds in registers, on every thread of the pool. The amount of the load is its
 * number of floating-point operations.
 */
export async function createFmaPeak(
  pool: Pool,
  { program, shared, relaxed, sums = usualSums }: PeakOptions,
  iterations: number,
): Promise<Load> {
  const lanes = createLanes('float32', relaxed)
  const memory = { pages: 1, shared }
  const module = new ModuleBuilder(memory)
  module.function(
    'run',
    ['i32', 'i32', 'i32', 'i32'],
    [],
    (builder) => {
      const left = builder.parameter(3, 'i32')
      const totals = Array.from({ length: sums }, () => builder.local('v128', lanes.constant(1)))
      const [a, b] = [0.5, 0.7].map((value) => builder.local('v128', lanes.constant(value)))
      const countDown = () => {
        builder.set(left, i32.sub(left, i32.const(1)))
        return left
      }
      builder.repeatWhile(countDown, () => {
        for (const total of totals) builder.set(total, lanes.madd(a, b, total))
      })
      const total = totals.reduce<Vector>((one, other) => lanes.add(one, other), lanes.constant(0))
      const own = i32.mul(builder.parameter(0, 'i32'), i32.const(64))
      lanes.storeScalar(builder, own, lanes.extract(total, 0))
    },
    true,
  )
  await load(pool, program, module, memory)
  return { run: () => pool.run(program, 0, iterations), amount: pool.threads * iterations * sums * 2 * lanes.count }
}

/**
 * Size in bytes of a block of memory in the bandwidth load. The bandwidth load computes y = a x + y like an optimizer
 * update.
 */
const blockBytes = 64

/**
 * Creates a load in which every thread of the pool passes over its own memory `passes` times. The memory of all threads
 * together has `bytes` bytes. The amount of the load is its number of moved bytes: two reads and one write for each
 * pair of elements.
 */
export async function createBandwidthPeak(
  pool: Pool,
  { program, shared, relaxed }: PeakOptions,
  { bytes, passes }: { readonly bytes: number; readonly passes: number },
): Promise<Load> {
  const lanes = createLanes('float32', relaxed)
  const perThread = Math.max(2 * blockBytes, Math.floor(bytes / pool.threads / (2 * blockBytes)) * 2 * blockBytes)
  const half = perThread / 2
  const memory = { pages: Math.ceil((pool.threads * perThread) / pageBytes), shared }
  const module = new ModuleBuilder(memory)
  module.function(
    'run',
    ['i32', 'i32', 'i32', 'i32'],
    [],
    (builder) => {
      const left = builder.parameter(3, 'i32')
      const base = builder.local('i32', i32.mul(builder.parameter(0, 'i32'), i32.const(perThread)))
      const factor = builder.local('v128', lanes.constant(0.5))
      const [x, y, end] = ['x', 'y', 'end'].map(() => builder.local('i32'))
      const countDown = () => {
        builder.set(left, i32.sub(left, i32.const(1)))
        return left
      }
      builder.repeatWhile(countDown, () => {
        builder.set(x, base)
        builder.set(y, i32.add(base, i32.const(half)))
        builder.set(end, y)
        builder.repeatWhile(
          () => i32.ltU(x, end),
          () => {
            for (let offset = 0; offset < blockBytes; offset += 16) {
              v128.store(builder, y, lanes.madd(factor, v128.load(x, offset), v128.load(y, offset)), offset)
            }
            builder.set(x, i32.add(x, i32.const(blockBytes)))
            builder.set(y, i32.add(y, i32.const(blockBytes)))
          },
        )
      })
    },
    true,
  )
  await load(pool, program, module, memory)
  return { run: () => pool.run(program, 0, passes), amount: pool.threads * passes * 3 * half }
}
