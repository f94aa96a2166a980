/**
 * Tests that this version resumes folders of version 0.1. The folders are in test/golden/version-0.1, and
 * make_older_folders.mjs made them.
 */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  blobs,
  type CompareOptions,
  compare,
  diagnose,
  momentum,
  parseNetwork,
  resume,
  resumeComparison,
  resumeDiagnosis,
  type Scores,
  type TrialRecord,
  train,
} from '../../src/index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = blobs({ train: 60, test: 30 })
const optimizer = momentum({ rate: 0.05 })
const settings = { data, optimizer, standardize: 'per-pixel', steps: 40, batch: 20, exact: true, threads: 1 } as const
const mlp = (depth: number) => parseNetwork(`mlp:depth=${depth},width=2`, { classes: 3 })

/** Copies a folder of version 0.1. */
function older(kind: 'run' | 'comparison' | 'diagnosis'): string {
  const folder = join(root, kind)
  cpSync(join(import.meta.dirname, '../golden/version-0.1', kind), folder, { recursive: true })
  return folder
}

const formatOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8')).format

describe('a folder of version 0.1', () => {
  it('gives the same bits for a resumed run as for a run that was never stopped', async () => {
    const folder = older('run')
    expect(formatOf(join(folder, 'run.json'))).toBe(1)
    const probes = { of: ['cosine', 'neighborSimilarity'], every: 10 } as const
    const unbroken = await train(mlp(2), { ...settings, logEvery: 10, seed: 3, probes })
    const resumed = await resume(folder, { data, threads: 1 })
    expect(resumed.weightsSha256).toBe(unbroken.weightsSha256)
    expect(resumed.losses).toEqual(unbroken.losses)
    expect(resumed.probes).toEqual(unbroken.probes)
    expect(resumed.settings).toEqual(unbroken.settings)
    expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8')).not.toContain('neighbour')
  })

  it('gives the same rows for a resumed comparison as for a new comparison', async () => {
    const options: CompareOptions = { ...settings, logEvery: 10, depths: [1, 3], seeds: [0, 1] }
    const unbroken = await compare([{ name: 'mlp:width=2', label: 'plain', ofDepth: mlp }], options)
    const started: string[] = []
    const resumed = await resumeComparison(older('comparison'), {
      data,
      threads: 1,
      onEvent: (event) => {
        if (event.kind === 'started') started.push(event.trial.id)
      },
    })
    expect(started).toHaveLength(2)
    const scores = ({ rows }: typeof unbroken) =>
      rows.map(({ depth, seed, train, test }) => ({ depth, seed, train: known(train), test: known(test) }))
    expect(scores(resumed)).toEqual(scores(unbroken))
  })

  it('gives the same verdict and trainings for a resumed diagnosis, under their current names', async () => {
    const folder = older('diagnosis')
    const unbroken = await diagnose(mlp(6), { ...settings, seeds: [0, 1] })
    const started: string[] = []
    const resumed = await resumeDiagnosis(folder, {
      data,
      threads: 1,
      onEvent: (event) => {
        if (event.kind === 'started') started.push(`${event.trial.control} ${event.trial.seed}`)
      },
    })
    // The work of older versions counts no scoring. Only estimates of durations use the work.
    const timeless = ({ seconds: _, work: __, train, test, snapshots, ...record }: TrialRecord) => {
      // Older versions did not read the layers at steps 1, 10 and 100.
      const looks = snapshots
        .filter(({ step }) => ![1, 10, 100].includes(step))
        .map((one) => ({
          ...one,
          train: one.train && known(one.train),
          test: one.test && known(one.test),
        }))
      return { ...record, train: known(train), test: known(test), snapshots: looks }
    }
    const sorted = (trials: readonly TrialRecord[]) =>
      trials.map(timeless).toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
    expect(started).not.toContain('network 0')
    expect(sorted(resumed.trials)).toEqual(sorted(unbroken.trials))
    expect(resumed.verdict).toBe(unbroken.verdict)
    expect(formatOf(join(folder, 'diagnosis.json'))).toBe(2)
  })
})

/** The scores that version 0.1 stored. Trainings of version 0.1 keep only these scores when their folder resumes. */
const known = ({ loss, error }: Scores) => ({ loss, error })

const keyOf = ({ control, seed }: Pick<TrialRecord, 'control' | 'seed'>): string => `${control} ${seed}`
