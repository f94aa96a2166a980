/** What a folder keeps of the programs that wrote it. Node only. */
import { version } from '../support/version.ts'

export const versions = { isobath: version, node: process.version } as const
