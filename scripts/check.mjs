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

/** Counts the tests in vitest's report. A file that failed before its first test counts as one failure. */
function countTests(isGreen, reportPath) {
  let counts = { passed: 0, failed: 0, skipped: 0 }
  try {
    const report = JSON.parse(readFileSync(reportPath, 'utf8'))
    const broken = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
    )
    counts = {
      passed: report.numPassedTests,
      failed: report.numFailedTests + broken.length,
      skipped: report.numPendingTests + report.numTodoTests,
    }
  } catch (error) {
    console.log(`tests: no report: ${error.message}`)
    counts.failed = 1
  }
  // Vitest can fail without a failed test: on an error outside the tests, or if no test was found.
  if (!isGreen && counts.failed === 0) counts.failed = 1
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
const reportPath = join(folder, 'tests.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]
const tests = countTests(runs('tests', vitest, ['run', ...reporters]), reportPath)
rmSync(folder, { recursive: true, force: true })

const passed = tests.passed + checks.filter((isGreen) => isGreen).length
const failed = tests.failed + checks.filter((isGreen) => !isGreen).length
process.exitCode = failed === 0 ? 0 : 1
console.log(`\n${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
