/** Tests of the diagnosis of a stored run. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  blobs,
  type DiagnoseRunOptions,
  type Diagnosis,
  diagnose,
  diagnoseRun,
  initialize,
  momentum,
  parseNetwork,
  type Run,
  readRun,
  resumeDiagnosis,
  type TrainOptions,
  train,
} from '../../src/index.ts'
import { isobath, saidOn } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)
const data = blobs({ classes: 3, train: 300, test: 100 })
const network = parseNetwork('residual-mlp:depth=3,width=8,norm=batch', { classes: 3, input: [2] })
const recipe = { data, optimizer: momentum({ rate: 0.05 }), batch: 32, steps: 40, schedule: 'cosine' } as const
/** Options with a budget of one hour, so that the speed of the machine does not matter. */
const options: DiagnoseRunOptions = { data, budget: 3600, threads: 2 }

const trained = (name: string, more: Partial<TrainOptions> = {}): Promise<Run> =>
  train(network, { ...recipe, seed: 4, threads: 1, run: place(name), label: 'small', ...more })

/**
 * Diagnoses a run. `made` lists the trainings that were run, and `found` lists the trainings that were already
 * finished.
 */
async function diagnosed(name: string, more: Partial<DiagnoseRunOptions> = {}) {
  const [made, found]: [string[], string[]] = [[], []]
  const diagnosis = await diagnoseRun(place(name), {
    ...options,
    ...more,
    onEvent: (event) => {
      if (event.kind !== 'planned') return
      for (const { control, seed, finished } of event.trials) (finished ? found : made).push(`${control} ${seed}`)
    },
  })
  return { diagnosis, made, found }
}

const withoutTimes = ({ trials }: Diagnosis): object[] =>
  trials.map(({ seconds, work, snapshots, ...trial }) => ({ ...trial, snapshots: snapshots.map(({ step }) => step) }))

it('uses the training of a finished run and trains the other networks with the settings of the run', async () => {
  const { evaluations } = await trained('finished', { evaluateEvery: 16 })
  const { diagnosis, made, found } = await diagnosed('finished', { run: place('kept') })
  expect(found).toEqual(['network 4'])
  expect(made).toEqual(expect.arrayContaining(['network 5', 'network 6', 'shallow twin 4', 'shallow twin 6']))
  expect(made).not.toContain('network 4')
  expect(diagnosis.notes).toEqual([])

  const anew = await diagnose(network, { ...recipe, ...options, data, seeds: [4, 5, 6] })
  expect(diagnosis.verdict).toBe(anew.verdict)
  expect(withoutTimes(diagnosis).slice(1)).toEqual(withoutTimes(anew).slice(1))
  const [own, drawn] = [diagnosis, anew].map(({ trials }) => trials[0])
  expect(own).toMatchObject({ control: 'network', seed: 4, losses: drawn.losses, train: drawn.train, test: drawn.test })
  expect([own.snapshots[0], own.snapshots.at(-1)]).toEqual([drawn.snapshots[0], drawn.snapshots.at(-1)])
  const onWay = evaluations?.slice(0, -1).map(({ step, train, test }) => ({ step, train, test, reading: {} }))
  expect(own.snapshots.slice(1, -1)).toEqual(onWay)

  // The folder of the diagnosis contains all results, so the folder of the run is no longer needed.
  const again = await resumeDiagnosis(place('kept'), { data })
  expect(withoutTimes(again)).toEqual(withoutTimes(diagnosis))
})

it('reports that the training of the run diverged', async () => {
  await trained('diverged', { optimizer: momentum({ rate: 1e8 }) })
  const { diagnosis, found } = await diagnosed('diverged')
  expect(found).toEqual(['network 4'])
  expect(diagnosis.trials[0]).toMatchObject({ train: { loss: null, error: null }, diverged: expect.any(String) })
})

it('repeats the training of an interrupted run with the settings of the run', async () => {
  await trained('interrupted', { abort: AbortSignal.abort() })
  const { diagnosis, made, found } = await diagnosed('interrupted', { seedCount: 2 })
  expect(found).toEqual([])
  expect(made).toEqual(expect.arrayContaining(['network 4', 'network 5']))
  expect(diagnosis.notes).toEqual(['The run is not finished, so the network is trained again.'])
  expect(diagnosis.settings).toMatchObject({ steps: 40, batch: 32, seed: 4, schedule: { name: 'cosine' } })
})

it('draws new weights for a run that began with given weights', async () => {
  const { blueprint } = await readRun(place('finished'))
  await trained('own', { weights: initialize(blueprint, 99) })
  const { diagnosis, found } = await diagnosed('own', { seedCount: 1 })
  expect(found).toEqual([])
  expect(diagnosis.notes).toEqual([
    'The run began with weights that were not drawn from its seed. The diagnosis draws the weights from the seed and does not use the training of the run.',
  ])
})

