import { expect, test } from 'vitest'
import { isobath } from '../support/command-line.ts'

test('a flag refuses a number that float32 rounds to 0 or to Infinity', async () => {
  const numbers = [
    '--loss huber --huber-delta 1e-320',
    '--clip-value 1e-320',
    '--clip-norm 1e-39',
    '--clip-norm 1e300',
    '--rate 1e-320',
    '--optimizer adagrad --initial-accumulator 1e300',
    '--layer-rate readout=1e-320',
    '--warmup 2 --warmup-factor 1e-320',
  ]
  const said: string[] = []
  for (const flags of numbers) {
    const { status, stderr } = await isobath(`train mlp --data moons --steps 1 ${flags}`)
    said.push(`${status} ${stderr}`)
  }
  expect(said.join('')).toMatchInlineSnapshot(`
    "2 isobath: --huber-delta: expected a number above 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    2 isobath: --clip-value: expected a number above 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    2 isobath: --clip-norm: expected a number above 0, got 1e-39, which float32 can't hold. Give a number of at least 1.2e-38.
    2 isobath: --clip-norm: expected a number above 0, got 1e+300, which float32 can't hold. Give a number of at most 3.4e+38.
    2 isobath: --rate: expected a number of at least 0, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    2 isobath: --initial-accumulator: expected a number of at least 0, got 1e+300, which float32 can't hold. Give a number of at most 3.4e+38.
    2 isobath: --layer-rate: expected an object such as { readout: 0.1 }, got readout=1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    2 isobath: --warmup-factor: expected a number above 0 and up to 1, got 1e-320, which float32 can't hold. Give a number of at least 1.2e-38.
    "
  `)
})
