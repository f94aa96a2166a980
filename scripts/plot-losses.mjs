/**
 * Plots losses of runs by step, as a figure (OUT.svg) and as numbers (OUT.json). Run `npm run build:modules`, then
 * `node scripts/plot-losses.mjs OUT TITLE NAME=RUN_FOLDER NAME=RUN_FOLDER ...`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineFigure } from '../build/report/line-figure.js'

/** Number of steps that each point of a thick line averages. A thin line has one point for each step. */
const averaged = 20

const [out, title, ...runs] = process.argv.slice(2)
if (runs.length === 0) throw new Error('expected OUT TITLE NAME=RUN_FOLDER ...')

function readRun(text) {
  const [name, folder] = text.split('=')
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n')
  const losses = lines.map((line) => JSON.parse(line)).filter(({ loss }) => typeof loss === 'number')
  return { name, losses: losses.map(({ step, loss }) => ({ step, loss })) }
}

/** The means of `averaged` consecutive losses, each placed at the middle step. */
function smoothed(losses) {
  const points = []
  for (let first = 0; first + averaged <= losses.length; first += averaged) {
    const some = losses.slice(first, first + averaged)
    points.push({ x: some[averaged / 2].step, y: some.reduce((sum, { loss }) => sum + loss, 0) / averaged })
  }
  return points
}

const read = runs.map(readRun)
const series = read.flatMap(({ name, losses }, color) => [
  { name, color, thin: true, points: losses.map(({ step, loss }) => ({ x: step, y: loss })) },
  { name, color, points: smoothed(losses) },
])
const ends = read.map(({ name, losses }) => {
  const last = smoothed(losses).at(-1)
  return `${name}: ${losses[0].loss.toFixed(3)} at first, ${last?.y.toFixed(3)} in the last ${averaged} of ${losses.length} steps`
})
const svg = lineFigure({
  title,
  description: `${title}. ${ends.join('; ')}.`,
  x: { label: 'Step' },
  y: { label: 'Training loss of each batch' },
  series,
  width: 620,
  height: 330,
})
writeFileSync(`${out}.svg`, svg)
const numbers = read.map(({ name, losses }) => ({ name, losses: losses.map(({ loss }) => Number(loss.toFixed(5))) }))
writeFileSync(`${out}.json`, `${JSON.stringify({ title, runs: numbers })}\n`)
console.log(ends.join('\n'))
