/** A temporary folder for the tests of one file. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Creates a temporary folder. Call this function at the top of a test file or of a `describe`. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'isobath-test-')))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
