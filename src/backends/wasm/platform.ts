/** The one place where Node and browsers differ for the engine: threads, their number, and Node's relaxed SIMD flag. */

import { ModuleBuilder } from './assembler.ts'
import { createLanes } from './lanes.ts'

/** A worker thread that answers messages. */
export interface Thread {
  post(message: unknown): void
  /** While a thread is held, the process doesn't end before it answers. */
  hold(isHeld: boolean): void
  terminate(): void
}

export interface ThreadHandlers {
  readonly onMessage: (message: unknown) => void
  readonly onError: (error: Error) => void
}

const isNode = typeof process !== 'undefined' && typeof process.versions?.node === 'string'

/**
 * What a worker does: loads modules onto a shared memory and runs them when told. `receive`, `send` and `collect` are
 * given.
 */
const workerBody = `
  const programs = new Map()
  const now = () => performance.now()
  receive((message) => {
    try {
      if (message.kind === 'load') {
        const instance = new WebAssembly.Instance(message.module, { environment: { memory: message.memory, now } })
        programs.set(message.program, instance.exports.run)
        send({ kind: 'loaded', ticket: message.ticket })
      } else if (message.kind === 'unload') {
        programs.delete(message.program)
      } else if (message.kind === 'collect') {
        collect()
        send({ kind: 'collected', ticket: message.ticket })
      } else {
        programs.get(message.program)(message.thread, message.threads, message.first, message.count)
        send({ kind: 'done', ticket: message.ticket })
      }
    } catch (error) {
      send({ kind: 'failed', ticket: message.ticket, reason: String(error) })
    }
  })`

const collectNow = 'globalThis.gc?.()'

const nodeWorker = `
  const { parentPort } = require('node:worker_threads')
  const receive = (handle) => parentPort.on('message', handle)
  const send = (message) => parentPort.postMessage(message)
  const collect = () => require('node:vm').runInNewContext('${collectNow}')
  ${workerBody}`

const browserWorker = `
  const receive = (handle) => { self.onmessage = (event) => handle(event.data) }
  const send = (message) => self.postMessage(message)
  const collect = () => {}
  ${workerBody}`

export async function startThread(handlers: ThreadHandlers): Promise<Thread> {
  if (isNode) {
    const { Worker } = await import('node:worker_threads')
    const worker = new Worker(nodeWorker, { eval: true })
    worker.on('message', handlers.onMessage)
    worker.on('error', handlers.onError)
    worker.unref()
    return {
      post: (message) => worker.postMessage(message),
      hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
      terminate: () => void worker.terminate(),
    }
  }
  const address = URL.createObjectURL(new Blob([browserWorker], { type: 'text/javascript' }))
  const worker = new Worker(address)
  worker.onmessage = (event) => handlers.onMessage(event.data)
  worker.onerror = (event) => handlers.onError(new Error(event.message))
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    terminate: () => {
      worker.terminate()
      URL.revokeObjectURL(address)
    },
  }
}

/**
 * Collects the garbage of this thread, and lets workers collect theirs when told: the memory of a program is freed with the last
 * small object that refers to it, and of gigabytes behind such objects an engine sees nothing. In Node alone: browsers
 * collect when they like.
 */
export async function collectGarbage(): Promise<void> {
  if (!isNode) return
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  // New contexts have `gc` from here on; the others of this process don't.
  setFlagsFromString('--expose-gc')
  runInNewContext(collectNow)
}

export async function availableCores(): Promise<number> {
  if (!isNode) return navigator.hardwareConcurrency || 1
  const { availableParallelism } = await import('node:os')
  return availableParallelism()
}

/** True where threads can share a memory: Node, and pages that are cross-origin isolated. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined'
}

/** A module with one function that uses f32x4.relaxed_madd. */
function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ pages: 1, shared: false })
  const lanes = createLanes('float32', true)
  module.function('probe', [], ['v128'], (builder) => {
    builder.emit(lanes.madd(lanes.constant(1), lanes.constant(2), lanes.constant(3)).code)
  })
  return module.toBytes()
}

/**
 * False on x64 processors without AVX, or where V8 was told to do without: its optimising compiler (11.3 and 12.4, at
 * least) takes the wrong operand there in f32x4.relaxed_madd. Only Linux says what the processor has; elsewhere
 * processors without AVX are older than ten years.
 */
async function multipliesAndAddsRightly(): Promise<boolean> {
  if (!isNode || process.arch !== 'x64') return true
  if (process.execArgv.some((option) => /^--no[-_]?enable[-_]avx$/.test(option))) return false
  if (process.platform !== 'linux') return true
  const { readFile } = await import('node:fs/promises')
  return hasAvx(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''))
}

/** Whether Linux's /proc/cpuinfo lists AVX; true where it lists nothing. */
export function hasAvx(cpuinfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)
  return flags === null || flags[1].split(/\s+/).includes('avx')
}

/**
 * Whether WebAssembly has relaxed SIMD here, and gets it right. Node 20 has it behind a flag, which is set on the first
 * call, before any module is compiled; elsewhere nothing is set.
 */
export async function enableRelaxedSimd(): Promise<boolean> {
  if (!(await multipliesAndAddsRightly())) return false
  if (WebAssembly.validate(relaxedProbe())) return true
  if (!isNode || Number(process.versions.node.split('.')[0]) > 20) return false
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--experimental-wasm-relaxed-simd')
  return WebAssembly.validate(relaxedProbe())
}
