/** Builds the reference to a data set in the specs of trials. */
import { sourceOf } from '../data/catalog.ts'
import type { DataDescription } from '../runs/run-description.ts'
import type { DataReference } from '../trials/spec.ts'

/**
 * Builds a reference to a data set. The reference contains no file paths, because a path doesn't identify the samples
 * of a data set.
 */
export function referenceOf(data: DataDescription): DataReference {
  const { dataDir: _, testFile: __, ...options } = data.options
  const asJson: Record<string, unknown> = JSON.parse(JSON.stringify(options))
  return { name: sourceOf(data), options: asJson, sha256: data.sha256 }
}
