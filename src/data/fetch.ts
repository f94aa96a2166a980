/** Gets the files of a data set from its public homes, checked by their checksums. Node only. */
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

export interface FetchOptions {
  /** Addresses that a file's name is put behind, instead of the public homes. */
  readonly homes?: readonly string[]
  readonly abort?: AbortSignal
  /** Called before the first download, with all there will be. */
  onFiles?(files: readonly { readonly name: string; readonly bytes: number }[]): void
  /** Called while a file comes, with the bytes that are there; its checksum is taken after the last of them. */
  onProgress?(name: string, done: number): void
  /** Milliseconds without a byte after which a server is given up; half a minute by default. */
  readonly patience?: number
}

export interface FetchedFile {
  /** Where it is: of an archive the folder with what it held. */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** Where it came from; null where it was there. */
  readonly from: string | null
}

/** One file, and where it goes. */
interface Goal {
  readonly wanted: Download
  readonly file: string
  readonly addresses: readonly string[]
  /** What is there of it. */
  readonly rows: readonly CheckedFile[]
}

/**
 * Brings a set's files into a folder: what is there and right stays, what was begun goes on, the homes are tried in
 * order, and an archive is unpacked and removed.
 *
 * Throws a `data` error where another file has the place of one, a `disk` error where nothing can be written, and a
 * `download` error where no home gave the right file (it says what file to put where) or the signal aborted.
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
      `${file}: ${found}. Remove it to fetch the published file, or choose another folder with ${option('dataDir')}.`,
  )
}

/** The download itself, where it is there already. */
function packedFile({ wanted, rows }: Goal): string | undefined {
  return rows.find(({ name, state }) => name === wanted.name && state === 'ok')?.file
}

/** Whether all that an archive holds is there already. */
function isUnpacked({ wanted, rows }: Goal): boolean {
  return wanted.contents.every((content) => rows.some(({ name, state }) => name === content.name && state === 'ok'))
}

/** Where the samples are now; those of an archive are taken out of it, and it is removed. */
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

/** How often one address is asked again after it gave some bytes and broke off. */
const MOST_ATTEMPTS = 5

/** Gives the address that the file came from. */
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
        // What was there before may have been another file's beginning.
        if (start > 0 && attempt < MOST_ATTEMPTS) continue
        failures.push(`${address}: the file it sends has another checksum`)
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

/** Bytes of a part that may be the beginning of the file. */
function sizeOf(part: string, most: number): number {
  const size = isFile(part) ? statSync(part).size : 0
  return size <= most ? size : 0
}

function renamePart(part: string, file: string): void {
  try {
    renameSync(part, file)
  } catch (error) {
    throw new IsobathError('disk', `${file}: can't be written (${reasonOf(error)}). The file is whole in ${part}.`)
  }
}

function removePart(part: string): void {
  try {
    rmSync(part, { force: true })
  } catch (error) {
    throw new IsobathError('disk', `${part}: can't be removed (${reasonOf(error)}). Remove it and try again.`)
  }
}

function stopped(set: string, part: string, bytes: number): IsobathError {
  const there = sizeOf(part, bytes)
  const kept = there === 0 ? 'nothing of this file came' : `${part} has ${grouped(there)} of ${grouped(bytes)} bytes`
  return new IsobathError('download', `${set}: stopped; ${kept}. Run the same command again to go on from there.`)
}

/** Everything that someone needs who can get the files in another way. */
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
  const kept = isFile(part) ? [`What came of it is kept in ${part}, and the same command goes on from there.`] : []
  return new IsobathError(
    'download',
    [
      `${set}: can't be fetched.`,
      ...failures.map((failure) => `  ${failure}`),
      ...kept,
      `Try again later, or get these files in another way and put them into ${dirname(part)}:`,
      ...files,
      `(checksums: ${published}). Then npx isobath data fetch ${set} --data-dir ${dirname(part)} checks them${isPacked ? ' and unpacks them' : ''}.`,
    ].join('\n'),
  )
}
