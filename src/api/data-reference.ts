/** A data set as specs of trials name it. */
import type { RunDescription } from '../runs/run-description.ts'
import type { DataReference } from '../trials/spec.ts'

/** Where the files of a set lie says nothing of the set, and is left out of its options. */
export function referenceOf({ name, sha256, options: all }: RunDescription['data']): DataReference {
  const { dataDir: _, testFile: __, ...options } = all
  const asJson: Record<string, unknown> = JSON.parse(JSON.stringify(options))
  return { name, options: asJson, sha256 }
}
