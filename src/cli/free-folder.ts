/** Finds a folder for a run if the user names no folder. */
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../support/files.ts'

const parent = 'runs'

/** Makes a name usable in the name of a folder: characters other than letters, digits, `_`, `.` and `-` become `-`. */
export const plainName = (name: string): string => name.replace(/[^\p{L}\p{N}_.-]+/gu, '-')

/**
 * Calls `work` with the first of the folders `runs/NAME-1`, `runs/NAME-2` and so on that does not exist yet. The folder
 * is made before the work starts, so runs that start at the same time get different folders. If the folder is still
 * empty after the work, the folder is removed.
 */
export async function withFreeFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T> {
  makeFolder(parent)
  const folder = takeFirst(name)
  try {
    return await work(folder)
  } finally {
    removeIfEmpty(folder)
    removeIfEmpty(parent)
  }
}

function takeFirst(name: string): string {
  for (let number = 1; ; number++) {
    const folder = join(parent, `${name}-${number}`)
    try {
      mkdirSync(folder)
      return folder
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
      // `makeFolder` throws a `disk` error that says why the folder can't be made.
      makeFolder(folder)
    }
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // A folder that is not empty holds the run, so it stays.
  }
}
