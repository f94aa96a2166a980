/** Parses CSV text into rows of cells, piece by piece (RFC 4180). */
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'

/** Called with the cells of every row that isn't empty, and with the number of the row's first line, counted from 1. */
export type OnRow = (cells: string[], line: number) => void

/**
 * Largest number of characters in a row, including line breaks in quotes. The limit keeps a quote that is never closed
 * from filling the memory.
 */
const LONGEST_ROW = 2 ** 22

const TAB = 9
const SPACE = 32
const QUOTE = 34
const LINE_FEED = 10
const RETURN = 13

/**
 * State of the parser: before a cell, in a plain cell, between quotes, or after a quote that may be the closing quote.
 */
type ParserState = 'start' | 'plain' | 'quoted' | 'quote'

export interface CsvParser {
  push(text: string): void
  /** Ends the last row of the text. */
  end(): void
}

/**
 * Creates a parser of CSV text. `separator` is the one character between cells. A cell is plain or in quotes, and a
 * quote inside a quoted cell is doubled. Lines end in LF, CRLF or CR. The parser accepts two deviations that have only
 * one possible meaning: spaces before an opening quote are skipped, and a quote within a plain cell is an ordinary
 * character. `source` is the file's name in error messages.
 *
 * `push` and `end` throw a `data` error for text after a closing quote and for a quote that is never closed. `push` and
 * `end` also throw a `data` error for a row of more than 2^22 (4 Mi) characters.
 */
export function createCsvParser(source: string, separator: string, onRow: OnRow): CsvParser {
  const separatorCode = separator.charCodeAt(0)
  let place: ParserState = 'start'
  let cells: string[] = []
  /** The part of the current cell that comes from earlier pieces of text, or from before a doubled quote. */
  let known = ''
  let line = 1
  let rowLine = 1
  let rowLength = 0
  let afterReturn = false
  let wasQuoted = false
  /** Whether the current cell has only spaces and tabs so far. */
  let blank = true

  const endCell = (rest: string): void => {
    cells.push(known + rest)
    known = ''
    place = 'start'
  }
  const endRow = (): void => {
    const isEmpty = cells.length === 1 && cells[0] === '' && !wasQuoted
    if (!isEmpty) onRow(cells, rowLine)
    cells = []
    wasQuoted = false
    rowLength = 0
  }
  const fail = (problem: string): never => {
    throw new IsobathError('data', `${source}, line ${rowLine}: ${problem}`)
  }

  return {
    push(text) {
      /** Index in the pushed text at which the next part of the current cell begins. */
      let from = 0
      let lengthFrom = 0
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at)
        if (afterReturn) {
          afterReturn = false
          if (code === LINE_FEED) {
            from = at + 1
            lengthFrom = at + 1
            continue
          }
        }
        if (place === 'quoted') {
          if (code === QUOTE) {
            known += text.slice(from, at)
            place = 'quote'
          } else if (code === LINE_FEED) line++
          continue
        }
        if (place === 'start') {
          from = at
          place = 'plain'
          blank = true
        }
        const endsRow = code === LINE_FEED || code === RETURN
        if (code === separatorCode || endsRow) {
          endCell(place === 'plain' ? text.slice(from, at) : '')
          if (!endsRow) continue
          endRow()
          afterReturn = code === RETURN
          line++
          rowLine = line
          from = at + 1
          lengthFrom = at + 1
        } else if (place === 'quote') {
          if (code !== QUOTE) {
            const found = JSON.stringify(text.slice(at, at + 20))
            fail(
              `cell ${cells.length + 1}: expected the separator or a line end after the closing quote, got ${found}. In a quoted cell, write each quote twice.`,
            )
          }
          known += '"'
          place = 'quoted'
          from = at + 1
        } else if (code === QUOTE && blank) {
          known = ''
          wasQuoted = true
          place = 'quoted'
          from = at + 1
        } else if (code !== SPACE && code !== TAB) blank = false
      }
      if (place === 'plain' || place === 'quoted') known += text.slice(from)
      rowLength += text.length - lengthFrom
      if (rowLength <= LONGEST_ROW) return
      const remedy = place === 'quoted' ? 'Add the missing closing quote.' : 'Check that the file is a CSV file.'
      fail(`expected rows of at most ${grouped(LONGEST_ROW)} characters, got more. ${remedy}`)
    },
    end() {
      if (place === 'quoted')
        fail(
          'expected a closing quote, got the end of the file. Add the quote, or write a quote that belongs to the cell twice.',
        )
      if (place === 'start' && cells.length === 0) return
      endCell('')
      endRow()
    },
  }
}

/**
 * Returns the separator that is most frequent outside quotes in the first line: a comma, a semicolon or a tab. Returns
 * a comma if the line has no separator.
 */
export function detectSeparator(beginning: string): string {
  const counts = new Map([
    ['\t', 0],
    [';', 0],
    [',', 0],
  ])
  let quoted = false
  for (const character of beginning.trimStart()) {
    if (character === '"') quoted = !quoted
    else if (!quoted && (character === '\n' || character === '\r')) break
    else if (!quoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  const most = Math.max(...counts.values())
  return most === 0 ? ',' : ([...counts].find(([, count]) => count === most)?.[0] ?? ',')
}
