/** Runs the command line in this process, and keeps what it prints. */
import { vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

export interface Printed {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** `words` are split at spaces; a word with spaces in it is given in a list. */
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

/** All that was said on stderr, without the places of this run. */
export function saidOn(printed: readonly Printed[], root: string): string {
  return printed
    .map(({ stderr }) => stderr)
    .join('')
    .replaceAll(root, 'ROOT')
}

/** The one JSON document on stdout, and nothing else there. */
export async function isobathJson(words: string): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await isobath(`${words} --json`)
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`)
  const document: unknown = JSON.parse(stdout)
  if (typeof document !== 'object' || document === null) throw new Error(`expected an object, got ${stdout}`)
  return { ...document }
}
