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
  /** float32 by default. */
  precision: field(oneOf(precisions)),
  /**
   * Threads of one program: by default one per core; `inline` runs in the calling thread, which then waits, and so does every
   * program in a page that may not share memory.
   */
  threads: field(threads),
  /** The same bits on every machine: products and sums instead of fused multiply-adds. */
  exact: field(choice()),
  /** Winograd's algorithm for convolutions of 3 x 3, where that is faster; true by default. float64 never takes it. */
  winograd: field(choice()),
  /** The most bytes that a program may use; 4 GiB, the most that WebAssembly addresses, by default. */
  memoryLimit: field(bytes()),
} satisfies Fields

export type WasmOptions = Input<typeof wasmOptions>

/** A backend whose programs can be measured kernel by kernel. */
export interface WasmBackend extends Backend {
  /** As `compile`; the results are the same. */
  compileProfiled(graph: Graph, options?: CompileOptions): Promise<ProfiledProgram>
}

export interface ProfiledProgram extends Program {
  /** The times since the last call. */
  takeProfile(): Profile
}

/** Of programs that were disposed of: a collection of garbage takes some 20 ms. */
const enoughToCollect = 2 ** 26

/** WebAssembly's 32-bit addresses end here. */
const addressable = 2 ** 32

/** The plan and the code for a graph, without running it: what `show plan` and `show kernels` print. */
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

/** Throws an `option` error on a bad option. */
export async function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  checkOptions('createWasmBackend', options, {
    code: 'option',
    known: Object.keys(wasmOptions),
    example: '{ threads: 2 }',
  })
  pickOptions(wasmOptions, options)
  const { precision = 'float32', exact = false, winograd = true, memoryLimit = addressable } = options
  const relaxed = (await enableRelaxedSimd()) && !exact
  // A page that may not share memory has its own thread alone; the bits are the same.
  const threads = canShareMemory() ? (options.threads ?? (await availableCores())) : 'inline'
  const pool = threads === 'inline' ? createInlinePool() : await createThreadPool(threads)
  const limit = Math.min(memoryLimit, addressable)
  const planOf = (graph: Graph, ringSlots: number): Plan =>
    createPlan(graph, { precision, ringSlots, reservedBytes: control.bytes, winograd })
  let programs = 0
  /** Bytes of programs that were disposed of, and may not be free yet. */
  let letGo = 0
  const shared = threads !== 'inline'

  const load = async (graph: Graph, ringSlots: number, wantsProfile: boolean): Promise<Loaded> => {
    const plan = planOf(graph, ringSlots)
    const needed = memoryBytes(plan, pool.threads)
    if (needed > limit) {
      throw new IsobathError(
        'memory',
        `${graph.name}: needs ${formatBytes(needed)} of memory, and the limit is ${formatBytes(limit)}. Use a smaller batch or fewer layers.`,
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
      assertInvariant(profile !== undefined, 'a profiled module without a profile')
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
