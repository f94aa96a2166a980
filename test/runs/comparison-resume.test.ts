/** A comparison that was stopped at any moment goes on, and ends as if it had never stopped. */
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

/** What came out, with its fields in the file's order, but for times. */
function resultOf(name: string): string {
  const text = readFileSync(inFolder(name, 'result.json'), 'utf8')
  const { settings, ...result } = JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value))
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

/** Stopped by its caller when so many trainings have ended. */
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

/** As a `kill -9` after the last training would leave it. */
function copyUnfinished(name: string): void {
  cpSync(place('whole'), place(name), { recursive: true })
  rmSync(inFolder(name, 'result.json'))
}

describe('a comparison in a folder', () => {
  it('gives the rows of one without, each what train alone gives', async () => {
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

describe('a comparison that was stopped', () => {
  it.each([
    [1, 2],
    [3, 1],
    [6, 2],
  ])('after %i trainings goes on, on %i threads, to the same end', async (trainings, threads) => {
    const name = `stopped-${trainings}`
    const stopped = await stopAfter(trainings, name)
    expect(stopped.interrupted).toBe(true)
    const kept = linesOf(name)
    expect(kept.length).toBeGreaterThanOrEqual(trainings)
    expect(kept.length).toBeLessThan(all)
    const { comparison, made, found } = await resumeFolder(name, { threads })
    expect(found.sort()).toEqual(kept.map(keyOfLine).sort())
    expect(made).toHaveLength(all - kept.length)
    expect(comparison.sentence).toBe(whole.sentence)
    expect(comparison.settings).toEqual(whole.settings)
    expect(resultOf(name)).toBe(resultOf('whole'))
    expect(linesOf(name).slice(0, kept.length)).toEqual(kept)
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it('before it began leaves no folder', async () => {
    const stopped = await compare(families, { ...options, run: place('early'), abort: AbortSignal.abort() })
    expect(stopped).toMatchObject({ rows: [], interrupted: true })
    expect(readdirSync(root)).not.toContain('early')
  })

  it('counts the time that it took before', async () => {
    copyUnfinished('spent')
    const [first, ...others] = linesOf('spent')
    const late = JSON.stringify({ ...JSON.parse(first), spent: 3601 })
    writeFileSync(inFolder('spent', 'trials.jsonl'), [late, ...others, ''].join('\n'))
    const { comparison, made } = await resumeFolder('spent')
    expect(made).toEqual([])
    expect(comparison.seconds).toBeGreaterThan(3601)
  })

  it('that has come to its end gives its answer again', async () => {
    const before = readFileSync(inFolder('whole', 'result.json'), 'utf8')
    const { comparison, made } = await resumeFolder('whole')
    expect(made).toEqual([])
    expect(comparison.rows).toEqual(whole.rows)
    expect(comparison.sentence).toBe(whole.sentence)
    expect(readFileSync(inFolder('whole', 'result.json'), 'utf8')).toBe(before)
  })
})

describe('a folder that was left in the middle of a write, or damaged', () => {
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
  ])('%s: what is missing is made again', async (what, damage, again) => {
    const name = what.replaceAll(' ', '-')
    copyUnfinished(name)
    damage(name)
    const { made, notes } = await resumeFolder(name)
    expect(made).toHaveLength(again)
    const isBroken = /no JSON|no trial|no text/.test(what)
    expect(notes).toEqual(isBroken ? ["FOLDER/trials.jsonl: line 1 can't be read: its training is made again."] : [])
    expect(resultOf(name)).toBe(resultOf('whole'))
    expect(readdirSync(place(name)).sort()).toEqual(readdirSync(place('whole')).sort())
  })

  it("that can't be written ends the comparison, and what is kept is whole", async () => {
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

describe('a comparison is not gone on with', () => {
  it('where that would make it another', async () => {
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
        "IsobathError: ROOT/edited/comparison.json: isn't what was written: its checksum is another. A comparison goes on as it began: restore the file, or compare anew.",
        "IsobathError: ROOT/edited/comparison.json: families: expected a network for each depth. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: expected format 2, got 3. Use the version of Isobath that made the comparison.",
        "IsobathError: ROOT/edited/comparison.json: expected JSON. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: Invalid input: expected object, received array. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: families: expected a network for each depth. The file was changed or broken.",
        "IsobathError: ROOT/edited/comparison.json: width: expected a positive integer, got nothing. Give a whole number from 1 to 1,000,000.",
        "IsobathError: ROOT/edited/comparison.json: settings.batch: expected a whole number of at least 1, got "all". The file was changed or broken.",
        "IsobathError: ROOT/whole: expected the data that the comparison began with (blobs, 200 + 80 samples, SHA-256 HASH...), got other samples (blobs, 200 + 81 samples). Give the same data, or compare anew.",
        "IsobathError: ROOT/whole: the comparison is not exact, and what was asked for is exact. A comparison keeps its mode: leave it out.",
        "IsobathError: ROOT/empty: expected a comparison's folder with comparison.json in it. Give the folder that compare named.",
        "IsobathError: ROOT/ended: expected a comparison's folder with comparison.json in it. The comparison was ended before its first training: start it again, with the same folder.",
        "IsobathError: ROOT/trained: expected a comparison's folder with comparison.json in it. It has a run, which goes on with train --resume, or resume in a program.",
        "IsobathError: ROOT/whole: there is a comparison in this folder already. Choose another one, or go on with this one: compare --resume, or resumeComparison in a program.",
        "IsobathError: ROOT/trained: there is a run in this folder already. Choose another one.",
        "IsobathError: compare: expected families of different names, got mlp:width=8 twice. Rename one.",
      ]
    `)
    expect(readdirSync(place('whole'))).not.toContain('lock')
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
})

describe('compare --resume', () => {
  it('needs nothing else, prints the answer and writes report and figure', async () => {
    await stopAfter(2, 'told')
    const [report, figure] = [join(root, 'own.html'), join(root, 'own.svg')]
    const words = `compare --resume ${place('told')} --threads 1 --report ${report} --figure ${figure}`
    const { status, stdout, stderr } = await isobath(words)
    expect(status).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(whole.sentence)
    expect(stderr).toMatch(/\d of 8 trainings are there already\./)
    expect(stdout).toContain(`Written: ${inFolder('told', 'report.html')}, ${report}, ${figure}`)
    expect(readFileSync(report, 'utf8')).toBe(readFileSync(inFolder('told', 'report.html'), 'utf8'))
    expect(readFileSync(figure, 'utf8')).toMatch(/^<svg/)
    expect(resultOf('told')).toBe(resultOf('whole'))
    const document = await isobathJson(`compare --resume ${place('told')}`)
    expect(document).toMatchObject({ run: place('told'), sentence: whole.sentence, interrupted: false })
    expect(readdirSync(place('told')).sort()).toEqual(['comparison.json', 'report.html', 'result.json', 'trials.jsonl'])
  })

  it('goes on with a comparison of the command line, in the words and rows of one that kept nothing', async () => {
    const words = 'compare mlp:width=4 linear:width=4 --data blobs:train=60,test=20 --depths 1,2 --seeds 1 --steps 5'
    const bare = await isobathJson(words)
    const kept = await isobathJson(`${words} --run ${place('worded')}`)
    const again = await isobathJson(`compare --resume ${place('worded')}`)
    const timeless = (document: object): object =>
      JSON.parse(JSON.stringify({ ...document, run: null }), (key, value) => (key === 'seconds' ? undefined : value))
    expect(bare).toMatchObject({ run: null })
    expect(timeless(kept)).toEqual(timeless(bare))
    expect(timeless(again)).toEqual(timeless(bare))
  })

  it('refuses other choices', async () => {
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
      "isobath: --resume: the comparison goes on as it began, got the network mlp, linear, --data, --rate as well. Leave them out.
      isobath: --resume: the comparison goes on as it began, got --depths as well. Leave it out.
      isobath: --resume: the comparison goes on as it began, got --run as well. Leave it out.
      isobath: ROOT/whole: the comparison is not exact, and what was asked for is exact. A comparison keeps its mode: leave it out.
      isobath: ROOT/nowhere: expected a comparison's folder with comparison.json in it. Give the folder that compare named.
      isobath: ROOT/whole: there is a comparison in this folder already. Choose another one.
      isobath: ROOT/whole: expected a diagnosis's folder with diagnosis.json in it. It has a comparison, which goes on with compare --resume, or resumeComparison in a program.
      isobath: ROOT/whole: expected a run's folder with run.json in it. It has a comparison, which goes on with compare --resume, or resumeComparison in a program.
      isobath: --report: ROOT/whole/trials.jsonl belongs to the run in its folder. Choose another file.
      isobath: missing required argument 'network'
      (isobath compare --help lists the options)
      "
    `)
  })
})
