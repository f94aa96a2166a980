/**
 * Speed on dense networks, side by side with PyTorch where it is installed: training steps, the share of the 128-bit FMA
 * peak in a large product, and what depth costs. Run `npm run build` first, or `npm run bench`.
 *
 *     node scripts/bench-mlp.mjs [--json] [--rounds 5] [--steps 7] [--only TEXT] [--threads N] [--python /usr/bin/python3]
 *
 * The two sides take turns, and a ratio is the median of the rounds' ratios: the machine's speed changes while it runs.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    /** The most threads of either side. With 1, both are timed by the processor's time: what else runs doesn't count. */
    threads: { type: 'string', default: String(availableParallelism()) },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
})
const rounds = Number(options.rounds)
const steps = Number(options.steps)
const threadLimit = Number(options.threads)
const built = new URL('../dist/', import.meta.url)
if (!existsSync(new URL('backends/wasm/backend.js', built))) {
  console.error('bench: dist/ is missing. Run npm run build first.')
  process.exit(1)
}
const load = (path) => import(new URL(path, built).href)

const { parseNetwork } = await load('network/presets.js')
const { createBlueprint } = await load('blueprint/create.js')
const { initialise } = await load('blueprint/initialise.js')
const { trainingGraph } = await load('graph/programs.js')
const { GraphBuilder } = await load('graph/builder.js')
const { createWasmBackend, assemble } = await load('backends/wasm/backend.js')
const { enableRelaxedSimd } = await load('backends/wasm/platform.js')
const { ModuleBuilder, i32 } = await load('backends/wasm/assembler.js')
const { createLanes } = await load('backends/wasm/lanes.js')
const { createRandom } = await load('support/random.js')

const classes = 10
/** Small, so that hundreds of steps on the same batch don't end in gradients that vanish. */
const rate = 1e-3

/** The bars of the project: the ratio to reach, and the one to go beyond. */
const trainingRows = [
  { depth: 1000, width: 64, batch: 64, reach: 4, beyond: 5 },
  { depth: 100, width: 100, batch: 128, reach: 2, beyond: 2.5 },
  { depth: 10, width: 1024, batch: 128, reach: 1.1, beyond: 1.4 },
  { depth: 50, width: 256, batch: 128 },
]

const say = (text) => process.stderr.write(`${text}\n`)

function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const milliseconds = async (work) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Of work on this thread: what else the machine runs doesn't count. */
async function processorMilliseconds(work) {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e3
}

const isAlone = threadLimit === 1
const stepMilliseconds = isAlone ? processorMilliseconds : milliseconds

// ---- PyTorch

/** A python process that answers requests one at a time; undefined where PyTorch isn't installed. */
async function startPeer() {
  const script = fileURLToPath(new URL('bench_mlp.py', import.meta.url))
  const child = spawn(options.python, [script], { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors = []
  child.stderr.on('data', (data) => errors.push(data))
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', () => resolve(Buffer.concat(errors).toString().trim().split('\n').at(-1)))
  })
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value } = await Promise.race([lines.next(), ended.then(() => ({}))])
    if (value === undefined) throw new Error((await ended) || 'it ended without an answer')
    return JSON.parse(value)
  }
  try {
    return { ...(await ask({ command: 'describe' })), ask, stop: () => child.stdin.end() }
  } catch (error) {
    say(`PyTorch: not available (${error.message}). The bench runs alone; Debian has it as python3-torch.`)
    return undefined
  }
}

function describePeer(peer) {
  if (peer.blas !== 'reference') return `PyTorch ${peer.version} with ${peer.blas}, ${peer.path}`
  return [
    `PyTorch ${peer.version} with the REFERENCE BLAS, ${peer.path}`,
    'Its products are ten times slower than what users see: the ratios below are not fair to it.',
    'apt-get install libopenblas0-pthread, and run this again.',
  ].join('\n')
}

// ---- Training steps

const randomLabels = (random, batch) => Float64Array.from({ length: batch }, () => random.integer(classes))

