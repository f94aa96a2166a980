import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { builtProgram } from '../../test/support/build.ts'
import { isobath } from '../../test/support/command-line.ts'

const { isTTY } = process.stdout

afterEach(() => {
  process.stdout.isTTY = isTTY
})

/**
 * Returns the error that the program throws if an output fails with this code. Returns undefined if the program
 * continues.
 */
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
] as const)('The program continues if %s fails with %s.', async (output, code) => {
  expect(await failing(output, code)).toBeUndefined()
})

it('The program continues if stdout is a terminal that was closed.', async () => {
  process.stdout.isTTY = true
  expect(await failing('stdout', 'EIO')).toBeUndefined()
})

// The tests of the exit status run the program in a separate process.
it.runIf(existsSync('/dev/full')).each(['--version', 'count mlp:depth=2,width=8', 'train --help'])(
  'The program prints one message and exits with 1 if the disk for its output is full (%s).',
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
