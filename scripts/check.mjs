/**
 * Runs every check of the project: types, lint, format, and tests, which include layering and cycles. A failed check
 * does not stop the others. The last line counts the passed and failed tests of vitest, plus one for each other check.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { resolve } = createRequire(import.meta.url)

/** Runs a program of a package and shows its output. Returns whether the program ended with status 0. */
function runs(name, script, args) {
  console.log(`\n== ${name}`)
  try {
    const path = join(dirname(resolve(`${script.package}/package.json`)), script.path)
    const { status, signal, error } = spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' })
    if (error) throw error
    if (status !== 0) console.log(`${name}: ${signal ? `ended by ${signal}` : `exit status ${status}`}`)
    return status === 0
  } catch (error) {
    console.log(`${name}: could not start: ${error.message}`)
    return false
  }
}

/** Reads vitest's report. Returns undefined if vitest wrote none. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    console.log(`tests: no report: ${error.message}`)
    return undefined
  }
}

/** Counts the tests of files in vitest's report. A file that failed before its first test counts as one failure. */
function countTests(files) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { status, assertionResults } of files) {
    const states = assertionResults.map((one) => one.status)
    const failed = states.filter((state) => state === 'failed').length
    counts.passed += states.filter((state) => state === 'passed').length
    counts.failed += status === 'failed' && failed === 0 ? 1 : failed
    counts.skipped += states.filter((state) => state === 'skipped' || state === 'todo').length
  }
  return counts
}

/** Whether a test of the file neither passed, failed nor was skipped, because the process of the file ended before. */
const isUnfinished = ({ assertionResults }) => assertionResults.some(({ status }) => status === 'pending')

/**
 * Runs the tests and counts them. If the process of a test file ends unexpectedly and no test has failed, the file runs
 * once more. The output names the file and the tests that were not finished.
 */
function runTests(folder) {
  const run = (name, files) => {
    const reportPath = join(folder, `${name.replaceAll(' ', '-')}.json`)
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]
    const isGreen = runs(name, vitest, ['run', ...reporters, ...files])
    return { isGreen, results: readReport(reportPath)?.testResults ?? [] }
  }
  const all = run('tests', [])
  const unfinished = all.results.filter(isUnfinished)
  for (const { name, assertionResults } of unfinished) {
    const open = assertionResults.filter(({ status }) => status === 'pending').map(({ fullName }) => fullName)
    console.log(`the process of ${name} ended unexpectedly, before these tests: ${open.join('; ')}`)
  }
  const counts = countTests(all.results.filter((file) => !isUnfinished(file)))
  let { isGreen } = all
  if (unfinished.length > 0 && counts.failed === 0) {
    const again = run(
      'tests again',
      unfinished.map(({ name }) => name),
    )
    for (const [key, count] of Object.entries(countTests(again.results))) counts[key] += count
    isGreen = again.isGreen
  }
  // Vitest can fail without a failed test: on an error outside the tests, or if no test was found.
  if (counts.failed === 0 && (!isGreen || counts.passed === 0)) counts.failed = 1
  return counts
}

/** Installs Chromium for the tests of pages, if this process is root. Without Chromium, these tests are skipped. */
function installChromium() {
  if (process.env.CHROMIUM || existsSync('/usr/bin/chromium') || process.getuid?.() !== 0) return
  const aptGet = (...words) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    return spawnSync('apt-get', words, { env, stdio: 'ignore', timeout: 300_000 }).status === 0
  }
  const install = () => aptGet('install', '--yes', '--no-install-recommends', 'chromium')
  console.log('\n== chromium, for the tests of pages: apt-get install chromium')
  if (!install() && !(aptGet('update') && install())) console.log('chromium: could not be installed')
}

const typescript = { package: 'typescript', path: 'bin/tsc' }
const biome = { package: '@biomejs/biome', path: 'bin/biome' }
const vitest = { package: 'vitest', path: 'vitest.mjs' }

const checks = [
  runs('types', typescript, ['-p', 'tsconfig.json', '--noEmit']),
  runs('lint', biome, ['lint', '--error-on-warnings', '.']),
  runs('format', biome, ['format', '.']),
]
installChromium()
const folder = mkdtempSync(join(tmpdir(), 'isobath-check-'))
const tests = runTests(folder)
rmSync(folder, { recursive: true, force: true })

const passed = tests.passed + checks.filter((isGreen) => isGreen).length
const failed = tests.failed + checks.filter((isGreen) => !isGreen).length
process.exitCode = failed === 0 ? 0 : 1
console.log(`\n${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
