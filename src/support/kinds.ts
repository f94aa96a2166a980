/** Kinds of option values: the values that an option accepts, and the reader of the command line's text. */
import { grouped } from '../format/words.ts'
import { describeValue } from './describe-value.ts'
import { foundOutsideFloat32, isInFloat32, remedyOutsideFloat32 } from './float32.ts'
import { suggestion } from './nearest.ts'

export interface Kind<T> {
  /** Description of accepted values that follows "expected" in an error, such as `a whole number of at least 1`. */
  readonly expected: string
  readonly accepts: (value: unknown) => value is T
  /**
   * Whether an earlier version of Isobath accepted a value that is refused today. A stored training may have such a
   * value, and the training must still be readable.
   */
  readonly wasAccepted?: (value: unknown) => boolean
  /** Describes a refused value in an error. The default function is `describeValue`. */
  readonly found?: (value: unknown) => string
  /** The remedy for a refused value, as a sentence. The remedy is empty by default. */
  readonly remedy?: (value: unknown) => string
  /** Names that the option accepts, which the help of the command line lists. */
  readonly names?: readonly string[]
  /** A sentence for texts that resemble no name of `names`. */
  readonly hint?: string
  /**
   * Function that reads the option's value from the text on the command line. Without the function, the value is the
   * text itself.
   */
  readonly text?: TextReader
}

export interface TextReader {
  /**
   * Reads an option's value from the text of a flag. Returns undefined if the text gives no value. `before` is the
   * value from an earlier occurrence of the same flag.
   */
  readonly read: (text: string, before?: unknown) => unknown
  /** Description of accepted texts that follows "expected" in an error. */
  readonly expected: string
}

/** The error text for a refused value, such as `expected a number above 0, got -1.`, followed by the remedy. */
export function complaint(kind: Kind<unknown>, value: unknown): string {
  const { expected, found = describeValue, remedy = () => '' } = kind
  return `expected ${expected}, got ${found(value)}. ${remedy(value)}`.trimEnd()
}

/** Reads a number as people write it, such as 0.1, 1e-4 or 128. Returns undefined if the text is no finite number. */
export function readNumber(text: string): number | undefined {
  const value = Number(text)
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value
}

/** Reads a list of numbers, such as `0.5,0.75`. Returns undefined if a part of the text is no finite number. */
export function readNumbers(text: string): readonly number[] | undefined {
  const values = text.split(',').flatMap((part) => readNumber(part) ?? [])
  return values.length === text.split(',').length ? values : undefined
}

/**
 * The kind of numbers that `isValid` accepts. The command line accepts any number at first, and the number is checked
 * later.
 */
export function number(expected: string, isValid: (value: number) => boolean): Kind<number> {
  return {
    expected,
    accepts: (value): value is number => typeof value === 'number' && isValid(value),
    text: { read: readNumber, expected: 'a number' },
  }
}

/** The numbers of a kind that float32 holds. For a number that is too small or too large, the error says so. */
export function inFloat32(kind: Kind<number>): Kind<number> {
  const { accepts, found = describeValue, remedy } = kind
  return {
    ...kind,
    accepts: (value): value is number => accepts(value) && isInFloat32(value),
    found: (value) => (accepts(value) ? foundOutsideFloat32(value) : found(value)),
    remedy: (value) => (accepts(value) ? remedyOutsideFloat32(value) : (remedy?.(value) ?? '')),
    wasAccepted: accepts,
  }
}

/** The kind of numbers above 0 that float32 holds. */
export const positive = (): Kind<number> =>
  inFloat32(number('a number above 0', (value) => Number.isFinite(value) && value > 0))

/** The kind of numbers above 0 and up to `most`. */
export const upTo = (most: number): Kind<number> =>
  number(`a number above 0 and up to ${grouped(most)}`, (value) => value > 0 && value <= most)

/**
 * The kind of numbers that `isValid` accepts. The command line refuses a number that `isValid` rejects as soon as the
 * text of the flag is read.
 */
