/** Training on images that are varied each time: on the command line, resumed, on more threads, and never where it scores. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  autoencode,
  chain,
  dense,
  evaluate,
  flatten,
  glyphs,
  momentum,
  type Run,
  relu,
  resume,
  sgd,
  train,
} from '../../src/index.ts'
import { isobath, isobathJson } from '../support/command-line.ts'
import { refused } from '../support/hostile.ts'
import { copyAfter } from '../support/stopped-runs.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = glyphs({ seed: 3, train: 60, test: 20 })
const network = chain(flatten(), dense(8), relu(), dense(10))
// 24 of 60: batches span epochs.
const recipe = {
  data,
  steps: 30,
  batch: 24,
  seed: 5,
  optimizer: momentum({ rate: 0.01 }),
  augment: 'pad-crop-flip',
} as const

describe('a run with pad-crop-flip', () => {
  const place = join(root, 'run')
  const stopped = (step: number): string => `${place}-${step}`
  let unbroken: Run

  beforeAll(async () => {
    const observers = [copyAfter([4, 9, 29], place, stopped)]
    unbroken = await train(network, { ...recipe, run: place, checkpointEvery: 4, observers, threads: 1 })
  })

  it('is another one than without, or with another seed', async () => {
    const plain = await train(network, { ...recipe, augment: 'none', threads: 1 })
    const other = await train(network, { ...recipe, seed: 6, threads: 1 })
    const hashes = [unbroken, plain, other].map(({ weightsSha256 }) => weightsSha256)
    expect(new Set(hashes).size).toBe(3)
  })

  it.each([4, 9, 29])('goes on after step %i to the same bits', async (step) => {
    const resumed = await resume(stopped(step), { data, threads: 1 })
    expect(resumed.weightsSha256).toBe(unbroken.weightsSha256)
    expect(resumed.losses).toEqual(unbroken.losses)
  })

  it('has the same bits with more threads', async () => {
    const run = await train(network, { ...recipe, threads: 3 })
    expect([run.weightsSha256, run.losses]).toEqual([unbroken.weightsSha256, unbroken.losses])
  })

  it('keeps the option, and scores the images as they are', async () => {
    const { settings: kept } = JSON.parse(readFileSync(join(place, 'run.json'), 'utf8'))
    expect(kept).toMatchObject({ augment: 'pad-crop-flip' })
    const { weights, train: training, test } = unbroken
    expect(await evaluate(network, { data, weights, threads: 1 })).toEqual({ train: training, test })
  })

  it('learns to give back what the network sees, and not what lies in the file', async () => {
    // A network that gives its inputs back has nothing to learn, whatever they become.
    const size = 784
    const weights = new Map([
      ['same.weight', Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0))],
      ['same.bias', new Float64Array(size)],
    ])
    const same = chain(flatten(), dense(size, { name: 'same' }))
    const { losses } = await train(same, {
      ...recipe,
      data: autoencode(data),
      optimizer: sgd({ rate: 0.01 }),
      weights,
      steps: 3,
      threads: 1,
    })
    expect(losses.map(({ loss }) => loss)).toEqual([0, 0, 0])
  })
})

describe('--augment', () => {
  it('trains, and evaluates without', async () => {
    const words = `train mlp:depth=1,width=8 --data glyphs:train=60,test=20 --augment pad-crop-flip --standardize per-pixel-mean`
    const run = await isobathJson(`${words} --steps 4 --batch 20 --run ${root}/command`)
    expect(run).toMatchObject({ settings: { augment: 'pad-crop-flip', standardize: 'per-pixel-mean' } })
    const scores = await isobathJson(`evaluate ${root}/command`)
    expect(scores).toMatchObject({ train: run.train, test: run.test, sameData: true })
  })

  it('says where flips make classes alike', async () => {
    const said = async (name: string, augment: string) => {
      const words = `train mlp:depth=1,width=8 --data ${name}:train=20,test=10 --augment ${augment} --steps 1`
      const { stdout } = await isobath(`${words} --run ${root}/${name}-${augment}`)
      return stdout.split('\n').filter((line) => line.includes('mirror images'))
    }
    expect(await said('glyphs', 'pad-crop-flip')).toEqual([
      "Some classes of glyphs are others' mirror images, which flips make alike: --augment none tells them apart.",
    ])
    expect([...(await said('glyphs', 'none')), ...(await said('tiles', 'pad-crop-flip'))]).toEqual([])
  })

  it('is refused for what is no image, and nothing is kept', async () => {
    const words = '--data moons --augment pad-crop-flip'
    const said = [
      await refused(`train mlp ${words} --run ${root}/moons`, root),
      await refused(`compare mlp ${words} --depths 1 --seeds 1`, root),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "--augment: expected images (channels, height and width) for pad-crop-flip, got moons, whose samples have the shape [2]. Take none.
      --augment: expected images (channels, height and width) for pad-crop-flip, got moons, whose samples have the shape [2]. Take none."
    `)
  })
})
