/**
 * Every check of the project, in turn: types, lint, format, tests (layering and cycles are among them). All of them run,
 * whatever fails; the last line counts what passed and what failed: vitest's tests, and one for each other check.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { resolve } = createRequire(import.meta.url)

/** Runs a package's program, its output streaming through; true when it ended with status 0. */
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

/** What vitest counted; a file that failed before its first test counts as one failure. */
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
  // Vitest also fails without any failed test: on an error outside the tests, or when it found none.
  if (!isGreen && counts.failed === 0) counts.failed = 1
  return counts
}

/** The tests of pages need Chromium. They are skipped where it is missing and this may not install it. */
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