/** A compiled network with weights and one batch, and a step to time. */
async function prepareOurs(backend, { depth, width, batch }) {
  const network = parseNetwork(`mlp:depth=${depth},width=${width},activation=tanh,init=glorot`, { classes })
  const blueprint = createBlueprint(network, [width])
  const optimizer = { kind: 'momentum', momentum: 0.9, weightDecay: 0 }
  const program = await backend.compile(trainingGraph(blueprint, { batch, loss: 'cross-entropy', optimizer, seed: 1 }))
  for (const [name, values] of initialise(blueprint, 1)) program.write(name, values)
  const random = createRandom(1, 'bench')
  program.write(
    'x',
    Float64Array.from({ length: batch * width }, () => random.normal()),
  )
  program.write('labels', randomLabels(random, batch))
  program.write('rate', [rate])
  program.write('step', [0])
  const step = async () => {
    const { finished } = await program.run(0, 1)
    if (finished !== 1) throw new Error(`depth ${depth}, width ${width}: the loss isn't finite`)
  }
  return { step, dispose: () => program.dispose() }
}

async function timeSteps(step, warmup = 1) {
  for (let index = 0; index < warmup; index++) await step()
  const times = []
  for (let index = 0; index < steps; index++) times.push(await stepMilliseconds(step))
  return times
}

/** Until V8 has compiled every kernel with its optimising compiler: at least two seconds and ten steps. */
async function warmUp(step) {
  const start = performance.now()
  for (let index = 0; index < 10 || performance.now() - start < 2000; index++) await step()
}

/** Rests so that threads of the other side, which poll for a while after their work, have gone to sleep. */
const settle = () => sleep(150)

async function benchTraining(backend, peer, row) {
  const name = `MLP ${row.depth} x ${row.width}, batch ${row.batch}`
  say(name)
  const ours = await prepareOurs(backend, row)
  await warmUp(ours.step)
  const times = { ours: [], 1: [], 2: [] }
  const threadCounts = peer ? [1, 2].filter((threads) => threads <= threadLimit) : []
  if (peer) {
    const { depth, width, batch } = row
    await peer.ask({ command: 'prepare', name, depth, width, batch, classes, rate })
    for (const threads of threadCounts)
      await peer.ask({ command: 'time', name, threads, warmup: 3, steps: 1, alone: isAlone })
  }
  for (let round = 0; round < rounds; round++) {
    await settle()
    times.ours.push(median(await timeSteps(ours.step)))
    for (const threads of threadCounts) {
      await settle()
      const answer = await peer.ask({ command: 'time', name, threads, warmup: 1, steps, alone: isAlone })
      times[threads].push(median(answer.times))
    }
  }
  ours.dispose()
  const row0 = {
    name,
    unit: 'ms',
    ours: median(times.ours),
    peer: null,
    ratio: null,
    reach: row.reach,
    beyond: row.beyond,
  }
  if (!peer) return row0
  const threads = threadLimit > 1 && median(times[2]) < median(times[1]) ? 2 : 1
  const ratios = times[threads].map((time, round) => time / times.ours[round])
  return {
    ...row0,
    peer: median(times[threads]),
    peerThreads: threads,
    peerByThreads: Object.fromEntries(threadCounts.map((count) => [count, median(times[count])])),
    ratio: median(ratios),
    ratios,
  }
}

// ---- The share of the peak

/** Ten independent sums: a fused multiply-add takes four cycles and two start in each, so eight keep both units busy. */
const sums = 10

async function createPeak(relaxed) {
  const lanes = createLanes('float32', relaxed)
  const module = new ModuleBuilder({ pages: 1, shared: false })
  module.function(
    'peak',
    ['i32'],
    [],
    (builder) => {
      const left = builder.parameter(0, 'i32')
      const totals = Array.from({ length: sums }, () => builder.local('v128', lanes.constant(1)))
      const [a, b] = [0.5, 0.7].map((value) => builder.local('v128', lanes.constant(value)))
      const countDown = () => {
        builder.set(left, i32.sub(left, i32.const(1)))
        return left
      }
      builder.repeatWhile(countDown, () => {
        for (const total of totals) builder.set(total, lanes.madd(a, b, total))
      })
      const total = totals.reduce((one, other) => lanes.add(one, other))
      lanes.storeScalar(builder, i32.const(0), lanes.extract(total, 0))
    },
    true,
  )
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const compiled = await WebAssembly.compile(module.toBytes())
  const { exports } = await WebAssembly.instantiate(compiled, { environment: { memory } })
  const iterations = 20_000_000
  return { work: () => exports.peak(iterations), operations: iterations * sums * 8 }
}

