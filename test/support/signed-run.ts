/** Run descriptions with a valid checksum, as another version of the program might have written them. */
import { createHash } from 'node:crypto'

/** Returns the text of run.json with a valid checksum. */
export function signed(content: object): string {
  const { checksum: _, ...written } = JSON.parse(JSON.stringify(content))
  const checksum = createHash('sha256').update(JSON.stringify(written)).digest('hex')
  return JSON.stringify({ ...written, checksum })
}
