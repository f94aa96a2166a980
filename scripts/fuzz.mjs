#!/usr/bin/env node
/**
 * Feeds every reader with changed and generated inputs: `npm run fuzz -- --minutes 10 [--only csv,idx] [--seed 1]`. A
 * reader may accept an input, or refuse the input with an error that a user can act on. Any other error, more than two
 * seconds of processor time, or more than about 1 GB of memory is a failure. The input of a failure is saved in
 * fuzz-failures/, with the seed in the file name, and the exit status is 1.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

const names = [
  'gzip',
  'idx',
  'mnist',
  'tar',
  'cifar',
  'csv',
  'safetensors',
  'network',
  'preset',
  'run',
  'numbers',
  'options',
]
const usage = `fuzz: expected --minutes N, --seed N, and --only with some of ${names.join(', ')}`

function refuse() {
  console.error(`${usage}; got ${process.argv.slice(2).join(' ')}`)
  process.exit(2)
}

function readFlags() {
  const options = {
    minutes: { type: 'string', default: '1' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    built: { type: 'string', default: fileURLToPath(new URL('../build', import.meta.url)) },
  }
  try {
    return parseArgs({ options }).values
  } catch {
    return refuse()
  }
}

const flags = readFlags()
const chosen = flags.only?.split(',') ?? names
const minutes = Number(flags.minutes)
const isKnown = chosen.every((name) => names.includes(name))
if (!isKnown || !(minutes > 0) || !Number.isSafeInteger(Number(flags.seed))) refuse()

/** Longest processor time of one input, in milliseconds. On a busy machine, the wall clock would be misleading. */
const LONGEST_MS = 2000
/** Longest wall-clock time of one input, in milliseconds, for readers that wait without using the processor. */
const LONGEST_WAIT_MS = 30_000
const MOST_MEMORY = 1.5e9
const failures = 'fuzz-failures'

function keep(name, seed, text, bytes, seen) {
  // One failure of each kind is enough. The kind is the message and the place of the error.
  const kind = text.split('\n').slice(0, 3).join('\n').replace(/\d+/g, '0')
  if (seen.has(kind)) return false
  seen.add(kind)
  mkdirSync(failures, { recursive: true })
  const file = `${failures}/${name}-seed${seed}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`
  writeFileSync(file, bytes)
  console.log(
    `${name}: FAILURE, seed ${seed}, input of ${bytes.length} bytes saved in ${file}\n${text.slice(0, 1500)}\n`,
  )
  return true
}

/** Runs one worker until the time is over, or until the worker hangs or takes too much memory. */
function work(name, seed, until, seen) {
  const shared = new SharedArrayBuffer(8 + 2 ** 18)
  const words = new Int32Array(shared, 0, 2)
  const current = () => Uint8Array.from(new Uint8Array(shared, 8, words[1]))
  return new Promise((resolve) => {
    const worker = new Worker(new URL('fuzz/worker.mjs', import.meta.url), {
      workerData: { reader: name, seed, until, base: flags.built, shared },
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    })
    let found = 0
    let counts = { refused: 0, accepted: 0 }
    let last = { at: Date.now(), cpu: 0, count: 0 }
    let started = false
    const report = (text, bytes) => {
      if (keep(name, seed, text, bytes, seen)) found++
    }
    const watch = setInterval(() => {
      const count = Atomics.load(words, 0)
      const { user, system } = process.cpuUsage()
      const cpu = (user + system) / 1000
      if (count !== last.count || !started) last = { at: Date.now(), cpu, count }
      const memory = process.memoryUsage().rss
      if (cpu - last.cpu > LONGEST_MS || Date.now() - last.at > LONGEST_WAIT_MS)
        report('the reader did not finish in time', current())
      else if (memory > MOST_MEMORY) report(`the process takes ${memory} bytes of memory`, current())
      else return
      clearInterval(watch)
      void worker.terminate()
    }, 100)
    worker.on('message', (message) => {
      if (message.kind === 'started') started = true
      else if (message.kind === 'failure') report(message.text, message.bytes)
      else counts = message
    })
    worker.on('error', (error) => report(`the worker ended: ${error?.stack ?? error}`, current()))
    worker.on('exit', () => {
      clearInterval(watch)
      resolve({ executions: Atomics.load(words, 0), found, ...counts })
    })
  })
}

let worst = 0
for (const name of chosen) {
  const until = Date.now() + minutes * 60_000
  const seen = new Set()
  const sums = { executions: 0, found: 0, refused: 0, accepted: 0 }
  // After a worker that ended early, a worker with the next seed starts.
  for (let seed = Number(flags.seed); Date.now() < until; seed++) {
    const result = await work(name, seed, until, seen)
    for (const key of Object.keys(sums)) sums[key] += result[key]
  }
  const { executions, found, refused, accepted } = sums
  console.log(
    `${name.padEnd(12)} ${executions.toLocaleString('en-US').padStart(11)} inputs, ${accepted} accepted, ${refused} refused, ${found} failures`,
  )
  worst = Math.max(worst, found)
}
process.exit(worst > 0 ? 1 : 0)
