/**
 * Plots training and test error of runs by step, as two figures (OUT-training.svg, OUT-test.svg), as numbers (OUT.json)
 * and as a table on stdout. Run `npm run build:modules`, then `node scripts/plot-errors.mjs OUT TITLE RUN_FOLDER ...`.
 * The runs must have been made with `--evaluate-every`. An unfinished run is drawn up to its last evaluation.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineFigure } from '../build/report/line-figure.js'

const [out, title, ...folders] = process.argv.slice(2)
if (folders.length === 0) throw new Error('expected OUT TITLE RUN_FOLDER ...')

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))
const percent = (error) => (error === null ? 'none' : `${(100 * error).toFixed(2)}%`)

function readRun(folder) {
  // Format 1 of run.json called the settings `recipe`.
  const { label, recipe, settings = recipe, seed } = readJson(join(folder, 'run.json'))
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n')
  const evaluations = lines.map((line) => JSON.parse(line)).filter(({ test }) => test !== undefined)
  const result = join(folder, 'result.json')
  const ended = existsSync(result) ? readJson(result) : undefined
  // A run that was stopped has no scores.
  return { label, steps: settings.steps, seed, evaluations, result: ended?.interrupted ? undefined : ended }
}

const runs = folders.map(readRun)
const seriesOf = (set) =>
  runs.map(({ label, evaluations }) => ({
    name: label,
    marks: true,
    points: evaluations.map((one) => ({ x: one.step, y: one[set].error === null ? null : 100 * one[set].error })),
  }))
const heading = { train: 'training', test: 'test' }
for (const set of ['train', 'test']) {
  const series = seriesOf(set)
  const ends = series.map(({ name, points }) => `${name} ${points.at(-1)?.y?.toFixed(1)}%`)
  const svg = lineFigure({
    title: `${title}: ${heading[set]} error`,
    description: `${title}: ${heading[set]} error by step. At the end: ${ends.join(', ')}.`,
    x: { label: 'Step' },
    y: { label: `${heading[set][0].toUpperCase()}${heading[set].slice(1)} error, %` },
    series,
    width: 620,
    height: 330,
  })
  writeFileSync(`${out}-${heading[set]}.svg`, svg)
}
writeFileSync(
  `${out}.json`,
  `${JSON.stringify({ title, runs: runs.map(({ result, ...run }) => ({ ...run, train: result?.train, test: result?.test })) }, null, 1)}\n`,
)
console.log('| network | steps | training error | test error | minutes |\n|---|---|---|---|---|')
for (const { label, steps, evaluations, result } of runs) {
  const last = result ?? evaluations.at(-1)
  const reached = result ? `${steps}` : `${last?.step ?? 0} of ${steps}`
  const minutes = result ? (result.seconds / 60).toFixed(0) : ''
  console.log(
    `| ${label} | ${reached} | ${percent(last?.train.error ?? null)} | ${percent(last?.test.error ?? null)} | ${minutes} |`,
  )
}