/** One of a dense layer's three products as a program of its own, on one thread. */
async function createProduct(backend, op, size) {
  const builder = new GraphBuilder()
  const inputs = ['a', 'b'].map((name) => builder.input(name, 'input', [size, size]))
  builder.output('product', builder.op(op, inputs, {}, op)[0])
  const program = await backend.compile(builder.finish(op))
  const random = createRandom(1, 'bench')
  for (const name of ['a', 'b']) {
    program.write(
      name,
      Float64Array.from({ length: size * size }, () => random.normal()),
    )
  }
  return { work: () => program.run(0, 1), operations: 2 * size ** 3, dispose: () => program.dispose() }
}

/** GFLOP/s of one call. */
const speed = async ({ work, operations }) => operations / (await processorMilliseconds(work)) / 1e6

async function benchProducts() {
  const size = 1024
  const relaxed = await enableRelaxedSimd()
  const backend = await createWasmBackend({ threads: 'inline' })
  const peak = await createPeak(relaxed)
  const names = { dense: 'forwards', denseInputGradient: 'input gradient', denseWeightGradient: 'weight gradient' }
  const rows = []
  for (const [op, label] of Object.entries(names)) {
    const name = `GEMM ${size}^3 ${label}, one thread, of the FMA peak`
    say(name)
    const product = await createProduct(backend, op, size)
    for (let index = 0; index < 15; index++) {
      await peak.work()
      await product.work()
    }
    const [shares, speeds, peaks] = [[], [], []]
    for (let round = 0; round < 5 * rounds; round++) {
      peaks.push(await speed(peak))
      speeds.push(await speed(product))
      shares.push(speeds[round] / peaks[round])
    }
    product.dispose()
    const bars = op === 'dense' ? { reach: 0.85, beyond: 0.95 } : {}
    rows.push({
      name,
      unit: 'GFLOP/s',
      ours: median(speeds),
      peak: median(peaks),
      peer: null,
      ratio: median(shares),
      ...bars,
    })
  }
  backend.dispose()
  return rows
}

// ---- What depth costs

function residualGraph(depth) {
  const network = parseNetwork(`residual-mlp:depth=${depth},width=32`, { classes })
  const optimizer = { kind: 'momentum', momentum: 0.9, weightDecay: 0 }
  const blueprint = createBlueprint(network, [32])
  return trainingGraph(blueprint, { batch: 64, loss: 'cross-entropy', optimizer, seed: 1 })
}

/** The module with an empty section of its own name: V8 doesn't compile again what has the same bytes. */
function unique(bytes, number) {
  return Buffer.concat([bytes, Buffer.from([0, 5, 4]), Buffer.from(String(number % 10_000).padStart(4, '0'))])
}

/** From the preset's text to a compiled WebAssembly module, and its bytes. */
async function benchCompile() {
  say('compile, depth 10,000 over depth 10')
  const settings = { precision: 'float32', ringSlots: 1, relaxed: await enableRelaxedSimd(), shared: true, threads: 2 }
  const bytesOf = (depth) => assemble(residualGraph(depth), settings).module.bytes
  let compiled = 0
  const compile = (depth) => async () => {
    await WebAssembly.compile(unique(bytesOf(depth), compiled++))
  }
  const depths = [10, 10_000]
  for (let index = 0; index < 20; index++) for (const depth of depths) await compile(depth)()
  const times = { 10: [], 10000: [] }
  for (let round = 0; round < 10 * rounds; round++) {
    for (const depth of round % 2 === 0 ? depths : [...depths].reverse())
      times[depth].push(await milliseconds(compile(depth)))
  }
  const [shallow, deep] = depths.map((depth) => bytesOf(depth).length)
  return [
    {
      name: 'compile time, residual-mlp 32, depth 10,000 over 10',
      unit: 'ms',
      ours: median(times[10000]),
      peer: null,
      shallow: median(times[10]),
      ratio: median(times[10000].map((time, round) => time / times[10][round])),
      most: 1.2,
    },
    {
      name: 'code, residual-mlp 32, depth 10,000 over 10',
      unit: 'bytes',
      ours: deep,
      peer: null,
      shallow,
      ratio: deep / shallow,
      most: 1.2,
    },
  ]
}

