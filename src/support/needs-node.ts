/** The error of functions that can't run in a browser. */
import { IsobathError } from './errors.ts'

/** A `platform` error of a function that needs Node. */
export function needsNode(caller: string, remedy: string): IsobathError {
  return new IsobathError('platform', `${caller}: expected Node, since it uses files, got a browser. ${remedy}`)
}
