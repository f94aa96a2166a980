/** Bundles the package once before all tests, for those that run it as users do: as a program of its own. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Below node_modules, where git doesn't find it. */
export const builtFolder = join(root, 'node_modules', '.cache', 'isobath-test')

/** The command line's program. */
export const builtProgram = join(builtFolder, 'isobath.js')

export function setup(): void {
  const script = join(root, 'scripts', 'build.mjs')
  execFileSync(process.execPath, [script, '--no-types', '--out', builtFolder], { stdio: 'inherit' })
  writeFileSync(join(builtFolder, 'package.json'), '{ "type": "module" }\n')
}
