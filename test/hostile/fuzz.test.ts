/**
 * Runs a short part of `npm run fuzz`, with the same inputs in every run. A reader must read an input or say what is
 * wrong.
 */
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

/** Returns an error of the reader that is no message for a user. Returns undefined if the reader has no such error. */
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
  it('is listed for every kind of input', () => {
    expect(Object.keys(readers)).toEqual(names)
  })

  it.each(names)('reads valid inputs of the kind %s', async (name) => {
    for (const bytes of readers[name].corpus) await readers[name].read(bytes)
  })

  it.each(names)('refuses broken inputs of the kind %s with a message for the user', async (name) => {
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
