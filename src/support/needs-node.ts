/** The error of functions that a browser can't offer. */
import { IsobathError } from './errors.ts'

export function needsNode(caller: string, remedy: string): IsobathError {
  return new IsobathError('platform', `${caller}: expected Node, since it uses files, got a browser. ${remedy}`)
}
