/** Finds the files of a data set in a folder. Node only. */
import { basename, join, resolve } from 'node:path'
import { isFile } from '../support/files.ts'

/**
 * Default folder of data sets. The command `data fetch` fills the default folder, and data sets are searched in the
 * default folder if no folder is named.
 */
export const DEFAULT_FOLDER = 'data'

/**
 * Returns the data folder that the caller named, or else the folder that the environment variable ISOBATH_DATA names.
 * Returns undefined if neither the caller nor ISOBATH_DATA names a folder.
 */
export function namedFolder(asked: string | undefined): string | undefined {
  return asked ?? (process.env.ISOBATH_DATA || undefined)
}

/**
 * Returns the folders that may hold a data set's files: the given folder, its subfolder with the name of the data set,
 * and the subfolder that torchvision makes.
 */
export function placesOf(folder: string, set: string): string[] {
  return [folder, join(folder, set), join(folder, set.toUpperCase(), 'raw')]
}

/**
 * Returns the names that a data set's file may have on the disk. A copy of a file may have a dot instead of the dash
 * before `idx` in its name, and may be packed.
 */
export function namesOf(name: string): string[] {
  return [...new Set([name, name.replace('-idx', '.idx')])].flatMap((variant) => [variant, `${variant}.gz`])
}

/**
 * Returns the path of the first of `names` that is a file in the folder. Returns undefined if none of `names` is a file
 * in the folder.
 */
export function findFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find(isFile)
}

/**
 * Returns the folder for a set's downloaded files: the given folder if it has the set's name, or else a subfolder with
 * the set's name.
 */
export function homeOf(folder: string, set: string): string {
  return basename(resolve(folder)) === set ? folder : join(folder, set)
}
