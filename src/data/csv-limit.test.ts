import { expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { readCsv } from './csv.ts'

it('readCsv refuses a table whose words would become too many values for the memory', async () => {
  const rows = Array.from({ length: 300_000 }, (_, row) => `w${row % 1000},${row % 2}`)
  const bytes = new TextEncoder().encode(`word,label\n${rows.join('\n')}\n`)
  const source = { name: 'wide.csv', bytes: [bytes] }
  expect(await laterRefusal(() => readCsv(source, { categorical: ['word'] }))).toMatchInlineSnapshot(
    `"IsobathError: wide.csv: expected at most 268,435,456 values, got 300000 rows of 1000 values. Use ignore to leave out columns with many different words."`,
  )
})
