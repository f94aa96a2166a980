/** JSON files that are read by a later process: checked by a schema, those that say how work goes on by a checksum too. Node only. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { IsobathError } from '../support/errors.ts'
import type { Field } from '../support/fields.ts'
import { complaint } from '../support/kinds.ts'
import { isNestedBeyond } from '../support/nesting.ts'
import { withCurrentNames } from '../support/renamed.ts'

/** The value of an option. A file without it is from before there was the option. */
export function storedOption<T>({ kind, before }: Field<T, unknown>) {
  return z
    .unknown()
    .optional()
    .transform((stored, context): T => {
      const value = stored ?? before
      if (kind.accepts(value)) return value
      context.addIssue(complaint(kind, stored))
      return z.NEVER
    })
}

/** The text of a file, with its checksum. */
export function encodeChecked(content: object): string {
  return `${JSON.stringify({ ...content, checksum: checksumOf(content) }, null, 2)}\n`
}

function checksumOf(content: object): string {
  // As it will be read: without what is undefined, and names made of digits first.
  const read: unknown = JSON.parse(JSON.stringify(content))
  return createHash('sha256').update(JSON.stringify(read)).digest('hex')
}

/** A description whose settings have their current names. */
export function withCurrentSettings(description: object): object {
  const { settings, ...rest }: { settings?: unknown } = { ...description }
  return { ...rest, settings: isObject(settings) ? withCurrentNames(settings) : settings }
}

/** What such a file describes. */
export interface CheckedKind {
  /** `run`, for errors. */
  readonly noun: string
  readonly format: number
  /** The content of a file of format 1 in the current format. */
  readonly upgrade: (content: object) => object
  /** How to begin another one: `train anew`. */
  readonly anew: string
}

/** Throws a `run` error where the file is one of another version or was changed. */
export function readChecked<S extends z.ZodType>(file: string, schema: S, kind: CheckedKind): z.output<S> {
  const { noun, format: expected, anew } = kind
  const content = parseJson(file)
  const { format } = z.object({ format: z.unknown() }).safeParse(content).data ?? {}
  const isOlder = format === 1
  if (!isOlder && format !== expected && typeof format === 'number') {
    throw new IsobathError(
      'run',
      `${file}: expected format ${expected}, got ${format}. Use the version of Isobath that made the ${noun}.`,
    )
  }
  const current = isOlder && isObject(content) ? { ...kind.upgrade(content), format: expected } : content
  const description = check(schema, current, file)
  const { checksum, ...written } = z.looseObject({ checksum: z.unknown() }).parse(content)
  if (checksumOf(written) === checksum) return description
  throw new IsobathError(
    'run',
    `${file}: isn't what was written: its checksum is another. A ${noun} goes on as it began: restore the file, or ${anew}.`,
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Throws a `run` error where the file isn't JSON or not of this kind. */
export function readJson<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  return check(schema, parseJson(file), file)
}

function check<S extends z.ZodType>(schema: S, content: unknown, file: string): z.output<S> {
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new IsobathError(
    'run',
    `${[file, ...(path.length > 0 ? [path.join('.')] : []), message].join(': ')}. The file was changed or broken.`,
  )
}

/** A network has a hundred layers within each other at most, each of two levels. */
const DEEPEST = 300

function parseJson(file: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!isNestedBeyond(content, DEEPEST)) return content
  } catch {}
  throw new IsobathError('run', `${file}: expected JSON. The file was changed or broken.`)
}
