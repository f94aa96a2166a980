/** Downloads and checks the data sets that are stored in files. */
import { IsobathError } from '../support/errors.ts'
import { suggestion } from '../support/nearest.ts'
import type { CheckedFile } from './check.ts'
import type { FetchedFile, FetchOptions } from './fetch.ts'
import { dataFiles } from './node.ts'
import { type Source, sources } from './sources.ts'

/** Names of the data sets that can be downloaded and checked. */
export const storedSets: readonly string[] = [...sources.keys()]

/**
 * Downloads the files of a data set into `folder`, or into a subfolder of the set's name. Throws a `data` error for an
 * unknown name, or if another file is in the place of a file. Throws a `disk` error if nothing can be written. Throws a
 * `download` error if no address delivered the right file. Node only.
 */
export async function fetchDataset(name: string, folder: string, options: FetchOptions = {}): Promise<FetchedFile[]> {
  const source = sourceOf(name)
  const { fetchFiles } = await dataFiles('fetchDataset')
  return fetchFiles(folder, source, options)
}

/**
 * Checks each file of a data set in a folder: whether the file exists and has the published bytes. Throws a `data`
 * error for an unknown name, or if a file can't be read. Node only.
 */
export async function checkDataset(name: string, folder: string): Promise<CheckedFile[]> {
  const source = sourceOf(name)
  const { checkFiles } = await dataFiles('checkDataset')
  return checkFiles(folder, source)
}

/** Returns the folder for data sets: the folder asked for, the folder that ISOBATH_DATA names, or `data`. Node only. */
export async function dataFolder(asked: string | undefined): Promise<string> {
  const { DEFAULT_FOLDER, namedFolder } = await dataFiles('dataFolder')
  return namedFolder(asked) ?? DEFAULT_FOLDER
}

function sourceOf(name: string): Source {
  const source = sources.get(name)
  if (source !== undefined) return source
  const remedy = suggestion(name, storedSets) || 'All other data sets are generated and need no files. '
  throw new IsobathError(
    'data',
    `${name}: expected a data set that is stored in files (${storedSets.join(', ')}). ${remedy.trim()}`,
  )
}
