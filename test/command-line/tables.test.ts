/** Tests the command line with tables of the user's own: the tables are made here, trained on and scored again. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../src/support/random.ts'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

/**
 * Makes a table of prices by town, rooms and area, with missing cells. One town has a comma and one has quotes in its
 * name.
 */
function houses(rows: number): string {
  const towns = ['Oslo', 'Bergen', 'Tromsø', '"Nes, Akershus"', '"Little ""Lund"""']
  const lines = Array.from({ length: rows }, (_, row) => {
    const random = createRandom(1, 'house', row)
    const [town, rooms] = [random.integer(towns.length), 1 + random.integer(7)]
    const area = 20 + 15 * rooms + 8 * random.normal()
    const price = 100 + 30 * town + 2 * area + 5 * random.normal()
    const cells = [row, towns[town], rooms, area.toFixed(1), price.toFixed(2)]
    if (random.integer(50) === 0) cells[2 + random.integer(2)] = random.integer(2) === 0 ? '' : 'NA'
    return `${cells.join(',')}\r\n`
  })
  return `\uFEFFid,town,rooms,area,price\r\n${lines.join('')}`
}

/** Makes a table of three kinds of fruit by weight and size, with semicolons between cells and without a header. */
function fruit(rows: number, seed: number): string {
  const kinds = [
    ['apple', 150, 8],
    ['banana', 120, 18],
    ['cherry', 8, 2],
  ] as const
  return Array.from({ length: rows }, (_, row) => {
    const random = createRandom(seed, 'fruit', row)
    const [name, weight, size] = kinds[random.integer(kinds.length)]
    return `${(weight * (1 + 0.15 * random.normal())).toFixed(2)};${(size * (1 + 0.15 * random.normal())).toFixed(2)};${name}\n`
  }).join('')
}

beforeAll(() => {
  process.chdir(root)
  writeFileSync('houses.csv', houses(3000))
  writeFileSync('fruit.csv.gz', gzipSync(fruit(600, 1)))
  mkdirSync('orchard')
  writeFileSync(join('orchard', 'train.csv'), fruit(400, 1))
  writeFileSync(join('orchard', 'test.csv'), fruit(100, 2))
  return () => process.chdir(home)
})

const network = 'mlp:depth=1,width=16'
const table = '--data houses.csv --categorical town --ignore id --missing drop'

