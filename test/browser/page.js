/** The script of a page that uses the package. The test bundles this script as a user would. */
import { glyphs, parseNetwork, readRun, tiles, train } from 'isobath'
import { trainBoth } from './training.ts'

/** Number of workers that were started, one for each thread. */
let workers = 0
globalThis.Worker = class extends globalThis.Worker {
  constructor(...words) {
    super(...words)
    workers++
  }
}

const run = async () => ({
  runs: await trainBoth({ glyphs, parseNetwork, tiles, train }),
  workers,
  isolated: globalThis.crossOriginIsolated,
  refusal: await readRun('runs/first').catch(({ code, message }) => `${code}: ${message}`),
})
globalThis.outcome = run()

globalThis.trainInWorker = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
