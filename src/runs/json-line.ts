/** Lines of JSON that can hold any number: null stands for NaN, and a word stands for each infinite number. */
import { z } from 'zod'

/** Schema of any number, including NaN and infinite numbers. */
export const anyNumber = z
  .union([z.number(), z.enum(['Infinity', '-Infinity']), z.null()])
  .transform((value) => (value === null ? Number.NaN : Number(value)))

/** Encodes an object as a line of JSON, with a line end. */
export function encodeLine(content: object): string {
  const asWord = (_name: string, value: unknown): unknown =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value
  return `${JSON.stringify(content, asWord)}\n`
}

/** Parses a line. Returns undefined if the line isn't valid JSON. */
export function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
