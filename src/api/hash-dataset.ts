/**
 * Computes a SHA-256 hash of a whole data set. A resumed run compares the hash with the stored hash to detect other
 * data.
 */
import type { Dataset, Samples } from '../data/dataset.ts'
import { sha256 } from '../support/sha256.ts'

export async function hashDataset(data: Dataset): Promise<string> {
  const { shape, classes, train, test, validation, classNames, targetNames } = data
  // JSON omits undefined fields. A data set that uses no fields of newer versions therefore has the same hash as in
  // older versions.
  const others = { validation: validation?.count, targets: targetsIn(train), classNames, targetNames }
  const facts = { shape, classes, train: train.count, test: test.count, ...others }
  const sets = [train, test, ...(validation === undefined ? [] : [validation])]
  const arrays = [...sets.flatMap(({ inputs, labels }) => [inputs, labels]), ...sets.flatMap(valuesOf)]
  const bytes = arrays.map(bytesOf)
  const parts = [new TextEncoder().encode(JSON.stringify(facts)), ...bytes]
  // The hash of a data set is computed from the hashes of its parts, so that no copy of the whole data set is needed.
  const digests = new Uint8Array(32 * parts.length)
  for (const [index, part] of parts.entries()) digests.set(await digestOf(part), 32 * index)
  return sha256(digests)
}

function targetsIn({ targets, count }: Samples): number | 'inputs' | undefined {
  return targets === undefined || targets === 'inputs' ? targets : targets.length / count
}

const valuesOf = ({ targets }: Samples): (Float32Array | Float64Array)[] => {
  return targets === undefined || targets === 'inputs' ? [] : [targets]
}

/**
 * Returns the memory of an array as bytes. Memory that is shared between threads is copied, because `digest` refuses
 * shared memory.
 */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength)
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength))
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
