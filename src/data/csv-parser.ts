/** CSV text to rows of cells, piece by piece (RFC 4180). */
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'

/** Told of every row but empty ones, and of the line that it begins in (1 is the first). */
export type OnRow = (cells: string[], line: number) => void

/** The most characters of a row, line breaks in quotes included: a quote that is never closed must not fill the memory. */
const LONGEST_ROW = 2 ** 22

const TAB = 9
const SPACE = 32
const QUOTE = 34
const LINE_FEED = 10
const RETURN = 13

/** Where the parser is: before a cell, in a plain one, between quotes, or after a quote that may be the closing one. */
type ParserState = 'start' | 'plain' | 'quoted' | 'quote'

export interface CsvParser {
  push(text: string): void
  /** Ends the last row. */
  end(): void
}

/**
 * A parser of cells in `separator` (one character), plain or in quotes, a quote within them doubled. Lines end in LF,
 * CRLF or CR. Lenient where nothing else can be meant: blanks before an opening quote are skipped, and a quote within a
 * plain cell is a quote. `source` is the file's name in errors.
 *
 * `push` and `end` throw a `data` error on text after a closing quote, on a quote that is never closed, and on a row of
 * more than 4 Mi characters.
 */
export function createCsvParser(source: string, separator: string, onRow: OnRow): CsvParser {
  const separatorCode = separator.charCodeAt(0)
  let place: ParserState = 'start'
  let cells: string[] = []
  /** What is known of the cell from before the piece of text at hand, or from before a doubled quote. */
  let known = ''
  let line = 1
  let rowLine = 1
  let rowLength = 0
  let afterReturn = false
  let wasQuoted = false
  /** Whether the cell has nothing but blanks yet. */
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
      /** Where the cell's next part begins in this text. */
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
              `cell ${cells.length + 1}: expected the separator or the line's end after the closing quote, got ${found}. Double quotes within quotes.`,
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
      const remedy = place === 'quoted' ? 'Close the quote that was opened.' : 'Check that it is a CSV file.'
      fail(`expected rows of at most ${grouped(LONGEST_ROW)} characters, got more. ${remedy}`)
    },
    end() {
      if (place === 'quoted') fail('expected a closing quote, got the end of the file. Close it, or double it.')
      if (place === 'start' && cells.length === 0) return
      endCell('')
      endRow()
    },
  }
}

/** The character of comma, semicolon and tab that the first line has most of outside quotes; a comma where it has none. */
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
