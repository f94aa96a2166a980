/** Tests that a comparison can be stopped at any moment and resumes to the result of one that was never stopped. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  blobs,
  type Comparison,
  type ComparisonEvent,
  compare,
  momentum,
  type NetworkFamily,
  parseNetwork,
  type ResumeComparisonOptions,
  resumeComparison,
  train,
} from '../../src/index.ts'
import { type ComparisonDescription, encodeComparison, readComparison } from '../../src/runs/comparison-description.ts'
import { takeLock } from '../../src/runs/run-lock.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = blobs({ classes: 3, train: 200, test: 80 })

const family = (name: string, label: string): NetworkFamily => ({
  name,
  label,
  ofDepth: (depth) => parseNetwork(`${name},depth=${depth}`, { classes: 3, input: [2] }),
})
const families = [family('mlp:width=8', 'plain'), family('residual-mlp:width=8,multiplier=30', 'wild')]
const options = {
  data,
  depths: [2, 20],
  seeds: [0, 1],
  optimizer: momentum({ rate: 0.3 }),
  batch: 32,
  steps: 30,
  evaluateEvery: 10,
  threads: 2,
  dataOptions: { classes: 3, train: 200, test: 80 },
}
const all = 8

const place = (name: string): string => join(root, name)
const inFolder = (name: string, file: string): string => join(place(name), file)
const linesOf = (name: string): string[] =>
  readFileSync(inFolder(name, 'trials.jsonl'), 'utf8').split('\n').slice(0, -1)

/** The result with its fields in the order of the file, without times, and without the command line's baselines. */
function resultOf(name: string): string {
  const text = readFileSync(inFolder(name, 'result.json'), 'utf8')
  const { settings, baselines, ...result } = JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value))
  return JSON.stringify(result)
}

const keyOfLine = (line: string): string => {
  const { family: name, depth, seed } = JSON.parse(line)
  return `${name} ${depth} ${seed}`
}

function watch() {
  const [made, notes, found]: string[][] = [[], [], []]
  const nameOf = (one: { family: string; depth: number; seed: number }): string =>
    `${one.family} ${one.depth} ${one.seed}`
  const onEvent = (event: ComparisonEvent): void => {
    if (event.kind === 'finished' && event.result) made.push(nameOf(event.trial))
    if (event.kind === 'note') notes.push(event.note)
    if (event.kind === 'planned') found.push(...event.found.map(nameOf))
  }
  return { made, notes, found, onEvent }
}

/** A comparison that its caller stops when `trainings` trainings have finished. */
async function stopAfter(trainings: number, name: string): Promise<Comparison> {
  const stop = new AbortController()
  let ended = 0
  const onEvent = (event: ComparisonEvent): void => {
    if (event.kind === 'finished' && event.result && ++ended === trainings) stop.abort()
  }
  return compare(families, { ...options, run: place(name), abort: stop.signal, onEvent })
}

async function resumeFolder(name: string, more: Partial<ResumeComparisonOptions> = {}) {
  const { made, notes, found, onEvent } = watch()
  const comparison = await resumeComparison(place(name), { data, threads: 2, onEvent, ...more })
  return { comparison, made, found, notes: notes.map((note) => note.replaceAll(place(name), 'FOLDER')) }
}

let whole: Comparison
beforeAll(async () => {
  whole = await compare(families, { ...options, run: place('whole') })
})

/** Copies the whole folder as a `kill -9` after the last training would leave it, without a result. */
function copyUnfinished(name: string): void {
  cpSync(place('whole'), place(name), { recursive: true })
  rmSync(inFolder(name, 'result.json'))
}

describe('compare with a folder', () => {
  it('gives the same rows as compare without a folder, each with the same results as train', async () => {
    const bare = await compare(families, options)
    const timeless = ({ rows }: Comparison) => rows.map((row) => ({ ...row, seconds: 0 }))
    expect(timeless(whole)).toEqual(timeless(bare))
    expect(whole.rows.map(({ diverged }) => diverged !== null)).toContain(true)
    const { depths, seeds, dataOptions, ...training } = options
    const alone = await train(families[0].ofDepth(20), { ...training, seed: 1 })
    const row = whole.rows.find(({ depth, seed }) => depth === 20 && seed === 1)
    expect(row).toMatchObject({ test: alone.test, evaluations: alone.evaluations, weightsSha256: alone.weightsSha256 })
    expect(readdirSync(place('whole')).sort()).toEqual(['comparison.json', 'result.json', 'trials.jsonl'])
    expect(linesOf('whole')).toHaveLength(all)
  })
})

