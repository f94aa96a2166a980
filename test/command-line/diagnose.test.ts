/** Tests the command that mends a training, which `diagnose` prints for a network, for a run and for a resumed diagnosis. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { networkFromJson, networkToTypeScript } from '../../src/index.ts'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

const training = '--data moons --samples 200 --steps 200'
const slow = `mlp:depth=1,width=16 ${training} --rate 0.0001`

const scores = z.object({ train: z.object({ error: z.number() }) })
const answer = z.object({
  verdict: z.string(),
  cure: z.object({ command: z.string().array(), network: z.string(), before: scores, after: scores }),
})
const diagnosed = async (words: string) => answer.parse(await isobathJson(words))
const trainingError = async (words: readonly string[]) => scores.parse(await isobathJson(words.join(' '))).train.error

describe('The command that mends a training', () => {
  it('trains the network as the diagnosis promised', async () => {
    const { verdict, cure } = await diagnosed(`diagnose ${slow}`)
    expect(verdict).toBe('step-too-small')
    expect(cure.command.join(' ')).toMatch(
      /^train mlp:depth=1,width=16 --data moons --samples 200 --steps 200 --rate \S+$/,
    )
    expect(cure.before.train.error).toBeGreaterThan(0.2)
    expect(cure.after.train.error).toBeLessThan(0.05)
    expect(await trainingError([...cure.command, '--seed', '7'])).toBeLessThan(0.05)
  })

  it('is printed for a stored run too, and after the diagnosis is resumed', async () => {
    await isobath(`train ${slow} --run slow --checkpoint-every 100`)
    const { stdout } = await isobath('diagnose slow --run slow-diagnosis')
    expect(stdout).toMatch(
      /^ {2}isobath train mlp:depth=1,width=16 --data moons --samples 200 --checkpoint-every 100 --steps 200 --rate \S+$/m,
    )
    expect((await isobath('diagnose --resume slow-diagnosis')).stdout).toBe(stdout)
  })

  it('names the files of the changed network, also after the diagnosis is resumed', async () => {
    const words = `mlp:depth=1,width=16,output=relu --loss squared-error ${training} --rate 0.01`
    const { cure } = await diagnosed(`diagnose ${words} --run limited`)
    expect(cure.command[1]).toBe(cure.network)
    expect(await trainingError(cure.command)).toBeLessThanOrEqual(1.2 * cure.after.train.error + 0.02)
    const network = networkFromJson(JSON.parse(readFileSync('limited/cure.json', 'utf8')))
    expect(readFileSync('limited/cure.ts', 'utf8')).toBe(networkToTypeScript(network))
    expect((await diagnosed('diagnose --resume limited')).cure).toEqual(cure)
    const { stdout } = await isobath('diagnose --resume limited')
    expect(stdout).toContain(
      `The changed network is in ${join('limited', 'cure.json')} and ${join('limited', 'cure.ts')}.`,
    )
  })
})

describe('The answer of a diagnosis', () => {
  it('is on the first screen of the terminal: what is wrong, what to do with the result, and how sure', async () => {
    const { stdout } = await isobath(`diagnose ${slow} --run first-screen`)
    const screen = stdout.split('\n').slice(0, 25).join('\n')
    const parts = [
      /^The step is too small/,
      /What to do: /,
      /^ {2}isobath train /m,
      /Training error .* -> /,
      /How sure: /,
    ]
    const places = parts.map((part) => screen.search(part))
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect(Math.min(...places)).toBe(0)
  })

  it('comes before all other fields in JSON', async () => {
    const fields = Object.keys(
      z.record(z.string(), z.unknown()).parse(await isobathJson('diagnose --resume first-screen')),
    )
    expect(fields.slice(0, 6)).toEqual(['network', 'run', 'verdict', 'sentence', 'answer', 'cure'])
  })
})
