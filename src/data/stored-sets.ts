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
 * unknown name, or if a file with a published name has other contents. Throws a `disk` error if a file can't be
 * written. Throws a `download` error if no address delivered a file with the published checksum. Node only.
 */
export async function fetchDataset(name: string, folder: string, options: FetchOptions = {}): Promise<FetchedFile[]> {
  const source = sourceOf(name)
  const { fetchFiles } = await dataFiles('fetchDataset')
  return fetchFiles(folder, source, options)
}

/**
 * Checks whether each file of a data set exists in a folder and has the published bytes. Throws a `data` error for an
 * unknown name, or if a file can't be read. Node only.
 */
export async function checkDataset(name: string, folder: string): Promise<CheckedFile[]> {
  const source = sourceOf(name)
  const { checkFiles } = await dataFiles('checkDataset')
  return checkFiles(folder, source)
}

/**
 * Returns the folder for data sets: the folder `asked`, or else the folder that ISOBATH_DATA names, or else `data`.
 * Node only.
 */
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
