/** SHA-256 of everything in a data set, so that a run can tell whether it meets the same data again. */
import type { Dataset } from '../data/dataset.ts'

export async function hashDataset({ shape, classes, train, test }: Dataset): Promise<string> {
  const facts = new TextEncoder().encode(JSON.stringify({ shape, classes, train: train.count, test: test.count }))
  const arrays = [train.inputs, train.labels, test.inputs, test.labels]
  const parts = [facts, ...arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength))]
  // A hash of hashes: no copy of the whole set is needed.
  const digests = new Uint8Array(32 * parts.length)
  for (const [index, part] of parts.entries()) digests.set(await sha256(part), 32 * index)
  const digest = await sha256(digests)
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
}
