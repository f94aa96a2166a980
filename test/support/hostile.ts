/** Checks that wrong input on the command line gives one clear message, an exit status, and no new files. */
import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import { isobath } from './command-line.ts'

/** Lists all files and folders inside a folder. */
const below = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

/**
 * Runs a command that must be refused with an exit status, and returns its message. The command must print one message
 * without a stack and nothing on stdout, and must not change the folder.
 */
export async function refused(words: string | readonly string[], root: string, status = 2): Promise<string> {
  const before = below(root)
  const printed = await isobath(words)
  const stderr = printed.stderr.replace(/^training: 0 of .*\n/, '')
  expect({ ...printed, stderr }).toMatchObject({
    stdout: '',
    status,
    stderr: expect.stringMatching(/^isobath: [^\n]+\n$/),
  })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may reach a terminal
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(stderr).not.toMatch(/ {4}at |node:internal|defect|undefined|\[object/)
  expect(below(root)).toEqual(before)
  return stderr
    .replaceAll(root, 'ROOT')
    .replace(/^isobath: /, '')
    .trimEnd()
}

/** Runs many commands that must be refused, and returns lines `what: message`. */
export async function allRefused(lines: Readonly<Record<string, string>>, root: string, status = 2): Promise<string> {
  const said: string[] = []
  for (const [what, words] of Object.entries(lines)) said.push(`${what}: ${await refused(words, root, status)}`)
  return `\n${said.join('\n')}\n`
}
