/** Tests that a prescription can be stopped at any moment and resumes to the result of one that was never stopped. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  blobs,
  momentum,
  type Prescription,
  type PrescriptionEvent,
  parseNetwork,
  prescribe,
  type ResumePrescriptionOptions,
  resumePrescription,
} from '../../src/index.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = blobs({ classes: 3, train: 120, test: 60 })
const network = parseNetwork('mlp:depth=12,width=4,activation=sigmoid', { classes: 3, input: [2] })
const options = {
  data,
  seeds: [0, 1, 2],
  optimizer: momentum({ rate: 0.1 }),
  batch: 32,
  steps: 24,
  budget: 10_000,
  threads: 2,
  dataOptions: { classes: 3, train: 120, test: 60 },
}

const place = (name: string): string => join(root, name)
const inFolder = (name: string, file: string): string => join(place(name), file)
const linesOf = (name: string): string[] =>
  readFileSync(inFolder(name, 'trials.jsonl'), 'utf8').split('\n').slice(0, -1)

/** The result without times. The order of the losses in the lines does not matter. */
function resultOf(name: string): string {
  const text = readFileSync(inFolder(name, 'result.json'), 'utf8')
  return JSON.stringify(JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value)))
}

let whole: Prescription
beforeAll(async () => {
  whole = await prescribe(network, { ...options, run: place('whole') })
})

/** Copies the whole folder as a `kill -9` after `trainings` trainings would leave it. */
function copyKilled(name: string, trainings: number): void {
  cpSync(place('whole'), place(name), { recursive: true })
  rmSync(inFolder(name, 'result.json'))
  writeFileSync(inFolder(name, 'trials.jsonl'), [...linesOf('whole').slice(0, trainings), ''].join('\n'))
}

async function resumeFolder(name: string, more: Partial<ResumePrescriptionOptions> = {}) {
  let made = 0
  const onEvent = (event: PrescriptionEvent): void => {
    if (event.kind === 'finished' && event.result) made++
  }
  return { prescription: await resumePrescription(place(name), { data, threads: 2, onEvent, ...more }), made }
}

describe('when a killed prescription resumes,', () => {
  it.each([0, 1, 20, 45])('the result is the same after %i trainings', async (trainings) => {
    const name = `killed-${trainings}`
    copyKilled(name, trainings)
    const { prescription, made } = await resumeFolder(name)
    expect(made).toBe(linesOf('whole').length - trainings)
    expect(prescription.answer).toEqual(whole.answer)
    expect(resultOf(name)).toBe(resultOf('whole'))
    const ids = (folder: string): string[] => linesOf(folder).map((line) => JSON.parse(line).id)
    expect(ids(name).sort()).toEqual(ids('whole').sort())
  })

  it('a finished prescription returns its result again and trains nothing', async () => {
    const { prescription, made } = await resumeFolder('whole')
    expect(made).toBe(0)
    expect({ ...prescription, seconds: 0 }).toEqual({ ...whole, seconds: 0 })
  })

  it('a broken line is repeated with a note', async () => {
    copyKilled('torn', 45)
    const [first, ...others] = linesOf('torn')
    writeFileSync(inFolder('torn', 'trials.jsonl'), [first.slice(1), ...others, ''].join('\n'))
    const notes: string[] = []
    const onEvent = (event: PrescriptionEvent): void => {
      if (event.kind === 'note') notes.push(event.note)
    }
    await resumeFolder('torn', { onEvent })
    expect(notes).toEqual([
      `${inFolder('torn', 'trials.jsonl')}: line 1 can't be read, so the training of this line is repeated.`,
    ])
    expect(resultOf('torn')).toBe(resultOf('whole'))
  })
})

describe('a stopped prescription', () => {
  it('says how far it came, and goes on from there', async () => {
    const stop = new AbortController()
    let ended = 0
    const onEvent = (event: PrescriptionEvent): void => {
      if (event.kind === 'finished' && event.result && ++ended === 3) stop.abort()
    }
    const stopped = await prescribe(network, { ...options, run: place('stopped'), abort: stop.signal, onEvent })
    expect(stopped).toMatchObject({ interrupted: true, cures: [], before: null })
    expect(stopped.answer.join(' ')).toContain('stopped before the final')
    expect(stopped.candidates.map(({ state }) => state)).toContain('unfinished')
    expect(linesOf('stopped').length).toBeGreaterThanOrEqual(3)
    const { prescription } = await resumeFolder('stopped')
    expect(prescription.interrupted).toBe(false)
    expect(prescription.answer).not.toEqual([])
  })

  it('leaves no folder if it was stopped before its first training', async () => {
    const stopped = await prescribe(network, { ...options, run: place('early'), abort: AbortSignal.abort() })
    expect(stopped).toMatchObject({ interrupted: true, finalists: [] })
    expect(readdirSync(root)).not.toContain('early')
  })
})

