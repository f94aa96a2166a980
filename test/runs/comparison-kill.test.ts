/** Tests with real processes of comparisons, which are killed at random moments or stopped with Ctrl-C. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Ended, runProgram, until } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const words =
  'compare mlp:width=8 residual-mlp:width=8 --data blobs:classes=6,train=300,test=100 --batch 32 --steps 300 --depths 2,12 --seeds 2 --evaluate-every 100'
const trainings = 8

const place = (name: string): string => join(root, name)
const isBegun = (name: string): boolean => existsSync(join(place(name), 'comparison.json'))
const session = (name: string): string =>
  isBegun(name) ? `compare --resume ${place(name)}` : `${words} --run ${place(name)}`

function linesOf(name: string): string[] {
  const file = join(place(name), 'trials.jsonl')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}

/** The result without its times and without its settings, whose order in the file may differ. */
function resultOf(name: string): string {
  const { settings, ...result } = JSON.parse(readFileSync(join(place(name), 'result.json'), 'utf8'))
  return JSON.stringify(result, (key, value) => (key === 'seconds' ? 0 : value))
}

async function finish(name: string): Promise<Ended> {
  const ended = await runProgram(root, session(name))
  expect(ended).toMatchObject({ status: 0 })
  return ended
}

it('a killed comparison resumes to the same rows as a comparison that was never stopped', async () => {
  await finish('whole')
  let kills = 0
  for (const stored of [0, 1, 3, 6]) {
    const moment = async (over: AbortSignal): Promise<void> => {
      await until(() => isBegun('killed') && linesOf('killed').length >= stored, over)
      await sleep(50 * Math.random())
    }
    const { signal } = await runProgram(root, session('killed'), 'SIGKILL', moment)
    if (signal === 'SIGKILL') kills++
  }
  // On a busy machine, the comparison may end before the last kill.
  expect(kills).toBeGreaterThan(0)
  await finish('killed')
  expect(resultOf('killed')).toBe(resultOf('whole'))
  expect(linesOf('killed')).toHaveLength(trainings)
  expect(readdirSync(place('killed')).sort()).toEqual(readdirSync(place('whole')).sort())
}, 600_000)

it('Ctrl-C prints the finished rows and how to resume, and no other process may work in the folder before that', async () => {
  let other: Ended | undefined
  const long = `${words.replace('--steps 300', '--steps 60000')} --run ${place('stopped')}`
  const stopped = await runProgram(root, long, 'SIGINT', async (over) => {
    await until(() => isBegun('stopped'), over)
    other = await runProgram(root, `compare --resume ${place('stopped')}`)
    await until(() => linesOf('stopped').length >= 1, over)
  })
  expect(other).toMatchObject({ status: 2, stdout: '' })
  expect(other?.stderr).toMatch(/stopped: process \d+ has been working in this folder/)
  expect(stopped).toMatchObject({ status: 0, signal: null })
  expect(stopped.stdout).toContain(`Resume the comparison with: isobath compare --resume ${place('stopped')}\n`)
  expect(stopped.stdout).toContain('stopped before all trainings were done')
  expect(JSON.parse(resultOf('stopped'))).toMatchObject({ interrupted: true })
  expect(readdirSync(place('stopped')).sort()).toEqual(readdirSync(place('whole')).sort())
}, 600_000)
