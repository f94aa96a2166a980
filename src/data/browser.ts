/** Replaces `node.ts` in browsers, where data sets can't be read from files. */
import { needsNode } from '../support/needs-node.ts'

export const dataFiles: typeof import('./node.ts').dataFiles = async (caller) => {
  throw needsNode(caller, 'In a web page, use a generated data set, or pass the bytes of a table to readCsv.')
}
