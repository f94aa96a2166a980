/** Tests the presets that reproduce their inputs on the command line: the target follows from the preset. */
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath, isobathJson, type Printed, saidOn } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()
const network = 'autoencoder:widths=8-1-8'
const training = `train ${network} --data moons --steps 20`

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

describe('an autoencoder on the command line', () => {
  it('is trained to reproduce its inputs without --target, and is evaluated and resumed like any other run', async () => {
    const run = await isobathJson(`${training} --run one`)
    expect(run).toMatchObject({ settings: { loss: 'squared-error' } })
    expect(await isobathJson(`${training} --target autoencode --run two`)).toMatchObject({
      losses: run.losses,
      test: run.test,
    })
    expect(await isobathJson('evaluate one')).toMatchObject({ test: run.test })
    expect((await isobathJson('train --resume one')).test).toEqual(run.test)
    const { stdout } = await isobath(`${training} --run three`)
    expect(stdout).toContain('the network reproduces its inputs')
  })

  it('is compared at several depths, alone or with other presets', async () => {
    const words = 'compare autoencoder:width=8,code=1 mlp:width=8 --data moons --depths 1,3 --seeds 1 --steps 5'
    const { rows, settings } = await isobathJson(words)
    expect(rows).toHaveLength(4)
    expect(settings).toMatchObject({ loss: 'squared-error' })
  })

  it('is counted, shown and initialized with as many outputs as inputs', async () => {
    expect(await isobathJson('count autoencoder')).toMatchObject({ input: [784], classes: 784, parameters: 209_968 })
    expect(await isobathJson('count autoencoder --input 3x8x8')).toMatchObject({ classes: 192 })
    expect(await isobathJson('count autoencoder --data glyphs')).toMatchObject({ classes: 784, parameters: 209_968 })
    expect((await isobath('show graph autoencoder')).stdout).toContain('squaredError')
    const { tensors } = await isobathJson(`init ${network} --data moons --out weights.safetensors`)
    expect(tensors).toHaveLength(8)
    const scores = await isobathJson(`evaluate weights.safetensors --network ${network} --data moons`)
    expect(scores).toMatchObject({ settings: { loss: 'squared-error' } })
  })

  it('is refused with another target, and with an even depth', async () => {
    const refused = [
      `${training} --target classes`,
      'train autoencoder:depth=4 --data moons',
      'compare autoencoder --data moons',
    ]
    const printed: Printed[] = []
    for (const words of refused) printed.push(await isobath(words))
    expect(printed.map(({ status }) => status)).toEqual([2, 2, 2])
    expect(saidOn(printed, root)).toMatchInlineSnapshot(`
      "isobath: --target: expected autoencode, because autoencoder reproduces its inputs, got classes. Leave --target out, or take mlp.
      isobath: autoencoder:depth=4: expected an odd whole number from 1 to 9,999, got 4. Leave depth out to use the default (3).
      isobath: autoencoder:depth=4: expected an odd whole number from 1 to 9,999, got 4. Leave depth out to use the default (3). Every network is compared at every depth. The default depths are 4, 16, 64. Choose other depths with --depths.
      "
    `)
  })
})
