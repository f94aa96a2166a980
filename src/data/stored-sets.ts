/** Data sets that are kept in files: getting them, and checking them. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import type { CheckedFile } from './check.ts'
import type { FetchedFile, FetchOptions } from './fetch.ts'
import { dataFiles } from './node.ts'
import { type Source, sources } from './sources.ts'

/** The sets that can be fetched and checked. */
export const storedSets: readonly string[] = [...sources.keys()]

/**
 * Downloads the files of a set into `folder`, or into a folder of the set's name in it. Throws a `data` error on an
 * unknown name or where another file is in the way, a `disk` error where nothing can be written, and a `download` error
 * where no home gave the right file. Node only.
 */
export async function fetchDataset(name: string, folder: string, options: FetchOptions = {}): Promise<FetchedFile[]> {
  const source = sourceOf(name)
  const { fetchFiles } = await dataFiles('fetchDataset')
  return fetchFiles(folder, source, options)
}

/** Each file of a set in a folder: whether it is there and as it was published. Throws a `data` error. Node only. */
export async function checkDataset(name: string, folder: string): Promise<CheckedFile[]> {
  const source = sourceOf(name)
  const { checkFiles } = await dataFiles('checkDataset')
  return checkFiles(folder, source)
}

/** Where data sets are kept: the folder asked for, the one of ISOBATH_DATA, or `data`. Node only. */
export async function dataFolder(asked: string | undefined): Promise<string> {
  const { DEFAULT_FOLDER, namedFolder } = await dataFiles('dataFolder')
  return namedFolder(asked) ?? DEFAULT_FOLDER
}

function sourceOf(name: string): Source {
  const source = sources.get(name)
  if (source !== undefined) return source
  const remedy = suggestion(name, storedSets) || 'All other sets are generated, and need no files. '
  throw new IsobathError(
    'data',
    `${name}: expected a set that is kept in files (${storedSets.join(', ')}). ${remedy.trim()}`,
  )
}
