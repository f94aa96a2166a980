/** Lays out nested calls as TypeScript code: on one line if the line is short enough, else one part on each line. */
import { fillLines } from '../format/text.ts'

/** Longest line of the code, in characters. */
const WIDTH = 100

/** A text, or parts between brackets. */
export type Code = string | Group

export interface Group {
  /** Text before the parts, such as `chain(` or `{`. */
  readonly open: string
  readonly parts: readonly Code[]
  readonly close: string
  /** Whether spaces stand inside the brackets when the group is on one line. */
  readonly isSpaced?: boolean
  /** Whether a line holds as many parts as fit, as in a long list of numbers. */
  readonly isFilled?: boolean
}

export const call = (name: string, parts: readonly Code[]): Group => ({ open: `${name}(`, parts, close: ')' })

export const object = (parts: readonly Code[]): Group => ({ open: '{', parts, close: '}', isSpaced: true })

/** A property of an object, such as `shortcut: conv(32)`. */
export const property = (name: string, value: Code): Code =>
  typeof value === 'string' ? `${name}: ${value}` : { ...value, open: `${name}: ${value.open}` }

/**
 * Returns the code as text. `used` is the number of columns before the code in its first line, and `indent` begins every
 * other line.
 */
export function layOut(code: Code, used = 0, indent = ''): string {
  const flat = flatText(code)
  if (typeof code === 'string' || used + flat.length <= WIDTH) return flat
  const { open, parts, close, isFilled = false } = code
  const inner = `${indent}  `
  const lines = isFilled
    ? fillLines(
        parts.map((part) => `${flatText(part)},`),
        ' ',
        WIDTH - inner.length,
      )
    : parts.map((part) => `${layOut(part, inner.length + 1, inner)},`)
  return [open, ...lines.map((line) => inner + line), indent + close].join('\n')
}

function flatText(code: Code): string {
  if (typeof code === 'string') return code
  const { open, parts, close, isSpaced = false } = code
  const inside = parts.map(flatText).join(', ')
  return isSpaced ? `${open} ${inside} ${close}` : `${open}${inside}${close}`
}
