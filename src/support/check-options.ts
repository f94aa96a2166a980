/**
 * Checks objects with options. The checks are needed because callers in plain JavaScript have no compiler that checks
 * types.
 */
import { describeValue } from './describe-value.ts'
import { type ErrorCode, IsobathError } from './errors.ts'
import { suggestion } from './nearest.ts'
import { currentName } from './renamed.ts'

export interface OptionRules {
  readonly code: ErrorCode
  /** Names of all options. */
  readonly known: readonly string[]
  /** Example of an object with options, as a user would write it. */
  readonly example: string
}

/**
 * Names of options in other libraries, each with Isobath's name for the option. The two names differ too much for the
 * foreign name to be recognized as a misspelling of Isobath's name.
 */
const elsewhere: Readonly<Record<string, string>> = { eps: 'epsilon', lr: 'rate', learningRate: 'rate' }

function hint(name: string, known: readonly string[]): string {
  const ours = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  if (ours !== undefined && known.includes(ours)) return `Did you mean ${ours}?`
  return suggestion(name, known).trim() || `Leave ${describeValue(name)} out.`
}

/**
 * Throws an error with the given code unless `options` is an object with only known names. Names with the value
 * undefined are ignored. `where` is the function that was called with the options.
 */
export function checkOptions(where: string, options: unknown, { code, known, example }: OptionRules): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new IsobathError(code, `${where}: expected an object such as ${example}, got ${describeValue(options)}.`)
  }
  const unknown = Object.entries(options).find(
    ([name, value]) => value !== undefined && !known.includes(currentName(name)),
  )
  if (unknown === undefined) return
  const [name] = unknown
  const names = `${known.length === 1 ? 'the option' : 'the options'} ${known.join(', ')}`
  throw new IsobathError(code, `${where}: expected ${names}, got ${describeValue(name)}. ${hint(name, known)}`)
}
