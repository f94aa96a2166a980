import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { laterRefusal, refusal } from '../../test/support/refusal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { tinyTask } from '../../test/support/tiny-training.ts'
import { initialise } from '../blueprint/initialise.ts'
import { createRunFolder, type RunDescription, readRunFolder, readTensorFile } from './run-folder.ts'
import { type Recorder, trainSession } from './session.ts'
import { fromTensors } from './weights.ts'

const root = temporaryFolder()
const task = tinyTask('mlp:depth=2,width=3', { steps: 6, batch: 16 })

const description: RunDescription = {
  isobath: '0.0.0',
  network: task.blueprint.network,
  input: [2],
  data: { name: 'moons', sha256: '00', train: 64, test: 32, options: {} },
  recipe: { loss: 'cross-entropy' },
  seed: 0,
  mode: { precision: 'float64', exact: false },
  versions: { isobath: '0.0.0' },
}
const open = (name: string) => createRunFolder(join(root, name), task.blueprint, description)
const state = (step: number) => {
  const optimizer = new Map([['velocity:first.weight', { shape: [2, 3], values: new Float64Array(6).fill(step) }]])
  return {
    step,
    weights: initialise(task.blueprint, 0),
    optimizer,
    position: { epoch: 2, offset: 5 },
  }
}
const names = (name: string): string[] => readdirSync(join(root, name)).sort()

describe("a run's folder", () => {
  it('has run.json, the metrics and checkpoint 0 before the first step', async () => {
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
    await trainSession({ ...task, weights: undefined, recorder })
    expect(seen[0]).toEqual(['checkpoint-0.safetensors', 'metrics.jsonl', 'run.json'])
    expect(names('order')).toEqual([
      'checkpoint-0.safetensors',
      'checkpoint-6.safetensors',
      'metrics.jsonl',
      'run.json',
    ])
  })

  it('has a line for each logged step', async () => {
    const lines = readFileSync(join(root, 'order', 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    const records = lines.map((line) => JSON.parse(line))
    expect(records.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5])
    const { losses } = await trainSession({ ...task, weights: undefined })
    expect(records).toEqual(losses)
  })

  it('keeps the last two checkpoints, and reads the last', async () => {
    const folder = open('checkpoints')
    await folder.begin(state(0))
    for (const step of [5, 90, 100]) await folder.checkpoint(state(step))
    expect(names('checkpoints')).toEqual([
      'checkpoint-100.safetensors',
      'checkpoint-90.safetensors',
      'metrics.jsonl',
      'run.json',
    ])
    const { step, checkpoint, description: read } = readRunFolder(folder.folder)
    expect(step).toBe(100)
    expect(read).toEqual(JSON.parse(JSON.stringify(description)))
    expect({ ...checkpoint.metadata }).toEqual({ step: '100', epoch: '2', offset: '5' })
    expect([...(checkpoint.tensors.get('velocity:first.weight')?.data ?? [])]).toEqual([100, 100, 100, 100, 100, 100])
    expect(fromTensors(task.blueprint, checkpoint, 'w').size).toBe(6)
  })

  it('is not begun where there is a run, nor where one begins meanwhile', async () => {
    await open('taken').begin(state(0))
    const [one, other] = [open('race'), open('race')]
    await one.begin(state(0))
    mkdirSync(join(root, 'stray'))
    renameSync(join(root, 'taken', 'checkpoint-0.safetensors'), join(root, 'stray', 'checkpoint-7.safetensors'))
    const said = [
      refusal(() => open('taken')),
      await laterRefusal(() => other.begin(state(0))),
      // Its checkpoint would be taken for one of the new run.
      refusal(() => open('stray')),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/taken: there is a run in this folder already. Choose another one.
      IsobathError: ROOT/race: there is a run in this folder already. Choose another one.
      IsobathError: ROOT/stray: there is a run in this folder already. Choose another one."
    `)
  })

  it('may be an empty folder, or one with other files', async () => {
    mkdirSync(join(root, 'notes'))
    writeFileSync(join(root, 'notes', 'notes.txt'), 'mine')
    await open('notes').begin(state(0))
    expect(readFileSync(join(root, 'notes', 'notes.txt'), 'utf8')).toBe('mine')
  })

  it('that can not be written is a disk error, and leaves no part of a file', async () => {
    writeFileSync(join(root, 'file'), '')
    // A folder stands where the file should go.
    const blocked = open('blocked')
    await blocked.begin(state(0))
    mkdirSync(join(root, 'blocked', 'checkpoint-5.safetensors'))
    const said = [
      await laterRefusal(() => open('file').begin(state(0))),
      await laterRefusal(() => open('file/below').begin(state(0))),
      await laterRefusal(() => blocked.checkpoint(state(5))),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/file: can't be written (it is a file, not a folder). Free some space or choose another place.
      IsobathError: ROOT/file/below: can't be written (not a directory). Free some space or choose another place.
      IsobathError: ROOT/blocked/checkpoint-5.safetensors: can't be written (illegal operation on a directory). Free some space or choose another place."
    `)
    expect(names('blocked').filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('is refused at once where no folder can be made: Node alone would try for ever', async () => {
    // /proc takes nobody's files, not even root's.
    const folder = createRunFolder('/proc/isobath/run', task.blueprint, description)
    expect(await laterRefusal(() => folder.begin(state(0)))).toMatch(
      /^IsobathError: \/proc\/isobath\/run: can't be written/,
    )
  })
})

describe("reading a run's folder", () => {
  it('says what is missing or broken', async () => {
    const broken = async (name: string, file: string, content: string): Promise<string> => {
      await open(name).begin(state(0))
      writeFileSync(join(root, name, file), content)
      return refusal(() => readRunFolder(join(root, name)))
    }
    await open('without').begin(state(0))
    renameSync(join(root, 'without', 'checkpoint-0.safetensors'), join(root, 'without', 'elsewhere'))
    const said = [
      refusal(() => readRunFolder(join(root, 'nowhere'))),
      refusal(() => readRunFolder(root)),
      await broken('cut', 'run.json', '{"isobath": "0.0'),
      await broken('other', 'run.json', JSON.stringify({ ...description, input: 'wide' })),
      await broken('half', 'checkpoint-0.safetensors', 'xx'),
      refusal(() => readRunFolder(join(root, 'without'))),
      refusal(() => readTensorFile(join(root, 'nowhere.safetensors'))),
      refusal(() => readTensorFile(root)),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/nowhere: expected a run's folder with run.json in it. Give the folder that train named.
      IsobathError: ROOT: expected a run's folder with run.json in it. Give the folder that train named.
      IsobathError: ROOT/cut/run.json: expected JSON. The file was changed or broken.
      IsobathError: ROOT/other/run.json: input: Invalid input: expected array, received string. The file was changed or broken.
      IsobathError: ROOT/half/checkpoint-0.safetensors: expected at least 8 bytes, got 2. Give a whole .safetensors file.
      IsobathError: ROOT/without: there is no checkpoint. Train again.
      IsobathError: ROOT/nowhere.safetensors: can't be read (no such file or directory). Give a .safetensors file.
      IsobathError: ROOT: can't be read (illegal operation on a directory). Give a .safetensors file."
    `)
  })
})
