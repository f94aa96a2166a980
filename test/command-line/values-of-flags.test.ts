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

test('a flag without its value is refused, at the end and before another flag', async () => {
  const lines = [
    'train mlp --data moons --early-stopping',
    'train mlp --data moons --early-stopping --rate 0.1',
    'train mlp --data moons --loss --steps 3',
    'train mlp --data --steps 3',
    'train mlp --data moons --run --steps 3',
    'train mlp --data moons --class-weights --json',
    'train mlp --data moons --layer-rate --rate=0.1',
    'compare mlp --data moons --depths --seeds 3',
    'diagnose mlp --data moons --budget',
    'data fetch mnist --from',
    'show graph mlp --input --batch 3',
    'predict runs/first --set --out out.csv',
  ]
  const said: string[] = []
  for (const line of lines) {
    const { status, stdout, stderr } = await isobath(line)
    expect(stdout).toBe('')
    said.push(`${status} ${stderr}`)
  }
  expect(said.join('')).toMatchInlineSnapshot(`
    "2 isobath: --early-stopping: expected a whole number of at least 1, got none. Give a value.
    2 isobath: --early-stopping: expected a whole number of at least 1, got none before --rate. Give a value.
    2 isobath: --loss: expected one of cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber, got none before --steps. Give a value.
    2 isobath: --data: expected the name of a data set, or a table such as FILE.csv, got none before --steps. Give a value.
    2 isobath: --run: expected the path of a folder, got none before --steps. Give a value.
    2 isobath: --class-weights: expected balanced, or numbers such as 1,10, got none before --json. Give a value.
    2 isobath: --layer-rate: expected PATH=FACTOR, such as readout=0.1, got none before --rate=0.1. Give a value.
    2 isobath: --depths: expected numbers with commas between them, such as 4,16,64, got none before --seeds. Give a value.
    2 isobath: --budget: expected a duration, such as 2m, got none. Give a value.
    2 isobath: --from: expected the address of a mirror, got none. Give a value.
    2 isobath: --input: expected the shape of a sample, such as 3x32x32, got none before --batch. Give a value.
    2 isobath: --set: expected one of train, validation, test, got none before --out. Give a value.
    "
  `)
})

test('a negative number, a dash and words after two dashes are no missing values', async () => {
  expect((await isobath('train mlp --data moons --rate -1')).stderr).toMatch('expected a number of at least 0, got -1')
  expect((await isobath('train mlp --data moons --rate=')).stderr).toMatch('Expected a number')
  expect((await isobath('count -- --data')).stderr).toMatch('--data')
})
