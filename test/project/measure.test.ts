/** Tests the parts of the scripts that measure the diagnosis. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openResults, percent, table, timeLeft } from '../../scripts/measure/program.mjs'
import { writeRegression } from '../../scripts/measure/regression.mjs'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()

test('finished results are kept for the next run, and failures are not', async () => {
  let calls = 0
  const work = (result: object) => async () => {
    calls++
    return result
  }
  const first = openResults(root)
  expect(first.has('a')).toBe(false)
  expect(await first.keep('a', work({ error: 0.5 }))).toEqual({ error: 0.5 })
  expect(await first.keep('b', work({ failure: 'no' }))).toEqual({ failure: 'no' })
  expect(await first.keep('b', work({ error: 1 }))).toEqual({ failure: 'no' })
  const next = openResults(root)
  expect([next.has('a'), next.has('b'), next.has('toString')]).toEqual([true, false, false])
  expect(await next.keep('a', work({ error: 1 }))).toEqual({ error: 0.5 })
  expect(await next.keep('b', work({ error: 1 }))).toEqual({ error: 1 })
  expect(calls).toBe(3)
})

test('the table of a regression has the values of the function, the same for each seed', () => {
  const [one, again, other] = ['one', 'again', 'other'].map((name) => join(root, `${name}.csv`))
  writeRegression(one, { rows: 50, noise: 0, seed: 3 })
  writeRegression(again, { rows: 50, noise: 0, seed: 3 })
  writeRegression(other, { rows: 50, noise: 1, seed: 4 })
  const text = readFileSync(one, 'utf8')
  expect(readFileSync(again, 'utf8')).toBe(text)
  expect(readFileSync(other, 'utf8')).not.toBe(text)
  const [head, ...rows] = text.trim().split('\n')
  expect(head).toBe('a,b,c,d,e,y')
  expect(rows.length).toBe(50)
  for (const row of rows) {
    const [a, b, c, d, e, y] = row.split(',').map(Number)
    expect(y).toBeCloseTo(10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e, 3)
  }
})

test('errors, times and tables are written as text', () => {
  expect([0.0123, null, 1, 18_873].map(percent)).toEqual(['1.2%', 'diverged', '100.0%', 'over 1000%'])
  expect([timeLeft([], 3), timeLeft([2, 4], 3), timeLeft([60], 10), timeLeft([60], 0)]).toEqual([
    '',
    'about 9 s left',
    'about 10 minutes left',
    '',
  ])
  expect(table(['a', 'b'], [['x|y', 2]])).toBe('| a | b |\n| --- | --- |\n| x\\|y | 2 |')
})
