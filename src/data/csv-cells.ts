/** Reads the cells of tables (missing cells, numbers and words), and stores the columns of a table as numbers. */

/**
 * A decimal number. The pattern can match each digit in only one way, so that a long cell causes little backtracking.
 */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
/** Largest number that float32 holds. */
const LARGEST = 3.4028234663852886e38
const MISSING = new Set(['', 'na', 'nan', 'null', '?'])

/** Returns whether a cell is missing: an empty cell, NA, NaN, null or ?. */
export function isMissing(cell: string): boolean {
  return cell.length <= 4 && MISSING.has(cell.toLowerCase())
}

/**
 * Returns the decimal number in a cell, or undefined if the cell is no number that float32 holds. The cell must have no
 * spaces around the number.
 */
export function numberIn(cell: string): number | undefined {
  const value = Number(cell)
  // `Number` reads an empty text as 0. `Number` also reads hexadecimal, octal and binary numbers, such as 0x1F, 0o17
  // and 0b11. A regular expression for decimal numbers would take twice the time.
  return Math.abs(value) <= LARGEST && cell !== '' && !/[xob]/i.test(cell.charAt(1)) ? value : undefined
}

/** Returns a hint why a cell isn't a number, or an empty text if the reason is unknown. */
export function hintFor(cell: string): string {
  if (/^[+-]?\d+,\d+$/.test(cell)) return ' Write decimal numbers with a point.'
  if (/^[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?$/.test(cell)) return ' Write thousands without a separator.'
  if (NUMBER.test(cell)) return ' The number is too large for float32.'
  return ''
}

/** Returns a cell in quotes for error messages, shortened to 40 characters. */
export function quoteCell(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}...` : cell)
}

/**
 * Returns a copy of a cell. A cell is a slice of a piece of the file, and storing the slice would keep the whole piece in
 * memory.
 */
export const copyOf = (cell: string): string => [...cell].join('')

/** A growing list of numbers. */
export class Numbers {
  #values = new Float64Array(16)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }
}

/** Largest rounding error that float32 may cause in a column, as a fraction of the column's standard deviation. */
const MOST_LOST = 1e-5

/**
 * Returns whether float32 is precise enough for the differences between the values of a column. For example, near
 * 1,700,000,000, neighboring float32 numbers are 128 apart.
 */
export function fitsFloat32(values: Float64Array): boolean {
  let [sum, lost] = [0, 0]
  for (const value of values) {
    sum += value
    lost = Math.max(lost, Math.abs(value - Math.fround(value)))
  }
  // Rounding to float32 loses nothing in most columns, for example in columns of small whole numbers.
  if (!(lost > 0)) return true
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const deviation = Math.sqrt(squares / values.length)
  // If all values of a column are nearly equal, rounding to float32 loses nothing that a network could learn from.
  return lost <= MOST_LOST * deviation || deviation <= 1e-14 * Math.abs(mean)
}

/** The number of a missing cell among the numbers of words. */
export const MISSING_WORD = -1

/**
 * Stores the words of a column as numbers. New words are numbered from 0 in the order of their first appearance. Known
 * words are numbered from 0 in the order of the list `known`.
 */
export class CategoryWords {
  readonly #codes: Map<string, number>
  readonly numbers = new Numbers()
  /** The number that stands for all words outside the list of known words, or undefined without a list. */
  readonly #other: number | undefined

  constructor(known?: readonly string[]) {
    this.#codes = new Map(known?.map((word, code) => [word, code]))
    this.#other = known?.length
  }

  /**
   * Adds a word and returns its number. Returns undefined if the column would have more than `most` different words.
   */
  push(word: string, most: number): number | undefined {
    let code = this.#codes.get(word) ?? this.#other
    if (code === undefined) {
      code = this.#codes.size
      if (code >= most) return undefined
      this.#codes.set(copyOf(word), code)
    }
    this.numbers.push(code)
    return code
  }

  /** Adds a missing cell, which is no word. */
  pushMissing(): void {
    this.numbers.push(MISSING_WORD)
  }

  get words(): string[] {
    return [...this.#codes.keys()]
  }
}
