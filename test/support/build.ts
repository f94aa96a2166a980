/** Builds the package once before all tests, for those that run it as users do: as a program of its own. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Below node_modules, so that the build finds the packages it needs, and git doesn't find the build. */
export const builtFolder = join(root, 'node_modules', '.cache', 'isobath-test')

/** The command line's program. */
export const builtProgram = join(builtFolder, 'cli', 'isobath.js')

export function setup(): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const words = [
    '-p',
    join(root, 'tsconfig.build.json'),
    '--outDir',
    builtFolder,
    '--incremental',
    'false',
    '--noCheck',
  ]
  mkdirSync(builtFolder, { recursive: true })
  writeFileSync(join(builtFolder, 'package.json'), '{ "type": "module" }\n')
  execFileSync(process.execPath, [compiler, ...words], { stdio: 'inherit' })
}