function strictNumber(expected: string, isValid: (value: number) => boolean): Kind<number> {
  const { accepts } = number(expected, isValid)
  return { expected, accepts, text: { read: (text) => [readNumber(text)].find(accepts), expected } }
}

/** The kind of whole numbers of at least `least`. */
export const count = (least = 1): Kind<number> =>
  strictNumber(`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least)

/** The kind of fractions of at least 0 and below 1. */
export const fractionFromZero = (): Kind<number> =>
  strictNumber('a number of at least 0 and below 1', (value) => value >= 0 && value < 1)

/** The kind of fractions above 0 and below 1. */
export const fraction = (): Kind<number> =>
  strictNumber('a number above 0 and below 1', (value) => value > 0 && value < 1)

/**
 * The kind of whole numbers from `low` to `high`. The command line accepts any number at first, and the number is
 * checked later.
 */
export const whole = (low: number, high: number): Kind<number> =>
  number(`a whole number from ${low} to ${high}`, (value) => Number.isInteger(value) && value >= low && value <= high)

/** The kind of a number of threads, from 1 to 256. */
export const threadCount = (): Kind<number> => whole(1, 256)

/** The kind of numbers from `low` to `high`. */
export const within = (low: number, high: number): Kind<number> =>
  number(`a number from ${low} to ${high}`, (value) => value >= low && value <= high)

/** The kind of lists that give the shape of one sample. */
export const sampleShape = (): Kind<readonly number[]> => ({
  expected: 'the sizes of one sample, [features] or [channels, height, width]',
  accepts: (value): value is readonly number[] =>
    Array.isArray(value) && value.length > 0 && value.every((extent) => Number.isSafeInteger(extent) && extent > 0),
  found: (value) => (Array.isArray(value) ? `[${value.map(String).join(', ')}]` : describeValue(value)),
})

/**
 * The kind of the values true and false. On the command line, the flag of such an option takes no value, and the
 * presence of the flag means true.
 */
export const choice = (): Kind<boolean> => ({
  expected: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
  remedy: () => 'Choose true or false, or leave the option out.',
})

/** The kind of texts. */
export const text = (): Kind<string> => ({
  expected: 'text',
  accepts: (value): value is string => typeof value === 'string',
})

/** The kind of lists of texts. On the command line, the flag may be given several times, once for each text. */
export const texts = (): Kind<readonly string[]> => ({
  expected: 'a list of texts',
  accepts: (value): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  found: (value) => (Array.isArray(value) ? 'a list with other values' : describeValue(value)),
  text: { read: (given, before) => [...(Array.isArray(before) ? before : []), given], expected: 'text' },
})

/** The kind of names from a list. `hint`: a sentence for texts that resemble no name of the list. */
export function oneOf<N extends string>(names: readonly N[], hint?: string): Kind<N> {
  return {
    expected: `one of ${names.join(', ')}`,
    accepts: (value): value is N => names.some((name) => name === value),
    found: (value) => (typeof value === 'string' ? value : describeValue(value)),
    remedy: (value) => suggestion(value, names).trim() || (hint ?? 'Choose a name from the list.'),
    hint,
    names,
  }
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
}

/** Reads a size such as `2GiB` or `500MB`, in bytes. Returns undefined if the text is no size. */
function readBytes(text: string): number | undefined {
  const match = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text.trim())
  const unit = match ? byteUnits[match[2].toUpperCase()] : undefined
  const size = Math.floor(Number(match?.[1]) * (unit ?? 0))
  return size > 0 ? size : undefined
}

/** The kind of sizes in bytes. On the command line, the size may have a unit. */
export const bytes = (): Kind<number> => ({
  expected: 'a number of bytes above 0',
  accepts: (value): value is number => typeof value === 'number' && value > 0,
  remedy: () => 'Give a number such as 2 ** 30, or leave the option out.',
  text: { read: readBytes, expected: 'a size such as 2GiB or 500MB' },
})
