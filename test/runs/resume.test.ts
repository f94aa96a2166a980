/** Tests that a run can be stopped at any step and resumes to the same bits as a run that was never stopped. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  adagrad,
  adam,
  batchNorm,
  chain,
  type Dataset,
  dense,
  dropout,
  lion,
  momentum,
  moons,
  type Optimizer,
  type ResumeOptions,
  type Run,
  readRun,
  relu,
  repeat,
  residual,
  resume,
  rmsprop,
  sgd,
  tanh,
  train,
} from '../../src/index.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { copyAfter, outcome } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = moons({ seed: 3, train: 100, test: 50 })

/** A network with everything that a step can depend on besides weights: running statistics and dropout masks. */
const network = chain(
  dense(8),
  batchNorm(),
  relu(),
  dropout(0.2),
  repeat(2, residual(chain(dense(8), tanh()), { multiplier: 0.5 })),
  dense(2),
)
/** Options with an order of samples and a schedule, on which a step also depends. */
const options = { data, steps: 50, batch: 24, logEvery: 3, seed: 5, schedule: 'cosine', threads: 1 } as const
const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd(),
  momentum: momentum(),
  adagrad: adagrad({ initialAccumulator: 0.1 }),
  rmsprop: rmsprop(),
  'rmsprop with momentum': rmsprop({ momentum: 0.9, secondDecay: 0.9 }),
  adam: adam(),
  lion: lion({ rate: 0.001, weightDecay: 0.1 }),
}

const place = (name: string): string => join(root, name)
const metrics = (name: string): string => readFileSync(join(place(name), 'metrics.jsonl'), 'utf8')
const checkpoint = (name: string, step: number): string => join(place(name), `checkpoint-${step}.safetensors`)

/**
 * The content of the folder at the end, without times, and without the memory of the program: with an observer, the
 * program also has memory for gradients.
 */
function contentOf(name: string): object {
  const { seconds, trainingSeconds, scoringSeconds, memoryBytes, ...result } = JSON.parse(
    readFileSync(join(place(name), 'result.json'), 'utf8'),
  )
  return { result, metrics: metrics(name), files: readdirSync(place(name)).sort() }
}

/** Replaces the size of a header, which varies because the header holds the time of the training in decimal digits. */
const withoutSizes = (text: string): string => text.replace(/got a header of \d+/g, 'got a header of SIZE')

const resumeFolder = (name: string, more: Partial<ResumeOptions> = {}): Promise<Run> =>
  resume(place(name), { data, threads: 1, ...more })

/**
 * Trains into a folder, and copies the folder after each of these steps, as a `kill -9` after the step would leave it.
 */
async function trainAndCopy(name: string, steps: readonly number[], optimizer: Optimizer = momentum()): Promise<Run> {
  return train(network, {
    ...options,
    optimizer,
    run: place(name),
    checkpointEvery: 8,
    observers: [copyAfter(steps, place(name), (step) => place(`${name}-${step}`))],
  })
}

describe.each(Object.entries(optimizers))('a run with %s', (name, optimizer) => {
  it('gives the same result when it resumes after any step', async () => {
    const steps = [1, 8, 9, 23, 49, 50]
    const unbroken = await trainAndCopy(name, steps, optimizer)
    for (const step of steps) {
      const resumed = await resumeFolder(`${name}-${step}`)
      expect(outcome(resumed)).toEqual(outcome(unbroken))
      expect(contentOf(`${name}-${step}`)).toEqual(contentOf(name))
    }
  })
})

