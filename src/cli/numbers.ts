/** Parsers for the numbers on the command line. */
import { InvalidArgumentError } from 'commander'
import { readNumber } from '../internal.ts'

/** Returns a parser for a whole number of at least `least`. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = readNumber(text) ?? Number.NaN
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
    }
    return value
  }
}

/**
 * Returns a parser for a list of whole numbers, such as `4,16,64`. A number that is repeated in the text is in the list
 * only once.
 */
export function wholeList(least: number): (text: string) => number[] {
  const parse = wholeFrom(least)
  return (text) => [...new Set(text.split(',').map((part) => parse(part)))]
}

const secondsIn: Readonly<Record<string, number>> = { s: 1, '': 1, min: 60, m: 60, h: 3600 }

/** Reads a duration such as `90`, `90s`, `2m` or `1.5h`. Returns seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim())
  const seconds = Number(match?.[1]) * (match ? (secondsIn[match[2]] ?? 0) : 0)
  if (!(seconds > 0)) throw new InvalidArgumentError('Expected a time such as 90s, 2m or 1h.')
  return seconds
}
