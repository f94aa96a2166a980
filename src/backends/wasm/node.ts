/**
 * The functions that the engine needs from Node. The file `browser.ts` holds the same functions for browsers. In a
 * bundle for browsers, the file `browser.ts` takes the place of `node.ts`.
 */
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
 * Collects the garbage of this thread, and enables workers to collect their own garbage on request. V8 frees the memory
 * of a program only when V8 collects the last small object that refers to this memory. V8 does not count the gigabytes
 * of memory behind small objects, so V8's own garbage collections come too late.
 */
export async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  // After the flag --expose-gc is set, new V8 contexts have the function `gc`, but existing V8 contexts of the process
  // do not have this function.
  setFlagsFromString('--expose-gc')
  runInNewContext(collectNow)
}

/** Returns true, because threads in Node can always share a WebAssembly memory. */
export const canShareMemory = (): boolean => true

export async function availableCores(): Promise<number> {
  const { availableParallelism } = await import('node:os')
  return availableParallelism()
}

/**
 * Returns false on x64 processors without AVX, and in a Node process with AVX switched off. Without AVX, V8's
 * optimizing compiler (at least in versions 11.3 and 12.4) reads the wrong operand in f32x4.relaxed_madd. Only Linux
 * lists the processor's instruction sets. On systems other than Linux, AVX is assumed, because processors without AVX
 * are more than ten years old.
 */
export async function multipliesAndAddsRightly(): Promise<boolean> {
  if (process.arch !== 'x64') return true
  if (process.execArgv.some((option) => /^--no[-_]?enable[-_]avx$/.test(option))) return false
  if (process.platform !== 'linux') return true
  const { readFile } = await import('node:fs/promises')
  return hasAvx(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''))
}

/** Returns true if the text of Linux's /proc/cpuinfo lists AVX, or if the text lists no flags. */
export function hasAvx(cpuinfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)
  return flags === null || flags[1].split(/\s+/).includes('avx')
}

/**
 * Sets the flag that Node 20 needs for relaxed SIMD. The flag for relaxed SIMD must be set before any module is
 * compiled.
 */
export async function allowRelaxedSimd(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) > 20) return
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--experimental-wasm-relaxed-simd')
}
