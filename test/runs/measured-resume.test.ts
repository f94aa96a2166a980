/** Tests that runs with evaluations and with a warm-up that ends at an error limit resume to the same bits. */
import { cpSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  batchNorm,
  chain,
  dense,
  dropout,
  type Measurement,
  momentum,
  type Run,
  relu,
  resume,
  spirals,
  train,
} from '../../src/index.ts'
import { readRecord } from '../../src/internal.ts'
import { laterRefusal } from '../support/refusal.ts'
import { copyAfter, outcome } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = spirals({ classes: 3, seed: 3, train: 120, test: 60 })
const network = chain(dense(12), batchNorm(), relu(), dropout(0.1), dense(12), relu(), dense(3))
/** With these options, the training error is below the limit of 0.52 at the second check of the warm-up. */
const options = {
  data,
  steps: 320,
  batch: 24,
  logEvery: 3,
  seed: 5,
  threads: 1,
  optimizer: momentum({ rate: 0.05 }),
  warmupUntilError: 0.52,
  evaluateEvery: 50,
} as const

const place = (name: string): string => join(root, name)
const metrics = (name: string): string => readFileSync(join(place(name), 'metrics.jsonl'), 'utf8')
const result = (name: string): object => {
  const { seconds, trainingSeconds, measuringSeconds, scoringSeconds, ...rest } = JSON.parse(
    readFileSync(join(place(name), 'result.json'), 'utf8'),
  )
  return rest
}

/** Steps before, at and after the warm-up checks (100 and 200), at evaluations, and at the end of the run. */
const stops = [1, 99, 100, 101, 150, 199, 200, 201, 250, 319, 320]
let unbroken: Run

beforeAll(async () => {
  unbroken = await train(network, {
    ...options,
    run: place('whole'),
    checkpointEvery: 20,
    observers: [copyAfter(stops, place('whole'), (step) => place(`after-${step}`))],
  })
})

describe('when a run with evaluations and a warm-up limit resumes,', () => {
  it('metrics.jsonl has a line for each check of the warm-up and each evaluation', () => {
    const lines: Measurement[] = metrics('whole')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((line) => !('loss' in line))
    const { warmup = [], evaluations = [] } = unbroken
    expect(warmup.map(({ step, warmedUp }) => ({ step, warmedUp }))).toEqual([
      { step: 100, warmedUp: false },
      { step: 200, warmedUp: true },
    ])
    expect(evaluations.map(({ step }) => step)).toEqual([50, 100, 150, 200, 250, 300, 320])
    expect(lines.filter((line) => !('test' in line))).toEqual(warmup)
    expect(lines.filter((line) => 'test' in line)).toEqual(evaluations)
    expect(lines.map(({ step }) => step)).toEqual([50, 100, 100, 150, 200, 200, 250, 300, 320])
  })

  it.each(stops)('the result is the same after step %i', async (step) => {
    const resumed = await resume(place(`after-${step}`), { data, threads: step % 2 === 0 ? 1 : 2 })
    expect(outcome(resumed)).toEqual(outcome(unbroken))
    expect(metrics(`after-${step}`)).toBe(metrics('whole'))
    expect(result(`after-${step}`)).toEqual(result('whole'))
  })

  it('the result is the same on more threads, and the same record is read again', async () => {
    expect(outcome(await train(network, { ...options, threads: 2 }))).toEqual(outcome(unbroken))
    const again = await readRecord(place('whole'))
    expect(again?.run).toEqual({ ...unbroken, run: place('whole') })
  })

  it('a measurement just before which the run was stopped is taken', async () => {
    const stop = new AbortController()
    const run = place('stopped')
    const onCheckpoint = (step: number): void => {
      if (step === 200) stop.abort()
    }
    const stopping = { ...options, run, checkpointEvery: 200, onCheckpoint, abort: stop.signal }
    const stopped = await train(network, stopping)
    expect(stopped).toMatchObject({ interrupted: true, steps: 200, warmup: [{ step: 100 }] })
    expect(stopped.evaluations?.map(({ step }) => step)).toEqual([50, 100, 150])
    expect(outcome(await resume(run, { data, threads: 1 }))).toEqual(outcome(unbroken))
    expect(metrics('stopped')).toBe(metrics('whole'))
  })

  it('a run that was stopped during the scoring is scored', async () => {
    const stop = new AbortController()
    const run = place('unscored')
    const stopped = await train(network, { ...options, run, abort: stop.signal, onEvaluation: () => stop.abort() })
    expect(stopped).toMatchObject({ interrupted: true, steps: 320, test: { loss: null } })
    expect(await readRecord(run)).toBeUndefined()
    expect(outcome(await resume(run, { data, threads: 1 }))).toEqual(outcome(unbroken))
    expect(metrics('unscored')).toBe(metrics('whole'))
  })

  it('a checkpoint whose measurements are missing is refused', async () => {
    const name = 'after-150'
    cpSync(place(name), place('cut'), { recursive: true })
    for (const file of ['result.json', 'checkpoint-320.safetensors']) rmSync(join(place('cut'), file), { force: true })
    truncateSync(join(place('cut'), 'metrics.jsonl'), metrics(name).indexOf('{"step":100,"train'))
    expect((await laterRefusal(() => resume(place('cut'), { data, threads: 1 }))).replaceAll(root, 'ROOT')).toContain(
      'ROOT/cut/metrics.jsonl: expected the losses of all steps before',
    )
  })
})
