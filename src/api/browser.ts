/** This module replaces `node.ts` in bundles for browsers, where runs and weights can't be stored in files. */
import { needsNode } from '../support/needs-node.ts'

export const runFiles: typeof import('./node.ts').runFiles = async (caller) => {
  throw needsNode(
    caller,
    'In a page, use encodeModel and decodeModel for the bytes of models, and encodeTensors and decodeTensors for the bytes of weights.',
  )
}
