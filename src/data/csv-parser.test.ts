import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../test/support/seed.ts'
import { refusal } from '../../test/support/refusal.ts'
import { createCsvParser, detectSeparator } from './csv-parser.ts'

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/** Returns the rows of a text that is pushed in pieces of `pieceLength` characters. */
function parse(text: string, separator = ',', pieceLength = text.length + 1): Row[] {
  const rows: Row[] = []
  const parser = createCsvParser('t.csv', separator, (cells, line) => rows.push({ line, cells }))
  for (let from = 0; from < text.length; from += pieceLength) parser.push(text.slice(from, from + pieceLength))
  parser.end()
  return rows
}

const cellsOf = (text: string, separator?: string): unknown => parse(text, separator).map(({ cells }) => cells)

function print(table: readonly (readonly string[])[], separator: string, lineEnd: string): string {
  const quote = (cell: string): string => {
    const plain = !/["\r\n]/.test(cell) && !cell.includes(separator) && cell !== ''
    return plain ? cell : `"${cell.replaceAll('"', '""')}"`
  }
  return table.map((row) => row.map(quote).join(separator) + lineEnd).join('')
}

describe('the CSV parser', () => {
  test('reads a printed table again, in pieces of any length', () => {
    const character = fc.constantFrom('a', 'b', '1', '.', ' ', ',', ';', '\t', '"', '\n', '\r', 'é', '😀')
    const cell = fc.array(character, { maxLength: 6 }).map((characters) => characters.join(''))
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 6 })
    const separators = fc.constantFrom(',', ';', '\t', '|', ' ')
    const lineEnds = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(table, separators, lineEnds, fc.integer({ min: 1, max: 7 }), (rows, separator, end, length) => {
        expect(parse(print(rows, separator, end), separator, length).map(({ cells }) => cells)).toEqual(rows)
      }),
      { numRuns: 500 },
    )
  })

  test('reports the first line of each row, counts lines in quotes and skips empty rows', () => {
    expect(parse('a,b\r\n\r\n"x\ny",2\n\n\n3,4')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 3, cells: ['x\ny', '2'] },
      { line: 7, cells: ['3', '4'] },
    ])
  })

  test('is lenient if only one meaning is possible', () => {
    expect(cellsOf('1, "a, b"\n5" pipe,x""y\n')).toEqual([
      ['1', 'a, b'],
      ['5" pipe', 'x""y'],
    ])
    expect(cellsOf(',\n')).toEqual([['', '']])
    expect(cellsOf('')).toEqual([])
    expect(cellsOf('""\n')).toEqual([['']])
  })

  test('refuses misplaced quotes and endless rows', () => {
    const wide = 'x'.repeat(2 ** 16)
    const all = [
      () => parse('a,b\n1,"x"y\n'),
      () => parse('a,b\n1,"x\n2,3\n'),
      () => {
        const parser = createCsvParser('t.csv', ',', () => {})
        for (let piece = 0; piece < 100; piece++) parser.push(wide)
      },
      () => {
        const parser = createCsvParser('t.csv', ',', () => {})
        parser.push('"')
        for (let piece = 0; piece < 100; piece++) parser.push(wide)
      },
    ]
    expect(all.map(refusal).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: t.csv, line 2: cell 2: expected the separator or a line end after the closing quote, got "y\\n". In a quoted cell, write each quote twice.
      IsobathError: t.csv, line 2: expected a closing quote, got the end of the file. Add the quote, or write a quote that belongs to the cell twice.
      IsobathError: t.csv, line 1: expected rows of at most 4,194,304 characters, got more. Check that the file is a CSV file.
      IsobathError: t.csv, line 1: expected rows of at most 4,194,304 characters, got more. Add the missing closing quote."
    `)
  })
})

test('detectSeparator returns the most frequent separator outside quotes in the first line', () => {
  expect(detectSeparator('a,b;c,d\n;;;;')).toBe(',')
  expect(detectSeparator('"a,b,c,d";e\n')).toBe(';')
  expect(detectSeparator('a b\tc\n')).toBe('\t')
  expect(detectSeparator('alone\n1,2')).toBe(',')
})
