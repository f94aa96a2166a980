/**
 * Tests that the command line loads few files at its start, because loading takes time. A test of the time itself would
 * depend on the machine.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'
import { builtFolder, builtProgram } from '../support/build.ts'
import { isobath } from '../support/command-line.ts'

/** Returns the files that a file loads at its start, including the file itself. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  const code = readFileSync(file, 'utf8')
  const imports = [...code.matchAll(/^(?:import|export) (?:[^"']* from )?["'](\.[^"']+)["'];?$/gm)]
  for (const [, path] of imports) loadedBy(join(dirname(file), path), found)
  return found
}

const namesOf = (file: string): string[] =>
  [...loadedBy(join(builtFolder, file))].map((path) => relative(builtFolder, path).replaceAll('\\', '/'))

it('isobath --help loads commander and its own text, but no command', () => {
  expect(namesOf('main.js').sort()).toEqual(['commander.js', 'help.js', 'main.js', 'rolldown-runtime.js', 'support.js'])
})

it('the command train loads the library', () => {
  expect(namesOf('train.js')).toContain('library.js')
})

it('isobath --help prints the same list of networks in the built program as in the sources', async () => {
  const { stdout } = await isobath('--help')
  expect(execFileSync(process.execPath, [builtProgram, '--help'], { encoding: 'utf8' })).toBe(stdout)
})