describe('when a stopped comparison resumes,', () => {
  it.each([
    [1, 2],
    [3, 1],
    [6, 2],
  ])('the result is the same after %i trainings, on %i threads', async (trainings, threads) => {
    const name = `stopped-${trainings}`
    const stopped = await stopAfter(trainings, name)
    expect(stopped.interrupted).toBe(true)
    const stored = linesOf(name)
    expect(stored.length).toBeGreaterThanOrEqual(trainings)
    expect(stored.length).toBeLessThan(all)
    const { comparison, made, found } = await resumeFolder(name, { threads })
    expect(found.sort()).toEqual(stored.map(keyOfLine).sort())
    expect(made).toHaveLength(all - stored.length)
    expect(comparison.sentence).toBe(whole.sentence)
    expect(comparison.settings).toEqual(whole.settings)
    expect(resultOf(name)).toBe(resultOf('whole'))
    expect(linesOf(name).slice(0, stored.length)).toEqual(stored)
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('there is no folder if the comparison was stopped before its first training', async () => {
    const stopped = await compare(families, { ...options, run: place('early'), abort: AbortSignal.abort() })
    expect(stopped).toMatchObject({ rows: [], interrupted: true })
    expect(readdirSync(root)).not.toContain('early')
  })

  it('the time of earlier sessions is added', async () => {
    copyUnfinished('spent')
    const [first, ...others] = linesOf('spent')
    const late = JSON.stringify({ ...JSON.parse(first), spent: 3601 })
    writeFileSync(inFolder('spent', 'trials.jsonl'), [late, ...others, ''].join('\n'))
    const { comparison, made } = await resumeFolder('spent')
    expect(made).toEqual([])
    expect(comparison.seconds).toBeGreaterThan(3601)
  })

  it('a finished comparison returns its result again', async () => {
    const before = readFileSync(inFolder('whole', 'result.json'), 'utf8')
    const { comparison, made } = await resumeFolder('whole')
    expect(made).toEqual([])
    expect(comparison.rows).toEqual(whole.rows)
    expect(comparison.sentence).toBe(whole.sentence)
    expect(readFileSync(inFolder('whole', 'result.json'), 'utf8')).toBe(before)
  })
})

describe('when the folder of a comparison is damaged,', () => {
  const replaceLine = (name: string, by: (line: string) => string): void => {
    const [first, ...others] = linesOf(name)
    writeFileSync(inFolder(name, 'trials.jsonl'), [by(first), ...others, ''].join('\n'))
  }
  const notANumber = (line: string): string => JSON.stringify({ ...JSON.parse(line), work: 'much' })

  it.each<[string, (name: string) => void, number]>([
    ['a torn line', (name) => appendFileSync(inFolder(name, 'trials.jsonl'), '{"family":"mlp'), 0],
    ['half of a result', (name) => writeFileSync(inFolder(name, 'result.json.partial'), '{'), 0],
    ['half of a description', (name) => writeFileSync(inFolder(name, 'comparison.json.partial'), '{'), 0],
    ['an empty lock', (name) => writeFileSync(inFolder(name, 'lock'), ''), 0],
    ['no lines at all', (name) => rmSync(inFolder(name, 'trials.jsonl')), all],
    ['a line that is no JSON', (name) => replaceLine(name, (line) => line.slice(1)), 1],
    ['a line that is no trial', (name) => replaceLine(name, notANumber), 1],
    ['a line of another seed', (name) => replaceLine(name, (line) => line.replace(/"seed":\d/, '"seed":7')), 1],
    ['bytes that are no text', (name) => replaceLine(name, () => '\u0000\ufffd{}'), 1],
  ])('only the missing trainings are repeated after damage by %s', async (what, damage, again) => {
    const name = what.replaceAll(' ', '-')
    copyUnfinished(name)
    damage(name)
    const { made, notes } = await resumeFolder(name)
    expect(made).toHaveLength(again)
    const isBroken = /no JSON|no trial|no text/.test(what)
    expect(notes).toEqual(
      isBroken ? ["FOLDER/trials.jsonl: line 1 can't be read, so the training of this line is repeated."] : [],
    )
    expect(resultOf(name)).toBe(resultOf('whole'))
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('a file that can not be written ends the comparison with a disk error, and no partial files are left', async () => {
    writeFileSync(place('file'), '')
    const said = [await laterRefusal(() => compare(families, { ...options, run: inFolder('file', 'folder') }))]
    mkdirSync(place('blocked'))
    mkdirSync(inFolder('blocked', 'comparison.json.d'))
    mkdirSync(inFolder('blocked', 'trials.jsonl'))
    said.push(await laterRefusal(() => compare(families, { ...options, run: place('blocked') })))
    expect(said.map((text) => text.replaceAll(root, 'ROOT'))).toMatchInlineSnapshot(`
      [
        "IsobathError: ROOT/file/folder: can't be written (it is a file, not a folder). Choose another place.",
        "IsobathError: ROOT/blocked/trials.jsonl: can't be written (it is a folder, not a file). Choose another place.",
      ]
    `)
    expect(readdirSync(place('blocked')).sort()).toEqual(['comparison.json.d', 'trials.jsonl'])
  })
})

describe('when a comparison resumes,', () => {
  it('a changed folder, other data and another mode are refused', async () => {
    cpSync(place('whole'), place('edited'), { recursive: true })
    const file = inFolder('edited', 'comparison.json')
    const text = readFileSync(file, 'utf8')
    const edited = async (from: string | RegExp, to: string): Promise<string> => {
      writeFileSync(file, text.replace(from, to))
      return laterRefusal(() => resumeFolder('edited'))
    }
    const signed = async (change: (description: ComparisonDescription) => ComparisonDescription): Promise<string> => {
      writeFileSync(file, encodeComparison(change(readComparison(place('whole')))))
      return laterRefusal(() => resumeFolder('edited'))
    }
    mkdirSync(place('empty'))
    mkdirSync(place('ended'))
    writeFileSync(inFolder('ended', 'lock'), '')
    await train(families[0].ofDepth(2), { data, steps: 3, run: place('trained') })
    const said = [
      await edited('"batch": 32', '"batch": 16'),
      await edited('"depths": [', '"depths": [ 3,'),
      await edited('"format": 2', '"format": 3'),
      await edited(/.*/s, '{'),
      await edited(/.*/s, '[]'),
      await signed((one) => ({ ...one, depths: [2] })),
      await signed((one) => ({ ...one, families: [{ ...one.families[0], networks: [{ kind: 'dense' }, null] }] })),
      await signed((one) => ({ ...one, settings: { ...one.settings, batch: 'all' } })),
      await laterRefusal(() => resumeFolder('whole', { data: blobs({ classes: 3, train: 200, test: 81 }) })),
      await laterRefusal(() => resumeFolder('whole', { exact: true })),
      await laterRefusal(() => resumeFolder('empty')),
      await laterRefusal(() => resumeFolder('ended')),
      await laterRefusal(() => resumeFolder('trained')),
      await laterRefusal(() => compare(families, { ...options, run: place('whole') })),
      await laterRefusal(() => compare(families, { ...options, run: place('trained') })),
      await laterRefusal(() => compare([families[0], families[0]], options)),
    ]
    expect(
      said.map((one) => one.replaceAll(root, 'ROOT').replace(/SHA-256 \w+/, 'SHA-256 HASH')),
    ).toMatchInlineSnapshot(`
      [
        "IsobathError: ROOT/edited/comparison.json: expected content that matches the checksum in the file, got changed content. Restore the file, or start a new comparison.",
        "IsobathError: ROOT/edited/comparison.json: families: expected a network for each depth. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: expected format 2, got 3. Use the version of Isobath that made the comparison.",
        "IsobathError: ROOT/edited/comparison.json: expected JSON. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: Invalid input: expected object, received array. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: families: expected a network for each depth. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: width: expected a positive integer, got nothing. Give a whole number from 1 to 1,000,000.",
        "IsobathError: ROOT/edited/comparison.json: settings.batch: expected a whole number of at least 1, got "all". The file was changed or broken.",
        "IsobathError: ROOT/whole: expected the data that the comparison began with (blobs, 200 training and 80 test samples, SHA-256 HASH...), got other samples (blobs, 200 training and 81 test samples). Give the same data, or start a new comparison.",
        "IsobathError: ROOT/whole: expected computation that is not exact, as in the comparison, got exact computation. A comparison keeps its mode: leave the option out.",
        "IsobathError: ROOT/empty: expected the folder of a comparison, which contains comparison.json. Give a folder that compare wrote.",
        "IsobathError: ROOT/ended: expected the folder of a comparison, which contains comparison.json. The comparison ended before its first training. Start the comparison again with the same folder.",
        "IsobathError: ROOT/trained: expected the folder of a comparison, which contains comparison.json. The folder holds a run. Resume the run with train --resume, or with resume in a program.",
        "IsobathError: ROOT/whole: this folder already holds a comparison. Choose another folder, or resume the comparison with compare --resume, or with resumeComparison in a program.",
        "IsobathError: ROOT/trained: this folder already holds a run. Choose another folder.",
        "IsobathError: compare: expected families of different names, got mlp:width=8 twice. Rename one of the families.",
      ]
    `)
    expect(readdirSync(place('whole'))).not.toContain('lock')
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
})

describe('compare --resume', () => {
  it('needs no other argument, prints the answer and writes the report and the figure', async () => {
    await stopAfter(2, 'reported')
    const [report, figure] = [join(root, 'own.html'), join(root, 'own.svg')]
    const words = `compare --resume ${place('reported')} --threads 1 --report ${report} --figure ${figure}`
    const { status, stdout, stderr } = await isobath(words)
    expect(status).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(whole.sentence)
    expect(stderr).toMatch(/\d of 8 trainings are stored already\./)
    expect(stdout).toContain(`Written: ${inFolder('reported', 'report.html')}, ${report}, ${figure}`)
    expect(readFileSync(report, 'utf8')).toBe(readFileSync(inFolder('reported', 'report.html'), 'utf8'))
    expect(readFileSync(figure, 'utf8')).toMatch(/^<svg/)
    expect(resultOf('reported')).toBe(resultOf('whole'))
    const document = await isobathJson(`compare --resume ${place('reported')}`)
    expect(document).toMatchObject({ run: place('reported'), sentence: whole.sentence, interrupted: false })
    expect(readdirSync(place('reported')).sort()).toEqual([
      'comparison.json',
      'report.html',
      'result.json',
      'trials.jsonl',
    ])
  })

  it('prints the same document as the command that began the comparison, with or without a folder', async () => {
    const words = 'compare mlp:width=4 linear:width=4 --data blobs:train=60,test=20 --depths 1,2 --seeds 1 --steps 5'
    const bare = await isobathJson(words)
    const stored = await isobathJson(`${words} --run ${place('worded')}`)
    const again = await isobathJson(`compare --resume ${place('worded')}`)
    const timeless = (document: object): object =>
      JSON.parse(JSON.stringify({ ...document, run: null }), (key, value) => (key === 'seconds' ? undefined : value))
    expect(bare).toMatchObject({ run: null })
    expect(timeless(stored)).toEqual(timeless(bare))
    expect(timeless(again)).toEqual(timeless(bare))
  })

  it('shows the command line of its first session, and the next commands that follow', async () => {
    const words = 'compare mlp:width=8,activation=sigmoid --data moons --samples 64 --steps 40 --depths 30 --seeds 1'
    const first = await isobath(`${words} --run ${place('lines')}`)
    const again = await isobath(`compare --resume ${place('lines')} --report ${place('lines.html')}`)
    const diagnose = 'diagnose mlp:width=8,activation=sigmoid,depth=30 --data moons --samples 64 --steps 40 --seeds 1'
    for (const { stdout } of [first, again]) expect(stdout.replace(/\s+/g, ' ')).toContain(diagnose)
    const page = readFileSync(place('lines.html'), 'utf8').replaceAll(/<\/?span>/g, '')
    expect(page).toContain(`${words} --run ${place('lines')}`)
  })

  it('refuses options that would change the comparison, and folders of other work', async () => {
    const said = [
      await isobath(`compare mlp linear --resume ${place('whole')} --rate 0.1 --data glyphs`),
      await isobath(`compare --resume ${place('whole')} --depths 4`),
      await isobath(`compare --resume ${place('whole')} --run ${place('other')}`),
      await isobath(`compare --resume ${place('whole')} --exact`),
      await isobath(`compare --resume ${place('nowhere')}`),
      await isobath(`train mlp --data blobs --run ${place('whole')}`),
      await isobath(`diagnose --resume ${place('whole')}`),
      await isobath(`evaluate ${place('whole')}`),
      await isobath(`compare --resume ${place('whole')} --report ${inFolder('whole', 'trials.jsonl')}`),
      await isobath('compare'),
    ]
    expect(said.map(({ status }) => status)).toEqual(said.map(() => 2))
    expect(saidOn(said, root)).toMatchInlineSnapshot(`
      "isobath: --resume: a resumed comparison keeps its own options. Leave out the network mlp, linear, --data, --rate.
      isobath: --resume: a resumed comparison keeps its own options. Leave out --depths.
      isobath: --resume: a resumed comparison keeps its own options. Leave out --run.
      isobath: ROOT/whole: expected computation that is not exact, as in the comparison, got exact computation. A comparison keeps its mode: leave the option out.
      isobath: ROOT/nowhere: expected the folder of a comparison, which contains comparison.json. Give a folder that compare wrote.
      isobath: ROOT/whole: this folder already holds a comparison. Choose another folder.
      isobath: ROOT/whole: expected the folder of a diagnosis, which contains diagnosis.json. The folder holds a comparison. Resume the comparison with compare --resume, or with resumeComparison in a program.
      isobath: ROOT/whole: expected the folder of a run, which contains run.json. The folder holds a comparison. Resume the comparison with compare --resume, or with resumeComparison in a program.
      isobath: --report: ROOT/whole/trials.jsonl belongs to a stored run. Choose another file.
      isobath: missing required argument 'network'
      (isobath compare --help lists the options)
      "
    `)
  })
})
