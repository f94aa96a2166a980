/**
 * Tests the options of tables that a person's own table needs: missing cells that are filled, columns that are repeated
 * beside the predictions, training on all rows, and the scales of inputs and targets.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readRun, saveWeights } from '../../src/index.ts'
import { createRandom } from '../../src/support/random.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const table = join(root, 'blocks.csv')
const rows = join(root, 'new.csv')
const network = 'mlp:depth=1,width=16'
const data = `--data ${table} --label value --ignore id --categorical shore`

/** A table like California housing: outliers of 20 deviations, a column of words, and missing cells. */
function blocks(count: number): string {
  const random = createRandom(3, 'blocks')
  const lines = Array.from({ length: count }, (_, row) => {
    const income = Math.exp(0.4 * random.normal())
    const rooms = row === 7 ? 60 : 5 + random.normal()
    const shore = ['near', 'inland', 'island'][random.integer(3)]
    const value = 40_000 * income + (shore === 'inland' ? 0 : 30_000) + 5000 * random.normal()
    const bedrooms = row % 20 === 4 ? '' : (rooms / 5).toFixed(2)
    return `b${row},${income.toFixed(4)},${rooms.toFixed(2)},${bedrooms},${shore},${value.toFixed(1)}\n`
  })
  return `id,income,rooms,bedrooms,shore,value\n${lines.join('')}`
}

beforeAll(() => {
  writeFileSync(table, blocks(400))
  writeFileSync(rows, 'shore,id,income,rooms,bedrooms\nnear,"=A1, ""x""",1,,1\n,7,2,5,\n')
})

describe('a table with words, missing cells and outliers', () => {
  it('gets through with one message at a time, and is trained on as the messages say', async () => {
    const refused = [
      await isobath(`train ${network} --data ${table} --label value --ignore id`),
      await isobath(`train ${network} ${data}`),
    ]
    expect(saidOn(refused, root)).toMatchInlineSnapshot(`
      "isobath: blocks.csv, line 2, column "shore": expected a number, got "near". Correct the cell. For columns of words, use --categorical shore or --ignore shore.
      isobath: blocks.csv, line 6, column "bedrooms": expected a value, got an empty cell. Use --missing fill to fill missing cells with medians and most frequent words, or --missing drop to leave out their rows.
      "
    `)
    for (const scale of ['', '--standardize robust --standardize-targets robust', '--standardize-targets robust']) {
      const trained = await isobathJson(
        `train ${network} ${data} --missing fill --epochs 40 ${scale} --run ${root}/r${scale.length}`,
      )
      const [train, test] = [Object(trained.train), Object(trained.test)]
      expect(train.error).toBeLessThan(0.15)
      expect(test.rmse[0]).toBeLessThan(12_000)
      const scored = await isobathJson(`evaluate ${root}/r${scale.length}`)
      expect(scored).toMatchObject({ train, test, sameData: true })
    }
    const { data: stored } = JSON.parse(readFileSync(join(root, 'r0', 'run.json'), 'utf8'))
    expect(stored.notes).toContainEqual(expect.stringMatching(/^20 missing cells of bedrooms filled with the median/))
    expect(stored.encoding.columns[3]).toMatchObject({ name: 'bedrooms', fill: expect.any(Number), indicator: true })
  })
})

describe('predict on another table', () => {
  it('fills with the values of the training and begins with the columns that differ in each row', async () => {
    const { stdout, stderr } = await isobath(`predict ${root}/r0 --data ${rows}`)
    const lines = stdout.replace(/,\d+\.?\d*\n/g, ',N\n')
    expect(lines).toBe('id,sample,predicted value\n"=A1, ""x""",0,N\n7,1,N\n')
    expect(stderr.replace(/median [\d.]+/g, 'median N')).toMatchInlineSnapshot(`
      "new.csv: 2 rows, 5 columns separated by commas, with a header; 1 column left out
      the label value is not in the table, so the predictions are not scored
      1 missing cell of rooms filled with the median N of the training rows
      1 missing cell of bedrooms filled with the median N of the training rows; an additional input marks missing cells
      1 missing cell of shore filled with the most frequent word "island" of the training rows
      "
    `)
    const { predictions } = await isobathJson(`predict ${root}/r0 --data ${rows}`)
    expect(predictions).toMatchObject([
      { sample: 0, kept: { id: '=A1, "x"' } },
      { sample: 1, kept: { id: '7' } },
    ])
  })

  it('reads the values to fill with from a model file, too', async () => {
    const model = join(root, 'model.safetensors')
    await saveWeights(model, await readRun(join(root, 'r0')))
    const of = async (place: string) => (await isobathJson(`predict ${place} --data ${rows}`)).predictions
    expect(await of(model)).toEqual(await of(join(root, 'r0')))
  })

  it('repeats the columns of --keep, or none with --no-keep', async () => {
    const head = async (flags: string): Promise<string> => {
      return (await isobath(`predict ${root}/r0 ${flags}`)).stdout.split('\n')[0]
    }
    expect(await head(`--data ${rows} --keep shore,1 --keep rooms`)).toBe('shore,rooms,sample,predicted value')
    expect(await head(`--data ${rows} --no-keep`)).toBe('sample,predicted value')
    expect(await head('')).toBe('id,sample,expected value,predicted value')
    expect(await head('--set train --keep value')).toBe('value,sample,expected value,predicted value')
    expect(await head(`--test-file ${rows} --keep id`)).toBe('id,sample,predicted value')
    const renamed = join(root, 'renamed.csv')
    writeFileSync(renamed, 'sample,income,rooms,bedrooms,shore\n5,1,2,3,near\n')
    expect(await head(`--data ${renamed} --keep sample`)).toBe('sample (table),sample,predicted value')
  })

  it('refuses columns that the table lacks, data without columns, and values to fill with that no training stored', async () => {
    await isobathJson(`train ${network} ${data} --missing drop --steps 2 --run ${root}/dropped`)
    const refused = [
      await isobath(`predict ${root}/r0 --data ${rows} --keep town`),
      await isobath(`predict ${root}/r0 --data glyphs --keep id`),
      await isobath(`predict ${root}/dropped --data ${rows}  --missing fill`),
      await isobath(`predict ${root}/dropped --data ${rows} --missing error`),
    ]
    expect(saidOn(refused, root)).toMatchInlineSnapshot(`
      "isobath: --keep: expected a column of new.csv, got "town". The columns are shore, id, income, rooms, bedrooms.
      isobath: --keep: glyphs is no table, so no columns can be repeated beside the predictions. Leave --keep out.
      isobath: --missing: expected error or drop, because the training did not store values to fill missing cells with. Use --missing drop, or train with --missing fill.
      isobath: new.csv, line 2, column "rooms": expected a value, got an empty cell. Fill the cell in, or use --missing drop to leave out rows with missing cells.
      "
    `)
  })
})

