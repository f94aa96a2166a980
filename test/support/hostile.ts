/** Wrong input on the command line: one clear message, an exit status, and nothing left behind. */
import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import { isobath } from './command-line.ts'

/** Every file and folder below this one. */
const below = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

/**
 * What a command line says that must be refused with this status: one message, without a stack, nothing on stdout, and
 * the folder as it was.
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

/** The same for many, as lines `what: message`. */
export async function allRefused(lines: Readonly<Record<string, string>>, root: string, status = 2): Promise<string> {
  const said: string[] = []
  for (const [what, words] of Object.entries(lines)) said.push(`${what}: ${await refused(words, root, status)}`)
  return `\n${said.join('\n')}\n`
}
