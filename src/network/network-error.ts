import { IsobathError } from '../support/errors.ts'

/** A `network` error whose message names the place, the expected value, the value found, and the remedy. */
export function networkError(path: string, expected: string, found: string, remedy: string): IsobathError {
  return new IsobathError('network', `${path || 'network'}: expected ${expected}, got ${found}. ${remedy}`)
}
