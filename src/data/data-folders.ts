/** Where in a folder the files of a data set are. Node only. */
import { basename, join, resolve } from 'node:path'
import { isFile } from '../support/files.ts'

/** The folder that `data fetch` fills and that is looked into where none is named. */
export const DEFAULT_FOLDER = 'data'

/** The folder that was asked for, or the one that ISOBATH_DATA names; undefined where there is neither. */
export function namedFolder(asked: string | undefined): string | undefined {
  return asked ?? (process.env.ISOBATH_DATA || undefined)
}

/** Folders that may hold a set's files: the folder itself, one of the set's name in it, and the one torchvision makes. */
export function placesOf(folder: string, set: string): string[] {
  return [folder, join(folder, set), join(folder, set.toUpperCase(), 'raw')]
}

/** What a file may be called: as published, with the dot that some copies have for a dash, packed or not. */
export function namesOf(name: string): string[] {
  return [...new Set([name, name.replace('-idx', '.idx')])].flatMap((variant) => [variant, `${variant}.gz`])
}

/** The first of these names that is a file in the folder. */
export function findFile(folder: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(folder, name)).find(isFile)
}

/** Where files of a set that are fetched go: the folder itself where it has the set's name. */
export function homeOf(folder: string, set: string): string {
  return basename(resolve(folder)) === set ? folder : join(folder, set)
}
