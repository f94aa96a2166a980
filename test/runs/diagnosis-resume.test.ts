/** Tests that a diagnosis can be stopped at any moment and resumes to the result of one that was never stopped. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  blobs,
  type Diagnosis,
  type DiagnosisEvent,
  diagnose,
  initialize,
  momentum,
  parseNetwork,
  type ResumeDiagnosisOptions,
  resumeDiagnosis,
} from '../../src/index.ts'
import { takeLock } from '../../src/runs/run-lock.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = blobs({ classes: 6, train: 300, test: 100 })
const network = parseNetwork('mlp:depth=6,width=8', { classes: 6, input: [2] })
/** A budget of one hour is enough for all trainings, so the result doesn't depend on time. */
const options = {
  data,
  optimizer: momentum({ rate: 0.3 }),
  batch: 32,
  steps: 30,
  seeds: [0, 1, 2],
  budget: 3600,
  threads: 2,
  label: 'small',
  dataOptions: { classes: 6, train: 300, test: 100 },
}

const place = (name: string): string => join(root, name)
const inFolder = (name: string, file: string): string => join(place(name), file)
const linesOf = (name: string): string[] =>
  readFileSync(inFolder(name, 'trials.jsonl'), 'utf8').split('\n').slice(0, -1)

function keyOfLine(line: string): string {
  const { control, seed } = JSON.parse(line)
  return `${control} ${seed}`
}

/** The result without its times. */
function resultOf(name: string): unknown {
  const text = readFileSync(inFolder(name, 'result.json'), 'utf8')
  return JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value))
}

/** All trainings in the result, with their fields in the order of the file, without times. */
function trialsOf(name: string): string {
  const { trials } = JSON.parse(readFileSync(inFolder(name, 'result.json'), 'utf8'))
  return JSON.stringify(trials, (key, value) => (key === 'seconds' ? 0 : value))
}

/** Collects the names of the finished trainings, such as `network 0`, and the notes. */
function watch() {
  const made: string[] = []
  const notes: string[] = []
  const onEvent = (event: DiagnosisEvent): void => {
    if (event.kind === 'finished' && event.result) made.push(`${event.trial.control} ${event.trial.seed}`)
    if (event.kind === 'note') notes.push(event.note)
  }
  return { made, notes, onEvent }
}

/** A diagnosis that its caller stops when `trainings` trainings have finished. */
async function stopAfter(trainings: number, name: string): Promise<Diagnosis> {
  const stop = new AbortController()
  let ended = 0
  const onEvent = (event: DiagnosisEvent): void => {
    if (event.kind === 'finished' && event.result && ++ended === trainings) stop.abort()
  }
  return diagnose(network, { ...options, run: place(name), abort: stop.signal, onEvent })
}

async function resumeFolder(name: string, more: Partial<ResumeDiagnosisOptions> = {}) {
  const { made, notes, onEvent } = watch()
  const diagnosis = await resumeDiagnosis(place(name), { data, threads: 2, onEvent, ...more })
  return { diagnosis, made: made.sort(), notes: notes.map((note) => note.replaceAll(place(name), 'FOLDER')) }
}

let all: string[]
let answer: Diagnosis['answer']
beforeAll(async () => {
  const { made, onEvent } = watch()
  const whole = await diagnose(network, { ...options, run: place('whole'), onEvent })
  answer = whole.answer
  all = made.sort()
})

/** Copies the whole folder as a `kill -9` after the last training would leave it, without a result. */
function copyUnfinished(name: string): void {
  cpSync(place('whole'), place(name), { recursive: true })
  rmSync(inFolder(name, 'result.json'))
}

