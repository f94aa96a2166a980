/** A run's description with a change that its checksum vouches for, as a program of another version might have written it. */
import { createHash } from 'node:crypto'

/** The text of run.json. */
export function signed(content: object): string {
  const { checksum: _, ...written } = JSON.parse(JSON.stringify(content))
  const checksum = createHash('sha256').update(JSON.stringify(written)).digest('hex')
  return JSON.stringify({ ...written, checksum })
}
