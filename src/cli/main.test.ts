import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { builtProgram } from '../../test/support/build.ts'
import { isobath } from '../../test/support/command-line.ts'

const { isTTY } = process.stdout

afterEach(() => {
  process.stdout.isTTY = isTTY
})

/** The error that the program throws where an output fails with this code; undefined where it goes on. */
async function failing(output: 'stdout' | 'stderr', code: string): Promise<unknown> {
  await isobath('--version')
  const error = Object.assign(new Error(code), { code })
  try {
    process[output].emit('error', error)
    return undefined
  } catch (thrown) {
    return thrown
  }
}

it.each([
  ['stdout', 'EPIPE'],
  ['stderr', 'EPIPE'],
  ['stderr', 'EIO'],
  ['stderr', 'ENOSPC'],
] as const)('The work goes on where %s fails with %s.', async (output, code) => {
  expect(await failing(output, code)).toBeUndefined()
})

it('The work goes on where stdout is a terminal that was closed.', async () => {
  process.stdout.isTTY = true
  expect(await failing('stdout', 'EIO')).toBeUndefined()
})

// The process's end and its status: in a process of its own.
it.runIf(existsSync('/dev/full')).each(['--version', 'count mlp:depth=2,width=8', 'train --help'])(
  'An answer that a full disk does not take is one message and a failure (%s).',
  (words) => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', '"$0" "$@" > /dev/full', process.execPath, builtProgram, ...words.split(' ')],
      { encoding: 'utf8' },
    )
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "isobath: stdout: can't be written (no space left on device). Free some space, or send the output to another place.\n",
    })
  },
)
