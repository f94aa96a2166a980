import { describe, expect, it } from 'vitest'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { resolveOptions } from '../settings/options.ts'
import { suspectRates } from './suspect-rates.ts'

const settings = resolveOptions({ steps: 100, batch: 16 }, fewPoints.train.count)
const network = preset('mlp:width=8,depth=2')
const grid = {
  families: [{ name: 'mlp', label: 'plain', networks: [network, network] }],
  depths: [4, 40],
  data: fewPoints,
  settings,
}

const flat = (loss: number) => (): number => loss
const falling = (step: number): number => 0.7 * Math.exp(-step / 10)

/** A training whose loss at each step is given. The scored loss is the last loss. */
function run(depth: number, lossAt: (step: number) => number, { error = 0, seed = 0, diverged = false } = {}) {
  const losses = Array.from({ length: 100 }, (_, step) => ({ step, loss: lossAt(step) }))
  const loss = diverged ? null : losses[99].loss
  const scores = { loss, error: diverged ? null : error }
  return { family: 'mlp', depth, seed, rate: 0.03, train: scores, test: scores, losses, diverged: diverged ? {} : null }
}

const good = run(4, falling)
const signs = (...deep: ReturnType<typeof run>[]) => suspectRates([good, ...deep], grid)

describe('suspectRates', () => {
  it('names the first sign of a wrong rate for each network', () => {
    const found = [
      signs(run(40, falling, { diverged: true }), run(40, falling, { seed: 1 })),
      signs(run(40, (step) => 0.7 + step / 50, { error: 0.5 })),
      signs(run(40, flat(0.69), { error: 0.48 })),
      signs(run(40, (step) => 1 - step / 110, { error: 0.1 })),
    ]
    expect(found.flat().map(({ depth, sign, sentence }) => `${depth} ${sign}: ${sentence}`)).toMatchInlineSnapshot(`
      [
        "40 diverged: The rate 0.03 looks too high for the plain network of 40 layers: 1 of 2 seeds diverged.",
        "40 loss-rose: The rate 0.03 looks too high for the plain network of 40 layers: the loss rises from 0.7 to 2.59.",
        "40 hardly-trained: The rate 0.03 looks wrong for the plain network of 40 layers: the training error of 48% is not far below guessing the largest class (50%), and a shallower network of the family trains.",
        "40 still-falling: The rate 0.03 looks too low for the plain network of 40 layers: the loss still falls by 0.182 in the last fifth of the steps, so more steps may help too.",
      ]
    `)
  })

  it('finds nothing in trainings that went well', () => {
    expect(signs(run(40, falling))).toEqual([])
    expect(signs()).toEqual([])
  })

  it('does not call a rate too low if the loss comes down from a jump, or if few batches have large losses', () => {
    const jumped = (step: number): number => (step === 0 ? 0.7 : 0.6 + 30 * Math.exp(-step / 17))
    const spiky = (step: number): number => falling(step) + (step % 7 === 3 && step < 80 ? 5 : 0)
    expect(suspectRates([run(40, jumped)], grid)).toEqual([])
    expect(signs(run(40, spiky))).toEqual([])
    expect(signs(run(40, (step) => falling(step) + (step % 9 === 8 ? 9 : 0)))).toEqual([])
  })

  it('does not blame the rate if no network of the family trains', () => {
    const stuck = [run(4, flat(0.69), { error: 0.48 }), run(40, flat(0.69), { error: 0.48 })]
    expect(suspectRates(stuck, grid)).toEqual([])
  })
})
