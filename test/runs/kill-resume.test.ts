/** A real process, killed with SIGKILL a few times; `npm run kill-resume` does it twenty times for each optimizer. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { builtProgram } from '../support/build.ts'

const script = fileURLToPath(new URL('../../scripts/kill-resume.mjs', import.meta.url))

it('a killed training goes on to the bits of one that nobody touched', async () => {
  const words = ['--kills', '3', '--steps', '1000', '--optimizers', 'momentum', '--program', builtProgram]
  const wasKilled = /^ {2}kill {2}1, /m
  let stdout = ''
  // On a busy machine it may come to its end before the last of them, and seldom before the first: then once more.
  for (let attempt = 0; attempt < 5 && !wasKilled.test(stdout); attempt++) {
    stdout = (await promisify(execFile)(process.execPath, [script, ...words])).stdout
    expect(stdout).toMatch(/, all: the same\n$/)
  }
  expect(stdout).toMatch(wasKilled)
}, 600_000)
