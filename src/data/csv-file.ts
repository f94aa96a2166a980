/** Reads CSV files from the disk, plain or packed by gzip. Node only. */
import { closeSync, createReadStream, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { IsobathError } from '../support/errors.ts'
import { isFolder, namesIn, reasonOf } from '../support/files.ts'
import { type CsvOptions, type CsvSource, readCsv } from './csv.ts'
import type { Dataset } from './dataset.ts'
import { refuseForeignData } from './foreign-data.ts'
import { FETCH_AGAIN, isGzip, unpackingError } from './gzip.ts'

/**
 * Loads a table from a file, or the tables train.csv and test.csv from a folder. Each table may be plain or packed
 * (.gz). If `place` is a file of training rows, `testFile` may name a file of test rows. The data set is named after
 * the file or the folder `place`. Throws a `data` error if a file can't be read, such as a data file of another program.
 * Also throws the errors of `readCsv`.
 */
export async function loadCsv(place: string, options: CsvOptions, testFile?: string): Promise<Dataset> {
  for (const file of [place, testFile]) if (file !== undefined && !isFolder(file)) refuseForeignData(file)
  if (!existsSync(place)) {
    throw new IsobathError(
      'data',
      `${place}: expected a CSV file, or a folder with train.csv and test.csv, found nothing. Check the path.`,
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
  if (found === undefined) refuseForeignFolder(place)
  throw new IsobathError(
    'data',
    `${place}: expected train.csv and test.csv (plain or .gz), found ${found === undefined ? 'neither' : `${basename(found)} alone`}. ` +
      'To split the rows of a single table, name its file.',
  )
}

/** Number of files and folders of a folder that are searched for data files of other programs. */
const SEARCHED = 100

/**
 * Throws a `data` error if a folder holds data files of other programs, such as images in a folder for each class.
 * `levels`: number of levels of folders to search.
 */
function refuseForeignFolder(place: string, folder = place, levels = 3): void {
  const paths = namesIn(folder)
    .sort()
    .slice(0, SEARCHED)
    .map((name) => join(folder, name))
  for (const path of paths) if (!isFolder(path)) refuseForeignData(path, place)
  if (levels > 1) for (const path of paths) refuseForeignFolder(place, path, levels - 1)
}

function findTable(folder: string, name: string): string | undefined {
  return [`${name}.csv`, `${name}.csv.gz`].map((file) => join(folder, file)).find((file) => existsSync(file))
}

function sourceOf(file: string): CsvSource {
  return { name: basename(file), bytes: piecesOf(file) }
}

/** Yields the file's bytes, unpacked if packed. Only a piece of the file is in memory at a time. */
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
  // zlib ends silently at a zero byte after the packed data. Zeros after the packed data are allowed, because they pad
  // files to tape blocks.
  for await (const piece of bytesOf(createReadStream(file, { start: gunzip.bytesWritten }))) {
    if (piece.some((byte) => byte !== 0)) throw unpackingError(file, beginning)
  }
}

async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) if (piece instanceof Uint8Array) yield piece
}

/**
 * Reads the first four bytes of a file, or all bytes of a shorter file. Throws a `data` error if the file can't be
 * read.
 */
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
    throw new IsobathError('data', `${file}: can't be read (${reasonOf(error)}). Check the path and the permissions.`)
  }
}
