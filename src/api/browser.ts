/** In browsers, this module takes the place of `node.ts`: there are no folders of runs, and no files of weights. */
import { needsNode } from '../support/needs-node.ts'

export const runFiles: typeof import('./node.ts').runFiles = async (caller) => {
  throw needsNode(
    caller,
    'In a page, encodeModel and decodeModel write and read the bytes of models, encodeTensors and decodeTensors those of weights.',
  )
}
