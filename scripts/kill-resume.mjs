/**
 * Kills a training with SIGKILL at random moments, resumes it each time, and compares the result with an undisturbed
 * run. The hash of the weights, every byte of the metrics and of the last checkpoint's tensors, and the scores must be
 * equal. The runs are evaluated during training, and the warm-up ends at a training error.
 *
 *     node scripts/kill-resume.mjs [--kills 20] [--seed 1] [--steps 12000] [--optimizers momentum,adam] [--program FILE]
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '12000' },
    optimizers: { type: 'string', default: 'momentum,adam' },
    program: { type: 'string', default: fileURLToPath(new URL('../dist/isobath.js', import.meta.url)) },
  },
})
const [kills, steps] = [values.kills, values.steps].map(Number)

/** Creates a generator of numbers from 0 to below 1, which depend only on the seed (mulberry32). */
function createRandom(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs the program, and kills it when `moment` resolves, unless the program has ended before. */
function run(words, folder, moment) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [values.program, ...words], { cwd: folder })
    const ended = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (part) => {
        ended[stream] += part
      })
    }
    const over = new AbortController()
    moment?.(over.signal).then(() => child.kill('SIGKILL'), reject)
    child.on('error', reject)
    child.on('close', (status, signal) => {
      over.abort()
      resolve({ ...ended, status, signal })
    })
  })
}

/** Waits until `isSo` returns true, checked every 3 milliseconds, or until the process has ended. */
async function until(isSo, over) {
  while (!over.aborted && !isSo()) await sleep(3)
}

function lastCheckpoint(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return Math.max(-1, ...names.flatMap((name) => /^checkpoint-(\d+)\.safetensors$/.exec(name)?.[1] ?? []).map(Number))
}

async function finish(words, folder, moment) {
  const ended = await run([...words, '--json'], folder, moment)
  if (ended.status === 0) return JSON.parse(ended.stdout)
  throw new Error(`isobath ${words.join(' ')}: status ${ended.status}\n${ended.stderr}`)
}

/** Describes the files that a killed process left behind. */
function describeRemains(folder) {
  if (!existsSync(join(folder, 'run.json'))) return 'before run.json'
  const names = readdirSync(folder)
  const metrics = readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
  const remains = [`checkpoint ${lastCheckpoint(folder)}`, `${metrics.split('\n').length - 1} lines`]
  if (names.some((name) => name.endsWith('.partial'))) remains.push('a file half written')
  if (metrics !== '' && !metrics.endsWith('\n')) remains.push('a torn line')
  return remains.join(', ')
}

/** The parts of a result that must be equal for a resumed and an undisturbed run. */
function resultOf(folder, { losses, train, test, bestTest, evaluations, warmup, weightsSha256, diverged, steps }) {
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
  for (const name of ['seconds', 'trainingSeconds', 'measuringSeconds', 'scoringSeconds']) delete result[name]
  const checkpoint = readFileSync(join(folder, `checkpoint-${steps}.safetensors`))
  const tensors = checkpoint.subarray(8 + Number(checkpoint.readBigUInt64LE(0)))
  return {
    printed: { losses, train, test, bestTest, evaluations, warmup, weightsSha256, diverged, steps },
    result,
    metrics: readFileSync(join(folder, 'metrics.jsonl'), 'utf8'),
    tensors: createHash('sha256').update(tensors).digest('hex'),
    files: readdirSync(folder).sort(),
  }
}

async function checkOptimizer(optimizer, random, root) {
  const [unbroken, broken] = ['unbroken', 'broken'].map((name) => join(root, `${optimizer}-${name}`))
  const options = `--data glyphs --samples 1000 --batch 32 --steps ${steps} --optimizer ${optimizer} --schedule cosine --warmup-until-error 0.3 --evaluate-every 70`
  const session = (folder) =>
    existsSync(join(folder, 'run.json')) ? ['train', '--resume', folder] : [...words, '--run', folder]
  const words = `train residual-mlp:depth=4,width=24,norm=batch ${options} --log-every 3 --checkpoint-every 40`.split(
    ' ',
  )
  const started = performance.now()
  let startUp = 0
  const watch = async (over) => {
    await until(() => existsSync(join(unbroken, 'run.json')), over)
    startUp = performance.now() - started
    await until(() => false, over)
  }
  const expected = resultOf(unbroken, await finish([...words, '--run', unbroken], root, watch))
  console.log(`${optimizer}: the undisturbed run took ${((performance.now() - started) / 1000).toFixed(1)} s`)

  let done = 0
  for (; done < kills; done++) {
    // One kill in four happens during the start. The other kills are spread over the run, and the last kill still
    // leaves a part of the run.
    const early = random() < 0.25
    const step = Math.floor(((done + random()) / (kills + 1)) * steps)
    const delay = random() * (early ? startUp : 30)
    const moment = async (over) => {
      if (!early) await until(() => lastCheckpoint(broken) >= step, over)
      await sleep(delay)
    }
    const { signal } = await run(session(broken), root, moment)
    if (signal !== 'SIGKILL') break
    const when = early ? `${Math.round(delay)} ms after its start` : `${Math.round(delay)} ms after step ${step}`
    console.log(`  kill ${String(done + 1).padStart(2)}, ${when}: ${describeRemains(broken)}`)
  }
  if (done < kills) console.log(`  the run ended after ${done} kills; use more --steps for more kills`)
  const actual = resultOf(broken, await finish(session(broken), root))
  const different = Object.keys(expected).filter(
    (part) => JSON.stringify(actual[part]) !== JSON.stringify(expected[part]),
  )
  const { weightsSha256 } = expected.printed
  const verdict = different.length === 0 ? 'the same' : `DIFFERENT: ${different.join(', ')}`
  console.log(
    `  weights ${weightsSha256.slice(0, 16)}... and ${actual.printed.weightsSha256.slice(0, 16)}..., all: ${verdict}`,
  )
  return different.length === 0
}

const root = mkdtempSync(join(tmpdir(), 'isobath-kill-'))
try {
  const random = createRandom(Number(values.seed))
  for (const optimizer of values.optimizers.split(',')) {
    if (!(await checkOptimizer(optimizer, random, root))) process.exitCode = 1
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
