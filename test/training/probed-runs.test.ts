/** Probes while a network trains: they change nothing, and a run that goes on has each look once. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  batchNorm,
  chain,
  dense,
  dropout,
  momentum,
  type ProbeSnapshot,
  probedLayers,
  type Run,
  relu,
  repeat,
  residual,
  resume,
  spirals,
  type TrainOptions,
  train,
  usualProbes,
} from '../../src/index.ts'
import { readRecord } from '../../src/internal.ts'
import { isobath, isobathJson } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { copyAfter, outcome } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { verifyMarkup } from '../support/verify-markup.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)
const data = spirals({ classes: 3, seed: 3, train: 120, test: 60 })
const block = residual(chain(dense(8), relu(), dense(12)))
const network = chain(dense(12), batchNorm(), relu(), dropout(0.1), repeat(3, block, { name: 'hidden' }), dense(3))
const recipe = {
  data,
  steps: 230,
  batch: 24,
  logEvery: 3,
  seed: 5,
  threads: 1,
  optimizer: momentum({ rate: 0.03 }),
} as const
/** With all else that is measured on the way; the warm-up is over at its first look. */
const measured = { ...recipe, evaluateEvery: 40, warmupUntilError: 0.67 } as const
const probes = { of: ['gradientNorm', 'deadUnits', 'angularDistance', 'distanceFromStart'], every: 40 } as const
const probedSteps = [0, 40, 80, 120, 160, 200, 230]

