/** Kinds of values that an option takes: which values they are, and how the command line's text becomes one. */
import { grouped } from '../format/words.ts'
import { describeValue } from './describe-value.ts'
import { suggestion } from './nearest.ts'

export interface Kind<T> {
  /** `a whole number of at least 1`, as an error continues "expected". */
  readonly expected: string
  readonly accepts: (value: unknown) => value is T
  /** How an error shows another value; `foundText` by default. */
  readonly found?: (value: unknown) => string
  /** What to do about another value, in a sentence; nothing by default. */
  readonly remedy?: (value: unknown) => string
  /** The names to choose from, where the help of the command line lists them. */
  readonly names?: readonly string[]
  /** How the command line reads it; as the text that it is by default. */
  readonly text?: TextReader
}

export interface TextReader {
  /** Undefined where the text isn't of this kind. `before`: the value of the same flag given earlier. */
  readonly read: (text: string, before?: unknown) => unknown
  /** The text to write, as an error continues "expected". */
  readonly expected: string
}

/** `expected a number above 0, got -1.`, and the remedy if there is one. */
export function complaint(kind: Kind<unknown>, value: unknown): string {
  const { expected, found = describeValue, remedy = () => '' } = kind
  return `expected ${expected}, got ${found(value)}. ${remedy(value)}`.trimEnd()
}

/** A number as people write it: 0.1, 1e-4, 128. */
export function readNumber(text: string): number | undefined {
  const value = Number(text)
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value
}

/** `0.5,0.75` */
export function readNumbers(text: string): readonly number[] | undefined {
  const values = text.split(',').flatMap((part) => readNumber(part) ?? [])
  return values.length === text.split(',').length ? values : undefined
}

/** Numbers that `isValid` accepts; the command line reads any number, which is then checked. */
export function number(expected: string, isValid: (value: number) => boolean): Kind<number> {
  return {
    expected,
    accepts: (value): value is number => typeof value === 'number' && isValid(value),
    text: { read: readNumber, expected: 'a number' },
  }
}

/** Finite and above 0. */
export const positive = (): Kind<number> => number('a number above 0', (value) => Number.isFinite(value) && value > 0)

/** Above 0 and up to `most`. */
export const upTo = (most: number): Kind<number> =>
  number(`a number above 0 and up to ${grouped(most)}`, (value) => value > 0 && value <= most)

/** Numbers that `isValid` accepts; the command line refuses others at once. */
function strictNumber(expected: string, isValid: (value: number) => boolean): Kind<number> {
  const { accepts } = number(expected, isValid)
  return { expected, accepts, text: { read: (text) => [readNumber(text)].find(accepts), expected } }
}

/** A whole number of at least `least`. */
export const count = (least = 1): Kind<number> =>
  strictNumber(`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least)

/** A part of a whole, and neither none nor all of it. */
export const fraction = (): Kind<number> =>
  strictNumber('a number above 0 and below 1', (value) => value > 0 && value < 1)

/** A whole number from `low` to `high`; the command line reads any number, which is then checked. */
export const whole = (low: number, high: number): Kind<number> =>
  number(`a whole number from ${low} to ${high}`, (value) => Number.isInteger(value) && value >= low && value <= high)

/** Threads of one program. */
export const threadCount = (): Kind<number> => whole(1, 256)

/** A number from `low` to `high`. */
export const within = (low: number, high: number): Kind<number> =>
  number(`a number from ${low} to ${high}`, (value) => value >= low && value <= high)

/** The sizes of one sample. */
export const sampleShape = (): Kind<readonly number[]> => ({
  expected: 'the sizes of one sample, [features] or [channels, height, width]',
  accepts: (value): value is readonly number[] =>
    Array.isArray(value) && value.length > 0 && value.every((extent) => Number.isSafeInteger(extent) && extent > 0),
  found: (value) => (Array.isArray(value) ? `[${value.map(String).join(', ')}]` : describeValue(value)),
})

/** True or false. A flag on the command line takes no value: it is there or not. */
export const choice = (): Kind<boolean> => ({
  expected: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
  remedy: () => 'Choose one of them, or leave it out.',
})

/** Any text. */
export const text = (): Kind<string> => ({
  expected: 'text',
  accepts: (value): value is string => typeof value === 'string',
})

/** A list of texts. The flag may be given several times, each time for one more. */
export const texts = (): Kind<readonly string[]> => ({
  expected: 'a list of texts',
  accepts: (value): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  found: (value) => (Array.isArray(value) ? 'a list with something else' : describeValue(value)),
  text: { read: (given, before) => [...(Array.isArray(before) ? before : []), given], expected: 'text' },
})

/** One of a few names. */
export function oneOf<N extends string>(names: readonly N[]): Kind<N> {
  return {
    expected: `one of ${names.join(', ')}`,
    accepts: (value): value is N => names.some((name) => name === value),
    found: (value) => (typeof value === 'string' ? value : describeValue(value)),
    remedy: (value) => suggestion(value, names).trim() || 'Choose one of them.',
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

/** `2GiB`, `500MB`; bytes. */
function readBytes(text: string): number | undefined {
  const match = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text.trim())
  const unit = match ? byteUnits[match[2].toUpperCase()] : undefined
  const size = Math.floor(Number(match?.[1]) * (unit ?? 0))
  return size > 0 ? size : undefined
}

/** A size in bytes; with its unit on the command line. */
export const bytes = (): Kind<number> => ({
  expected: 'a number of bytes above 0',
  accepts: (value): value is number => typeof value === 'number' && value > 0,
  remedy: () => 'Give one, such as 2 ** 30, or leave it out.',
  text: { read: readBytes, expected: 'a size such as 2GiB or 500MB' },
})
