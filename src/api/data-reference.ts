/** A data set as specs of trials name it. */
import { sourceOf } from '../data/catalog.ts'
import type { DataDescription } from '../runs/run-description.ts'
import type { DataReference } from '../trials/spec.ts'

/** Where the files of a set lie, and what they are called, says nothing of the set, and is left out. */
export function referenceOf(data: DataDescription): DataReference {
  const { dataDir: _, testFile: __, ...options } = data.options
  const asJson: Record<string, unknown> = JSON.parse(JSON.stringify(options))
  return { name: sourceOf(data), options: asJson, sha256: data.sha256 }
}
