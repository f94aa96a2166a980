import { afterEach, expect, it } from 'vitest'
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

it.each(['ENOSPC', 'EIO'])('An answer that a disk does not take (%s) is a failure.', async (code) => {
  process.stdout.isTTY = false
  expect(await failing('stdout', code)).toMatchObject({ code })
})
