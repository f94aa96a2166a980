import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { laterRefusal, refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { tinyTask } from '../../test/support/tiny-training.ts'
import { initialize } from '../blueprint/initialize.ts'
import { createStandardizer } from '../data/standardize.ts'
import type { Recorder, SessionStart } from '../training/recorder.ts'
import { runTrainingSession } from '../training/session.ts'
import { fromTensors, toTensors } from '../training/weights.ts'
import { readTensorFile, stateOf } from './checkpoint.ts'
import { type RunDescription, readDescription, runFormat } from './run-description.ts'
import { createRunFolder, readLastCheckpoint } from './run-folder.ts'

const root = temporaryFolder()
const task = tinyTask('mlp:depth=2,width=3', { steps: 6, batch: 16 })

const description: RunDescription = {
  format: runFormat,
  isobath: '0.0.0',
  label: 'mlp:depth=2,width=3',
  network: task.blueprint.network,
  input: [2],
  data: { name: 'moons', sha256: '00', train: 64, test: 32, options: {} },
  settings: { loss: 'cross-entropy' },
  seed: 0,
  mode: { precision: 'float64', exact: false, winograd: false },
  checkpointEvery: null,
  versions: { isobath: '0.0.0' },
}
const open = (name: string) => createRunFolder(join(root, name), task.blueprint, description)
const state = (step: number) => {
  const optimizer = new Map([['velocity:first.weight', { shape: [2, 3], values: new Float64Array(6).fill(step) }]])
  return {
    step,
    weights: initialize(task.blueprint, 0),
    optimizer,
    position: { epoch: 2, offset: 5 },
  }
}
const time = { seconds: 2.5, trainingSeconds: 1.25, measuringSeconds: 0.5 }
const start: SessionStart = {
  standardizer: createStandardizer(task.data.train, [2], 'per-channel'),
  signal: { verdict: 'steady', layer: null, position: null, layers: 3, first: 1, last: 2 },
}
const begun = async (name: string) => {
  const folder = open(name)
  try {
    await folder.begin(state(0), time, start)
  } finally {
    folder.close()
  }
}
/**
 * Tries to begin a run in a folder that holds only one checkpoint. A new run could mistake a later checkpoint for its
 * own.
 */
const stray = (step: number): string => {
  mkdirSync(join(root, `stray-${step}`))
  writeFileSync(join(root, `stray-${step}`, `checkpoint-${step}.safetensors`), '')
  return refusal(() => open(`stray-${step}`))
}
const names = (name: string): string[] => readdirSync(join(root, name)).sort()

describe('when a run is stored in a folder,', () => {
  it('the folder has run.json, the metrics and checkpoint 0 before the first step', async () => {
    const folder = open('order')
    expect(existsSync(join(root, 'order'))).toBe(false)
    const seen: string[][] = []
    const recorder: Recorder = {
      ...folder,
      losses: (records) => {
        if (records.length > 0) seen.push(names('order'))
        folder.losses(records)
      },
    }
    await runTrainingSession({ ...task, weights: undefined, recorder })
    expect(seen[0]).toEqual(['checkpoint-0.safetensors', 'lock', 'metrics.jsonl', 'run.json'])
    folder.close()
    expect(names('order')).toEqual([
      'checkpoint-0.safetensors',
      'checkpoint-6.safetensors',
      'metrics.jsonl',
      'run.json',
    ])
  })

  it('metrics.jsonl has a line for each logged step', async () => {
    const folder = open('lines')
    await runTrainingSession({ ...task, weights: undefined, recorder: folder })
    folder.close()
    const lines = readFileSync(join(root, 'lines', 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    const records = lines.map((line) => JSON.parse(line))
    expect(records.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5])
    const { losses } = await runTrainingSession({ ...task, weights: undefined })
    expect(records).toEqual(losses)
  })

  it('the folder keeps the last two checkpoints, and the last one is read', async () => {
    const folder = open('checkpoints')
    await folder.begin(state(0), time, start)
    for (const step of [5, 90, 100]) await folder.checkpoint(state(step), time)
    folder.close()
    expect(names('checkpoints')).toEqual([
      'checkpoint-100.safetensors',
      'checkpoint-90.safetensors',
      'metrics.jsonl',
      'run.json',
    ])
    const { found, notes } = readLastCheckpoint(folder.folder)
    expect({ step: found.step, time: found.time, notes }).toEqual({ step: 100, time, notes: [] })
    const read = stateOf(task.blueprint, found)
    expect(read.position).toEqual({ epoch: 2, offset: 5 })
    expect([...(read.optimizer.get('velocity:first.weight')?.values ?? [])]).toEqual([100, 100, 100, 100, 100, 100])
    const weights = fromTensors(task.blueprint, found.tensors, 'w')
    expect(toTensors(task.blueprint, weights)).toEqual(toTensors(task.blueprint, read.weights))
    const { statistics, signal, ...described } = readDescription(folder.folder)
    expect(described).toEqual(JSON.parse(JSON.stringify(description)))
    expect({ statistics, signal }).toEqual({
      statistics: start.standardizer.statistics,
      signal: start.signal,
    })
  })

  it('the folder is refused if it holds a run or if another run begins there at the same time', async () => {
    await begun('taken')
    const [one, other] = [open('race'), open('race')]
    await one.begin(state(0), time, start)
    const later = open('later')
    await begun('later')
    const said = [
      refusal(() => open('taken')),
      (await laterRefusal(() => other.begin(state(0), time, start))).replace(
        /process \d+(.*)since \S+\./,
        'process PID$1since TIME.',
      ),
      await laterRefusal(() => later.begin(state(0), time, start)),
      stray(7),
    ]
    one.close()
    later.close()
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/taken: this folder already holds a run. Choose another folder, or resume the run with train --resume, or with resume in a program.
      IsobathError: ROOT/race: process PID has been working in this folder since TIME. Wait until the process ends, or stop it.
      IsobathError: ROOT/later: this folder already holds a run. Choose another folder, or resume the run with train --resume, or with resume in a program.
      IsobathError: ROOT/stray-7: this folder already holds a run. Choose another folder."
    `)
  })

  it('the folder is accepted if an earlier run was killed there before it had written run.json', async () => {
    expect(stray(0)).toBe('nothing was refused')
    await begun('stray-0')
    expect(names('stray-0')).toEqual(['checkpoint-0.safetensors', 'metrics.jsonl', 'run.json'])
  })

  it('the folder may contain other files before the run begins', async () => {
    mkdirSync(join(root, 'notes'))
    writeFileSync(join(root, 'notes', 'notes.txt'), 'mine')
    await begun('notes')
    expect(readFileSync(join(root, 'notes', 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('a file that can not be written causes a disk error and leaves no partial file', async () => {
    writeFileSync(join(root, 'file'), '')
    // A folder has the name of the file that the run wants to write.
    const blocked = open('blocked')
    mkdirSync(join(root, 'blocked-0', 'checkpoint-0.safetensors'), { recursive: true })
    await blocked.begin(state(0), time, start)
    mkdirSync(join(root, 'blocked', 'checkpoint-5.safetensors'))
    const said = [
      await laterRefusal(() => open('file').begin(state(0), time, start)),
      await laterRefusal(() => open('file/below').begin(state(0), time, start)),
      await laterRefusal(() => blocked.checkpoint(state(5), time)),
      await laterRefusal(() => begun('blocked-0')),
    ]
    blocked.close()
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/file: can't be written (it is a file, not a folder). Choose another place.
      IsobathError: ROOT/file/below: can't be written (it is a file, not a folder). Choose another place.
      IsobathError: ROOT/blocked/checkpoint-5.safetensors: can't be written (it is a folder, not a file). Choose another place.
      IsobathError: ROOT/blocked-0/checkpoint-0.safetensors: can't be written (it is a folder, not a file). Choose another place."
    `)
    expect(names('blocked').filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('a folder that can not be made is refused at once, although Node alone would try for ever', async () => {
    // Nobody can make files in /proc, not even root.
    const folder = createRunFolder('/proc/isobath/run', task.blueprint, description)
    expect(await laterRefusal(() => folder.begin(state(0), time, start))).toMatch(
      /^IsobathError: \/proc\/isobath\/run: can't be written/,
    )
  })
})

describe('reading the folder of a run', () => {
  const readBoth = (folder: string) => [readDescription(folder), readLastCheckpoint(folder)]

  it('fails with an error that says which file is missing or broken', async () => {
    const broken = async (name: string, file: string, content: string): Promise<string> => {
      await begun(name)
      writeFileSync(join(root, name, file), content)
      return refusal(() => readBoth(join(root, name)))
    }
    await begun('without')
    await begun('killed')
    rmSync(join(root, 'killed', 'run.json'))
    renameSync(join(root, 'without', 'checkpoint-0.safetensors'), join(root, 'without', 'elsewhere'))
    const said = [
      refusal(() => readBoth(join(root, 'nowhere'))),
      refusal(() => readBoth(root)),
      refusal(() => readBoth(join(root, 'killed'))),
      await broken('cut', 'run.json', '{"isobath": "0.0'),
      await broken('other', 'run.json', JSON.stringify({ ...description, input: 'wide' })),
      await broken('newer', 'run.json', JSON.stringify({ format: runFormat + 1 })),
      await broken('half', 'checkpoint-0.safetensors', 'xx'),
      refusal(() => readBoth(join(root, 'without'))),
      refusal(() => readTensorFile(join(root, 'nowhere.safetensors'))),
      refusal(() => readTensorFile(root)),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/nowhere: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      IsobathError: ROOT: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      IsobathError: ROOT/killed: expected the folder of a run, which contains run.json. The run ended before its first step. Start the run again with the same folder.
      IsobathError: ROOT/cut/run.json: expected JSON. The file was changed or broken.
      IsobathError: ROOT/other/run.json: input: Invalid input: expected array, received string. The file was changed or broken.
      IsobathError: ROOT/newer/run.json: expected format 2, got 3. Use the version of Isobath that made the run.
      IsobathError: ROOT/half/checkpoint-0.safetensors: expected at least 8 bytes, got 2. Give a whole .safetensors file.
      IsobathError: ROOT/without: expected a checkpoint, got none. Start a new run.
      IsobathError: ROOT/nowhere.safetensors: can't be read (no such file or directory). Give a .safetensors file.
      IsobathError: ROOT: expected a file, got a folder. Give a .safetensors file."
    `)
  })
})
