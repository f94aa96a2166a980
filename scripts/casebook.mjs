/**
 * Runs the case book: networks with known diseases. `node scripts/casebook.mjs [--seeds 101,102,103] [--only NAME,...] [--out FILE]`
 * after `npm run build`. Writes the table and the confusion matrix as Markdown.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { cases } from '../dist/casebook/cases.js'
import { casebookPage } from '../dist/casebook/page.js'
import { runCase } from '../dist/casebook/run.js'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '601,602,603' },
    only: { type: 'string' },
    out: { type: 'string' },
    verbose: { type: 'boolean' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const names = values.only?.split(',')
const results = []
for (const seed of seeds) {
  for (const one of cases.filter(({ name }) => names === undefined || names.includes(name))) {
    const { result, diagnosis } = await runCase(one, seed)
    results.push(result)
    const { verdict, findings, seconds, isRight, expected } = result
    const about = `${verdict} (${findings.join(', ')}), expected ${expected.join(' or ')}; ${seconds.toFixed(0)} s`
    console.log(`${isRight ? 'right' : 'WRONG'}  ${one.name}, seed ${seed}: ${about}`)
    if (values.verbose || !isRight) for (const sentence of diagnosis.answer) console.log(`       ${sentence}`)
  }
}
const wrong = results.filter(({ isRight }) => !isRight).length
console.log(`${results.length - wrong} right, ${wrong} wrong`)
if (values.out) writeFileSync(values.out, casebookPage(results))
process.exitCode = wrong > 0 ? 1 : 0
