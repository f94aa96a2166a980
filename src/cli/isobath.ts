#!/usr/bin/env node
import * as module from 'node:module'

// From Node 22.8 on, Node caches compiled code for the next start. The code cache holds only modules that are imported
// after this line.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') module.enableCompileCache()

const { main } = await import('./main.ts')
process.exitCode = await main(process.argv.slice(2))