describe('when the folder of a run is damaged,', () => {
  let unbroken: Run
  beforeAll(async () => {
    unbroken = await trainAndCopy('whole', [2, 20, 50])
  })

  /** Changes a copy of the folder after a step, resumes the run, and returns the notes of `resume`. */
  async function resumeChanged(name: string, step: number, change: (name: string) => void): Promise<string[]> {
    cpSync(place(`whole-${step}`), place(name), { recursive: true })
    change(name)
    const notes: string[] = []
    const resumed = await resumeFolder(name, { onNote: (note) => notes.push(note.replaceAll(place(name), 'FOLDER')) })
    expect(outcome(resumed)).toEqual(outcome(unbroken))
    expect(contentOf(name)).toEqual(contentOf('whole'))
    return notes
  }

  it.each<[string, (name: string) => void]>([
    ['a torn line', (name) => appendFileSync(join(place(name), 'metrics.jsonl'), '{"step":21,"lo')],
    [
      'lines of steps after the checkpoint',
      (name) => appendFileSync(join(place(name), 'metrics.jsonl'), '{"step":18,"loss":1}\n{"step":18,"loss":1}\n'),
    ],
    ['half a checkpoint beside the others', (name) => writeFileSync(`${checkpoint(name, 24)}.partial`, 'half')],
    ['half a result', (name) => writeFileSync(join(place(name), 'result.json.partial'), '{')],
    [
      'a lock whose process is gone',
      (name) =>
        writeFileSync(
          join(place(name), 'lock'),
          `${JSON.stringify({ pid: 2 ** 30, host: hostname(), since: 'then', process: null })}\n`,
        ),
    ],
    ['an empty lock', (name) => writeFileSync(join(place(name), 'lock'), '')],
  ])('the run resumes to the same result after damage by %s', async (what, change) => {
    expect(await resumeChanged(what.replaceAll(' ', '-'), 20, change)).toEqual([])
  })

  it('the run resumes from the previous checkpoint with a note if the last checkpoint is broken', async () => {
    const notes = [
      await resumeChanged('truncated', 20, (name) => truncateSync(checkpoint(name, 16), 1000)),
      await resumeChanged('flipped', 20, (name) => {
        const bytes = readFileSync(checkpoint(name, 16))
        bytes[bytes.length - 5] ^= 1
        writeFileSync(checkpoint(name, 16), bytes)
      }),
    ]
    expect(withoutSizes(notes.flat().join('\n'))).toMatchInlineSnapshot(`
      "FOLDER/checkpoint-16.safetensors: expected a header within the file's 1000 bytes, got a header of SIZE bytes. Give a whole .safetensors file. The previous checkpoint is used.
      FOLDER/checkpoint-16.safetensors: expected content that matches the hash in the file, got other content. The file was changed or broken. The previous checkpoint is used."
    `)
  })

  it('the run resumes from the beginning if only checkpoint 0 is left', async () => {
    expect(await resumeChanged('first', 2, (name) => rmSync(join(place(name), 'metrics.jsonl')))).toEqual([])
  })

  it('the run resumes to the same result if it was killed between the last step and the result', async () => {
    await resumeChanged('unfinished', 50, (name) => {
      cpSync(checkpoint('whole', 50), checkpoint(name, 50))
      writeFileSync(join(place(name), 'metrics.jsonl'), metrics('whole'))
    })
  })

  it('the run is refused if no checkpoint is complete, or if losses before the checkpoint are missing', async () => {
    const broken = async (name: string, change: () => void): Promise<string> => {
      cpSync(place('whole-20'), place(name), { recursive: true })
      change()
      const before = readdirSync(place(name))
      const said = await laterRefusal(() => resumeFolder(name))
      expect(readdirSync(place(name))).toEqual(before)
      return said.replaceAll(place(name), 'FOLDER')
    }
    const said = [
      await broken('none', () => {
        for (const step of [8, 16]) rmSync(checkpoint('none', step))
      }),
      await broken('both', () => {
        for (const step of [8, 16]) truncateSync(checkpoint('both', step), 500)
      }),
      await broken('gap', () => writeFileSync(join(place('gap'), 'metrics.jsonl'), metrics('gap').replace(/.*\n/, ''))),
      await broken('edited', () => {
        const file = join(place('edited'), 'run.json')
        writeFileSync(file, readFileSync(file, 'utf8').replace('"seed": 5', '"seed": 6'))
      }),
      await broken('newer', () => {
        const file = join(place('newer'), 'run.json')
        writeFileSync(file, readFileSync(file, 'utf8').replace('"format": 2', '"format": 3'))
      }),
    ]
    expect(withoutSizes(said.join('\n'))).toMatchInlineSnapshot(`
      "IsobathError: FOLDER: expected a checkpoint, got none. Start a new run.
      IsobathError: FOLDER/checkpoint-16.safetensors: expected a header within the file's 500 bytes, got a header of SIZE bytes. Give a whole .safetensors file.
      IsobathError: FOLDER/metrics.jsonl: expected the losses of all steps before 16, but some are missing. The file was changed or broken.
      IsobathError: FOLDER/run.json: expected content that matches the checksum in the file, got changed content. Restore the file, or start a new run.
      IsobathError: FOLDER/run.json: expected format 2, got 3. Use the version of Isobath that made the run."
    `)
  })
})

