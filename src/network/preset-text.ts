/** The grammar of networks by name: `name` or `name:key=value,key=value`. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'

export interface PresetText {
  readonly name: string
  /** In the order in which they were written. */
  readonly options: ReadonlyMap<string, string>
}

/** One option: how it is explained, and how its text is read. */
export interface PresetOption<T> {
  /** What may be written, as in `a whole number from 1 to 10,000`. */
  readonly values: string
  /** What holds where the option is left out. */
  readonly fallback: string
  readonly means: string
  /** The words that may be written, where it is a choice. */
  readonly words?: readonly string[]
  /** Undefined where the text can't be read. */
  read(text: string): T | undefined
}

export function presetError(where: string, expected: string, found: string, remedy: string): IsobathError {
  return new IsobathError('preset', `${shorten(where)}: expected ${expected}, got ${shorten(found)}. ${remedy}`)
}

/** What was written is repeated in the error, but not by the page. */
const LONGEST_ECHO = 120

function shorten(text: string): string {
  return text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO)}...`
}

/** The text's name, without its options. */
export function withoutOptions(text: string): string {
  return text.split(':')[0].trim()
}

/** `hint` says what to write where a word stands without a value. Throws an IsobathError `preset`. */
export function readPresetText(text: string, hint: (word: string) => string): PresetText {
  const colon = text.indexOf(':')
  if (colon < 0) return { name: text.trim(), options: new Map() }
  const name = text.slice(0, colon).trim()
  const options = new Map<string, string>()
  for (const part of text.slice(colon + 1).split(',')) {
    const [key, ...rest] = part.split('=').map((word) => word.trim())
    const value = rest.join('=')
    if (key === '' || value === '') {
      throw presetError(text, 'options as key=value after the colon', part.trim() || 'nothing', hint(key))
    }
    if (options.has(key)) throw presetError(text, `${key} once`, 'it twice', 'Remove one of the two.')
    options.set(key, value)
  }
  return { name, options }
}

export function writePresetText({ name, options }: PresetText): string {
  if (options.size === 0) return name
  return `${name}:${[...options].map(([key, value]) => `${key}=${value}`).join(',')}`
}

/** The option's value, or undefined where it isn't written; throws an IsobathError `preset` on a bad value. */
export function take<T>({ name, options }: PresetText, key: string, option: PresetOption<T>): T | undefined {
  const written = options.get(key)
  if (written === undefined) return undefined
  const value = option.read(written)
  if (value !== undefined) return value
  const close = suggestion(written, option.words ?? [])
  throw presetError(
    `${name}:${key}=${written}`,
    option.values,
    written,
    `${close}Leave ${key} out for ${option.fallback}.`,
  )
}

/** The known name that the name is; throws an IsobathError `preset` where it is none. `noun` says what the names are. */
export function findKnown<N extends string>(name: string, known: readonly N[], noun: string, where: string): N {
  const found = known.find((one) => one === name)
  if (found !== undefined) return found
  const remedy = suggestion(name, known) || 'Choose one of them. '
  throw presetError(where, `${noun} (${known.join(', ')})`, name || 'nothing', remedy.trim())
}
