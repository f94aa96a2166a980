/** Versions of Isobath and Node, which every folder stores to show what wrote the folder. Node only. */
import { version } from '../support/version.ts'

export const versions = { isobath: version, node: process.version } as const
