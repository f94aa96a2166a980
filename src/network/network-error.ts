import { IsobathError } from '../support/errors.ts'

/** An error about a network: where, what was expected, what was found, what to do. */
export function networkError(path: string, expected: string, found: string, remedy: string): IsobathError {
  return new IsobathError('network', `${path || 'network'}: expected ${expected}, got ${found}. ${remedy}`)
}
