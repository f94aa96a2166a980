/** What went wrong, by class of cause; the command line maps every one of them to an exit status. */
export type ErrorCode =
  | 'network' // the network contradicts itself or its input
  | 'preset' // an unknown preset or option, or a bad value
  | 'data' // a data file or data set is missing, broken or of the wrong shape
  | 'weights' // a weights file is broken or doesn't fit the network
  | 'option' // a training or command line option is out of range
  | 'run' // a run folder is missing, locked, broken or of another kind
  | 'memory' // the program doesn't fit into memory
  | 'disk' // the file system refused
  | 'download' // a file can't be had from its homes
  | 'platform' // the function needs Node, and this is a browser
  | 'internal' // a verifier found a broken invariant: a defect of Isobath

/**
 * Writes the key of an option, with a value or without, as the reader of a message types it: `clipNorm` and `missing: "drop"`
 * in the library, `--clip-norm` and `--missing drop` on the command line.
 */
export type OptionName = (key: string, value?: string | readonly string[]) => string

/** A message about options. */
export type Wording = (name: OptionName) => string

const nameInCode: OptionName = (key, value) => {
  if (value === undefined) return key
  const shown =
    typeof value === 'string' ? JSON.stringify(value) : `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
  return `${key}: ${shown}`
}

/** An error a user can act on: where, what was expected, what was found, what to do. */
export class IsobathError extends Error {
  readonly code: ErrorCode
  /** The message again, with the options' names as another reader types them. */
  readonly wording: Wording

  constructor(code: ErrorCode, message: string | Wording) {
    const wording = typeof message === 'string' ? () => message : message
    super(wording(nameInCode))
    this.name = 'IsobathError'
    this.code = code
    this.wording = wording
  }
}

/** Throws an `internal` error when an invariant doesn't hold. */
export function assertInvariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new IsobathError('internal', `broken invariant: ${message}`)
}

/** What `make` gives; undefined where it throws an IsobathError. */
export function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof IsobathError) return undefined
    throw error
  }
}