const metrics = (name: string): string => readFileSync(join(place(name), 'metrics.jsonl'), 'utf8')
const snapshotsIn = (name: string): ProbeSnapshot[] =>
  metrics(name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((line) => 'probes' in line)

let unbroken: Run
/** Before, at and after looks, evaluations and the look of the warm-up, and at the end. */
const stops = [1, 39, 40, 41, 99, 100, 120, 199, 200, 229, 230]

beforeAll(async () => {
  unbroken = await train(network, {
    ...measured,
    probes,
    run: place('whole'),
    checkpointEvery: 20,
    observers: [copyAfter(stops, place('whole'), (step) => place(`after-${step}`))],
  })
})

describe('probes', () => {
  it('change no bit of a training, and cost nothing where none is asked for', async () => {
    const plain = await train(network, measured)
    const { probes: snapshots, settings, ...rest } = unbroken
    const { probes: asked, ...others } = settings
    expect(outcome({ ...rest, settings: others })).toEqual(outcome(plain))
    expect(plain).not.toHaveProperty('probes')
    expect(asked).toEqual(probes)
    expect(unbroken.measuringSeconds).toBeGreaterThan(0)
    expect((await train(network, recipe)).measuringSeconds).toBe(0)
  })

  it('say before the first step, every so many steps and after the last how each layer is', () => {
    const { probes: snapshots = [], blueprint } = unbroken
    expect(probedLayers(blueprint)).toEqual(['dense1', 'hidden[0]', 'hidden[1]', 'hidden[2]', 'dense2'])
    expect(snapshots.map(({ step }) => step)).toEqual(probedSteps)
    for (const { probes: seen } of snapshots) {
      expect(Object.keys(seen)).toEqual(probes.of)
      expect(Object.values(seen).map((values) => values.length)).toEqual([5, 5, 5, 5])
    }
    const [first, second] = snapshots
    expect(first.probes.distanceFromStart).toEqual([0, 0, 0, 0, 0])
    for (const value of second.probes.distanceFromStart) expect(value).toBeGreaterThan(0.001)
    for (const value of first.probes.gradientNorm) expect(value).toBeGreaterThan(0)
    expect(first.probes.angularDistance.map((value) => value === null)).toEqual([true, false, false, false, true])
  })

  it('see after so many steps what a training of so many steps ends with', async () => {
    const { probes: snapshots = [] } = unbroken
    const shorter = await train(network, { ...measured, steps: 80, probes })
    expect(shorter.probes).toEqual(snapshots.slice(0, 3))
  })

  it('are told when they are seen, and leave what else is measured alone', async () => {
    const reported: ProbeSnapshot[] = []
    const others: object[] = []
    const run = await train(network, {
      ...measured,
      probes: { of: ['gradientNorm'], every: 115 },
      onProbed: (run) => reported.push(run),
      onMeasured: (one) => others.push(one),
    })
    expect(reported).toEqual(run.probes)
    expect(reported.map(({ step }) => step)).toEqual([0, 115, 230])
    expect(others).toHaveLength(6)
    expect(run.warmup).toEqual(unbroken.warmup)
    expect(run.evaluations).toEqual(unbroken.evaluations)
  })

  it('are the usual ones every 50 steps where nothing else is said', async () => {
    const { settings, probes: snapshots = [] } = await train(network, { ...recipe, steps: 60, probes: {} })
    expect(settings.probes).toEqual({ of: usualProbes, every: 50 })
    expect(snapshots.map(({ step }) => step)).toEqual([0, 50, 60])
  })

  it('see the network that diverged as it was before that step, once', async () => {
    const options = { ...recipe, optimizer: momentum({ rate: 1e18 }) }
    const { diverged, probes: snapshots = [] } = await train(network, {
      ...options,
      probes: { of: ['meanSquare'], every: 1 },
    })
    const { step = 0 } = diverged ?? {}
    expect(snapshots.map((run) => run.step)).toEqual(Array.from({ length: step + 1 }, (_, index) => index))
    const later = await train(network, { ...options, probes: { of: ['meanSquare'], every: 100 } })
    expect(later.probes).toEqual([snapshots[0], snapshots[step]])
  })
})

describe('a run with probes', () => {
  it('has its looks in its metrics, each before the lines of its step', () => {
    expect(snapshotsIn('whole')).toEqual(unbroken.probes)
    const kinds = metrics('whole')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ step }) => step === 120 || step === 230)
      .map((line) => Object.keys(line).find((key) => ['probes', 'test', 'loss'].includes(key)))
    expect(kinds).toEqual(['probes', 'test', 'loss', 'probes', 'test'])
    expect(unbroken.warmup).toMatchObject([{ step: 100, warmedUp: true }])
  })

  it.each(stops)('goes on after step %i to the same end', async (step) => {
    const resumed = await resume(place(`after-${step}`), { data, threads: step % 2 === 0 ? 1 : 2 })
    expect(outcome(resumed)).toEqual(outcome(unbroken))
    expect(metrics(`after-${step}`)).toBe(metrics('whole'))
  })

  it('gives its record again, and knows the weights it began with', async () => {
    expect((await readRecord(place('whole')))?.run).toEqual({ ...unbroken, run: place('whole') })
    expect(readdirSync(place('whole'))).toContain('checkpoint-0.safetensors')
  })

  it('that was stopped goes on with its looks', async () => {
    const stop = new AbortController()
    const run = place('stopped')
    const onCheckpoint = (step: number): void => {
      if (step === 120) stop.abort()
    }
    const stopped = await train(network, {
      ...measured,
      probes,
      run,
      checkpointEvery: 40,
      onCheckpoint,
      abort: stop.signal,
    })
    expect(stopped).toMatchObject({ interrupted: true, steps: 120 })
    expect(stopped.probes).toEqual(unbroken.probes?.slice(0, 3))
    const reported: number[] = []
    const resumed = await resume(run, { data, threads: 1, onProbed: ({ step }) => reported.push(step) })
    expect(outcome(resumed)).toEqual(outcome(unbroken))
    expect(reported).toEqual([120, 160, 200, 230])
    expect(metrics('stopped')).toBe(metrics('whole'))
  })

  it('is not given as a record where a look is missing', async () => {
    cpSync(place('whole'), place('lacking'), { recursive: true })
    const lines = metrics('whole').split('\n')
    const without = lines.filter((line) => !line.startsWith('{"step":230,"probes"'))
    expect(without).toHaveLength(lines.length - 1)
    writeFileSync(join(place('lacking'), 'metrics.jsonl'), without.join('\n'))
    expect(await laterRefusal(() => readRecord(place('lacking')))).toContain('expected the losses of all 230 steps')
  })
})

