/** Runs the command line in this process and captures its output. */
import { vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

export interface Printed {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command. `words` is split at spaces. Words that contain spaces are given as a list. */
export async function isobath(words: string | readonly string[]): Promise<Printed> {
  const printed = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text)
      return true
    }),
  )
  try {
    const status = await main(typeof words === 'string' ? words.split(' ').filter((word) => word !== '') : words)
    return { status, ...printed }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** Returns the joined stderr of all commands, with `ROOT` in place of the temporary folder. */
export function saidOn(printed: readonly Printed[], root: string): string {
  return printed
    .map(({ stderr }) => stderr)
    .join('')
    .replaceAll(root, 'ROOT')
}

/** Runs a command with --json and returns the JSON document, which must be the whole stdout. */
export async function isobathJson(words: string): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await isobath(`${words} --json`)
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  const document: unknown = JSON.parse(stdout)
  if (typeof document !== 'object' || document === null) throw new Error(`expected an object, got ${stdout}`)
  return { ...document }
}
