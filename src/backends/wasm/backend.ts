/** Runs graphs as WebAssembly, on worker threads or in the calling thread. */
import { formatBytes } from '../../format/bytes.ts'
import type { Graph } from '../../graph/graph.ts'
import { checkOptions } from '../../support/check-options.ts'
import { assertInvariant, IsobathError } from '../../support/errors.ts'
import { type Fields, field, type Input, pickOptions } from '../../support/fields.ts'
import { bytes, choice, type Kind, oneOf, threadCount } from '../../support/kinds.ts'
import { type Backend, type CompileOptions, type Precision, type Program, precisions } from '../backend.ts'
import { control, type EmittedModule, type EmittedProfile, emitModule, memoryBytes } from './module.ts'
import { createPlan } from './plan/create.ts'
import type { Plan } from './plan/plan.ts'
import { availableCores, canShareMemory, enableRelaxedSimd } from './platform.ts'
import { createInlinePool, createThreadPool } from './pool.ts'
import { type Profile, takeTimes } from './profile.ts'
import { createProgram } from './program.ts'

const counted = threadCount()

const threads: Kind<number | 'inline'> = {
  expected: `${counted.expected}, or 'inline'`,
  accepts: (value): value is number | 'inline' => value === 'inline' || counted.accepts(value),
}

const wasmOptions = {
  /** Precision of all programs, float32 by default. */
  precision: field(oneOf(precisions)),
  /**
   * Number of threads that run one program, by default the number of processor cores. If `threads` is `inline`,
   * programs run in the calling thread, which waits until each run ends. In a web page that may not share memory, all
   * programs run in the calling thread.
   */
  threads: field(threads),
  /**
   * True to compute results with the same bits on every machine. With the option `exact`, programs use separate
   * multiplications and additions instead of fused multiply-adds.
   */
  exact: field(choice()),
  /**
   * True, the default, to use Winograd's algorithm for the 3 x 3 convolutions for which the algorithm is faster.
   * Programs in float64 never use Winograd's algorithm.
   */
  winograd: field(choice()),
  /**
   * Largest size of the memory that one program may use, in bytes. The default memory limit is 4 GiB, the most that
   * WebAssembly can address.
   */
  memoryLimit: field(bytes()),
} satisfies Fields

export type WasmOptions = Input<typeof wasmOptions>

/** A backend whose programs can measure the time of each kernel. */
export interface WasmBackend extends Backend {
  /**
   * Compiles a graph into a program that measures the time of each kernel. The program computes the same results as a
   * program without the measurement. Throws a `memory` error if the program would exceed the memory limit.
   */
  compileProfiled(graph: Graph, options?: CompileOptions): Promise<ProfiledProgram>
}

export interface ProfiledProgram extends Program {
  /** Returns the times of the program's kernels and barriers since the previous call of `takeProfile`. */
  takeProfile(): Profile
}

/**
 * Total memory of disposed programs, in bytes, at which the backend collects garbage. One garbage collection takes
 * about 20 ms.
 */
const enoughToCollect = 2 ** 26

/** Number of bytes that WebAssembly's 32-bit addresses can reach. */
const addressable = 2 ** 32

/**
 * Makes the plan and the code of a graph without running the graph. The commands `show plan` and `show kernels` print
 * the plan and the code.
 */
export function assemble(
  graph: Graph,
  options: {
    precision: Precision
    ringSlots: number
    relaxed: boolean
    shared: boolean
    threads?: number
    winograd?: boolean
  },
): {
  readonly plan: Plan
  readonly module: EmittedModule
} {
  const { precision, ringSlots, relaxed, shared, threads = 1, winograd } = options
  const plan = createPlan(graph, { precision, ringSlots, reservedBytes: control.bytes, winograd })
  return { plan, module: emitModule(plan, { relaxed, shared, threads }) }
}

/**
 * Makes a backend that compiles graphs to WebAssembly and runs them on worker threads or in the calling thread. The
 * caller disposes of the backend. Throws an `option` error if an option is unknown or has a wrong value.
 */
export async function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  checkOptions('createWasmBackend', options, {
    code: 'option',
    known: Object.keys(wasmOptions),
    example: '{ threads: 2 }',
  })
  pickOptions(wasmOptions, options)
  const { precision = 'float32', exact = false, winograd = true, memoryLimit = addressable } = options
  const relaxed = (await enableRelaxedSimd()) && !exact
  // In a web page that may not share memory, all work runs in the calling thread, which does not change the bits of the
  // results.
  const threads = canShareMemory() ? (options.threads ?? (await availableCores())) : 'inline'
  const pool = threads === 'inline' ? createInlinePool() : await createThreadPool(threads)
  const limit = Math.min(memoryLimit, addressable)
  const planOf = (graph: Graph, ringSlots: number): Plan =>
    createPlan(graph, { precision, ringSlots, reservedBytes: control.bytes, winograd })
  let programs = 0
  /** Size, in bytes, of the memory of disposed programs that the garbage collector may not have freed yet. */
  let letGo = 0
  const shared = threads !== 'inline'

  const load = async (graph: Graph, ringSlots: number, wantsProfile: boolean): Promise<Loaded> => {
    const plan = planOf(graph, ringSlots)
    const needed = memoryBytes(plan, pool.threads)
    if (needed > limit) {
      throw new IsobathError(
        'memory',
        `${graph.name}: the program needs ${formatBytes(needed)} of memory, and the limit is ${formatBytes(limit)}. Use a smaller batch or fewer layers.`,
      )
    }
    const emitted = emitModule(plan, { relaxed, shared, threads: pool.threads, profile: wantsProfile })
    const { bytes, pages, profile } = emitted
    const module = await WebAssembly.compile(bytes)
    if (letGo >= enoughToCollect) {
      letGo = 0
      await pool.collect()
    }
    const memory = allocate(pages, shared, graph.name, needed)
    const id = programs++
    await pool.load(id, module, memory)
    const dispose = (): void => {
      pool.unload(id)
      letGo += needed
    }
    const program = createProgram(plan, memory, { run: (first, count) => pool.run(id, first, count), dispose })
    return { program, memory, profile }
  }

  return {
    name: 'wasm',
    precision,
    capabilities: { precisions, exact },
    memoryLimit: limit,
    memoryOf: (graph, { ringSlots = 1 } = {}) => memoryBytes(planOf(graph, ringSlots), pool.threads),
    compile: async (graph, { ringSlots = 1 } = {}) => (await load(graph, ringSlots, false)).program,
    compileProfiled: async (graph, { ringSlots = 1 } = {}) => {
      const { program, memory, profile } = await load(graph, ringSlots, true)
      assertInvariant(profile !== undefined, 'expected a profiled module to have a layout for the measured times')
      return { ...program, takeProfile: () => readProfile(memory, profile) }
    },
    dispose: () => pool.dispose(),
  }
}

interface Loaded {
  readonly program: Program
  readonly memory: WebAssembly.Memory
  readonly profile?: EmittedProfile
}

function allocate(pages: number, shared: boolean, name: string, bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  } catch {
    throw new IsobathError(
      'memory',
      `${name}: this machine refused ${formatBytes(bytes)} of memory. Use a smaller batch.`,
    )
  }
}

function readProfile(memory: WebAssembly.Memory, { area, kernels, barriers }: EmittedProfile): Profile {
  const slots = takeTimes(memory, area)
  return {
    threads: area.threads,
    kernels: kernels.map((described, slot) => ({ ...described, milliseconds: slots[slot] })),
    barriers: { calls: barriers, milliseconds: slots[area.slots - 1] },
  }
}
