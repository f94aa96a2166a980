/** Lines of JSON with all numbers that there are: null is NaN, and infinite ones are words. */
import { z } from 'zod'

/** Any number that there is. */
export const anyNumber = z
  .union([z.number(), z.enum(['Infinity', '-Infinity']), z.null()])
  .transform((value) => (value === null ? Number.NaN : Number(value)))

/** With its line end. */
export function encodeLine(content: object): string {
  const asWord = (_name: string, value: unknown): unknown =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value
  return `${JSON.stringify(content, asWord)}\n`
}

/** Undefined where it isn't JSON. */
export function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