async function benchDepth(backend) {
  const name = 'step, MLP 64, batch 64, depth 2,000 over 200'
  say(name)
  const [shallow, deep] = [
    await prepareOurs(backend, { depth: 200, width: 64, batch: 64 }),
    await prepareOurs(backend, { depth: 2000, width: 64, batch: 64 }),
  ]
  for (const { step } of [shallow, deep]) await warmUp(step)
  const times = { shallow: [], deep: [] }
  for (let round = 0; round < rounds; round++) {
    times.shallow.push(median(await timeSteps(shallow.step)))
    times.deep.push(median(await timeSteps(deep.step)))
  }
  for (const { dispose } of [shallow, deep]) dispose()
  const ratio = median(times.deep.map((time, round) => time / times.shallow[round]))
  return { name, unit: 'ms', ours: median(times.deep), peer: null, shallow: median(times.shallow), ratio, most: 12 }
}

// ---- The table

function figure(value, unit) {
  if (value === null || value === undefined) return ''
  return `${value >= 1000 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`
}

function cells(row) {
  const { name, unit, ours, peer, peerThreads, peak, shallow, ratio, reach, beyond, most } = row
  const other = peer === null ? (peak ?? shallow) : peer
  const label = peerThreads ? ` (${peerThreads} thread${peerThreads > 1 ? 's' : ''})` : ''
  const bar = reach === undefined ? (most === undefined ? '' : `at most ${most}`) : `${reach}, then ${beyond}`
  const isMet = reach === undefined ? ratio <= most : ratio >= reach
  const verdict = bar === '' || ratio === null ? '' : isMet ? 'yes' : 'no'
  return [
    name,
    figure(ours, unit),
    `${figure(other, unit)}${label}`,
    ratio === null ? '' : ratio.toFixed(2),
    bar,
    verdict,
  ]
}

function table(rows) {
  const header = ['work', 'ours', 'other', 'ratio', 'to reach', 'reached']
  const lines = [header, ...rows.map(cells)]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const loadBefore = loadavg()[0]
const peer = await startPeer()
const about = peer ? describePeer(peer) : 'PyTorch: not available'
say(about)
const isWanted = (text) => text.includes(options.only)
const backend = await createWasmBackend({ threads: isAlone ? 'inline' : threadLimit })
const rows = []
for (const row of trainingRows) {
  if (isWanted(`MLP ${row.depth} x ${row.width}`)) rows.push(await benchTraining(backend, peer, row))
}
peer?.stop()
if (isWanted('GEMM')) rows.push(...(await benchProducts()))
if (isWanted('compile')) rows.push(...(await benchCompile()))
if (isWanted('depth')) rows.push(await benchDepth(backend))
backend.dispose()

const machine = {
  processor: cpus()[0].model.trim(),
  cores: availableParallelism(),
  node: process.versions.node,
  loadBefore,
  loadAfter: loadavg()[0],
}
if (options.json) {
  const described = peer ? { version: peer.version, blas: peer.blas, path: peer.path } : null
  console.log(JSON.stringify({ machine, peer: described, rounds, steps, threads: threadLimit, rows }, null, 2))
} else {
  const loads = `load ${machine.loadBefore.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`
  console.log(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${loads}\n${about}\n`)
  console.log(table(rows))
  console.log(
    `\nOurs on ${threadLimit} thread${isAlone ? ", by the processor's time" : 's'}; other: PyTorch; for GEMM the measured peak; for depth the shallower network. Medians.`,
  )
}
