/** A diagnosis that was stopped at any moment goes on, and ends as if it had never stopped. */
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
/** Time decides nothing in an hour. */
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

/** What came out, but for times. */
function resultOf(name: string): unknown {
  const text = readFileSync(inFolder(name, 'result.json'), 'utf8')
  return JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value))
}

/** All trainings in the result, with their fields in the order that the file has, but for times. */
function trialsOf(name: string): string {
  const { trials } = JSON.parse(readFileSync(inFolder(name, 'result.json'), 'utf8'))
  return JSON.stringify(trials, (key, value) => (key === 'seconds' ? 0 : value))
}

/** The trainings that were made to their end, as `network 0`. */
function watch() {
  const made: string[] = []
  const notes: string[] = []
  const onEvent = (event: DiagnosisEvent): void => {
    if (event.kind === 'finished' && event.result) made.push(`${event.trial.control} ${event.trial.seed}`)
    if (event.kind === 'note') notes.push(event.note)
  }
  return { made, notes, onEvent }
}

/** Stopped by its caller when so many trainings have ended. */
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

/** As a `kill -9` after the last training would leave it. */
function copyUnfinished(name: string): void {
  cpSync(place('whole'), place(name), { recursive: true })
  rmSync(inFolder(name, 'result.json'))
}

describe('a diagnosis that was stopped', () => {
  it.each([
    [1, 2],
    [4, 1],
    [7, 2],
  ])('after %i trainings goes on, on %i threads, to the same end', async (trainings, threads) => {
    const name = `stopped-${trainings}`
    const stopped = await stopAfter(trainings, name)
    expect(stopped.interrupted).toBe(true)
    const kept = linesOf(name).length
    expect(kept).toBeGreaterThanOrEqual(trainings)
    expect(kept).toBeLessThan(all.length)
    const { made } = await resumeFolder(name, { threads })
    expect(made).toHaveLength(all.length - kept)
    expect(resultOf(name)).toEqual(resultOf('whole'))
    expect(trialsOf(name)).toBe(trialsOf('whole'))
    expect(linesOf(name)).toHaveLength(all.length)
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('says so where nothing was trained', async () => {
    const stopped = await diagnose(network, { ...options, abort: AbortSignal.abort() })
    expect(stopped).toMatchObject({ verdict: 'undecided', findings: [], ruledOut: [], trials: [], interrupted: true })
    expect(stopped.answer).toEqual(['Stopped before the network was trained once.'])
  })

  it('keeps the length of its trainings, where the budget chose it', async () => {
    const stop = new AbortController()
    const chosen = { ...options, steps: undefined, budget: 20, abort: stop.signal, run: place('chosen') }
    const onEvent = ({ kind }: DiagnosisEvent): void => {
      if (kind === 'finished') stop.abort()
    }
    const { settings } = await diagnose(network, { ...chosen, onEvent })
    const { diagnosis } = await resumeFolder('chosen', { budget: 3600 })
    expect(diagnosis.settings.steps).toBe(settings.steps)
    expect(
      new Set(diagnosis.trials.filter(({ control }) => control !== '3 x steps').map(({ steps }) => steps)),
    ).toEqual(new Set([settings.steps]))
  })

  it('counts the time that it took before', async () => {
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

  it('that has come to its end gives its answer again', async () => {
    const before = readFileSync(inFolder('whole', 'result.json'), 'utf8')
    const { diagnosis, made } = await resumeFolder('whole')
    expect(made).toEqual([])
    expect(JSON.parse(JSON.stringify(diagnosis), (key, value) => (key === 'seconds' ? undefined : value))).toEqual(
      resultOf('whole'),
    )
    expect(readFileSync(inFolder('whole', 'result.json'), 'utf8')).toBe(before)
  })
})

describe('a folder that was left in the middle of a write, or damaged', () => {
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
  ])('%s: what is missing is made again', async (what, damage, again) => {
    const name = what.replaceAll(' ', '-')
    copyUnfinished(name)
    damage(name)
    const { made, notes } = await resumeFolder(name)
    expect(made).toEqual(again)
    const isKept = (line: string): boolean => !again.includes(keyOfLine(line))
    expect(linesOf(name).filter(isKept)).toEqual(linesOf('whole').filter(isKept))
    expect(notes.map((note) => note.replace(/line \d+/, 'line N'))).toEqual(
      what === 'a line that is no trial'
        ? ["FOLDER/trials.jsonl: line N can't be read: its training is made again."]
        : [],
    )
    expect(resultOf(name)).toEqual(resultOf('whole'))
    expect(linesOf(name)).toHaveLength(all.length)
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('a finished one, too', async () => {
    cpSync(place('whole'), place('robbed'), { recursive: true })
    rmSync(inFolder('robbed', 'weights'), { recursive: true })
    const { made } = await resumeFolder('robbed')
    // The weights of the other seeds aren't asked for again.
    expect(made).toEqual(all.filter((trial) => /^(network|shallow).* 0$/.test(trial)))
    expect(readdirSync(inFolder('robbed', 'weights')).sort()).toEqual(readdirSync(inFolder('whole', 'weights')).sort())
  })

  it("that can't be written ends the diagnosis, and what is kept is whole", async () => {
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
    // Trainings whose weights aren't asked for again may have been kept before.
    const { made } = await resumeFolder('blocked')
    expect(all).toEqual(expect.arrayContaining(made))
    expect(made).toContain('network 0')
    expect(resultOf('blocked')).toEqual(resultOf('whole'))
  })
})

describe('a diagnosis is not gone on with', () => {
  it('where that would make it another', async () => {
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
        "IsobathError: ROOT/edited/diagnosis.json: isn't what was written: its checksum is another. A diagnosis goes on as it began: restore the file, or diagnose anew.",
        "IsobathError: ROOT/edited/diagnosis.json: expected format 2, got 3. Use the version of Isobath that made the diagnosis.",
        "IsobathError: ROOT/edited/diagnosis.json: expected JSON. The file was changed or broken.",
        "IsobathError: ROOT/whole: expected the data that the diagnosis began with (blobs, 300 + 100 samples, SHA-256 HASH...), got other samples (blobs, 300 + 101 samples). Give the same data, or diagnose anew.",
        "IsobathError: ROOT/whole: the diagnosis is not exact, and what was asked for is exact. A diagnosis keeps its mode: leave it out.",
        "IsobathError: budget: expected no less than the 3600 seconds that the diagnosis began with, got 60. Leave it out, or give more.",
        "IsobathError: start: the diagnosis in ROOT/whole began with weights drawn from its seeds. Leave it out.",
        "IsobathError: ROOT/empty: expected a diagnosis's folder with diagnosis.json in it. Give the folder that diagnose named.",
        "IsobathError: ROOT/whole: there is a diagnosis in this folder already. Choose another one, or go on with this one: diagnose --resume, or resumeDiagnosis in a program.",
      ]
    `)
    expect(existsSync(inFolder('whole', 'lock'))).toBe(false)
  })

  it('where another process is at work', async () => {
    const lock = takeLock(place('whole'))
    try {
      expect(await laterRefusal(() => resumeFolder('whole'))).toMatch(
        /whole: process \d+ is at work in this folder, since /,
      )
    } finally {
      lock.release()
    }
  })

  it('without the start of weights that it began with', async () => {
    const start: typeof initialize = (blueprint) => initialize(blueprint, 7)
    const own = { ...options, start, run: place('own'), abort: AbortSignal.timeout(50) }
    await diagnose(network, own)
    expect(await laterRefusal(() => resumeFolder('own'))).toMatch(
      /start: the diagnosis in .* began with weights that its caller gave/,
    )
    const other: typeof initialize = (blueprint) => initialize(blueprint, 8)
    expect(await laterRefusal(() => resumeFolder('own', { start: other }))).toMatch(
      /start: the diagnosis in .* began with other weights\. Give the same start, or diagnose anew\./,
    )
    const { diagnosis } = await resumeFolder('own', { start })
    const unbroken = await diagnose(network, { ...options, start })
    expect(diagnosis.verdict).toBe(unbroken.verdict)
    expect(diagnosis.trials.map(({ losses }) => losses)).toEqual(unbroken.trials.map(({ losses }) => losses))
  })
})

describe('diagnose --resume', () => {
  it('needs nothing else, prints the answer and writes the report', async () => {
    cpSync(place('whole'), place('told'), { recursive: true })
    const { status, stdout } = await isobath(`diagnose --resume ${place('told')} --threads 1`)
    expect(status).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(answer.join(' '))
    expect(stdout).toContain(`Written: ${inFolder('told', 'report.html')}`)
    expect(readFileSync(inFolder('told', 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i)
    const document = await isobathJson(`diagnose --resume ${place('told')}`)
    expect(document).toMatchObject({ network: 'small', run: place('told'), answer })
  })

  it('refuses other choices', async () => {
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
      "isobath: --resume: the diagnosis goes on as it began, got the network mlp, --data, --rate as well. Leave them out.
      isobath: --resume: the diagnosis goes on as it began, got --seeds as well. Leave it out.
      isobath: --budget: expected no less than the 3600 seconds that the diagnosis began with, got 60. Leave it out, or give more.
      isobath: ROOT/nowhere: expected a diagnosis's folder with diagnosis.json in it. Give the folder that diagnose named.
      isobath: ROOT/nowhere: there is no run in such a folder. Name one that train made, or a network and --data.
      isobath: ROOT/whole: there is a diagnosis in this folder already. Choose another one.
      isobath: ROOT/whole: expected a run's folder with run.json in it. It has a diagnosis, which goes on with diagnose --resume, or resumeDiagnosis in a program.
      isobath: missing required argument 'network'
      (isobath diagnose --help lists the options)
      "
    `)
  })
})
