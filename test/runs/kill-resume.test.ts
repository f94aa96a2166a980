/**
 * Tests that a training in a real process resumes after three kills with SIGKILL. `npm run kill-resume` kills trainings
 * twenty times for each optimizer.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { builtProgram } from '../support/build.ts'

const script = fileURLToPath(new URL('../../scripts/kill-resume.mjs', import.meta.url))

it('a killed training resumes to the same bits as a training that was never stopped', async () => {
  const words = ['--kills', '3', '--steps', '1000', '--optimizers', 'momentum', '--program', builtProgram]
  const wasKilled = /^ {2}kill {2}1, /m
  let stdout = ''
  // On a busy machine, a training may end before the last kill, or seldom even before the first. The test repeats the
  // latter.
  for (let attempt = 0; attempt < 5 && !wasKilled.test(stdout); attempt++) {
    stdout = (await promisify(execFile)(process.execPath, [script, ...words])).stdout
    expect(stdout).toMatch(/, all: the same\n$/)
  }
  expect(stdout).toMatch(wasKilled)
}, 600_000)