describe('when a run resumes,', () => {
  it('the result is the same as that of a run that was never stopped, also after a second stop', async () => {
    const unbroken = await train(network, { ...options, run: place('straight') })
    const stopAt = (step: number) => {
      const stop = new AbortController()
      const onProgress = (done: number): void => {
        if (done >= step) stop.abort()
      }
      return { abort: stop.signal, onProgress }
    }
    const first = await train(network, { ...options, run: place('stopped'), ...stopAt(1) })
    const second = await resumeFolder('stopped', stopAt(first.steps + 1))
    expect([first, second].map(({ interrupted }) => interrupted)).toEqual([true, true])
    expect(second.steps).toBeGreaterThan(first.steps)
    expect(outcome(await resumeFolder('stopped', { threads: 2 }))).toEqual(outcome(unbroken))
    expect(metrics('stopped')).toBe(metrics('straight'))
    expect(existsSync(join(place('stopped'), 'lock'))).toBe(false)
  })

  it('no weights file is needed, because the first checkpoint has the initial weights', async () => {
    const other = await train(network, { ...options, seed: 99, steps: 1 })
    const unbroken = await train(network, { ...options, weights: other.weights })
    const stop = new AbortController()
    const run = place('given')
    await train(network, {
      ...options,
      weights: other.weights,
      run,
      abort: stop.signal,
      onProgress: () => stop.abort(),
    })
    expect(outcome(await resumeFolder('given'))).toEqual(outcome(unbroken))
  })

  it('a finished run returns its record and changes nothing in the folder', async () => {
    const run = await train(network, { ...options, run: place('finished') })
    const before = readdirSync(place('finished'))
    const again = await resumeFolder('finished', { onProgress: () => expect.unreachable() })
    expect(again).toEqual({ ...run, run: place('finished') })
    expect(await laterRefusal(() => resumeFolder('finished', { exact: true }))).toContain('A run keeps its mode')
    expect(readdirSync(place('finished'))).toEqual(before)
  })

  it('a run that diverged gives the same record, also if it was killed before it wrote its result', async () => {
    const diverging = { ...options, optimizer: sgd({ rate: 1e25 }), steps: 20, run: place('wild') }
    const run = await train(chain(dense(8), relu(), dense(8), relu(), dense(2)), diverging)
    expect(run.diverged).not.toBeNull()
    rmSync(join(place('wild'), 'result.json'))
    expect(outcome(await resumeFolder('wild'))).toEqual(outcome(run))
    expect(outcome(await resumeFolder('wild'))).toEqual(outcome(run))
  })

  it('other data, another mode, and a folder in which another process is working are refused', async () => {
    const stop = new AbortController()
    const observe = async (): Promise<void> => {
      if (stop.signal.aborted) return
      stop.abort()
      said.push(await laterRefusal(() => resumeFolder('guarded')))
      said.push(await laterRefusal(() => train(network, { ...options, run: place('guarded') })))
    }
    const said: string[] = []
    await train(network, { ...options, run: place('guarded'), abort: stop.signal, observers: [{ every: 1, observe }] })
    const others: Dataset[] = [moons({ seed: 4, train: 100, test: 50 }), moons({ seed: 3, train: 99, test: 50 })]
    for (const other of others) said.push(await laterRefusal(() => resumeFolder('guarded', { data: other })))
    said.push(await laterRefusal(() => resumeFolder('guarded', { exact: true })))
    const text = said.join('\n').replaceAll(root, 'ROOT')
    expect(
      text.replace(/process \d+/, 'process PID').replace(/since [^.]+\.\d+Z/, 'since TIME'),
    ).toMatchInlineSnapshot(`
      "IsobathError: ROOT/guarded: process PID has been working in this folder since TIME. Wait until the process ends, or stop it.
      IsobathError: ROOT/guarded: this folder already holds a run. Choose another folder, or resume the run with train --resume, or with resume in a program.
      IsobathError: ROOT/guarded: expected the data that the run began with (moons, 100 training and 50 test samples, SHA-256 6ccce1901e39...), got other samples (moons, 100 training and 50 test samples). Give the same data, or start a new run.
      IsobathError: ROOT/guarded: expected the data that the run began with (moons, 100 training and 50 test samples, SHA-256 6ccce1901e39...), got other samples (moons, 99 training and 50 test samples). Give the same data, or start a new run.
      IsobathError: ROOT/guarded: expected computation that is not exact, as in the run, got exact computation. A run keeps its mode: leave the option out."
    `)
    expect((await readRun(place('guarded'))).step).toBeLessThan(50)
  })
})

describe('train --resume', () => {
  const words = 'train mlp:depth=2,width=8 --data moons --samples 64 --steps 30 --seed 4'

  it('needs no other argument, and prints the same text as train', async () => {
    const printed = await isobath([...words.split(' '), '--run', place('cli')])
    const json = await isobathJson(`${words} --run ${place('cli-json')}`)
    const again = await isobath(['train', '--resume', place('cli')])
    expect(again).toEqual({ status: 0, stdout: printed.stdout, stderr: '' })
    expect(await isobathJson(`train --resume ${place('cli-json')}`)).toEqual(json)
    // Without these files, the folder looks as after a kill. The command loads the data and repeats the last steps.
    rmSync(join(place('cli-json'), 'result.json'))
    rmSync(checkpoint('cli-json', 30))
    const { seconds, trainingSeconds, scoringSeconds, ...rest } = await isobathJson(
      `train --resume ${place('cli-json')}`,
    )
    const times = { seconds: json.seconds, trainingSeconds: json.trainingSeconds, scoringSeconds: json.scoringSeconds }
    expect({ ...rest, ...times }).toEqual(json)
  })

  it('refuses options that would change the run', async () => {
    const said = [
      await isobath(['train', 'mlp', '--resume', place('cli'), '--data', 'moons', '--seed', '3']),
      await isobath(['train', '--resume', place('cli'), '--run', 'elsewhere']),
      await isobath(['train', '--resume', place('nowhere')]),
    ]
    expect(said.map(({ status, stdout }) => ({ status, stdout }))).toEqual(said.map(() => ({ status: 2, stdout: '' })))
    expect(saidOn(said, root)).toMatchInlineSnapshot(`
      "isobath: --resume: a resumed run keeps its own options. Leave out the network mlp, --data, --seed.
      isobath: --resume: a resumed run keeps its own options. Leave out --run.
      isobath: ROOT/nowhere: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      "
    `)
  })
})
