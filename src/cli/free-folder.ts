/** Where a run is kept that the user gave no folder. */
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../support/files.ts'

const parent = 'runs'

/** A name as a part of a folder's: letters, digits, and few other characters. */
export const plainName = (name: string): string => name.replace(/[^\p{L}\p{N}_.-]+/gu, '-')

/**
 * `work` with `runs/NAME-1`, or the first number that is free. The folder is made at once, so that runs that start at
 * the same time get different ones; it is removed where the work left it empty.
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
      // It can't be made: the error says why.
      makeFolder(folder)
    }
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not empty: that is where the run is.
  }
}
