/** Tests of probes during training. Probes change no result, and a resumed run contains each snapshot once. */
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
/**
 * The recipe with all other measurements during the run. The warm-up ends when the error is checked for the first time.
 */
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
/** Steps before, at and after snapshots, evaluations and the check of the warm-up, and the final step. */
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

describe('probes during training:', () => {
  it('probes change no bit of a training, and a training without probes spends no time on measurements', async () => {
    const plain = await train(network, measured)
    const { probes: snapshots, settings, ...rest } = unbroken
    const { probes: asked, ...others } = settings
    expect(outcome({ ...rest, settings: others })).toEqual(outcome(plain))
    expect(plain).not.toHaveProperty('probes')
    expect(asked).toEqual(probes)
    expect(unbroken.measuringSeconds).toBeGreaterThan(0)
    expect((await train(network, recipe)).measuringSeconds).toBe(0)
  })

  it('probes take snapshots of each layer before the first step, every 40 steps and after the last step', () => {
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

  it('the snapshot at step 80 has the values of a training that ends after 80 steps', async () => {
    const { probes: snapshots = [] } = unbroken
    const shorter = await train(network, { ...measured, steps: 80, probes })
    expect(shorter.probes).toEqual(snapshots.slice(0, 3))
  })

  it('onProbed reports each snapshot immediately, and probes do not change other measurements', async () => {
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

  it('the default probes take a snapshot every 50 steps if the options name no probes', async () => {
    const { settings, probes: snapshots = [] } = await train(network, { ...recipe, steps: 60, probes: {} })
    expect(settings.probes).toEqual({ of: usualProbes, every: 50 })
    expect(snapshots.map(({ step }) => step)).toEqual([0, 50, 60])
  })

  it('a diverged network has one snapshot from before the step that diverged', async () => {
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

describe('a run folder with probes:', () => {
  it('the metrics hold the snapshots, each before the other lines of the same step', () => {
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

  it.each(stops)('a run that is resumed after step %i has the same result', async (step) => {
    const resumed = await resume(place(`after-${step}`), { data, threads: step % 2 === 0 ? 1 : 2 })
    expect(outcome(resumed)).toEqual(outcome(unbroken))
    expect(metrics(`after-${step}`)).toBe(metrics('whole'))
  })

  it('readRecord returns the record of a run with probes, and the run folder has the initial weights', async () => {
    expect((await readRecord(place('whole')))?.run).toEqual({ ...unbroken, run: place('whole') })
    expect(readdirSync(place('whole'))).toContain('checkpoint-0.safetensors')
  })

  it('a stopped run takes the remaining snapshots after it is resumed', async () => {
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

  it('readRecord refuses a run with a missing snapshot', async () => {
    cpSync(place('whole'), place('lacking'), { recursive: true })
    const lines = metrics('whole').split('\n')
    const without = lines.filter((line) => !line.startsWith('{"step":230,"probes"'))
    expect(without).toHaveLength(lines.length - 1)
    writeFileSync(join(place('lacking'), 'metrics.jsonl'), without.join('\n'))
    expect(await laterRefusal(() => readRecord(place('lacking')))).toContain('expected the losses of all 230 steps')
  })
})

describe('train', () => {
  it('refuses invalid probe options with a message for each kind of mistake', async () => {
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
      IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got "gradientNorm". The probes are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got an empty list. The probes are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      IsobathError: probes: of: expected a list of probes, such as ['gradientNorm', 'meanSquare'], got 3. The probes are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      IsobathError: probes: every: expected a whole number of at least 1, got 0.
      IsobathError: probes: expected the options of, every, got "often". Leave "often" out.
      IsobathError: probes: expected an object such as { of: ['gradientNorm'], every: 50 }, got true. Give a valid value, or leave the option out."
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

  it('takes snapshots with the default probes, names the probes, and draws the snapshots', async () => {
    const { status, stdout } = await isobath(`${quick} --run words --probes --probe-figure pictures/all.svg`)
    expect(status).toBe(0)
    expect(stdout).toContain(
      'probes 3 snapshots of 5 layers, in metrics.jsonl: meanSquare, gradientNorm, cosine, deadUnits, saturatedUnits, updateRatio, lostUpdates, angularDistance\n',
    )
    expect(stdout).toContain('Drawn: pictures/all.svg\n')
    const svg = readFileSync('pictures/all.svg', 'utf8')
    expect(verifyMarkup(svg)).toEqual([])
    const titles = [
      'Gradient norm',
      'Mean square of the outputs',
      'Fraction of dead units',
      'Update norm over weight norm',
    ]
    for (const title of titles) expect(svg).toContain(`>${title}</text>`)
    // The network has no layers that saturatedUnits and angularDistance measure.
    for (const title of ['Fraction of saturated outputs', 'Angular distance']) expect(svg).not.toContain(title)
  })

  it('takes snapshots with the named probes at the given interval, and prints the snapshots as JSON', async () => {
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

  it('draws a picture for each probe into a folder, also for a finished run', async () => {
    const { stdout } = await isobath('train --resume json --probe-figure looks')
    expect(stdout).toContain('Drawn: looks/gradientNorm.svg, looks/effectiveRank.svg\n')
    expect(readdirSync('looks').sort()).toEqual(['effectiveRank.svg', 'gradientNorm.svg'])
    for (const name of readdirSync('looks')) expect(verifyMarkup(readFileSync(join('looks', name), 'utf8'))).toEqual([])
  })

  it('uses the default probes if only the interval of the snapshots is given', async () => {
    const run = await isobathJson(`${quick} --run asked --probe-every 30`)
    expect(run.settings).toMatchObject({ probes: { of: usualProbes, every: 30 } })
  })

  it('refuses unknown probes, bad paths for pictures, and pictures of a run without snapshots', async () => {
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
      "2: isobath: option '--probes [list]' argument 'gradientNrm' is invalid. Expected names of probes or default, got gradientNrm. Did you mean gradientNorm?
      2: isobath: option '--probes [list]' argument 'meanSquare,' is invalid. Expected names of probes or default, got an empty name. The probes are meanSquare, gradientNorm, cosine, closestPairs, effectiveRank, deadUnits, saturatedUnits, alwaysOnUnits, responseDeviation, angularDistance, neighborSimilarity, updateRatio, lostUpdates, distanceFromStart.
      2: isobath: option '--probe-every <n>' argument '0' is invalid. Expected a whole number of at least 1.
      1: isobath: words/run.json: can't be written (it is a file, not a folder). Choose another place.
      2: isobath: --probe-figure: the run in plain has no probes, so there is nothing to draw. Leave --probe-figure out.
      2: isobath: --resume: a resumed run keeps its own options. Leave out --probes."
    `)
  })
})
