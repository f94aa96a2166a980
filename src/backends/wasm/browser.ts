/**
 * The functions that the engine needs from a browser, in a page or in a worker. The file `node.ts` holds the same
 * functions for Node.
 */
import { type Thread, type ThreadHandlers, workerBody } from './thread.ts'

type Platform = typeof import('./node.ts')

const browserWorker = `
  const receive = (handle) => { self.onmessage = (event) => handle(event.data) }
  const send = (message) => self.postMessage(message)
  const collect = () => {}
  ${workerBody}`

export const startThread: Platform['startThread'] = async ({ onMessage, onError }: ThreadHandlers): Promise<Thread> => {
  const address = URL.createObjectURL(new Blob([browserWorker], { type: 'text/javascript' }))
  const worker = new Worker(address)
  worker.onmessage = (event) => onMessage(event.data)
  worker.onerror = (event) => onError(new Error(event.message))
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    terminate: () => {
      worker.terminate()
      URL.revokeObjectURL(address)
    },
  }
}

/** Does nothing, because code in a web page cannot start a garbage collection. */
export const collectGarbage: Platform['collectGarbage'] = async () => {}

/**
 * Returns true in a cross-origin isolated page. Some browsers have SharedArrayBuffer in every page, but only a
 * cross-origin isolated page can send a SharedArrayBuffer to a worker.
 */
export const canShareMemory: Platform['canShareMemory'] = () =>
  typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated

export const availableCores: Platform['availableCores'] = async () => navigator.hardwareConcurrency || 1

/**
 * Returns true on every machine, because code in a web page cannot detect the instructions that the processor supports.
 */
export const multipliesAndAddsRightly: Platform['multipliesAndAddsRightly'] = async () => true

/** Does nothing, because code in a web page cannot enable relaxed SIMD in the browser. */
export const allowRelaxedSimd: Platform['allowRelaxedSimd'] = async () => {}
