import { expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { readCsv } from './csv.ts'

it('A table whose words would become more values than memory should hold is refused before they do.', async () => {
  const rows = Array.from({ length: 300_000 }, (_, row) => `w${row % 1000},${row % 2}`)
  const bytes = new TextEncoder().encode(`word,label\n${rows.join('\n')}\n`)
  const source = { name: 'wide.csv', bytes: [bytes] }
  expect(await laterRefusal(() => readCsv(source, { categorical: ['word'] }))).toMatchInlineSnapshot(
    `"IsobathError: wide.csv: expected at most 268,435,456 values, got 300000 rows of 1000. Leave columns with many words out with ignore."`,
  )
})
