/** What the engine asks of a browser, in a page or in a worker: the same as `node.ts` asks of Node. */
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

/** Browsers collect when they like. */
export const collectGarbage: Platform['collectGarbage'] = async () => {}

/** Some browsers have SharedArrayBuffer in every page, and let isolated ones alone hand it to a worker. */
export const canShareMemory: Platform['canShareMemory'] = () =>
  typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated

export const availableCores: Platform['availableCores'] = async () => navigator.hardwareConcurrency || 1

/** A page can't see what the processor has. */
export const multipliesAndAddsRightly: Platform['multipliesAndAddsRightly'] = async () => true

/** Browsers either have it or don't. */
export const allowRelaxedSimd: Platform['allowRelaxedSimd'] = async () => {}
