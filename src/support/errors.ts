/** Codes of errors, one for each kind of cause. The command line has an exit status for every code. */
export type ErrorCode =
  | 'network' // the network contradicts itself or its input
  | 'preset' // an unknown preset or option, or a bad value
  | 'data' // a data file or data set is missing, broken or of the wrong shape
  | 'weights' // a weights file is broken or doesn't fit the network
  | 'option' // a training or command line option is out of range
  | 'run' // a run folder is missing, locked, broken or of another kind
  | 'memory' // the program doesn't fit into memory
  | 'disk' // the file system refused an operation
  | 'download' // a file can't be downloaded from any of its sources
  | 'platform' // the function needs Node and was called in a browser
  | 'internal' // a check found a broken invariant, which is a defect of Isobath

/**
 * Writes an option, with or without a value, in the form that the reader of a message has to type. For example, the
 * option is written `clipNorm` or `missing: "drop"` in the library. The option is written `--clip-norm` or `--missing
 * drop` on the command line.
 */
export type OptionName = (key: string, value?: OptionValue) => string

/** The value of an option in a message. A value with two forms differs between a program and the command line. */
export type OptionValue = string | number | readonly string[] | TwoForms

interface TwoForms {
  /** The value in a program, such as `{ epochs: 1 }`. */
  readonly inCode: string
  /** The value on the command line, such as `epoch`. */
  readonly asText: string
}

/**
 * A function that writes a message about options, with the names of options in the form that the reader has to type.
 */
export type Wording = (name: OptionName) => string

/**
 * Writes an option as a program writes the option. Notes are stored as text, so the options in a note are written in
 * this form. The command line rewrites an option with a value as a flag when the command line prints a note.
 */
export const nameInCode: OptionName = (key, value) => {
  if (value === undefined) return key
  if (typeof value === 'object' && 'inCode' in value) return `${key}: ${value.inCode}`
  const shown = Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]` : JSON.stringify(value)
  return `${key}: ${shown}`
}

/**
 * An error that a user can act on. The message names the place, the expected value, the value found, and the remedy.
 */
export class IsobathError extends Error {
  /** Code of the error, by kind of cause. */
  readonly code: ErrorCode
  /** Writes the message with the names of options in the form that the reader has to type. */
  readonly wording: Wording

  constructor(code: ErrorCode, message: string | Wording) {
    const wording = typeof message === 'string' ? () => message : message
    super(wording(nameInCode))
    this.name = 'IsobathError'
    this.code = code
    this.wording = wording
  }
}

/** Throws an `internal` error if the condition is false. */
export function assertInvariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new IsobathError('internal', `broken invariant: ${message}`)
}

/** The result of `make`, or undefined if `make` throws an IsobathError. */
export function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof IsobathError) return undefined
    throw error
  }
}
