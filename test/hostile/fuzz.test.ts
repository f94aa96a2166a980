/** A moment of `npm run fuzz`, the same in every run: readers either read or say what is wrong. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDice, mutate } from '../../scripts/fuzz/mutate.mjs'
import { createReaders, isRefusal, type Reader } from '../../scripts/fuzz/readers.mjs'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = temporaryFolder()
const source = join(import.meta.dirname, '../../src')
let readers: Readonly<Record<string, Reader>> = {}

beforeAll(async () => {
  readers = await createReaders(
    (module) => import(/* @vite-ignore */ pathToFileURL(join(source, `${module}.ts`)).href),
    folder,
  )
})

/** What reading throws that no user can act on; undefined where there is no such thing. */
async function complaint(read: Reader['read'], bytes: Uint8Array): Promise<unknown> {
  try {
    await read(bytes)
    return undefined
  } catch (error) {
    return isRefusal(error) ? undefined : error
  }
}

const names = [
  'gzip',
  'idx',
  'mnist',
  'cifar',
  'tar',
  'csv',
  'safetensors',
  'network',
  'preset',
  'run',
  'numbers',
  'options',
]

describe('a reader', () => {
  it('is in the list', () => {
    expect(Object.keys(readers)).toEqual(names)
  })

  it.each(names)('of %s reads what it should', async (name) => {
    for (const bytes of readers[name].corpus) await readers[name].read(bytes)
  })

  it.each(names)('of %s refuses what is broken', async (name) => {
    const { corpus, structured, read } = readers[name]
    const dice = createDice(names.indexOf(name))
    const made = structured === undefined ? [] : fc.sample(structured, { numRuns: 40 })
    const changed = Array.from({ length: 100 }, () => mutate([...corpus, ...made], dice))
    for (const bytes of [...made, ...changed]) {
      expect(
        await complaint(read, bytes),
        `input in base64: ${Buffer.from(bytes).toString('base64').slice(0, 2000)}`,
      ).toBeUndefined()
    }
  })
})
