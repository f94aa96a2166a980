/**
 * Tests of training with augmented images: on the command line, when resumed, and on several threads. Scores use the
 * images without augmentation.
 */
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
// A batch of 24 does not divide the 60 samples, so batches span two epochs.
const recipe = {
  data,
  steps: 30,
  batch: 24,
  seed: 5,
  optimizer: momentum({ rate: 0.01 }),
  augment: 'pad-crop-flip',
} as const

describe('training with pad-crop-flip:', () => {
  const place = join(root, 'run')
  const stopped = (step: number): string => `${place}-${step}`
  let unbroken: Run

  beforeAll(async () => {
    const observers = [copyAfter([4, 9, 29], place, stopped)]
    unbroken = await train(network, { ...recipe, run: place, checkpointEvery: 4, observers, threads: 1 })
  })

  it('the weights differ from a run without augmentation and from a run with another seed', async () => {
    const plain = await train(network, { ...recipe, augment: 'none', threads: 1 })
    const other = await train(network, { ...recipe, seed: 6, threads: 1 })
    const hashes = [unbroken, plain, other].map(({ weightsSha256 }) => weightsSha256)
    expect(new Set(hashes).size).toBe(3)
  })

  it.each([4, 9, 29])('a run that is resumed after step %i has the same bits', async (step) => {
    const resumed = await resume(stopped(step), { data, threads: 1 })
    expect(resumed.weightsSha256).toBe(unbroken.weightsSha256)
    expect(resumed.losses).toEqual(unbroken.losses)
  })

  it('a run on three threads has the same bits as a run on one thread', async () => {
    const run = await train(network, { ...recipe, threads: 3 })
    expect([run.weightsSha256, run.losses]).toEqual([unbroken.weightsSha256, unbroken.losses])
  })

  it('a run stores the option `augment`, and scores the images without augmentation', async () => {
    const { settings: kept } = JSON.parse(readFileSync(join(place, 'run.json'), 'utf8'))
    expect(kept).toMatchObject({ augment: 'pad-crop-flip' })
    const { weights, train: training, test } = unbroken
    expect(await evaluate(network, { data, weights, threads: 1 })).toEqual({ train: training, test })
  })

  it('an autoencoder learns to reproduce the augmented image, not the original image', async () => {
    // A network that returns its inputs has a loss of 0, whatever the augmentation does to the inputs.
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

describe('the option --augment', () => {
  it('applies to training, but not to evaluation', async () => {
    const words = `train mlp:depth=1,width=8 --data glyphs:train=60,test=20 --augment pad-crop-flip --standardize per-pixel-mean`
    const run = await isobathJson(`${words} --steps 4 --batch 20 --run ${root}/command`)
    expect(run).toMatchObject({ settings: { augment: 'pad-crop-flip', standardize: 'per-pixel-mean' } })
    const scores = await isobathJson(`evaluate ${root}/command`)
    expect(scores).toMatchObject({ train: run.train, test: run.test, sameData: true })
  })

  it('warns if flips turn one class into another class', async () => {
    const said = async (name: string, augment: string) => {
      const words = `train mlp:depth=1,width=8 --data ${name}:train=20,test=10 --augment ${augment} --steps 1`
      const { stdout } = await isobath(`${words} --run ${root}/${name}-${augment}`)
      return stdout.split('\n').filter((line) => line.includes('mirror images'))
    }
    expect(await said('glyphs', 'pad-crop-flip')).toEqual([
      'Some classes of glyphs are mirror images of other classes, so random flips make them alike. Use --augment none.',
    ])
    expect([...(await said('glyphs', 'none')), ...(await said('tiles', 'pad-crop-flip'))]).toEqual([])
  })

  it('refuses samples that are not images and stores no run', async () => {
    const words = '--data moons --augment pad-crop-flip'
    const said = [
      await refused(`train mlp ${words} --run ${root}/moons`, root),
      await refused(`compare mlp ${words} --depths 1 --seeds 1`, root),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "--augment: expected images (channels, height and width) for pad-crop-flip, got moons, whose samples have the shape [2]. Set the option to none.
      --augment: expected images (channels, height and width) for pad-crop-flip, got moons, whose samples have the shape [2]. Set the option to none."
    `)
  })
})