describe('a budget that is too small', () => {
  it('gives an estimate, and a larger budget continues the prescription', async () => {
    const little = await prescribe(network, { ...options, budget: 0.001, run: place('little') })
    expect(little.needsSeconds).toBeGreaterThan(0.001)
    expect(little.answer.join(' ')).toMatch(/^Undecided: .* needs about /)
    expect(await laterRefusal(() => resumeFolder('little', { budget: 0.0001 }))).toContain(
      'expected at least the 0.001 seconds with which the prescription began',
    )
    const { prescription } = await resumeFolder('little', { budget: 10_000 })
    expect(prescription.needsSeconds).toBeNull()
    expect(prescription.finalists).not.toEqual([])
  })
})

describe('the folder of a prescription', () => {
  it('is refused with other data, in another mode, as other work, and after a change by hand', async () => {
    cpSync(place('whole'), place('edited'), { recursive: true })
    const text = readFileSync(inFolder('edited', 'prescription.json'), 'utf8')
    writeFileSync(inFolder('edited', 'prescription.json'), text.replace('"batch": 32', '"batch": 16'))
    const said = [
      await laterRefusal(() => resumeFolder('edited')),
      await laterRefusal(() => resumeFolder('whole', { data: blobs({ classes: 3, train: 120, test: 61 }) })),
      await laterRefusal(() => resumeFolder('whole', { exact: true })),
      await laterRefusal(() => resumeFolder('nowhere')),
      await laterRefusal(() => prescribe(network, { ...options, run: place('whole') })),
    ]
    expect(
      said.map((one) => one.replaceAll(root, 'ROOT').replace(/SHA-256 \w+/, 'SHA-256 HASH')),
    ).toMatchInlineSnapshot(`
      [
        "IsobathError: ROOT/edited/prescription.json: expected content that matches the checksum in the file, got changed content. Restore the file, or start a new prescription.",
        "IsobathError: ROOT/whole: expected the data that the prescription began with (blobs, 120 training and 60 test samples, SHA-256 HASH...), got other samples (blobs, 120 training and 61 test samples). Give the same data, or start a new prescription.",
        "IsobathError: ROOT/whole: expected computation that is not exact, as in the prescription, got exact computation. A prescription keeps its mode: leave the option out.",
        "IsobathError: ROOT/nowhere: expected the folder of a prescription, which contains prescription.json. Give a folder that prescribe wrote.",
        "IsobathError: ROOT/whole: this folder already holds a prescription. Choose another folder, or resume the prescription with prescribe --resume, or with resumePrescription in a program.",
      ]
    `)
    const printed = [
      await isobath(`prescribe mlp --resume ${place('whole')} --rate 0.1`),
      await isobath(`diagnose --resume ${place('whole')}`),
      await isobath(`prescribe --resume ${place('whole')} --report ${inFolder('whole', 'prescription.json')}`),
    ]
    expect(printed.map(({ status }) => status)).toEqual([2, 2, 2])
    expect(saidOn(printed, root)).toMatchInlineSnapshot(`
      "isobath: --resume: a resumed prescription keeps its own options. Leave out the network mlp, --rate.
      isobath: ROOT/whole: expected the folder of a diagnosis, which contains diagnosis.json. The folder holds a prescription. Resume the prescription with prescribe --resume, or with resumePrescription in a program.
      isobath: --report: ROOT/whole/prescription.json belongs to a stored run. Choose another file.
      "
    `)
  })

  it('resumes on the command line, without a command for the cure if a program began the prescription', async () => {
    const document = await isobathJson(`prescribe --resume ${place('whole')}`)
    expect(document).toMatchObject({ run: place('whole'), answer: whole.answer, interrupted: false })
    expect(document.cures).toMatchObject(whole.cures.map(({ words }) => ({ words, command: null })))
  })
})
