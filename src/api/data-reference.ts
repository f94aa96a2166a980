/** A data set as specs of trials name it. */
import type { Dataset } from '../data/dataset.ts'
import type { DataReference } from '../trials/spec.ts'
import { hashDataset } from './hash-dataset.ts'

/** `options`: what the set was loaded with. Where its files lie says nothing of the set, and is left out. */
export async function referenceTo(
  data: Dataset,
  { dataDir: _, testFile: __, ...options }: Readonly<Record<string, unknown>> = {},
): Promise<DataReference> {
  const asJson: Record<string, unknown> = JSON.parse(JSON.stringify(options))
  return { name: data.name, options: asJson, sha256: await hashDataset(data) }
}
