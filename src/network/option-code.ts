/** Prints numbers and options as code. Options with their default values are left out. */
import { type Code, object, property } from './code-layout.ts'
import type { Varying } from './network.ts'

/** The option, or nothing if it has its default value. */
export const nonDefault = (name: string, value: unknown, usual: unknown, code: Code): Code[] =>
  value === usual ? [] : [property(name, code)]

export const flag = (name: string, value: boolean, usual: boolean): Code[] =>
  nonDefault(name, value, usual, String(value))

export const word = (name: string, value: string, usual: string): Code[] =>
  nonDefault(name, value, usual, quoted(value))

export const varied = (name: string, value: Varying, usual?: number): Code[] =>
  nonDefault(name, value, usual, numbers(value))

/** The options as one argument, or no argument if all options have their default values. */
export const optionsOf = (parts: readonly Code[]): Code[] => (parts.length === 0 ? [] : [object(parts)])

/** Arguments, without those at the end that have their default values. */
export function shortest(values: readonly Varying[], usual: readonly number[]): Code[] {
  const last = values.findLastIndex((value, index) => value !== usual[index])
  return values.slice(0, last + 1).map(numbers)
}

/** Names of layers have no quotes inside. */
export const quoted = (text: string): string => `'${text}'`

export const numbers = (value: Varying): Code =>
  typeof value === 'number'
    ? numberCode(value)
    : { open: '[', parts: value.map(numberCode), close: ']', isFilled: true }

/** Longest number that is written digit by digit. */
const longest = 8
/** Largest denominator of a fraction. Multipliers of branches are fractions of the depth. */
const largestDenominator = 10_000

/** A number as people write it: `1 / 58` or `1 / Math.sqrt(58)` for a fraction that has many digits. */
export function numberCode(value: number): string {
  const digits = String(value)
  if (digits.length <= longest) return digits
  const [whole, root] = [Math.round(1 / value), Math.round(1 / value ** 2)]
  if (whole <= largestDenominator && value === 1 / whole) return `1 / ${whole}`
  if (root <= largestDenominator && value === 1 / Math.sqrt(root)) return `1 / Math.sqrt(${root})`
  return digits
}