describe('--test-fraction 0', () => {
  const all = `${data} --missing fill --test-fraction 0`
  const missing = { loss: null, error: null }

  it('trains on all rows and gives no test scores, also in a resumed run and in evaluate', async () => {
    const words = `train ${network} ${all} --epochs 4 --evaluate-every epoch --run ${root}/all`
    const { stdout, stderr } = await isobath(`${words} --figure ${root}/all.svg`)
    expect(stdout).toContain(', 400 samples\n')
    expect(stdout).toContain('\ntest   no test rows, so no scores\n')
    expect(`${stdout}${stderr}`).not.toMatch(/NaN|unknown|test error/)
    expect(readFileSync(join(root, 'all.svg'), 'utf8')).not.toMatch(/NaN|>test</)
    const again = await isobathJson(`train --resume ${root}/all`)
    expect(again).toMatchObject({ test: missing, evaluations: [{ test: missing }, {}, {}, {}] })
    expect(again).not.toHaveProperty('bestTest')
    expect(await isobathJson(`evaluate ${root}/all`)).toMatchObject({
      train: again.train,
      test: missing,
      sameData: true,
    })
    expect((await isobath(`evaluate ${root}/all`)).stdout).toContain('test   no test rows, so no scores')
  })

  it('draws a learning curve of the training errors alone, and says so', async () => {
    const words = `train ${network} ${all} --epochs 2 --curve samples --run ${root}/curve --figure ${root}/curve.svg`
    const { stdout } = await isobath(words)
    expect(stdout).toMatch(/training samples +train R2\n/)
    expect(stdout).toContain('The data has no test samples, so nobody can tell')
    expect(`${stdout}${readFileSync(join(root, 'curve.svg'), 'utf8')}`).not.toMatch(
      /NaN|diverged|unknown|test R2|>test</,
    )
  })

  it('lets predict use the training rows or other data', async () => {
    const refused = await isobath(`predict ${root}/all`)
    expect(refused.status).toBe(2)
    expect(saidOn([refused], root)).toMatchInlineSnapshot(`
      "isobath: --set: expected a set with samples, got test, but blocks.csv has no test rows. Choose --set train, or give other data (--data).
      "
    `)
    expect(await isobathJson(`predict ${root}/all --set train`)).toMatchObject({ predictions: { length: 400 } })
    for (const flags of ['', '--test-fraction 0']) {
      const predicted = await isobathJson(`predict ${root}/all --data ${rows} ${flags}`)
      expect(predicted).toMatchObject({ set: 'all', predictions: { length: 2 } })
    }
  })

  it('compares networks by their training errors alone', async () => {
    const words = `compare mlp:width=8 residual-mlp:width=8 ${all} --depths 1,2 --seeds 3 --steps 6`
    const { stdout } = await isobath(`${words} --report ${root}/compared.html`)
    const html = readFileSync(join(root, 'compared.html'), 'utf8')
    expect(html).toContain('400 training samples, no test samples')
    expect(stdout).toContain('No test error is known.')
    expect(`${stdout}${html}`).not.toMatch(/NaN|test error –|>Test error</)
    const { rows: compared } = await isobathJson(words)
    expect(compared).toMatchObject(Array.from({ length: 12 }, () => ({ test: missing })))
  })

  it('diagnoses a network without a test error, and does not judge overfitting by it', async () => {
    const words = `diagnose mlp:depth=2,width=16 ${all} --epochs 60 --seeds 1 --budget 5s`
    const { stdout } = await isobath(`${words} --report ${root}/diagnosed.html`)
    const html = readFileSync(join(root, 'diagnosed.html'), 'utf8')
    expect(stdout.replace(/\s+/g, ' ')).toContain('no test errors and cannot find overfitting')
    expect(`${stdout}${html}`).not.toMatch(/NaN|undefined|>test error</)
  })
})
