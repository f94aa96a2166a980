/**
 * Reads and writes the JSON files in the folders of runs, comparisons and diagnoses. A schema checks every file that is
 * read. A checksum also protects the files that a later process needs to resume the work. Node only.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { IsobathError } from '../support/errors.ts'
import type { Field } from '../support/fields.ts'
import { complaint } from '../support/kinds.ts'
import { isNestedBeyond } from '../support/nesting.ts'
import { withCurrentNames } from '../support/renamed.ts'
import { version } from '../support/version.ts'

/** Schema of a stored option. If a file lacks the option, the file was written before the option existed. */
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

/** Encodes content as the text of a JSON file, with a checksum of the content. */
export function encodeChecked(content: object): string {
  return `${JSON.stringify({ ...content, checksum: checksumOf(content) }, null, 2)}\n`
}

function checksumOf(content: object): string {
  // The hash covers the content as a reader of the file gets the content. JSON drops undefined fields and moves names
  // made of digits to the front.
  const read: unknown = JSON.parse(JSON.stringify(content))
  return createHash('sha256').update(JSON.stringify(read)).digest('hex')
}

/** Renames the settings of a description from their names in older versions to their current names. */
export function withCurrentSettings(description: object): object {
  const { settings, ...rest }: { settings?: unknown } = { ...description }
  return { ...rest, settings: isObject(settings) ? withCurrentNames(settings) : settings }
}

/** The kind of work that a file with a checksum describes. */
export interface CheckedKind {
  /** Name of the kind of work in error messages, such as `run`. */
  readonly noun: string
  readonly format: number
  /** Converts the content of a file of format 1 to the current format. */
  readonly upgrade: (content: object) => object
  /** Words that tell the user at the end of an error message how to begin again, such as `start a new run`. */
  readonly anew: string
}

/** Reads a file with a checksum. Throws a `run` error if the file has an unknown format, is broken, or was changed. */
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
  const current =
    isOlder && isObject(content) ? { ...kind.upgrade(content), format: expected, isobath: version } : content
  const description = check(schema, current, file)
  const { checksum, ...written } = z.looseObject({ checksum: z.unknown() }).parse(content)
  if (checksumOf(written) === checksum) return description
  throw new IsobathError(
    'run',
    `${file}: expected content that matches the checksum in the file, got changed content. Restore the file, or ${anew}.`,
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Reads a JSON file. Throws a `run` error if the file isn't JSON or doesn't fit the schema. */
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

/**
 * Deepest nesting of JSON values that is accepted in a file. A network has at most 100 nested layers, and each layer
 * takes two levels of JSON.
 */
const DEEPEST = 300

function parseJson(file: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!isNestedBeyond(content, DEEPEST)) return content
  } catch {}
  throw new IsobathError('run', `${file}: expected JSON. The file was changed or broken.`)
}
