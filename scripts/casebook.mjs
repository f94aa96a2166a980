/**
 * Diagnoses the case book, which is a set of networks with known faults, in about 15 minutes:
 * `npm run casebook -- [--seeds 101,102,103] [--only NAME ...] [--out FILE]`. The script writes a table and the
 * confusion matrix to docs/casebook.md. With `--only`, the script writes a file only if `--out` names the file.
 *
 * Finished cases are kept in runs/casebook-BUILD/results.json, and the script goes on from there if it was stopped.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { cases } from '../build/casebook/cases.js'
import { casebookPage } from '../build/casebook/page.js'
import { runCase } from '../build/casebook/run.js'
import { openResults, resultFolder } from './measure/program.mjs'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '701,702,703' },
    only: { type: 'string', multiple: true },
    out: { type: 'string' },
    verbose: { type: 'boolean' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const names = values.only
const kept = openResults(resultFolder('casebook', { usesModules: true }))
const results = []
for (const seed of seeds) {
  for (const one of cases.filter(({ name }) => names === undefined || names.includes(name))) {
    const { result, answer } = await kept.keep(`${one.name}, seed ${seed}`, async () => {
      const { result, diagnosis } = await runCase(one, seed)
      return { result, answer: diagnosis.answer }
    })
    results.push(result)
    const { verdict, findings, seconds, isRight, expected } = result
    const about = `${verdict} (${findings.join(', ')}), expected ${expected.join(' or ')}; ${seconds.toFixed(0)} s`
    console.log(`${isRight ? 'right' : 'WRONG'}  ${one.name}, seed ${seed}: ${about}`)
    if (values.verbose || !isRight) for (const sentence of answer) console.log(`       ${sentence}`)
  }
}
const wrong = results.filter(({ isRight }) => !isRight).length
console.log(`${results.length - wrong} right, ${wrong} wrong`)
const out = values.out ?? (names === undefined ? 'docs/casebook.md' : undefined)
if (out) writeFileSync(out, casebookPage(results))
process.exitCode = wrong > 0 ? 1 : 0
