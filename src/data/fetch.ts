/** Downloads the files of a data set from public servers and verifies their checksums. Node only. */
import { renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { grouped } from '../format/words.ts'
import { IsobathError } from '../support/errors.ts'
import { isFile, makeFolder, reasonOf, writeWhole } from '../support/files.ts'
import { type CheckedFile, checkDownload, hashFile } from './check.ts'
import { homeOf } from './data-folders.ts'
import { DownloadFailure, download } from './download.ts'
import type { Download, Source } from './sources.ts'
import { readArchive } from './tar.ts'

/** Options for downloading the files of a data set. */
export interface FetchOptions {
  /**
   * Base addresses to download from, instead of the public addresses. A file's name is appended to each base address.
   */
  readonly homes?: readonly string[]
  readonly abort?: AbortSignal
  /** Called once before the first download, with all files that will be downloaded. */
  onFiles?(files: readonly { readonly name: string; readonly bytes: number }[]): void
  /**
   * Called during a download with the number of bytes received so far. The checksum is verified after the last byte has
   * been received.
   */
  onProgress?(name: string, done: number): void
  /**
   * Longest time without a received byte before a download fails, in milliseconds. The default is 30,000 milliseconds.
   */
  readonly patience?: number
}

/** A file of a data set that `fetchDataset` has found or downloaded. */
export interface FetchedFile {
  /** Path of the file. For an archive, the path of the folder with the unpacked files. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** Address from which the file was downloaded, null if the file existed before. */
  readonly from: string | null
}

/** One file to download, and its location on the disk. */
interface Goal {
  readonly wanted: Download
  readonly file: string
  readonly addresses: readonly string[]
  /** Results of checking the files of the download in the folder. */
  readonly rows: readonly CheckedFile[]
}

/**
 * Downloads a set's files into a folder. Valid files in the folder are not downloaded again, and partial downloads are
 * resumed. The addresses of a file are tried in order. An archive is unpacked and then removed.
 *
 * Throws a `data` error if a file with a published name has other contents. Throws a `disk` error if a file can't be
 * written. Throws a `download` error if no address delivered a file with the published checksum, or if the signal
 * aborts. The `download` error lists the missing files and the folder for them.
 */
export async function fetchFiles(folder: string, source: Source, options: FetchOptions = {}): Promise<FetchedFile[]> {
  const home = homeOf(folder, source.set)
  const goals: Goal[] = []
  for (const wanted of source.downloads) {
    const rows = await checkDownload(folder, source.set, wanted)
    rows.forEach(refuseOtherFile)
    const addresses = options.homes?.map((base) => `${base.replace(/\/*$/, '/')}${wanted.name}`) ?? wanted.urls
    goals.push({ wanted, file: join(home, wanted.name), addresses, rows })
  }
  const missing = goals.filter((goal) => packedFile(goal) === undefined && !isUnpacked(goal))
  options.onFiles?.(missing.map(({ wanted: { name, bytes } }) => ({ name, bytes })))
  const fetched: FetchedFile[] = []
  for (const goal of goals) {
    const from = missing.includes(goal) ? await fetchOne(goal, missing, source, options) : null
    fetched.push({ file: await unpack(goal), bytes: goal.wanted.bytes, sha256: goal.wanted.sha256, from })
  }
  return fetched
}

function refuseOtherFile({ file, state, found }: CheckedFile): void {
  if (state !== 'broken') return
  throw new IsobathError(
    'data',
    (option) =>
      `${file}: ${found}. Remove this file to fetch the published file, or choose another folder with ${option('dataDir')}.`,
  )
}

/** Returns the path of the downloaded file, or undefined if the file doesn't exist yet. */
function packedFile({ wanted, rows }: Goal): string | undefined {
  return rows.find(({ name, state }) => name === wanted.name && state === 'ok')?.file
}

/** Returns whether all files of an archive are unpacked already. */
function isUnpacked({ wanted, rows }: Goal): boolean {
  return wanted.contents.every((content) => rows.some(({ name, state }) => name === content.name && state === 'ok'))
}

/**
 * Unpacks a downloaded archive and removes the archive. Returns the path of the downloaded file, or the path of the
 * folder with the unpacked files.
 */
async function unpack(goal: Goal): Promise<string> {
  const { wanted, file, rows } = goal
  const { archiveFolder, contents } = wanted
  const packed = packedFile(goal) ?? file
  if (archiveFolder === undefined) return rows.find(({ state }) => state === 'ok')?.file ?? packed
  const place = join(dirname(packed), archiveFolder)
  if (isUnpacked(goal)) return dirname(rows.find(({ name }) => name === contents[0].name)?.file ?? place)
  makeFolder(place)
  await readArchive(packed, contents, (name, bytes) => writeWhole(join(place, name), bytes))
  rmSync(packed, { force: true })
  return place
}

/**
 * Largest number of requests to one address. A failed request is repeated only if it delivered some bytes. A request
 * that resumed a partial file is also repeated if the complete file has another checksum.
 */
const MOST_ATTEMPTS = 5

/** Downloads one file and returns the address that delivered the file. */
async function fetchOne(goal: Goal, missing: readonly Goal[], source: Source, options: FetchOptions): Promise<string> {
  const { wanted, file, addresses } = goal
  const part = `${file}.part`
  const failures: string[] = []
  for (const address of addresses) {
    for (let attempt = 1; ; attempt++) {
      const start = sizeOf(part, wanted.bytes)
      try {
        if (start < wanted.bytes)
          await downloadRest(address, { file: part, start, bytes: wanted.bytes }, wanted.name, options)
        if ((await hashFile(part)) === wanted.sha256) {
          renamePart(part, file)
          return address
        }
        removePart(part)
        // A partial file from an earlier attempt may belong to another file. If a resumed download has the wrong
        // checksum, the whole file is downloaded again.
        if (start > 0 && attempt < MOST_ATTEMPTS) continue
        failures.push(`${address}: the server sends a file with another checksum`)
      } catch (error) {
        if (options.abort?.aborted) throw stopped(source.set, part, wanted.bytes)
        if (!(error instanceof DownloadFailure)) throw error
        if (sizeOf(part, wanted.bytes) > start && attempt < MOST_ATTEMPTS) continue
        failures.push(`${address}: ${error.message}`)
      }
      break
    }
  }
  throw unavailable(source, part, failures, missing)
}

function downloadRest(
  address: string,
  part: { readonly file: string; readonly start: number; readonly bytes: number },
  name: string,
  { abort, onProgress, patience = 30_000 }: FetchOptions,
): Promise<void> {
  return download(address, part, { abort, patience, onProgress: (done) => onProgress?.(name, done) })
}

/**
 * Returns the number of bytes of a partial file. Returns 0 if the partial file is larger than the complete file has to
 * be.
 */
function sizeOf(part: string, most: number): number {
  const size = isFile(part) ? statSync(part).size : 0
  return size <= most ? size : 0
}

function renamePart(part: string, file: string): void {
  try {
    renameSync(part, file)
  } catch (error) {
    throw new IsobathError('disk', `${file}: can't be written (${reasonOf(error)}). The complete file is ${part}.`)
  }
}

function removePart(part: string): void {
  try {
    rmSync(part, { force: true })
  } catch (error) {
    throw new IsobathError('disk', `${part}: can't be removed (${reasonOf(error)}). Remove the file and try again.`)
  }
}

function stopped(set: string, part: string, bytes: number): IsobathError {
  const there = sizeOf(part, bytes)
  const got = there === 0 ? 'received no bytes' : `${part} has ${grouped(there)} of ${grouped(bytes)} bytes`
  return new IsobathError('download', `${set}: the download was stopped (${got}). Run the command again to resume.`)
}

/**
 * Creates the error for a download that failed. The error lists the facts that a user needs to get the files in another
 * way.
 */
function unavailable(
  { set, published }: Source,
  part: string,
  failures: readonly string[],
  missing: readonly Goal[],
): IsobathError {
  const files = missing
    .filter(({ file }) => !isFile(file))
    .flatMap(({ wanted: { name, bytes, sha256, urls } }) => [
      `  ${name}, ${grouped(bytes)} bytes, sha256 ${sha256}`,
      ...urls.map((url) => `    ${url}`),
    ])
  const isPacked = missing.some(({ wanted }) => wanted.archiveFolder !== undefined)
  const kept = isFile(part)
    ? [`The received bytes are stored in ${part}, and the same command resumes the download.`]
    : []
  return new IsobathError(
    'download',
    [
      `${set}: the data set can't be fetched.`,
      ...failures.map((failure) => `  ${failure}`),
      ...kept,
      `Try again later, or get the following files in another way and move them to ${dirname(part)}:`,
      ...files,
      `(checksums: ${published}). Then run npx isobath data fetch ${set} --data-dir ${dirname(part)} to ${isPacked ? 'check and unpack' : 'check'} the files.`,
    ].join('\n'),
  )
}
