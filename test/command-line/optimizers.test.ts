/** Tests that each optimizer trains and is diagnosed from the command line, with all of its options as flags. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { optimizerNames } from '../../src/index.ts'
import { isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)
const quick = 'mlp:depth=2,width=8 --data moons --samples 64'

it.each(optimizerNames)('the optimizer %s lowers the loss, and a diagnosis with it gives a verdict', async (name) => {
  // Lion changes each weight by exactly the rate, which is 0.0001 by default.
  const words = `${quick} --optimizer ${name} ${name === 'lion' ? '--rate 0.003' : ''} --steps 60`
  const { losses, train, diverged } = await isobathJson(`train ${words} --run ${place(name)}`)
  expect(diverged).toBe(null)
  expect(train).toMatchObject({ loss: expect.any(Number) })
  expect(Number(Reflect.get(Object(train), 'loss'))).toBeLessThan(0.95 * Number(Reflect.get(Object(losses), 0)))
  expect(await isobathJson(`diagnose ${words} --quick --run ${place(`diagnosis-${name}`)}`)).toMatchObject({
    verdict: expect.any(String),
    answer: expect.arrayContaining([expect.any(String)]),
  })
})

it.each([
  [
    'adagrad',
    '--rate 0.1 --initial-accumulator 0.1 --epsilon 1e-7 --weight-decay 0.01',
    { rate: 0.1, rule: { initialAccumulator: 0.1, epsilon: 1e-7, weightDecay: 0.01 } },
  ],
  [
    'rmsprop',
    '--rate 0.01 --second-decay 0.9 --epsilon 1e-7 --momentum 0.5 --weight-decay 0.01',
    { rate: 0.01, rule: { secondDecay: 0.9, epsilon: 1e-7, momentum: 0.5, weightDecay: 0.01 } },
  ],
  [
    'adam',
    '--rate 0.01 --first-decay 0.8 --second-decay 0.98 --epsilon 1e-7 --weight-decay 0.01',
    { rate: 0.01, rule: { firstDecay: 0.8, secondDecay: 0.98, epsilon: 1e-7, weightDecay: 0.01, decoupled: false } },
  ],
  [
    'lion',
    '--rate 0.001 --first-decay 0.95 --second-decay 0.98 --weight-decay 0.1',
    { rate: 0.001, rule: { firstDecay: 0.95, secondDecay: 0.98, weightDecay: 0.1 } },
  ],
])('all options of the optimizer %s have flags', async (name, flags, expected) => {
  const words = `train ${quick} --steps 2 --optimizer ${name} ${flags} --run ${place(`flags-${name}`)}`
  const { settings } = await isobathJson(words)
  expect(settings).toMatchObject({ optimizer: { name, ...expected } })
})
