/**
 * Feeds changed inputs to one reader. The current input is in shared memory, so the supervisor can save it after a
 * hang.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { createDice, mutate } from './mutate.mjs'
import { createReaders, isRefusal } from './readers.mjs'

const { reader: name, seed, until, base, shared } = workerData
/** The shared memory: a counter of inputs and the length of the current input, followed by the bytes of the input. */
const words = new Int32Array(shared, 0, 2)
const input = new Uint8Array(shared, 8)

const folder = mkdtempSync(join(tmpdir(), 'isobath-fuzz-'))
try {
  const readers = await createReaders((module) => import(`${base}/${module}.js`), folder)
  await feed(readers[name])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function feed({ corpus, structured, read }) {
  const dice = createDice(seed)
  const counts = { refused: 0, accepted: 0 }
  let made = []
  parentPort.postMessage({ kind: 'started' })
  while (Date.now() < until) {
    if (made.length === 0 && structured) made = fc.sample(structured, { seed: dice(2 ** 31), numRuns: 100 })
    const fresh = structured && dice(3) === 0 ? made.pop() : undefined
    const bytes = fresh === undefined ? mutate(corpus, dice) : dice(2) === 0 ? fresh : mutate([fresh, ...corpus], dice)
    // A pause lets Node free abandoned streams and handles.
    if (words[0] % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
    const kept = bytes.subarray(0, input.length)
    input.set(kept)
    Atomics.store(words, 1, kept.length)
    Atomics.add(words, 0, 1)
    try {
      await read(bytes)
      counts.accepted++
    } catch (error) {
      if (isRefusal(error)) counts.refused++
      else
        parentPort.postMessage({ kind: 'failure', text: error?.stack ?? String(error), bytes: Uint8Array.from(bytes) })
    }
  }
  parentPort.postMessage({ kind: 'done', ...counts })
}
