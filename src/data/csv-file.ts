/** CSV files on disk, plain or packed by gzip. Node only. */
import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { IsobathError } from '../support/errors.ts'
import { reasonOf } from '../support/files.ts'
import { type CsvOptions, type CsvSource, readCsv } from './csv.ts'
import type { Dataset } from './dataset.ts'
import { FETCH_AGAIN, isGzip, unpackingError } from './gzip.ts'

/**
 * The table in a file, or the tables train.csv and test.csv in a folder, each plain or .gz; `testFile` names a file of
 * test rows beside a file of training rows. The data set has the name of the file or the folder. Throws as `readCsv` does, and a `data` error where a file can't be read.
 */
export async function loadCsv(place: string, options: CsvOptions, testFile?: string): Promise<Dataset> {
  if (!existsSync(place)) {
    throw new IsobathError(
      'data',
      `${place}: expected a CSV file, or a folder with train.csv and test.csv; there is nothing.`,
    )
  }
  if (!statSync(place).isDirectory())
    return readCsv(sourceOf(place), options, testFile === undefined ? undefined : sourceOf(testFile))
  const train = findTable(place, 'train')
  const test = testFile ?? findTable(place, 'test')
  if (train !== undefined && test !== undefined) {
    const data = await readCsv(sourceOf(train), options, sourceOf(test))
    return { ...data, name: basename(resolve(place)) || place }
  }
  const found = train ?? test
  throw new IsobathError(
    'data',
    `${place}: expected train.csv and test.csv (plain or .gz), found ${found === undefined ? 'neither' : `${basename(found)} alone`}. ` +
      'Name a file, to have its rows split.',
  )
}

function findTable(folder: string, name: string): string | undefined {
  return [`${name}.csv`, `${name}.csv.gz`].map((file) => join(folder, file)).find((file) => existsSync(file))
}

function sourceOf(file: string): CsvSource {
  return { name: basename(file), bytes: piecesOf(file) }
}

/** The file's bytes, unpacked where they are packed, without holding all of them. */
async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  const beginning = beginningOf(file)
  try {
    yield* isGzip(beginning) ? unpackedPieces(file, beginning) : bytesOf(createReadStream(file))
  } catch (error) {
    if (error instanceof IsobathError) throw error
    throw new IsobathError('data', `${file}: can't be read (${reasonOf(error)}). ${FETCH_AGAIN}`)
  }
}

async function* unpackedPieces(file: string, beginning: Uint8Array): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  const source = createReadStream(file)
  let readError: unknown
  source.on('error', (error) => {
    readError = error
  })
  try {
    yield* bytesOf(pipeline(source, gunzip, () => {}))
  } catch (error) {
    throw readError ?? unpackingError(file, beginning, error)
  }
  // zlib stops without a word at a zero byte after the end: zeros pad a file to whole blocks of a tape.
  for await (const piece of bytesOf(createReadStream(file, { start: gunzip.bytesWritten }))) {
    if (piece.some((byte) => byte !== 0)) throw unpackingError(file, beginning)
  }
}

async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) if (piece instanceof Uint8Array) yield piece
}

/** Its first four bytes, or all of a shorter file. Throws a `data` error where it can't be read. */
function beginningOf(file: string): Uint8Array {
  try {
    if (!statSync(file).isFile()) throw new IsobathError('data', `${file}: expected a file, got a folder or a device.`)
    const handle = openSync(file, 'r')
    try {
      const beginning = new Uint8Array(4)
      return beginning.subarray(0, readSync(handle, beginning))
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (error instanceof IsobathError) throw error
    throw new IsobathError('data', `${file}: can't be read (${reasonOf(error)}).`)
  }
}
