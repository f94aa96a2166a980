/** Objects with options, as callers in plain JavaScript give them, who have no compiler to tell them. */
import { describeValue } from './describe-value.ts'
import { type ErrorCode, IsobathError } from './errors.ts'
import { suggestion } from './nearest.ts'
import { currentName } from './renamed.ts'

export interface OptionRules {
  readonly code: ErrorCode
  /** The names of all options. */
  readonly known: readonly string[]
  /** Such an object, as it would be written. */
  readonly example: string
}

/** What other libraries call some options, too far from our names to be slips of the finger. */
const elsewhere: Readonly<Record<string, string>> = { eps: 'epsilon', lr: 'rate', learningRate: 'rate' }

function hint(name: string, known: readonly string[]): string {
  const ours = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  if (ours !== undefined && known.includes(ours)) return `Did you mean ${ours}?`
  return suggestion(name, known).trim() || 'Leave it out.'
}

/**
 * Throws an error of the given code unless `options` is an object with known names alone; names whose value is undefined
 * are left out. `where` is the function that was given it.
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
