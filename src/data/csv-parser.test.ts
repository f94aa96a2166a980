import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../test/support/seed.ts'
import { refusal } from '../../test/support/refusal.ts'
import { createCsvParser, detectSeparator } from './csv-parser.ts'

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

/** The rows of a text that comes in pieces of so many characters. */
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

describe('the parser', () => {
  test('reads what was printed, in pieces of any length', () => {
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

  test('counts lines where rows begin, those in quotes too, and skips empty ones', () => {
    expect(parse('a,b\r\n\r\n"x\ny",2\n\n\n3,4')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 3, cells: ['x\ny', '2'] },
      { line: 7, cells: ['3', '4'] },
    ])
  })

  test('is lenient where nothing else can be meant', () => {
    expect(cellsOf('1, "a, b"\n5" pipe,x""y\n')).toEqual([
      ['1', 'a, b'],
      ['5" pipe', 'x""y'],
    ])
    expect(cellsOf(',\n')).toEqual([['', '']])
    expect(cellsOf('')).toEqual([])
    expect(cellsOf('""\n')).toEqual([['']])
  })

  test('refuses quotes that make no sense, and rows without end', () => {
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
      "IsobathError: t.csv, line 2: cell 2: expected the separator or the line's end after the closing quote, got "y\\n". Double quotes within quotes.
      IsobathError: t.csv, line 2: expected a closing quote, got the end of the file. Close it, or double it.
      IsobathError: t.csv, line 1: expected rows of at most 4,194,304 characters, got more. Check that it is a CSV file.
      IsobathError: t.csv, line 1: expected rows of at most 4,194,304 characters, got more. Close the quote that was opened."
    `)
  })
})

test('the separator is the one that the first line has most of, outside quotes', () => {
  expect(detectSeparator('a,b;c,d\n;;;;')).toBe(',')
  expect(detectSeparator('"a,b,c,d";e\n')).toBe(';')
  expect(detectSeparator('a b\tc\n')).toBe('\t')
  expect(detectSeparator('alone\n1,2')).toBe(',')
})
