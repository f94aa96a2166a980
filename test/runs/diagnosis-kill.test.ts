/** Tests with real processes of diagnoses, which are killed at random moments or stopped with Ctrl-C. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Ended, runProgram, until } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const words =
  'diagnose mlp:depth=6,width=8 --data blobs:classes=6,train=300,test=100 --batch 32 --steps 200 --rate 0.3 --budget 1h'
const place = (name: string): string => join(root, name)
const runIn = (
  text: string,
  signal?: NodeJS.Signals,
  moment?: (over: AbortSignal) => Promise<unknown>,
): Promise<Ended> => runProgram(root, text, signal, moment)

function trainings(name: string): number {
  const file = join(place(name), 'trials.jsonl')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
}

const isBegun = (name: string): boolean => existsSync(join(place(name), 'diagnosis.json'))
const session = (name: string): string =>
  isBegun(name) ? `diagnose --resume ${place(name)}` : `${words} --run ${place(name)}`

/** The result without its times. */
function resultOf(name: string): unknown {
  const text = readFileSync(join(place(name), 'result.json'), 'utf8')
  return JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value))
}

async function finish(name: string): Promise<Ended> {
  const ended = await runIn(session(name))
  expect(ended).toMatchObject({ status: 0 })
  return ended
}

it('a killed diagnosis resumes to the same answer as a diagnosis that was never stopped', async () => {
  await finish('whole')
  let kills = 0
  for (const stored of [0, 2, 5, 8]) {
    const moment = async (over: AbortSignal): Promise<void> => {
      await until(() => isBegun('killed') && trainings('killed') >= stored, over)
      await sleep(100 * Math.random())
    }
    const { signal } = await runIn(session('killed'), 'SIGKILL', moment)
    if (signal === 'SIGKILL') kills++
  }
  // On a busy machine, the diagnosis may end before the last kill.
  expect(kills).toBeGreaterThan(0)
  await finish('killed')
  expect(resultOf('killed')).toEqual(resultOf('whole'))
  expect(trainings('killed')).toBe(trainings('whole'))
  for (const folder of ['', 'weights']) {
    expect(readdirSync(join(place('killed'), folder)).sort()).toEqual(readdirSync(join(place('whole'), folder)).sort())
  }
}, 600_000)

it('Ctrl-C prints the answer so far and how to resume, and no other process may work in the folder before that', async () => {
  let other: Ended | undefined
  const long = `${words.replace('--steps 200', '--steps 40000')} --run ${place('stopped')}`
  const stopped = await runIn(long, 'SIGINT', async (over) => {
    await until(() => isBegun('stopped'), over)
    other = await runIn(`diagnose --resume ${place('stopped')}`)
    await until(() => trainings('stopped') >= 1, over)
  })
  expect(other).toMatchObject({ status: 2, stdout: '' })
  expect(other?.stderr).toMatch(/stopped: process \d+ has been working in this folder/)
  expect(stopped).toMatchObject({ status: 0, signal: null })
  expect(stopped.stdout).toContain(`Resume the diagnosis with: isobath diagnose --resume ${place('stopped')}\n`)
  expect(resultOf('stopped')).toMatchObject({ interrupted: true })
  // The folder `weights` exists only after a training whose weights are used again.
  const filesOf = (folder: string): string[] =>
    readdirSync(folder)
      .filter((name) => name !== 'weights')
      .sort()
  expect(filesOf(place('stopped'))).toEqual(filesOf(place('whole')))
}, 600_000)

it('a diagnosis without a given folder writes to a new folder in runs', async () => {
  const { stdout } = await runIn(
    'diagnose mlp:depth=2,width=4 --data blobs:train=60,test=20 --steps 3 --seeds 1 --threads 1',
  )
  expect(stdout).toContain('Written: runs/mlp-blobs-diagnosis-1/report.html')
  expect(readdirSync(join(root, 'runs', 'mlp-blobs-diagnosis-1')).sort()).toEqual([
    'diagnosis.json',
    'report.html',
    'result.json',
    'trials.jsonl',
    'weights',
  ])
})