describe('probes that are not what they should be', () => {
  it('are refused', async () => {
    const asked: unknown[] = [
      { of: ['gradientNrm'] },
      { of: 'gradientNorm' },
      { of: [] },
      { of: [3] },
      { every: 0 },
      { often: 3 },
      true,
    ]
    const call = (given: unknown): Promise<string> => {
      const options: TrainOptions = { ...recipe, steps: 1 }
      return laterRefusal(() => Reflect.apply(train, undefined, [network, { ...options, probes: given }]))
    }
    const said: string[] = []
    for (const given of asked) said.push(await call(given))
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got "gradientNrm". Did you mean gradientNorm?
      IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got "gradientNorm". They are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got an empty list. They are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got 3. They are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      IsobathError: probes: every: expected a whole number of at least 1, got 0.
      IsobathError: probes: expected the options of, every, got "often". Leave it out.
      IsobathError: probes: expected an object such as { of: ['gradientNorm'], every: 50 }, got true. Give one, or leave it out."
    `)
  })
})

describe('train --probes', () => {
  const quick = 'train mlp:depth=4,width=8 --data moons --samples 64 --steps 60'
  beforeAll(() => {
    const home = process.cwd()
    process.chdir(root)
    return () => process.chdir(home)
  })

  it('looks with the usual probes, says so, and draws what they saw', async () => {
    const { status, stdout } = await isobath(`${quick} --run words --probes --probe-figure pictures/all.svg`)
    expect(status).toBe(0)
    expect(stdout).toContain(
      'probes 3 looks at 5 layers, in metrics.jsonl: meanSquare, gradientNorm, cosine, deadUnits, saturatedUnits, updateRatio, lostUpdates, angularDistance\n',
    )
    expect(stdout).toContain('Drawn: pictures/all.svg\n')
    const svg = readFileSync('pictures/all.svg', 'utf8')
    expect(verifyMarkup(svg)).toEqual([])
    const titles = ['Norm of the gradient', 'Mean square of the outputs', 'Share of dead units', 'Update over weights']
    for (const title of titles) expect(svg).toContain(`>${title}</text>`)
    // No layer has what these measure.
    for (const title of ['Share of saturated outputs', 'Angular distance']) expect(svg).not.toContain(title)
  })

  it('looks with those that are named, as often as is said, and gives them as JSON', async () => {
    const words = '--probes effectiveRank,gradientNorm --probe-every 20'
    const run = await isobathJson(`${quick} --run json ${words} --evaluate-every 30`)
    expect(run.probedLayers).toEqual(['first', 'hidden[0]', 'hidden[1]', 'hidden[2]', 'readout'])
    expect(run.probes).toEqual(snapshotsIn('json'))
    expect(run.probes).toMatchObject([0, 20, 40, 60].map((step) => ({ step })))
    const plain = await isobathJson(`${quick} --run plain --evaluate-every 30`)
    expect(run.weightsSha256).toBe(plain.weightsSha256)
    expect(run.losses).toEqual(plain.losses)
    expect(plain.probes).toBeUndefined()
    expect(snapshotsIn('plain')).toEqual([])
  })

  it('draws a picture for each probe into a folder, also of a run that has ended', async () => {
    const { stdout } = await isobath('train --resume json --probe-figure looks')
    expect(stdout).toContain('Drawn: looks/gradientNorm.svg, looks/effectiveRank.svg\n')
    expect(readdirSync('looks').sort()).toEqual(['effectiveRank.svg', 'gradientNorm.svg'])
    for (const name of readdirSync('looks')) expect(verifyMarkup(readFileSync(join('looks', name), 'utf8'))).toEqual([])
  })

  it('takes the usual probes where only a picture or a distance is asked for', async () => {
    const run = await isobathJson(`${quick} --run asked --probe-every 30`)
    expect(run.settings).toMatchObject({ probes: { of: usualProbes, every: 30 } })
  })

  it('refuses what is no probe, no place for pictures, and pictures of a run without looks', async () => {
    const said: string[] = []
    for (const words of [
      `${quick} --probes gradientNrm`,
      `${quick} --probes meanSquare,`,
      `${quick} --probe-every 0`,
      `${quick} --probe-figure words/run.json`,
      'train --resume plain --probe-figure looks',
      'train --resume json --probes gradientNorm',
    ]) {
      const { status, stderr } = await isobath(words)
      said.push(`${status}: ${stderr.split('\n').find((line) => line !== '')}`)
    }
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "2: isobath: option '--probes [list]' argument 'gradientNrm' is invalid. There is no probe gradientNrm. Did you mean gradientNorm?
      2: isobath: option '--probes [list]' argument 'meanSquare,' is invalid. There is no probe without a name. They are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart, or default.
      2: isobath: option '--probe-every <n>' argument '0' is invalid. Expected a whole number of at least 1.
      1: isobath: words/run.json: can't be written (it is a file, not a folder). Choose another place.
      2: isobath: --probe-figure: plain was begun without --probes, so there is nothing to draw. Leave it out.
      2: isobath: --resume: the run goes on as it began, got --probes as well. Leave it out."
    `)
  })
})