it('uses the training of a run with probes', async () => {
  await trained('probed', { steps: 60, probes: { every: 20 } })
  const { diagnosis } = await diagnosed('probed', { budget: 3600, seedCount: 1 })
  expect(diagnosis.settings.probes).toBeUndefined()
  expect(diagnosis.trials.filter(({ control }) => control === 'network').map((trial) => trial.steps)).toEqual([60])
})

it('shortens a run and its warm-up that are too long for the budget, and adds a note', async () => {
  await trained('long', { steps: 2_000_000, warmup: 1_000_000, abort: AbortSignal.abort() })
  const { diagnosis } = await diagnosed('long', { budget: 2, seedCount: 1, run: place('short') })
  const { steps, schedule } = diagnosis.settings
  expect(steps).toBeLessThan(2_000_000)
  expect(schedule.warmup).toBe(steps / 2)
  expect(diagnosis.trials.filter(({ control }) => control === 'network').map((trial) => trial.steps)).toEqual([steps])
  const [, note] = diagnosis.notes
  expect(note).toMatch(
    /^The run's 2,000,000 steps are shortened to \d+ to fit the budget of 2 seconds\. A budget of \d+ (seconds?|minutes?|hours?) would fit all steps\.$/,
  )
  const again = await resumeDiagnosis(place('short'), { data })
  // A slow machine adds a note on the duration, which differs each time.
  const timeless = ({ notes }: Diagnosis): string[] => notes.filter((one) => !one.startsWith('The diagnosis took '))
  expect(timeless(again)).toEqual(timeless(diagnosis))
})

it('refuses options that do not match the run', async () => {
  mkdirSync(place('empty'))
  const other = blobs({ classes: 3, train: 300, test: 101 })
  const said = [
    await laterRefusal(() => diagnoseRun(place('empty'), options)),
    await laterRefusal(() => diagnoseRun(place('finished'), { ...options, data: other })),
    await laterRefusal(() => diagnoseRun(place('finished'), { ...options, exact: true })),
    await laterRefusal(() => diagnoseRun(place('finished'), { ...options, seedCount: 0 })),
    await laterRefusal(() => diagnoseRun(place('finished'), { ...options, run: place('finished') })),
  ]
  expect(said.map((one) => one.replaceAll(root, 'ROOT').replace(/SHA-256 \w+/, 'SHA-256 HASH'))).toMatchInlineSnapshot(`
    [
      "IsobathError: ROOT/empty: expected the folder of a run, which contains run.json. Give a folder that train wrote.",
      "IsobathError: ROOT/finished: expected the data that the run began with (blobs, 300 training and 100 test samples, SHA-256 HASH...), got other samples (blobs, 300 training and 101 test samples). Give the same data, or start a new run.",
      "IsobathError: ROOT/finished: expected computation that is not exact, as in the run, got exact computation. A run keeps its mode: leave the option out.",
      "IsobathError: seedCount: expected a whole number of at least 1, got 0.",
      "IsobathError: ROOT/finished: this folder already holds a run. Choose another folder.",
    ]
  `)
})

it('runs from the command line with the folder of a run', async () => {
  const words = 'train mlp:depth=3,width=8 --data blobs:train=100,test=50 --batch 20 --steps 20 --seed 2'
  await isobath(`${words} --threads 1 --run ${place('command')}`)
  const { status, stdout, stderr } = await isobath(
    `diagnose ${place('command')} --budget 1h --threads 1 --run ${place('answer')} --report ${place('report.html')}`,
  )
  expect(status).toBe(0)
  expect(stderr).toContain('network, seed 2: the training of the run is used.')
  expect(stdout).toContain('mlp:depth=3,width=8, 4 layers · blobs, 100 training samples')
  expect(stdout).toContain(`Written: ${join(place('answer'), 'report.html')}, ${place('report.html')}`)
  const said = [
    await isobath(`diagnose ${place('command')} --rate 0.1 --seed 3 --data glyphs`),
    await isobath(`diagnose ${place('empty')}`),
    await isobath(`diagnose ${place('answer')}`),
    await isobath(`diagnose --resume ${place('command')}`),
    await isobath(`diagnose ${place('command')} --against mlp:depht=2`),
  ]
  expect(said.map((one) => one.status)).toEqual(said.map(() => 2))
  expect(saidOn(said, root)).toMatchInlineSnapshot(`
    "isobath: ROOT/command: a run is diagnosed with the options of its training. Leave out --data, --rate, --seed.
    isobath: ROOT/empty: expected the folder of a run, which contains run.json. Give a folder that train wrote.
    isobath: ROOT/answer: expected the folder of a run, which contains run.json. The folder holds a diagnosis. Resume the diagnosis with diagnose --resume, or with resumeDiagnosis in a program.
    isobath: ROOT/command: expected the folder of a diagnosis, which contains diagnosis.json. The folder holds a run. To diagnose the network of the run, use diagnose ROOT/command.
    isobath: mlp:depht: expected an option (depth, width, widths, activation, slope, init, gain, sw2, sb2, norm, dropout, top, output), got depht. Did you mean depth?
    "
  `)
})
