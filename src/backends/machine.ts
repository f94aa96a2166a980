/** Machines: the hardware that trainings run on. All backends are chosen and made in this file. */
import { type MachineOptions, machine } from '../settings/machine.ts'
import { checkOptions } from '../support/check-options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, pickOptions } from '../support/fields.ts'
import { oneOf } from '../support/kinds.ts'
import { type Backend, type Capabilities, type Precision, precisions } from './backend.ts'
import { createReferenceBackend } from './reference/backend.ts'
import { createWasmBackend, type WasmOptions } from './wasm/backend.ts'
import { availableCores, canShareMemory } from './wasm/platform.ts'

/**
 * A function that makes a backend: `createWasmBackend`, or a caller's own function for the same engine or for another
 * engine. The backend maker receives the machine's options and the requested precision. If no precision is requested,
 * the backend maker chooses the backend's precision.
 */
export type BackendMaker = (options: WasmOptions) => Backend | Promise<Backend>

const backendNames = ['wasm', 'reference'] as const
export type BackendName = (typeof backendNames)[number]

export interface CreateMachineOptions extends MachineOptions {
  /**
   * Backend of the machine, `wasm` by default. The backend `reference` computes with plain loops in float64 in the
   * calling thread and accepts no further options. Instead of a name, a caller can give a function that makes another
   * backend. If a function makes the backend, the machine runs one training at a time unless the option `threads` is
   * given.
   */
  readonly backend?: BackendName | BackendMaker
  /**
   * Precision in which trainings compute. The default precision is float32 for the wasm backend, and the backend's own
   * precision for every other backend.
   */
  readonly precision?: Precision
}

/**
 * The properties of a machine on which the bits of its results depend. Two machines with different modes can compute
 * results that differ in their last bits.
 */
export interface Mode {
  /** Name of the backend. */
  readonly backend: string
  /**
   * Precision in which trainings compute. A measurement may request a backend that computes in another precision than
   * the trainings.
   */
  readonly precision: Precision
  /** True if the backend computes results with the same bits on every machine. */
  readonly exact: boolean
  /** True if convolutions of 3 x 3 may use Winograd's algorithm. */
  readonly winograd: boolean
}

export interface Machine {
  readonly mode: Mode
  /** Precisions that the machine's backends can have. The first precision in the list is the precision of trainings. */
  readonly precisions: readonly Precision[]
  /** Number of trainings that can run at the same time, each on a worker's backend with one thread. */
  readonly workers: number
  /**
   * Returns the machine's own backend, which uses all threads. Without the argument `precision`, the backend computes
   * in the precision of trainings. The backend of each precision is made at the first request and disposed of with the
   * machine. Throws an `option` error if the machine cannot compute in the requested precision, or if the machine was
   * disposed of.
   */
  backend(precision?: Precision): Promise<Backend>
  /**
   * Makes a new backend with one thread, for one of the trainings that run at the same time. The caller disposes of the
   * new backend. Throws an `option` error if the machine cannot compute in the requested precision, or if the machine
   * was disposed of.
   */
  createWorkerBackend(precision?: Precision): Promise<Backend>
  /** Disposes of the machine's own backends, but not of the backends that were made for workers. */
  dispose(): void
}

/** The function that makes a machine's backends, together with facts about these backends. */
interface Source {
  readonly name: string
  readonly precision: Precision
  readonly capabilities: Capabilities
  readonly winograd: boolean
  readonly workers: number
  /** Number of threads of a worker's backend, or `inline` if the backend computes in the calling thread. */
  readonly workerThreads: 1 | 'inline'
  readonly make: BackendMaker
  /**
   * Backend that was made to find out its name, precision and capabilities, and that becomes the machine's own backend.
   */
  readonly first?: Backend
}

/**
 * Makes a machine for training and for all other functions that compute, as in `train(network, { data, machine })`. The
 * caller must dispose of the machine. Throws an `option` error if an option is unknown or has a wrong value.
 */
