/** Runs the built program for scripts that measure the diagnosis, one command at a time, and keeps finished results. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const build = fileURLToPath(new URL('../../build/', import.meta.url))
const runs = fileURLToPath(new URL('../../runs/', import.meta.url))

/** A hash of the built code, so that results of another build are not taken for results of this build. */
function buildHash(built) {
  const hash = createHash('sha256')
  const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(built, name)))
  return hash.digest('hex').slice(0, 12)
}

/**
 * Makes the folder of a script's results for the present build: runs/NAME-BUILD. `usesModules`: whether the script imports
 * the modules of `npm run build:modules` and does not run the built program.
 */
export function resultFolder(name, { usesModules = false } = {}) {
  const folder = join(runs, `${name}-${buildHash(usesModules ? build : dist)}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Runs a command with --json in a folder. Returns the JSON document, the seconds that the command took, and null; or, if
 * the command failed, null in place of the document, and the first line of its error.
 */
export function runJson(words, folder) {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(dist, 'isobath.js'), ...words, '--json'], { cwd: folder })
    const ended = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8')
      child[stream].on('data', (part) => {
        ended[stream] += part
      })
    }
    child.on('error', reject)
    child.on('close', (status) => {
      const seconds = (performance.now() - began) / 1000
      if (status === 0) resolve({ document: JSON.parse(ended.stdout), seconds, failure: null })
      else {
        const failure = ended.stderr.split('\n').find((line) => line.startsWith('isobath: ')) ?? `status ${status}`
        resolve({ document: null, seconds, failure: failure.replace('isobath: ', '') })
      }
    })
  })
}

/**
 * Opens the file `results.json` of a folder. `keep(key, work)` returns the kept result of the key, or does the work and
 * keeps its result. A result with a `failure` is kept for the present run of the script alone, so that the next run
 * tries the work again.
 */
export function openResults(folder) {
  const file = join(folder, 'results.json')
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const failed = new Map()
  return {
    has: (key) => Object.hasOwn(kept, key),
    keep: async (key, work) => {
      if (Object.hasOwn(kept, key)) return kept[key]
      if (failed.has(key)) return failed.get(key)
      const result = await work()
      if (result.failure) {
        failed.set(key, result)
        return result
      }
      kept[key] = result
      writeFileSync(`${file}.partial`, JSON.stringify(kept, null, 1))
      renameSync(`${file}.partial`, file)
      return result
    },
  }
}

/** Trains a network, and returns its training and test error (null if the training diverged). */
export async function trainingErrors(words, folder) {
  const { document, failure } = await runJson(words, folder)
  if (document === null) return { train: null, test: null, failure }
  return { train: document.train.error, test: document.test.error, diverged: document.diverged !== null }
}

/** Poses a network to the diagnosis. */
export async function diagnosisOf(words, folder) {
  const { document, seconds, failure } = await runJson(words, folder)
  if (document === null) return { failure, seconds }
  const { verdict, answer, findings, ruledOut, cure = null } = document
  const causes = (list) => list.map(({ cause }) => cause)
  return { verdict, answer: answer[0], findings: causes(findings), ruledOut: causes(ruledOut), cure, seconds }
}

/** Writes the time that is left: `about 3 minutes left`. `times`: the seconds of each cell that was done so far. */
export function timeLeft(times, cells) {
  if (times.length === 0 || cells === 0) return ''
  const seconds = (times.reduce((sum, one) => sum + one, 0) / times.length) * cells
  return seconds < 90 ? `about ${Math.ceil(seconds)} s left` : `about ${Math.round(seconds / 60)} minutes left`
}

/** An error as percent, or `diverged`. */
export function percent(error) {
  if (error === null || error === undefined) return 'diverged'
  return error > 10 ? 'over 1000%' : `${(100 * error).toFixed(1)}%`
}

/** A table in Markdown. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
