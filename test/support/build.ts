/** Bundles the package once before all tests, for tests that run the command line as a separate program. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Folder of the bundled package, inside node_modules so that git ignores it. */
export const builtFolder = join(root, 'node_modules', '.cache', 'isobath-test')

/** Path of the bundled command line. */
export const builtProgram = join(builtFolder, 'isobath.js')

export function setup(): void {
  const script = join(root, 'scripts', 'build.mjs')
  execFileSync(process.execPath, [script, '--no-types', '--out', builtFolder], { stdio: 'inherit' })
  writeFileSync(join(builtFolder, 'package.json'), '{ "type": "module" }\n')
}
