/**
 * Rewrites test/golden/*.json: passes the weights and the data of each case to PyTorch and stores PyTorch's answer.
 * Debian's python3 with python3-torch runs make_golden.py.
 *
 *     node test/golden/make_golden.mjs [CASE...]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createViteServer } from 'vitest/node'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Loads the cases, which are TypeScript files, in the same way as the tests. */
async function loadCases() {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const server = await createViteServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  })
  const { createGoldenData, batchIndices, errorBatchIndices, goldenCases } =
    await server.ssrLoadModule('/test/golden/cases.ts')
  const { convolutionalCases } = await server.ssrLoadModule('/test/golden/convolutional-cases.ts')
  const cases = [...goldenCases, ...convolutionalCases]
  return { cases, createGoldenData, batchIndices, errorBatchIndices, close: () => server.close() }
}

/** Writes each list of numbers on one line, so that people can read and compare the files. */
function toText(golden, digits = 14) {
  const shorten = (_key, value) => (typeof value === 'number' ? Number(value.toPrecision(digits)) : value)
  const text = JSON.stringify(golden, shorten, 2)
  return `${text.replace(/\[[^[\]{}"]*\]/g, (list) => list.replace(/\s+/g, ' '))}\n`
}

const { cases, createGoldenData, batchIndices, errorBatchIndices, close } = await loadCases()
const wanted = process.argv.slice(2)
for (const golden of cases) {
  if (wanted.length > 0 && !wanted.includes(golden.name)) continue
  const folder = mkdtempSync(join(tmpdir(), 'isobath-golden-'))
  const { blueprint, weights, x, labels, targets, sha256 } = createGoldenData(golden)
  const { float64Steps = golden.steps, sampled = 50 } = golden
  const length = Math.max(golden.steps, float64Steps)
  const batches = Array.from({ length }, (_, step) => batchIndices(golden, step))
  const parameters = blueprint.parameters.map(({ name, role, shape, loops, trainable }, index) => {
    writeFileSync(join(folder, `parameter${index}.f64`), weights.get(name))
    return { name, role, shape, loops, trainable, file: `parameter${index}.f64` }
  })
  writeFileSync(join(folder, 'x.f32'), x)
  writeFileSync(join(folder, 'labels.i32'), labels)
  writeFileSync(join(folder, 'targets.f32'), targets)
  const facts = { root: blueprint.root, parameters, batches, errorBatches: errorBatchIndices(golden) }
  const problem = { ...golden, float64Steps, sampled, ...facts }
  writeFileSync(join(folder, 'problem.json'), JSON.stringify(problem))
  execFileSync('/usr/bin/python3', [join(here, 'make_golden.py'), folder], { stdio: 'inherit' })
  const answer = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))
  writeFileSync(join(here, `${golden.name}.json`), toText({ case: golden, sha256, ...answer }, golden.digits))
  rmSync(folder, { recursive: true })
  console.log(`${golden.name}: loss ${answer.float64.losses[0]} to ${answer.float64.losses.at(-1)}`)
}
await close()
