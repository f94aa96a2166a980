/** What the engine asks of Node. `browser.ts` is the same for pages; a bundle for browsers takes it in the place of this file. */
import { type Thread, type ThreadHandlers, workerBody } from './thread.ts'

const collectNow = 'globalThis.gc?.()'

const nodeWorker = `
  const { parentPort } = require('node:worker_threads')
  const receive = (handle) => parentPort.on('message', handle)
  const send = (message) => parentPort.postMessage(message)
  const collect = () => require('node:vm').runInNewContext('${collectNow}')
  ${workerBody}`

export async function startThread(handlers: ThreadHandlers): Promise<Thread> {
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

/**
 * Collects the garbage of this thread, and lets workers collect theirs when told: the memory of a program is freed with the last
 * small object that refers to it, and of gigabytes behind such objects an engine sees nothing.
 */
export async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  // New contexts have `gc` from here on; the others of this process don't.
  setFlagsFromString('--expose-gc')
  runInNewContext(collectNow)
}

/** Whether threads can share a memory. */
export const canShareMemory = (): boolean => true

export async function availableCores(): Promise<number> {
  const { availableParallelism } = await import('node:os')
  return availableParallelism()
}

/**
 * False on x64 processors without AVX, or where V8 was told to do without: its optimizing compiler (11.3 and 12.4, at
 * least) takes the wrong operand there in f32x4.relaxed_madd. Only Linux says what the processor has; elsewhere
 * processors without AVX are older than ten years.
 */
export async function multipliesAndAddsRightly(): Promise<boolean> {
  if (process.arch !== 'x64') return true
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

/** Node 20 has relaxed SIMD behind a flag. It is set before any module is compiled. */
export async function allowRelaxedSimd(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) > 20) return
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--experimental-wasm-relaxed-simd')
}
