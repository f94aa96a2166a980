/** Versions of the programs that write a folder, which the folder stores. Node only. */
import { version } from '../support/version.ts'

export const versions = { isobath: version, node: process.version } as const
