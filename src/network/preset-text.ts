/** The grammar of presets: `name` or `name:key=value,key=value`. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'

export interface PresetText {
  readonly name: string
  /** Options of the preset, in the order in which the text lists them. */
  readonly options: ReadonlyMap<string, string>
}

/** One option of presets: its explanation for the help, and the function that reads the option's text. */
export interface PresetOption<T> {
  /** Description of the allowed values, such as `a whole number from 1 to 10,000`. */
  readonly values: string
  /** Value that applies if the option is left out. */
  readonly fallback: string
  readonly means: string
  /** Allowed words of an option that is a choice. */
  readonly words?: readonly string[]
  /** Reads a value from the text. Returns undefined if the text can't be read. */
  read(text: string): T | undefined
}

export function presetError(where: string, expected: string, found: string, remedy: string): IsobathError {
  return new IsobathError('preset', `${shorten(where)}: expected ${expected}, got ${shorten(found)}. ${remedy}`)
}

/** Largest number of characters of the user's text that an error repeats. */
const LONGEST_ECHO = 120

function shorten(text: string): string {
  return text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO)}...`
}

/** The preset's name in a text such as `mlp:depth=4`, without the options. */
export function withoutOptions(text: string): string {
  return text.split(':')[0].trim()
}

/**
 * Reads a preset's name and options. `hint` gives the remedy for a word without a value. Throws a `preset` error if an
 * option has no value or is written twice.
 */
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
    if (options.has(key))
      throw presetError(text, `${key} once`, `${key} twice`, `Remove one of the two values of ${key}.`)
    options.set(key, value)
  }
  return { name, options }
}

export function writePresetText({ name, options }: PresetText): string {
  if (options.size === 0) return name
  return `${name}:${[...options].map(([key, value]) => `${key}=${value}`).join(',')}`
}

/** The option's value, or undefined if the option isn't written. Throws a `preset` error on a bad value. */
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
    `${close}Leave ${key} out to use the default (${option.fallback}).`,
  )
}

/**
 * The known name that equals `name`. Throws a `preset` error if `name` equals no known name. `noun` describes the
 * names.
 */
export function findKnown<N extends string>(name: string, known: readonly N[], noun: string, where: string): N {
  const found = known.find((one) => one === name)
  if (found !== undefined) return found
  const remedy = suggestion(name, known) || `Choose ${noun} from the list. `
  throw presetError(where, `${noun} (${known.join(', ')})`, name || 'nothing', remedy.trim())
}