describe('when a stopped diagnosis resumes,', () => {
  it.each([
    [1, 2],
    [4, 1],
    [7, 2],
  ])('the result is the same after %i trainings, on %i threads', async (trainings, threads) => {
    const name = `stopped-${trainings}`
    const stopped = await stopAfter(trainings, name)
    expect(stopped.interrupted).toBe(true)
    const stored = linesOf(name).length
    expect(stored).toBeGreaterThanOrEqual(trainings)
    expect(stored).toBeLessThan(all.length)
    const { made } = await resumeFolder(name, { threads })
    expect(made).toHaveLength(all.length - stored)
    expect(resultOf(name)).toEqual(resultOf('whole'))
    expect(trialsOf(name)).toBe(trialsOf('whole'))
    expect(linesOf(name)).toHaveLength(all.length)
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('the answer says that nothing was trained if the diagnosis was stopped before its first training', async () => {
    const stopped = await diagnose(network, { ...options, abort: AbortSignal.abort() })
    expect(stopped).toMatchObject({ verdict: 'undecided', findings: [], ruledOut: [], trials: [], interrupted: true })
    expect(stopped.answer).toEqual(['The diagnosis was stopped before the network was trained once.'])
  })

  it('the trainings have the number of steps that the first budget chose', async () => {
    const stop = new AbortController()
    const chosen = { ...options, steps: undefined, budget: 20, abort: stop.signal, run: place('chosen') }
    const onEvent = ({ kind }: DiagnosisEvent): void => {
      if (kind === 'finished') stop.abort()
    }
    const { settings } = await diagnose(network, { ...chosen, onEvent })
    const { diagnosis } = await resumeFolder('chosen', { budget: 3600 })
    expect(diagnosis.settings.steps).toBe(settings.steps)
    // A training that diverged ends early.
    const finished = diagnosis.trials.filter(({ diverged }) => diverged === null)
    const stepsOf = (isMeant: (control: string) => boolean) =>
      new Set(finished.filter(({ control }) => isMeant(control)).map(({ steps }) => steps))
    const [isShort, isLonger] = [/^short run/, /^(3|10) x steps/].map((name) => (control: string) => name.test(control))
    expect(stepsOf((control) => !isShort(control) && !isLonger(control))).toEqual(new Set([settings.steps]))
    expect(stepsOf(isShort)).toEqual(new Set([Math.max(Math.ceil(settings.steps / 9), 60)]))
  })

  it('the time of earlier sessions is added', async () => {
    copyUnfinished('spent')
    const [first, ...others] = linesOf('spent').filter((line) => /"control":"(network|shallow twin)"/.test(line))
    const late = JSON.stringify({ ...JSON.parse(first), spent: 3601 })
    writeFileSync(inFolder('spent', 'trials.jsonl'), [late, ...others, ''].join('\n'))
    const { diagnosis, made } = await resumeFolder('spent')
    expect(made).toEqual([])
    expect(diagnosis.seconds).toBeGreaterThan(3601)
    const { made: later } = await resumeFolder('spent', { budget: 7200 })
    expect(later).toEqual(all.filter((name) => !/^(network|shallow twin) /.test(name)))
    expect(resultOf('spent')).toEqual(resultOf('whole'))
  })

  it('a finished diagnosis returns its result again', async () => {
    const before = readFileSync(inFolder('whole', 'result.json'), 'utf8')
    const { diagnosis, made } = await resumeFolder('whole')
    expect(made).toEqual([])
    expect(JSON.parse(JSON.stringify(diagnosis), (key, value) => (key === 'seconds' ? undefined : value))).toEqual(
      resultOf('whole'),
    )
    expect(readFileSync(inFolder('whole', 'result.json'), 'utf8')).toBe(before)
  })
})

describe('when the folder of a diagnosis is damaged,', () => {
  const replaceLine = (name: string, start: string, by: (line: string) => string): void => {
    const lines = linesOf(name).map((line) => (line.startsWith(start) ? by(line) : line))
    writeFileSync(inFolder(name, 'trials.jsonl'), [...lines, ''].join('\n'))
  }
  const flipLastBit = (file: string): void => {
    const bytes = readFileSync(file)
    bytes[bytes.length - 1] ^= 1
    writeFileSync(file, bytes)
  }

  it.each<[string, (name: string) => void, string[]]>([
    ['a torn line', (name) => appendFileSync(inFolder(name, 'trials.jsonl'), '{"control":"pati'), []],
    [
      'half of a weights file',
      (name) => writeFileSync(inFolder(name, 'weights/network-0.safetensors.partial'), 'x'),
      [],
    ],
    ['half of a result', (name) => writeFileSync(inFolder(name, 'result.json.partial'), '{'), []],
    ['an empty lock', (name) => writeFileSync(inFolder(name, 'lock'), ''), []],
    ['a missing weights file', (name) => rmSync(inFolder(name, 'weights/network-0.safetensors')), ['network 0']],
    [
      'a changed weights file',
      (name) => flipLastBit(inFolder(name, 'weights/shallow-twin-0.safetensors')),
      ['shallow twin 0'],
    ],
    [
      'a line that is no trial',
      (name) => replaceLine(name, '{"control":"network","seed":2', () => '{"control":"network","seed":2}'),
      ['network 2'],
    ],
  ])('only the missing trainings are repeated after damage by %s', async (what, damage, again) => {
    const name = what.replaceAll(' ', '-')
    copyUnfinished(name)
    damage(name)
    const { made, notes } = await resumeFolder(name)
    expect(made).toEqual(again)
    const isKept = (line: string): boolean => !again.includes(keyOfLine(line))
    expect(linesOf(name).filter(isKept)).toEqual(linesOf('whole').filter(isKept))
    expect(notes.map((note) => note.replace(/line \d+/, 'line N'))).toEqual(
      what === 'a line that is no trial'
        ? ["FOLDER/trials.jsonl: line N can't be read, so the training of this line is repeated."]
        : [],
    )
    expect(resultOf(name)).toEqual(resultOf('whole'))
    expect(linesOf(name)).toHaveLength(all.length)
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('a finished diagnosis repeats only the trainings whose weights are missing and used again', async () => {
    cpSync(place('whole'), place('robbed'), { recursive: true })
    rmSync(inFolder('robbed', 'weights'), { recursive: true })
    const { made } = await resumeFolder('robbed')
    // Only the weights of the network and its twins with the first seed are used again, at every rate.
    expect(made).toEqual(all.filter((trial) => /^(network|shallow|rate).* 0$/.test(trial)))
    expect(readdirSync(inFolder('robbed', 'weights')).sort()).toEqual(readdirSync(inFolder('whole', 'weights')).sort())
  })

  it('a file that can not be written ends the diagnosis with a disk error, and no partial files are left', async () => {
    writeFileSync(place('file'), '')
    const said = [await laterRefusal(() => diagnose(network, { ...options, run: inFolder('file', 'folder') }))]
    mkdirSync(place('blocked'))
    writeFileSync(inFolder('blocked', 'weights'), '')
    said.push(await laterRefusal(() => diagnose(network, { ...options, run: place('blocked') })))
    expect(said.map((text) => text.replaceAll(root, 'ROOT'))).toMatchInlineSnapshot(`
      [
        "IsobathError: ROOT/file/folder: can't be written (it is a file, not a folder). Choose another place.",
        "IsobathError: ROOT/blocked/weights: can't be written (it is a file, not a folder). Choose another place.",
      ]
    `)
    expect(readdirSync(place('blocked')).sort()).toEqual(['diagnosis.json', 'trials.jsonl', 'weights'])
    rmSync(inFolder('blocked', 'weights'))
    // Trainings whose weights are not used again may have been stored before the error.
    const { made } = await resumeFolder('blocked')
    expect(all).toEqual(expect.arrayContaining(made))
    expect(made).toContain('network 0')
    expect(resultOf('blocked')).toEqual(resultOf('whole'))
  })
})

describe('when a diagnosis resumes,', () => {
  it('a changed folder, other data, another mode, a smaller budget and another start are refused', async () => {
    cpSync(place('whole'), place('edited'), { recursive: true })
    const file = inFolder('edited', 'diagnosis.json')
    const text = readFileSync(file, 'utf8')
    const edited = async (from: string | RegExp, to: string): Promise<string> => {
      writeFileSync(file, text.replace(from, to))
      return laterRefusal(() => resumeFolder('edited'))
    }
    mkdirSync(place('empty'))
    const said = [
      await edited('"batch": 32', '"batch": 16'),
      await edited('"format": 2', '"format": 3'),
      await edited(/.*/s, '{'),
      await laterRefusal(() => resumeFolder('whole', { data: blobs({ classes: 6, train: 300, test: 101 }) })),
      await laterRefusal(() => resumeFolder('whole', { exact: true })),
      await laterRefusal(() => resumeFolder('whole', { budget: 60 })),
      await laterRefusal(() => resumeFolder('whole', { start: initialize })),
      await laterRefusal(() => resumeFolder('empty')),
      await laterRefusal(() => diagnose(network, { ...options, run: place('whole') })),
    ]
    expect(
      said.map((one) => one.replaceAll(root, 'ROOT').replace(/SHA-256 \w+/, 'SHA-256 HASH')),
    ).toMatchInlineSnapshot(`
      [
        "IsobathError: ROOT/edited/diagnosis.json: expected content that matches the checksum in the file, got changed content. Restore the file, or start a new diagnosis.",
        "IsobathError: ROOT/edited/diagnosis.json: expected format 2, got 3. Use the version of Isobath that made the diagnosis.",
        "IsobathError: ROOT/edited/diagnosis.json: expected JSON. The file was changed or broken.",
        "IsobathError: ROOT/whole: expected the data that the diagnosis began with (blobs, 300 training and 100 test samples, SHA-256 HASH...), got other samples (blobs, 300 training and 101 test samples). Give the same data, or start a new diagnosis.",
        "IsobathError: ROOT/whole: expected computation that is not exact, as in the diagnosis, got exact computation. A diagnosis keeps its mode: leave the option out.",
        "IsobathError: budget: expected at least the 3600 seconds with which the diagnosis began, got 60. Leave the budget out, or give more seconds.",
        "IsobathError: start: the diagnosis in ROOT/whole began with initial weights drawn from its seeds. Leave start out.",
        "IsobathError: ROOT/empty: expected the folder of a diagnosis, which contains diagnosis.json. Give a folder that diagnose wrote.",
        "IsobathError: ROOT/whole: this folder already holds a diagnosis. Choose another folder, or resume the diagnosis with diagnose --resume, or with resumeDiagnosis in a program.",
      ]
    `)
    expect(existsSync(inFolder('whole', 'lock'))).toBe(false)
  })

  it('a folder in which another process is working is refused', async () => {
    const lock = takeLock(place('whole'))
    try {
      expect(await laterRefusal(() => resumeFolder('whole'))).toMatch(
        /whole: process \d+ has been working in this folder since /,
      )
    } finally {
      lock.release()
    }
  })

  it('the function for the initial weights must be the one with which the diagnosis began', async () => {
    const start: typeof initialize = (blueprint) => initialize(blueprint, 7)
    const own = { ...options, start, run: place('own'), abort: AbortSignal.timeout(50) }
    await diagnose(network, own)
    expect(await laterRefusal(() => resumeFolder('own'))).toMatch(
      /start: the diagnosis in .* began with initial weights that its caller gave/,
    )
    const other: typeof initialize = (blueprint) => initialize(blueprint, 8)
    expect(await laterRefusal(() => resumeFolder('own', { start: other }))).toMatch(
      /start: the diagnosis in .* began with other initial weights\. Give the same start, or start a new diagnosis\./,
    )
    const { diagnosis } = await resumeFolder('own', { start })
    const unbroken = await diagnose(network, { ...options, start })
    expect(diagnosis.verdict).toBe(unbroken.verdict)
    expect(diagnosis.trials.map(({ losses }) => losses)).toEqual(unbroken.trials.map(({ losses }) => losses))
  })
})

describe('diagnose --resume', () => {
  it('needs no other argument, prints the answer and writes the report', async () => {
    cpSync(place('whole'), place('reported'), { recursive: true })
    const { status, stdout } = await isobath(`diagnose --resume ${place('reported')} --threads 1`)
    expect(status).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(answer[0])
    expect(stdout).toContain(`Written: ${inFolder('reported', 'report.html')}`)
    expect(readFileSync(inFolder('reported', 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i)
    const document = await isobathJson(`diagnose --resume ${place('reported')}`)
    expect(document).toMatchObject({ network: 'small', run: place('reported'), answer })
  })

  it('refuses options that would change the diagnosis, and folders of other work', async () => {
    const said = [
      await isobath(`diagnose mlp --resume ${place('whole')} --rate 0.1 --data glyphs`),
      await isobath(`diagnose --resume ${place('whole')} --seeds 5`),
      await isobath(`diagnose --resume ${place('whole')} --budget 1m`),
      await isobath(`diagnose --resume ${place('nowhere')}`),
      await isobath(`diagnose ${place('nowhere')}`),
      await isobath(`train mlp --data blobs --run ${place('whole')}`),
      await isobath(`evaluate ${place('whole')}`),
      await isobath('diagnose'),
    ]
    expect(said.map(({ status }) => status)).toEqual(said.map(() => 2))
    expect(saidOn(said, root)).toMatchInlineSnapshot(`
      "isobath: --resume: a resumed diagnosis keeps its own options. Leave out the network mlp, --data, --rate.
      isobath: --resume: a resumed diagnosis keeps its own options. Leave out --seeds.
      isobath: --budget: expected at least the 3600 seconds with which the diagnosis began, got 60. Leave the budget out, or give more seconds.
      isobath: ROOT/nowhere: expected the folder of a diagnosis, which contains diagnosis.json. Give a folder that diagnose wrote.
      isobath: ROOT/nowhere: expected a network or the folder of a run, but no run is there. Name a folder that train made, or a network and --data.
      isobath: ROOT/whole: this folder already holds a diagnosis. Choose another folder.
      isobath: ROOT/whole: expected the folder of a run, which contains run.json. The folder holds a diagnosis. Resume the diagnosis with diagnose --resume, or with resumeDiagnosis in a program.
      isobath: missing required argument 'network'
      (isobath diagnose --help lists the options)
      "
    `)
  })
})
