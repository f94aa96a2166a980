/** Tests of the training option `start` as a user meets it: in the library, in stored runs and on the command line. */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  blobs,
  compare,
  createBlueprint,
  diagnose,
  diagnoseRun,
  initialize,
  loadWeights,
  moons,
  outputsOf,
  parseNetwork,
  readRun,
  resume,
  type StartOf,
  train,
} from '../../src/index.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { copyAfter, outcome } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = moons({ seed: 3, train: 100, test: 50 })
const network = parseNetwork('mlp:depth=12,width=8,activation=tanh,init=pytorch', { classes: 2 })
const options = { data, steps: 12, batch: 24, seed: 5, start: 'lsuv', threads: 1 } as const

describe('The option start=lsuv', () => {
  it('rescales the drawn weights before the first step and says so in the record', async () => {
    const drawn = await train(network, { ...options, start: 'drawn', steps: 1 })
    const rescaled = await train(network, { ...options, steps: 1 })
    expect(drawn.startChange).toBeUndefined()
    expect(drawn.settings.start).toBeUndefined()
    expect(rescaled.settings.start).toBe('lsuv')
    expect(rescaled.startChange).toMatchObject({ layers: 13, changed: 13, unreached: 0, samples: 24 })
    // The signal of the drawn weights shrinks to the variance of the biases. The rescaled outputs have variance 1.
    expect(drawn.signal.last).toBeLessThan(0.2)
    expect(rescaled.signal.last).toBeGreaterThan(0.5)
  })

  it('is stored in the folder, and a resumed run neither repeats the change nor loses its facts', async () => {
    const folder = join(root, 'run')
    const copyOf = (step: number): string => join(root, `copy-${step}`)
    const observers = [copyAfter([1, 7], folder, copyOf)]
    const whole = await train(network, { ...options, run: folder, checkpointEvery: 3, observers })
    for (const step of [1, 7]) {
      const resumed = await resume(copyOf(step), { data, threads: 1 })
      expect(outcome(resumed)).toEqual(outcome(whole))
    }
    expect(whole.startChange?.changed).toBe(13)
    const again = await resume(folder, { data })
    expect(again.startChange).toEqual(whole.startChange)
    expect((await readRun(folder)).settings.start).toBe('lsuv')
    const description = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
    expect(description.settings.start).toBe('lsuv')
  })

  it('can be stopped, and a resumed run begins LSUV again and ends with the same bits', async () => {
    const folder = join(root, 'stopped')
    const probes = { of: ['distanceFromStart', 'meanSquare'], every: 5 } as const
    const whole = await train(network, { ...options, probes, run: join(root, 'unstopped') })
    /** Stops the work after some layers of LSUV. */
    const stopAfter = (layers: number) => {
      const controller = new AbortController()
      const reported: string[] = []
      const onAdjust = (done: number, all: number): void => {
        reported.push(`${done} of ${all}`)
        if (done === layers) controller.abort()
      }
      return { reported, callbacks: { abort: controller.signal, onAdjust } }
    }
    const first = stopAfter(3)
    const steps: number[] = []
    const onProgress = (done: number): void => void steps.push(done)
    const stopped = await train(network, { ...options, ...first.callbacks, probes, run: folder, onProgress })
    expect(first.reported).toEqual(['0 of 13', '1 of 13', '2 of 13', '3 of 13'])
    expect(steps).toEqual([0])
    expect(stopped).toMatchObject({ interrupted: true, steps: 0, losses: [], diverged: null })
    expect(stopped.startChange).toBeUndefined()
    const drawn = initialize(stopped.blueprint, options.seed)
    for (const [name, values] of stopped.weights) expect(values).toEqual(Float32Array.from(drawn.get(name) ?? []))
    expect(readdirSync(folder).sort()).toEqual(['checkpoint-0.safetensors', 'metrics.jsonl', 'result.json', 'run.json'])
    const second = stopAfter(12)
    expect((await resume(folder, { data, threads: 1, ...second.callbacks })).interrupted).toBe(true)
    expect(second.reported).toHaveLength(13)
    const third = stopAfter(Number.POSITIVE_INFINITY)
    expect(outcome(await resume(folder, { data, threads: 2, ...third.callbacks }))).toEqual(outcome(whole))
    expect(third.reported.at(-1)).toBe('13 of 13')
    const description = (name: string): string => readFileSync(join(root, name, 'run.json'), 'utf8')
    expect(description('stopped')).toBe(description('unstopped'))
  })

  it('can be killed at any time, and a resumed run ends with the same bits', async () => {
    const folder = join(root, 'killed')
    const copies: string[] = []
    const copy = (name: string): void => {
      const place = join(root, `killed-${name}`)
      cpSync(folder, place, { recursive: true })
      // The copied lock is removed, because the process that holds the lock is still running.
      rmSync(join(place, 'lock'))
      copies.push(place)
    }
    const whole = await train(network, {
      ...options,
      run: folder,
      onAdjust: (done) => {
        if (done === 1 || done === 13) copy(`after-layer-${done}`)
      },
      // The second checkpoint of step 0 has the rescaled weights, and run.json is still as before LSUV.
      onCheckpoint: (step) => {
        if (step === 0) copy(`at-checkpoint-${copies.length}`)
      },
    })
    expect(copies.map((place) => place.split('killed-')[1])).toEqual([
      'at-checkpoint-0',
      'after-layer-1',
      'after-layer-13',
      'at-checkpoint-3',
    ])
    for (const place of copies.slice(1)) {
      expect(outcome(await resume(place, { data, threads: 1 })), place).toEqual(outcome(whole))
    }
    // The first copy was made before run.json was written, so it holds no run yet.
    expect(await laterRefusal(() => resume(copies[0], { data }))).toContain('Start the run again with the same folder.')
  })

  it('stops in a comparison and in a diagnosis, too', async () => {
    const { seed, ...shared } = options
    const deep = parseNetwork('mlp:depth=300,width=8,activation=tanh', { classes: 2 })
    const work = { ...shared, steps: 2000 }
    const stop = () => {
      const controller = new AbortController()
      const onEvent = ({ kind }: { kind: string }): void => {
        if (kind === 'started') setTimeout(() => controller.abort(), 0)
      }
      return { abort: controller.signal, onEvent }
    }
    const family = { name: 'a', label: 'a', ofDepth: () => deep }
    const { rows, interrupted } = await compare([family], { ...work, depths: [300], seeds: [seed], ...stop() })
    expect({ rows, interrupted }).toEqual({ rows: [], interrupted: true })
    expect((await diagnose(deep, { ...work, seeds: [seed], ...stop() })).interrupted).toBe(true)
  })

  it('leaves run.json without the option if the weights are as drawn', async () => {
    const folder = join(root, 'drawn')
    await train(network, { ...options, start: 'drawn', run: folder })
    const text = readFileSync(join(folder, 'run.json'), 'utf8')
    expect(Object.keys(JSON.parse(text).settings)).not.toContain('start')
    expect(text).not.toContain('startChange')
  })

  it('gives the trainings of a comparison the results of train', async () => {
    const family = { name: 'a', label: 'a', ofDepth: () => network }
    const { seed, ...shared } = options
    const { rows } = await compare([family], { ...shared, depths: [12], seeds: [seed] })
    const alone = await train(network, options)
    expect(rows[0].weightsSha256).toBe(alone.weightsSha256)
  })

  it('gives a diagnosis the trainings of runs with rescaled weights', async () => {
    const folder = join(root, 'diagnosed')
    const alone = await train(network, { ...options, run: folder })
    const { seed, ...shared } = options
    const lossOf = async (start: 'lsuv' | StartOf | undefined) => {
      const losses: (readonly number[])[] = []
      await diagnose(network, {
        ...shared,
        start,
        seeds: [seed],
        budget: 1,
        onEvent: (event) => {
          if (event.kind === 'finished' && event.trial.control === 'network' && event.result) {
            losses.push(event.result.losses.map(({ loss }) => loss))
          }
        },
      })
      return losses[0]
    }
    const own = alone.losses.map(({ loss }) => loss)
    expect(await lossOf('lsuv')).toEqual(own)
    expect(await lossOf(undefined)).not.toEqual(own)
    expect(await lossOf(initialize)).toEqual(await lossOf(undefined))
    // A run whose weights were rescaled counts as a run from its seed, so the diagnosis uses the run as its first training.
    const { notes } = await diagnoseRun(folder, { data, budget: 1, seedCount: 1, threads: 1 })
    expect(notes.join(' ')).not.toMatch(/not drawn from its seed/)
  })

  it('refuses given weights and unknown starts', async () => {
    const weights = initialize(createBlueprint(network, data.shape), 0)
    expect(await laterRefusal(() => train(network, { ...options, weights }))).toMatch(
      /start: expected drawn weights, because lsuv rescales the weights that the network draws, got given weights\./,
    )
    const other = { ...options, start: 'orthonormal' as 'lsuv' }
    expect(await laterRefusal(() => train(network, other))).toMatch(/start: expected .*drawn.*lsuv/)
  })
})

