/**
 * Checks whether the files of a data set have the published bytes, and describes the problem of a file that does not.
 * Node only.
 */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { join } from 'node:path'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { reasonOf } from '../support/files.ts'
import { findWrongLabel } from './cifar10.ts'
import { findFile, namesOf, placesOf } from './data-folders.ts'
import { gunzipLimited, isGzip, readPacked } from './gzip.ts'
import { parseIdx } from './idx.ts'
import type { Content, Download, Source } from './sources.ts'

/** The result of checking one file. */
export interface CheckedFile {
  /** Name under which the file was published. */
  readonly name: string
  /** Path of the file, or the path at which a missing file was expected. */
  readonly file: string
  readonly state: 'ok' | 'missing' | 'broken'
  /** Result of checking the file, in words. */
  readonly found: string
}

/** Checks the files of a set in a folder, or in a subfolder of the set's name. Returns one row for each file. */
export async function checkFiles(folder: string, source: Source): Promise<CheckedFile[]> {
  const rows: CheckedFile[] = []
  for (const download of source.downloads) rows.push(...(await checkDownload(folder, source.set, download)))
  return rows
}

/**
 * Checks the files of one download and returns the result as rows. A download of a single file, plain or packed, has
 * one row. A downloaded archive has one row for each unpacked file. The archive has a row, too, unless only its
 * unpacked files exist.
 */
export async function checkDownload(folder: string, set: string, wanted: Download): Promise<CheckedFile[]> {
  const { archiveFolder, contents } = wanted
  const places = placesOf(folder, set)
  const packed = findIn(places, archiveFolder === undefined ? namesOf(contents[0].name) : [wanted.name])
  if (archiveFolder === undefined) return [await checkFile(packed, wanted, contents[0])]
  const unpacked = places
    .flatMap((place) => [place, join(place, archiveFolder)])
    .find((place) => contents.some(({ name }) => findFile(place, [name])))
  const rows = packed === undefined && unpacked !== undefined ? [] : [await checkFile(packed, wanted)]
  if (unpacked === undefined) return rows
  for (const content of contents) {
    rows.push(await checkFile(findFile(unpacked, [content.name]), content, content, unpacked))
  }
  return rows
}

async function checkFile(
  file: string | undefined,
  published: Content,
  content?: Content,
  folder?: string,
): Promise<CheckedFile> {
  const { name, bytes } = published
  if (file === undefined) {
    return {
      name,
      file: folder === undefined ? name : join(folder, name),
      state: 'missing',
      found: 'the file is missing',
    }
  }
  if (await isPublished(file, published))
    return { name, file, state: 'ok', found: `${grouped(bytes)} bytes, as published` }
  if (content !== undefined) return { name, file, ...inspect(file, content) }
  const found = sizeProblem(file, published) ?? 'the checksum differs from the published checksum'
  return { name, file, state: 'broken', found }
}

function findIn(places: readonly string[], names: readonly string[]): string | undefined {
  return places.map((place) => findFile(place, names)).find((file) => file !== undefined)
}

function sizeProblem(file: string, { bytes }: Content): string | null {
  const found = statSync(file).size
  return found === bytes ? null : `expected ${grouped(bytes)} bytes, got ${grouped(found)}`
}

/** Returns whether a file has the published size and SHA-256. Throws a `data` error if the file can't be read. */
async function isPublished(file: string, content: Content): Promise<boolean> {
  try {
    return sizeProblem(file, content) === null && (await hashFile(file)) === content.sha256
  } catch (error) {
    throw new IsobathError('data', `${file}: can't be read (${reasonOf(error)}). Check the permissions of the file.`)
  }
}

/** Returns the SHA-256 of a file's bytes, in hexadecimal. Throws Node's error if the file can't be read. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece)
  return hash.digest('hex')
}

/**
 * Describes the problem of a file whose bytes differ from the published bytes. A file whose unpacked bytes equal the
 * published unpacked bytes has the state `ok`, even if the file was packed differently.
 */
function inspect(file: string, content: Content): Pick<CheckedFile, 'state' | 'found'> {
  try {
    const packed = readPacked(file, content.bytes)
    const bytes = isGzip(packed) ? gunzipLimited(packed, file, content.bytes) : packed
    if (createHash('sha256').update(bytes).digest('hex') === content.sha256) {
      return { state: 'ok', found: `${grouped(bytes.length)} bytes unpacked, as published` }
    }
    return { state: 'broken', found: problemIn(file, bytes, content) }
  } catch (error) {
    if (!(error instanceof IsobathError)) throw error
    // Remove the path and the remedy from the message. The row of the file names the path already, and the caller
    // prints the remedy once below all rows.
    const found = error.message.replace(`${file}: `, '').replace(/\. [A-Z][^.]*\.$/, '')
    return { state: 'broken', found }
  }
}

const LARGEST_LABEL = 9

/** Describes the first problem in the content of a file, as precisely as possible. */
function problemIn(file: string, bytes: Uint8Array, { name, bytes: expected }: Content): string {
  const size = `expected ${grouped(expected)} bytes, got ${grouped(bytes.length)}`
  const other = 'the file is readable, but its bytes differ from the published bytes'
  if (name.endsWith('.bin')) return bytes.length === expected ? (findWrongLabel(bytes) ?? other) : size
  // `parseIdx` throws an error if the bytes are no IDX file.
  const { values } = parseIdx(bytes, file)
  if (bytes.length !== expected) return size
  const wrong = name.includes('labels') ? values.findIndex((label) => label > LARGEST_LABEL) : -1
  return wrong < 0 ? other : `expected labels from 0 to ${LARGEST_LABEL}, got ${values[wrong]} for sample ${wrong}`
}