describe('a table of values', () => {
  it('is refused until options say how to read words and missing cells, and is then trained on', async () => {
    const words = await isobath(`train ${network} --data houses.csv`)
    expect([words.status, words.stdout]).toEqual([2, ''])
    expect(words.stderr).toMatch(
      /^isobath: houses\.csv, line 2, column "town": expected a number, got ".*--categorical town/,
    )
    const missing = await isobath(`train ${network} --data houses.csv --categorical town`)
    expect(missing.stderr).toMatch(/line \d+, column "(rooms|area)": expected a value, got .*--missing drop/)
    const { status, stdout } = await isobath(`train ${network} ${table} --epochs 8 --validation 0.1 --run houses`)
    expect(status).toBe(0)
    expect(
      stdout
        .replace(/\d[\d.,]*/g, 'N')
        .split('\n')
        .slice(4, 13)
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "train      price: RN N RMSE N MAE N loss N N samples
      validation price: RN N RMSE N MAE N loss N N samples
      test       price: RN N RMSE N MAE N loss N N samples
      linear     a linear model: training RN N test RN N
      data   houses.csv: N rows, N columns separated by commas, with a header; N column left out; N rows with missing cells left out
             the label price is a value to predict (--target classes predicts classes)
             town becomes N inputs, one for each word
             N training rows, N test rows chosen by seed N
             N of the training samples are held out for validation"
    `)
  })

  it('is scored in its own units, and scored again from the stored run in any folder', async () => {
    const trained = await isobathJson(`train ${network} ${table} --epochs 8 --validation 0.1 --run again`)
    expect(trained).toMatchObject({
      train: {
        error: expect.any(Number),
        r2: [expect.any(Number)],
        rmse: [expect.any(Number)],
        mae: [expect.any(Number)],
      },
      validation: { loss: expect.any(Number), error: expect.any(Number) },
      settings: { loss: 'squared-error' },
    })
    const errors = [trained.train, trained.validation, trained.test].map((scores) => Object(scores).error)
    expect(Math.max(...errors)).toBeLessThan(0.05)
    process.chdir('orchard')
    try {
      const scored = await isobathJson('evaluate ../again')
      expect(scored).toMatchObject({ sameData: true, train: trained.train, test: trained.test })
      expect(scored.validation).toEqual(trained.validation)
    } finally {
      process.chdir(root)
    }
    const run: unknown = JSON.parse(readFileSync(join('again', 'run.json'), 'utf8'))
    const options = {
      categorical: ['town'],
      ignore: ['id'],
      missing: 'drop',
      validation: 0.1,
      dataDir: join(root, 'houses.csv'),
    }
    expect(run).toMatchObject({ data: { name: 'houses.csv', options } })
    expect(trained.data).toBe('houses.csv')
  })

  it('is compared without any mention of classes or guessing', async () => {
    const words = `compare mlp:width=8 ${table} --depths 1,2 --seeds 1 --steps 20 --report values.html`
    const { stdout } = await isobath(words)
    expect(stdout).toContain('houses.csv, 2,')
    expect(stdout).toContain('1 value to predict')
    const report = readFileSync('values.html', 'utf8')
    expect(report).toContain('Unexplained variance')
    expect(`${stdout}${report}`).not.toMatch(/classes|guessing|NaN|undefined/i)
  })

  it('refuses cross-entropy as loss', async () => {
    const { status, stderr } = await isobath(`train ${network} ${table} --loss cross-entropy`)
    expect([status, stderr]).toEqual([
      2,
      "isobath: --loss: expected binary-cross-entropy, squared-error, absolute-error or huber, because the data's targets are values and not classes (regression), got cross-entropy. Leave the option out.\n",
    ])
  })
})

describe('a table of words', () => {
  it('is read if packed, without a header, or in a folder with its own test rows', async () => {
    const packed = await isobathJson(`train ${network} --data fruit.csv.gz --epochs 10`)
    expect(packed).toMatchObject({ test: { error: expect.any(Number) } })
    expect(Object(packed.test).error).toBeLessThan(0.05)
    expect(packed).toMatchObject({ data: 'fruit.csv.gz', run: join('runs', 'mlp-fruit.csv.gz-1') })
    const { stdout } = await isobath(`train ${network} --data orchard --epochs 2`)
    expect(stdout).toMatch(/^mlp:depth=1,width=16 on orchard: /)
    expect(stdout).toContain('400 training rows, 100 test rows from test.csv')
    expect(stdout).toContain('the label column 3 has 3 classes (apple, banana, cherry)')
  })

  it('can not be learned with random labels except by heart', async () => {
    const { test, train } = await isobathJson(`train ${network} --data orchard --random-labels --steps 60`)
    expect(Object(train).error).toBeGreaterThan(0.4)
    expect(Object(test).error).toBeGreaterThan(0.3)
  })

  it('can be the target of an autoencoder', async () => {
    const words = 'train linear:depth=1,width=2 --data orchard --target autoencode --label 3 --epochs 40'
    expect(Object((await isobathJson(words)).test).error).toBeLessThan(0.01)
  })
})

const digits = join(import.meta.dirname, '../../../shared/data/optdigits')

it.skipIf(!existsSync(digits))(
  `UCI's optical digits are read as a table without changes (skipped if ${digits} is absent)`,
  async () => {
    const files = `--data ${join(digits, 'optdigits.tra')} --test-file ${join(digits, 'optdigits.tes')}`
    const { test } = await isobathJson(`train mlp:depth=2,width=64 ${files} --epochs 10`)
    expect(Object(test).error).toBeLessThan(0.07)
  },
)

it('options of a generated data set follow its name, and are stored with the run', async () => {
  await isobathJson('train mlp:depth=1,width=8 --data blobs:classes=4,noise=0.1,train=100 --steps 5 --run blobs')
  const run: unknown = JSON.parse(readFileSync(join('blobs', 'run.json'), 'utf8'))
  expect(run).toMatchObject({ data: { name: 'blobs', train: 100, options: { classes: 4, noise: 0.1, train: 100 } } })
  expect(await isobathJson('evaluate blobs')).toMatchObject({ sameData: true })
  const refused = [
    'blobs:clases=4',
    'blobs:classes',
    'blobs:classes=x',
    'moons:folds=2',
    'mnist:train=5',
    'none.csv',
    'csv',
  ]
  const said: string[] = []
  for (const data of refused) said.push((await isobath(`train mlp --data ${data}`)).stderr)
  expect(said.join('').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
    "isobath: --data blobs: expected an option of this data set, got "clases". Did you mean classes?
    isobath: --data blobs:classes: expected a number, such as classes=4, got "classes".
    isobath: --data blobs:classes: expected a number, such as classes=4, got "classes=x".
    isobath: --data moons: expected an option of this data set, got "folds". The options of moons are noise, train, test.
    isobath: --data mnist: expected an option of this data set, got "train". mnist has no options.
    isobath: none.csv: expected a CSV file, or a folder with train.csv and test.csv, found nothing. Check the path.
    isobath: --data-dir: expected the file of a table, got none. Name a file, such as --data-dir houses.csv.
    "
  `)
})
