/** Finds the files of a data set in a folder. Node only. */
import { basename, join, resolve } from 'node:path'
import { isFile } from '../support/files.ts'

/** The folder that the command `data fetch` fills, and that is searched if no folder is named. */
export const DEFAULT_FOLDER = 'data'

/**
 * Returns the folder that the caller named, or else the folder that the environment variable ISOBATH_DATA names.
 * Returns undefined if neither is given.
 */
export function namedFolder(asked: string | undefined): string | undefined {
  return asked ?? (process.env.ISOBATH_DATA || undefined)
}

/**
 * Returns the folders that may hold a set's files: the folder itself, a subfolder of the set's name, and the subfolder
 * that torchvision makes.
 */
export function placesOf(folder: string, set: string): string[] {
  return [folder, join(folder, set), join(folder, set.toUpperCase(), 'raw')]
}

/**
 * Returns the names that a file may have. A copy may have a dot instead of the dash before `idx`, and may be packed.
 */
export function namesOf(name: string): string[] {
  return [...new Set([name, name.replace('-idx', '.idx')])].flatMap((variant) => [variant, `${variant}.gz`])
}

/** Returns the path of the first name that is a file in the folder. Returns undefined if no name is a file. */
export function findFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find(isFile)
}

/**
 * Returns the folder for a set's downloaded files: the given folder if it has the set's name, or else a subfolder of
 * that name.
 */
export function homeOf(folder: string, set: string): string {
  return basename(resolve(folder)) === set ? folder : join(folder, set)
}
