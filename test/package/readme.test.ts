/**
 * Tests that the README's commands and its example run unchanged. Only long commands run with fewer layers, steps and
 * seeds.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtFolder, builtProgram } from '../support/build.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const run = promisify(execFile)

const commands = [...readme.matchAll(/^ {4}isobath (.+)$/gm)].map(([, words]) => words)
const [example] = [...readme.matchAll(/```ts\n([\s\S]+?)```/g)].map(([, code]) => code)

/** Shortens commands that take long, without changing their kind. */
const shorten = (command: string): string =>
  command
    .replace('--depths 4,16,64 --seeds 3', '--depths 2,3 --seeds 1')
    .replace('--epochs 4', '--steps 20')
    .replace('diagnose mlp:depth=60', 'diagnose mlp:depth=12 --steps 20 --seeds 1 --budget 5s')
    .replace('prescribe mlp:depth=60', 'prescribe mlp:depth=6,width=16 --steps 20 --seeds 3 --samples 300 --budget 10s')

describe('the README', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'isobath-readme-'))
    cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const isobath = (words: string) => run(process.execPath, [builtProgram, ...words.split(' ')], { cwd: folder })

  it('shows more than 8 commands and an example of the library', () => {
    expect(commands.length).toBeGreaterThan(8)
    expect(example).toContain("from 'isobath'")
  })

  it.each(commands)('shows a command that runs: isobath %s', async (command) => {
    const { stdout } = await isobath(shorten(command))
    expect(stdout.trim()).not.toBe('')
    expect(stdout).not.toContain('NaN')
  })

  it('shows an example that runs', async () => {
    const { outputText } = ts.transpileModule(example, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    })
    const index = pathToFileURL(join(builtFolder, 'index.js')).href
    writeFileSync(join(folder, 'example.mjs'), outputText.replace("'isobath'", `'${index}'`))
    const { stdout } = await run(process.execPath, [join(folder, 'example.mjs')])
    expect(stdout).toMatch(/^training error 0\.\d+, test error 0\.\d+/)
  })
})
