/** What is in a cell of a table, and columns of cells as numbers. */

/** Without a choice of where digits belong: a long cell would be tried in every way. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
/** The largest that float32 holds. */
const LARGEST = 3.4028234663852886e38
const MISSING = new Set(['', 'na', 'nan', 'null', '?'])

/** Nothing, or what people write for it: NA, NaN, null, ?. */
export function isMissing(cell: string): boolean {
  return cell.length <= 4 && MISSING.has(cell.toLowerCase())
}

/** A decimal number that float32 holds, or undefined; the cell has no blanks around it. */
export function numberIn(cell: string): number | undefined {
  const value = Number(cell)
  // Number takes nothing for 0, and reads 0x1F, 0o17 and 0b11 as well; a pattern would cost twice the time.
  return Math.abs(value) <= LARGEST && cell !== '' && !/[xob]/i.test(cell.charAt(1)) ? value : undefined
}

/** Why a cell isn't a number, where that can be told. */
export function hintFor(cell: string): string {
  if (/^[+-]?\d+,\d+$/.test(cell)) return ' Write decimals with a point.'
  if (/^[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?$/.test(cell)) return ' Write thousands without a mark.'
  if (NUMBER.test(cell)) return ' It is beyond what float32 holds.'
  return ''
}

/** A cell as errors show it. */
export function quoteCell(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}...` : cell)
}

/** Numbers one after the other, in memory that grows. */
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

/** The part of a column's deviation that may be lost by rounding. */
const MOST_LOST = 1e-5

/** Whether float32 holds a column's differences: it has 128 between two numbers about 1,700,000,000. */
export function fitsFloat32(values: Float64Array): boolean {
  let [sum, lost] = [0, 0]
  for (const value of values) {
    sum += value
    lost = Math.max(lost, Math.abs(value - Math.fround(value)))
  }
  // Whole numbers of a common size, most often.
  if (!(lost > 0)) return true
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const deviation = Math.sqrt(squares / values.length)
  // Where all are the same, about: nothing is lost that could be learned from.
  return lost <= MOST_LOST * deviation || deviation <= 1e-14 * Math.abs(mean)
}

/** Words as numbers, counted from 0 in the order in which they appear; or known ones, in theirs. */
export class CategoryWords {
  readonly #codes: Map<string, number>
  readonly numbers = new Numbers()
  /** The number of all words but the known ones, where these are given. */
  readonly #other: number | undefined

  constructor(known?: readonly string[]) {
    this.#codes = new Map(known?.map((word, code) => [word, code]))
    this.#other = known?.length
  }

  /** The word's number, or undefined where there would be more than `most` different ones. */
  push(word: string, most: number): number | undefined {
    let code = this.#codes.get(word) ?? this.#other
    if (code === undefined) {
      code = this.#codes.size
      if (code >= most) return undefined
      // A copy: the word is part of a piece of the file, and would keep the whole piece.
      this.#codes.set([...word].join(''), code)
    }
    this.numbers.push(code)
    return code
  }

  get words(): string[] {
    return [...this.#codes.keys()]
  }
}
