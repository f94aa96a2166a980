/** The hardware that trainings run on, and the one place that chooses and makes backends. */
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
 * Makes a backend: `createWasmBackend`, or a function around it, or one for another engine. The options are those of the
 * machine, with the precision that is asked for; without a precision, the backend takes its usual one.
 */
export type BackendMaker = (options: WasmOptions) => Backend | Promise<Backend>

const backendNames = ['wasm', 'reference'] as const
export type BackendName = (typeof backendNames)[number]

export interface CreateMachineOptions extends MachineOptions {
  /**
   * wasm by default. reference: plain loops in float64 in the calling thread, which take no further options. A function:
   * one training at a time unless `threads` says how many.
   */
  readonly backend?: BackendName | BackendMaker
  /** The precision of trainings: float32 by default, or the one that the backend has. */
  readonly precision?: Precision
}

/** How a machine computes: results of another mode have other bits. */
export interface Mode {
  /** The backend's name. */
  readonly backend: string
  /** Of trainings; a measurement may ask for another one. */
  readonly precision: Precision
  readonly exact: boolean
  readonly winograd: boolean
}

export interface Machine {
  readonly mode: Mode
  /** Precisions that its backends can have, that of trainings first. */
  readonly precisions: readonly Precision[]
  /** Trainings that run side by side, each on a backend of one thread. */
  readonly workers: number
  /**
   * The machine's own backend on all threads, in the mode's precision by default: made when first asked for, and disposed
   * of with the machine. Throws an `option` error where the machine has no such precision.
   */
  backend(precision?: Precision): Promise<Backend>
  /** A new backend for one of the trainings side by side; the caller disposes of it. Throws as `backend` does. */
  createWorkerBackend(precision?: Precision): Promise<Backend>
  /** Disposes of the machine's own backends. */
  dispose(): void
}

/** How the backends of a machine are made, and the facts that are known before the first of them is there. */
interface Source {
  readonly name: string
  readonly precision: Precision
  readonly capabilities: Capabilities
  readonly winograd: boolean
  readonly workers: number
  /** Threads of a worker's backend. */
  readonly workerThreads: 1 | 'inline'
  readonly make: BackendMaker
  /** The backend that was made to learn the facts. */
  readonly first?: Backend
}

/**
 * A machine for `train` and all other verbs: `train(network, { data, machine })`. Whoever makes a machine disposes of it.
 * Throws an `option` error on a bad option.
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
    if (isDisposed) throw new IsobathError('option', 'machine: it was disposed of. Make a new one.')
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
    const expected = 'expected no such option with the reference backend'
    throw new IsobathError('option', `${name}: ${expected}, got ${describeValue(value)}. Leave it out.`)
  }
}

const partsOfBackend = { name: 'string', capabilities: 'object', compile: 'function', dispose: 'function' } as const

/** A backend of a caller's own, who has no compiler to tell what is missing. */
function checkBackend(made: unknown): void {
  const has = ([key, type]: readonly [string, string]): boolean => typeof Reflect.get(Object(made), key) === type
  const { precision }: { readonly precision?: unknown } = Object(made)
  if (Object.entries(partsOfBackend).every(has) && precisions.some((one) => one === precision)) return
  throw new IsobathError(
    'option',
    `backend: expected a function that makes a backend, such as createWasmBackend, got one that makes ${describeValue(made)}.`,
  )
}

function noPrecision(asked: Precision, name: string, precisions: readonly Precision[]): IsobathError {
  const has = precisions.join(' and ')
  return new IsobathError(
    'option',
    `machine: expected a backend in ${asked}, and the backend ${name} computes in ${has}.`,
  )
}