export async function createMachine(options: CreateMachineOptions = {}): Promise<Machine> {
  checkMachineOptions(options)
  const { exact, winograd, memoryLimit } = options
  const source = await sourceOf(options)
  const { name, precision: usual, capabilities, workers, workerThreads, make, first } = source
  const own = new Map<Precision, Promise<Backend>>()
  if (first) own.set(first.precision, Promise.resolve(first))
  let isDisposed = false

  const makeChecked = async (precision: Precision, threads: WasmOptions['threads']): Promise<Backend> => {
    if (isDisposed)
      throw new IsobathError('option', 'machine: the machine was disposed of before this call. Make a new machine.')
    if (!capabilities.precisions.includes(precision)) throw noPrecision(precision, name, capabilities.precisions)
    const made = await make({ precision, threads, exact, winograd, memoryLimit })
    checkBackend(made)
    if (made.precision === precision) return made
    made.dispose()
    throw noPrecision(precision, made.name, [made.precision])
  }
  return {
    mode: { backend: name, precision: usual, exact: capabilities.exact, winograd: source.winograd },
    precisions: [usual, ...capabilities.precisions.filter((other) => other !== usual)],
    workers,
    backend: (precision = usual) => {
      const known = own.get(precision) ?? makeChecked(precision, options.threads)
      own.set(precision, known)
      return known
    },
    createWorkerBackend: (precision = usual) => makeChecked(precision, workerThreads),
    dispose: () => {
      isDisposed = true
      for (const backend of own.values()) backend.then((made) => made.dispose()).catch(() => undefined)
      own.clear()
    },
  }
}

async function sourceOf(options: CreateMachineOptions): Promise<Source> {
  const { backend = 'wasm', precision, threads, exact = false, winograd = true, memoryLimit } = options
  if (backend === 'wasm') {
    const workers = canShareMemory() ? (threads ?? (await availableCores())) : 1
    return {
      name: 'wasm',
      precision: precision ?? 'float32',
      capabilities: { precisions: ['float32', 'float64'], exact },
      winograd,
      workers,
      workerThreads: canShareMemory() ? 1 : 'inline',
      make: createWasmBackend,
    }
  }
  const isReference = backend === 'reference'
  const make = isReference ? createReferenceBackend : backend
  const first = await make({ precision, threads, exact, winograd, memoryLimit })
  checkBackend(first)
  const { name, capabilities } = first
  if (precision !== undefined && first.precision !== precision) {
    first.dispose()
    throw noPrecision(precision, name, [first.precision])
  }
  return {
    name,
    precision: first.precision,
    capabilities,
    winograd: !isReference && winograd,
    workers: isReference ? 1 : (threads ?? 1),
    workerThreads: 1,
    make,
    first,
  }
}

const known = ['backend', 'precision', ...Object.keys(machine)]

const machineOptions = { ...machine, precision: field(oneOf(precisions)) } satisfies Fields

function checkMachineOptions(options: CreateMachineOptions): void {
  checkOptions('createMachine', options, { code: 'option', known, example: '{ threads: 2 }' })
  const { backend = 'wasm' } = options
  if (typeof backend !== 'function' && !backendNames.includes(backend)) {
    const names = `one of ${backendNames.join(', ')}, or a function that makes a backend`
    throw new IsobathError('option', `backend: expected ${names}, got ${describeValue(backend)}.`)
  }
  pickOptions(machineOptions, options)
  const [given] = Object.entries(pickOptions(machine, options))
  if (backend === 'reference' && given) {
    const [name, value] = given
    const expected = 'expected no value with the reference backend'
    throw new IsobathError('option', `${name}: ${expected}, got ${describeValue(value)}. Leave ${name} out.`)
  }
}

const partsOfBackend = { name: 'string', capabilities: 'object', compile: 'function', dispose: 'function' } as const

/**
 * Throws an `option` error if a caller's function made no backend. In plain JavaScript, no compiler checks that a
 * caller's function returns a backend.
 */
function checkBackend(made: unknown): void {
  const has = ([key, type]: readonly [string, string]): boolean => typeof Reflect.get(Object(made), key) === type
  const { precision }: { readonly precision?: unknown } = Object(made)
  if (Object.entries(partsOfBackend).every(has) && precisions.some((one) => one === precision)) return
  throw new IsobathError(
    'option',
    `backend: expected a function that makes a backend, such as createWasmBackend, got a function that makes ${describeValue(made)}.`,
  )
}

function noPrecision(asked: Precision, name: string, precisions: readonly Precision[]): IsobathError {
  const has = precisions.join(' and ')
  return new IsobathError(
    'option',
    `machine: expected a backend that computes in ${asked}, got the backend ${name}, which computes in ${has}. Choose another precision or backend.`,
  )
}