describe('The command line', () => {
  const text = 'mlp:depth=6,width=8,activation=tanh,init=pytorch'

  it('trains with --start lsuv and prints the changes as a sentence and in the JSON', async () => {
    const run = join(root, 'printed')
    const words = `train ${text} --data blobs --steps 3 --start lsuv`
    const { stdout, stderr } = await isobath(`${words} --run ${run}`)
    expect(stderr).toMatch(/^LSUV: 0 of 7 layers \(0%\)\nLSUV: 7 layers in 0:00\ntraining: 0 of 3 steps \(0%\)\n/)
    expect(stdout).toMatch(
      /LSUV changed the scales of 7 layers by factors from [\d.]+ to [\d.]+, measured on a batch of 128 samples\./,
    )
    expect(stdout).toContain('weights rescaled by LSUV')
    const facts = await isobathJson(`${words} --run ${join(root, 'json')}`)
    expect(facts).toMatchObject({ settings: { start: 'lsuv' }, startChange: { layers: 7, changed: 7, samples: 128 } })
    const resumed = await isobathJson(`train --resume ${run}`)
    expect(resumed.startChange).toEqual(facts.startChange)
  })

  it("writes the weights of init=pytorch, which are uniform in PyTorch's limits", async () => {
    const file = join(root, 'weights.safetensors')
    const points = blobs()
    expect((await isobath(`init ${text} --data blobs --out ${file}`)).status).toBe(0)
    const blueprint = createBlueprint(parseNetwork(text, { classes: outputsOf(points) }), points.shape)
    const weights = await loadWeights(file, blueprint)
    for (const { name, fanIn } of blueprint.parameters) {
      const largest = Math.max(...(weights.get(name) ?? []).map(Math.abs))
      expect(largest, name).toBeLessThanOrEqual(1 / Math.sqrt(fanIn) + 1e-7)
      expect(largest, name).toBeGreaterThan(0.2 / Math.sqrt(fanIn))
    }
  })

  it('refuses starts that contradict other options', async () => {
    const weights = join(root, 'weights.safetensors')
    const printed = [
      await isobath(`train ${text} --data blobs --steps 3 --start lsuv --init ${weights}`),
      await isobath(`train ${text} --data blobs --steps 3 --start lsux`),
      await isobath('count mlp:init=pytorch,gain=2'),
      await isobath('count mlp:init=keras,sw2=2'),
      await isobath('count resnet-20:init=pytorch,remedy=fixup'),
      await isobath('count resnet-20:init=keras,fan=out'),
      await isobath('count vanilla-cnn:init=pytorch,sb2=0.1'),
      await isobath('count du-fc:init=he'),
    ]
    expect(printed.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2, 2, 2])
    expect(saidOn(printed, root)).toMatchInlineSnapshot(`
      "isobath: --start: expected drawn weights, because lsuv rescales the weights that the network draws, got given weights. Leave --start or the weights out.
      isobath: option '--start <how>' argument 'lsux' is invalid. Allowed choices are drawn, lsuv. Did you mean lsuv?
      (isobath train --help lists the options)
      isobath: mlp:init=pytorch: expected init=pytorch without gain, got gain=2 too. The initial weights of pytorch have no other settings. Remove one of the two options.
      isobath: mlp:sw2=2: expected sw2 and sb2 alone, got init too. The options sw2 and sb2 already set the variances. Remove init.
      isobath: resnet-20:init=pytorch: expected init=pytorch without remedy=fixup, got remedy=fixup too. Fixup has its own initial weights. Remove one of the two options.
      isobath: resnet-20:fan=out: expected fan only with init=he, got keras. Leave fan out.
      isobath: vanilla-cnn:init=pytorch: expected init=pytorch without sb2, got sb2=0.1 too. The initial weights of pytorch have no other settings. Remove one of the two options.
      isobath: du-fc:init=he: expected one of pytorch, keras, got he. Leave init out to use the default (the paper's).
      "
    `)
  })
})
