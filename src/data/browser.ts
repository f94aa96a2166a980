/** In browsers, this module takes the place of `node.ts`: there are no data sets in files. */
import { needsNode } from '../support/needs-node.ts'

export const dataFiles: typeof import('./node.ts').dataFiles = async (caller) => {
  throw needsNode(caller, 'In a page, take a generated set, or give readCsv the text of a table.')
}
