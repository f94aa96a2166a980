/** Tests that a comparison at best rates gives the results of train, and resumes to the same bits after any stop. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  blobs,
  type Comparison,
  type ComparisonEvent,
  compare,
  momentum,
  type NetworkFamily,
  parseNetwork,
  resumeComparison,
  train,
} from '../../src/index.ts'
import { isobathJson } from '../support/command-line.ts'
import { runProgram, until } from '../support/program.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)

const data = blobs({ classes: 3, train: 200, test: 80 })
const family: NetworkFamily = {
  name: 'mlp:width=8',
  label: 'plain',
  ofDepth: (depth) => parseNetwork(`mlp:width=8,norm=batch,depth=${depth}`, { classes: 3, input: [2] }),
}
const training = { data, optimizer: momentum({ rate: 0.001 }), batch: 32, steps: 90 }
const options = {
  ...training,
  depths: [1, 6],
  seeds: [0, 1],
  threads: 2,
  dataOptions: { classes: 3, train: 200, test: 80 },
}

const timeless = ({ rows, searches, sentence }: Comparison): unknown =>
  JSON.parse(JSON.stringify({ rows, searches, sentence }, (key, value) => (key === 'seconds' ? undefined : value)))

describe('A comparison with the option rates', () => {
  it('chooses a rate for each network and trains at this rate as train does', async () => {
    const { rows, searches } = await compare([family], { ...options, rates: [0.001, 0.1, 1e6] })
    expect(searches?.map(({ depth, rate }) => `${depth}: ${rate}`)).toEqual(['1: 0.1', '6: 0.1'])
    const diverged = searches?.[1].tried.filter((one) => one.diverged)
    expect(diverged).toEqual([{ rate: 1e6, steps: 60, loss: null, diverged: true }])
    const { network, rate, tuned } = { ...rows[3], network: family.ofDepth(6) }
    const [own, shared] = [await train(network, { ...training, seed: 1, optimizer: momentum({ rate: 0.1 }) }), rows[3]]
    expect(tuned).toMatchObject({ rate: 0.1, train: own.train, test: own.test, weightsSha256: own.weightsSha256 })
    expect(tuned?.losses).toEqual(own.losses)
    expect(rate).toBe(0.001)
    expect(shared.weightsSha256).toBe((await train(network, { ...training, seed: 1 })).weightsSha256)
  })

  it('does not train again at the shared rate if the shared rate is the best rate', async () => {
    let trained = 0
    const onEvent = ({ kind }: ComparisonEvent): void => {
      if (kind === 'finished') trained++
    }
    const optimizer = momentum({ rate: 0.1 })
    const { rows } = await compare([family], { ...options, optimizer, depths: [1], rates: [0.1, 0.00001], onEvent })
    expect(rows.map(({ tuned }) => tuned?.rate)).toEqual([0.1, 0.1])
    expect(rows[0].tuned?.weightsSha256).toBe(rows[0].weightsSha256)
    // 2 seeds at the shared rate, 2 short trainings, and the whole training at the other rate.
    expect(trained).toBe(5)
  })

  it('chooses the rates without the test set', async () => {
    const other = { ...data, test: data.train }
    const one = await compare([family], { ...options, depths: [1], rates: [0.001, 0.1] })
    const two = await compare([family], { ...options, data: other, depths: [1], rates: [0.001, 0.1] })
    expect(two.searches).toEqual(one.searches)
    expect(two.rows[0].test).not.toEqual(one.rows[0].test)
  })

  it('refuses rates that can not be searched', async () => {
    const said = [
      await laterRefusal(() => compare([family], { ...options, rates: [] })),
      await laterRefusal(() => compare([family], { ...options, rates: [0.1, -1] })),
      await laterRefusal(() => compare([family], { ...options, rates: [0.1], tune: true })),
      await laterRefusal(() => compare([family], { ...options, tune: true, optimizer: momentum({ rate: 0 }) })),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: rates: expected numbers above 0, such as [0.003, 0.01, 0.03], got an empty list.
      IsobathError: rates: expected numbers above 0, such as [0.003, 0.01, 0.03], got [0.1, -1].
      IsobathError: rates and tune: expected one of the two, got both. Leave out rates to search around the given rate.
      IsobathError: tune: expected a rate above 0 to search around, got the rate 0. Choose another rate, or list rates with rates."
    `)
  })
})

describe('A comparison with the option tune', () => {
  it.each([1, 6, 14])('resumes to the same result after %i trainings', async (trainings) => {
    const name = `stopped-${trainings}`
    const stop = new AbortController()
    let ended = 0
    const onEvent = (event: ComparisonEvent): void => {
      if (event.kind === 'finished' && event.result && ++ended === trainings) stop.abort()
    }
    const whole = await compare([family], { ...options, tune: true })
    const stopped = await compare([family], { ...options, tune: true, run: place(name), abort: stop.signal, onEvent })
    expect(stopped.interrupted).toBe(true)
    const resumed = await resumeComparison(place(name), { data, threads: 1 })
    expect(resumed.interrupted).toBe(false)
    expect(timeless(resumed)).toEqual(timeless(whole))
    const lines = readFileSync(join(place(name), 'trials.jsonl'), 'utf8')
      .split('\n')
      .slice(0, -1)
    const again = await resumeComparison(place(name), { data, threads: 1 })
    expect(timeless(again)).toEqual(timeless(whole))
    expect(
      readFileSync(join(place(name), 'trials.jsonl'), 'utf8')
        .split('\n')
        .slice(0, -1),
    ).toEqual(lines)
  })

  it('resumes to the same bits after it was killed', async () => {
    const words =
      'compare mlp:width=8 --data blobs:classes=6,train=300,test=100 --batch 32 --steps 200 --depths 2,12 --seeds 2 --tune'
    const lines = (name: string): number => {
      const file = join(place(name), 'trials.jsonl')
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
    }
    const session = (name: string): string =>
      existsSync(join(place(name), 'comparison.json'))
        ? `compare --resume ${place(name)}`
        : `${words} --run ${place(name)}`
    expect(await runProgram(root, session('whole'))).toMatchObject({ status: 0 })
    let kills = 0
    for (const stored of [1, 8, 17, 23]) {
      const moment = async (over: AbortSignal): Promise<void> => {
        await until(() => lines('killed') >= stored, over)
        await sleep(30 * Math.random())
      }
      const { signal } = await runProgram(root, session('killed'), 'SIGKILL', moment)
      if (signal === 'SIGKILL') kills++
    }
    // On a busy machine, the comparison may end before the last kill.
    expect(kills).toBeGreaterThan(0)
    expect(await runProgram(root, session('killed'))).toMatchObject({ status: 0 })
    const resultOf = (name: string): unknown => {
      const { rows, searches } = JSON.parse(readFileSync(join(place(name), 'result.json'), 'utf8'))
      return JSON.parse(JSON.stringify({ rows, searches }, (key, value) => (key === 'seconds' ? 0 : value)))
    }
    expect(resultOf('killed')).toEqual(resultOf('whole'))
    expect(lines('killed')).toBe(lines('whole'))
  }, 600_000)

  it('prints rates, scores at both rates and searches as JSON', async () => {
    const result = await isobathJson(
      'compare mlp:width=8 --data moons --samples 64 --steps 12 --depths 1 --seeds 1 --rates 0.003,0.3',
    )
    expect(result).toMatchObject({
      rows: [{ rate: 0.03, tuned: { rate: 0.3, train: {}, test: {}, diverged: null } }],
      searches: [{ family: 'mlp:width=8', depth: 1, rate: 0.3 }],
      suspectRates: [],
    })
  })
})
