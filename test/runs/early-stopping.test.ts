/** Tests that a run that stops early keeps its best weights, and resumes to the same bits. */
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  batchNorm,
  chain,
  compare,
  dense,
  diagnoseRun,
  evaluate,
  loadDataset,
  momentum,
  type Run,
  readRun,
  relu,
  resume,
  train,
} from '../../src/index.ts'
import { readRecord } from '../../src/internal.ts'
import { isobath } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { copyAfter, outcome } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = await loadDataset('blobs', { classes: 3, features: 6, noise: 3, train: 120, test: 60, validation: 0.3 })
const network = chain(dense(24), batchNorm(), relu(), dense(24), relu(), dense(3))
const options = {
  data,
  steps: 400,
  batch: 16,
  seed: 5,
  threads: 1,
  optimizer: momentum({ rate: 0.05 }),
  evaluateEvery: 10,
  earlyStopping: 4,
} as const
const place = (name: string): string => join(root, name)
/** Steps before and after the evaluation with the lowest validation loss, and at the early end. */
const stops = [5, 10, 15, 20, 30, 31, 45, 50, 60]
let unbroken: Run

beforeAll(async () => {
  unbroken = await train(network, {
    ...options,
    run: place('whole'),
    checkpointEvery: 5,
    observers: [copyAfter(stops, place('whole'), (step) => place(`after-${step}`))],
  })
})

const all = (run: Run) => ({ ...outcome(run), best: run.best, bestWeights: run.bestWeights, early: run.stoppedEarly })

describe('A run that stops early', () => {
  it('ends as many evaluations after the lowest validation loss as asked for, and is not interrupted', () => {
    const { steps, best, stoppedEarly, interrupted, evaluations = [] } = unbroken
    expect(stoppedEarly).toBe(true)
    expect(interrupted).toBe(false)
    expect(steps).toBe((best?.step ?? 0) + 40)
    const losses = evaluations.map(({ validation }) => validation?.loss ?? Number.NaN)
    expect(evaluations.at(-5)?.step).toBe(best?.step)
    expect(Math.min(...losses)).toBe(losses.at(-5))
    expect(best?.validation.loss).toBe(losses.at(-5))
  })

  it('has best weights with the scores that the record names', async () => {
    const { best, bestWeights = new Map(), statistics } = unbroken
    const scores = await evaluate(network, { data, weights: bestWeights, statistics, threads: 1 })
    expect({ step: best?.step, ...scores }).toEqual(best)
    const shorter = await train(network, { ...options, steps: best?.step, earlyStopping: undefined })
    expect(shorter.weights).toEqual(bestWeights)
  })

  it.each(stops)('resumes after step %i to the same bits', async (step) => {
    // A copy that was made after the end of the run doesn't exist.
    if (!existsSync(place(`after-${step}`))) return expect(step).toBeGreaterThan(unbroken.steps)
    const resumed = await resume(place(`after-${step}`), { data, threads: 2 })
    expect(all(resumed)).toEqual(all(unbroken))
  })

  it('resumes to the same end if its result is lost', async () => {
    cpSync(place('whole'), place('no-result'), { recursive: true })
    rmSync(join(place('no-result'), 'result.json'))
    expect(all(await resume(place('no-result'), { data, threads: 1 }))).toEqual(all(unbroken))
  })

  it('is read again with its best weights', async () => {
    expect((await readRecord(place('whole')))?.run).toEqual({ ...unbroken, run: place('whole') })
    const { step, weights } = await readRun(place('whole'), { best: true })
    expect(step).toBe(unbroken.best?.step)
    for (const [name, values] of unbroken.bestWeights ?? []) expect([...(weights.get(name) ?? [])]).toEqual([...values])
    expect((await readRun(place('whole'))).step).toBe(unbroken.steps)
  })

  it('says that its best weights are lost if their file is broken', async () => {
    cpSync(place('whole'), place('broken'), { recursive: true })
    rmSync(join(place('broken'), 'result.json'))
    writeFileSync(join(place('broken'), 'best.safetensors'), 'no weights')
    const notes: string[] = []
    const resumed = await resume(place('broken'), { data, threads: 1, onNote: (note) => notes.push(note) })
    expect(notes.join()).toMatch(
      /best\.safetensors is missing or broken, so the best weights before step \d+ are lost\.$/,
    )
    const { best: _, bestWeights: __, ...rest } = unbroken
    expect(outcome(resumed)).toEqual(outcome(rest))
  })

  it('is diagnosed with trainings of its own length', async () => {
    const { trials } = await diagnoseRun(place('whole'), { data, seedCount: 1, budget: 20, threads: 1 })
    expect(trials.find(({ control }) => control === 'network')?.steps).toBe(unbroken.steps)
  })
})

describe('Early stopping', () => {
  it('is refused without validation samples, and without evaluations', async () => {
    const { validation: _, ...without } = data
    expect(await laterRefusal(() => train(network, { ...options, data: without }))).toContain('validation samples')
    expect(await laterRefusal(() => train(network, { ...options, evaluateEvery: 'never' }))).toContain('never')
    const family = { name: 'mlp', label: 'plain', ofDepth: () => network }
    const { seed: _seed, ...compared } = { ...options, data: without, depths: [2], seeds: [0] }
    expect(await laterRefusal(() => compare([family], compared))).toContain('validation samples')
  })

  it('is named with values as a program writes them, if a run has no best weights', async () => {
    const run = place('without-best')
    await train(network, { ...options, earlyStopping: undefined, evaluateEvery: 'never', steps: 2, run })
    const said = await laterRefusal(() => readRun(run, { best: true }))
    expect(said).toMatch(/Train with validation: 0\.1 and evaluateEvery: { epochs: 1 }, or leave best out\.$/)
    const { stderr } = await isobath(`evaluate ${run} --best`)
    expect(stderr).toMatch(/Train with --validation 0\.1 and --evaluate-every epoch, or leave --best out\.$/m)
  })

  it('works in a comparison, whose rows have the scores of the best weights', async () => {
    const family = { name: 'mlp', label: 'plain', ofDepth: () => network }
    const { seed: _, ...compared } = { ...options, depths: [2], seeds: [5] }
    const { rows } = await compare([family], compared)
    expect(rows[0].best).toEqual(unbroken.best)
  })

  it('evaluates once in each epoch by default', async () => {
    const { settings } = await train(network, { ...options, evaluateEvery: undefined, steps: 20 })
    expect(settings.evaluateEvery).toBe(Math.ceil(data.train.count / options.batch))
  })
})
