import { describe, expect, test } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { type CsvOptions, readCsv, type TableEncoding } from './csv.ts'
import { inputsOf as countOf } from './csv-encoding.ts'
import { autoencode, type Dataset, selectSamples } from './dataset.ts'

const source = (text: string, name = 'new.csv') => ({ name, bytes: [new TextEncoder().encode(text)] })
const read = (text: string, options: CsvOptions = {}) => readCsv(source(text), options)

const header = 'id,town,rooms,area,price\n'
const houses = `${header}7,Oslo,2,50,10.5\n8,,3,60,20\n9,Oslo,,70,31\n10,Voss,9,80,25\n11,NA,4,90,?\n`
const options = { categorical: ['town'], ignore: ['id'], missing: 'fill' } as const
/** All rows are training rows. */
const trained = () => readCsv(source(houses, 'houses.csv'), { ...options, testFraction: 0 })

const encodingOf = ({ encoding }: Dataset): TableEncoding => {
  if (encoding === undefined) throw new Error('expected a table with an encoding')
  return encoding
}

/** Returns the inputs of the training samples, row by row. */
function inputsOf({ train: { inputs, count } }: Dataset): number[][] {
  const size = inputs.length / count
  return Array.from({ length: count }, (_, row) => Array.from(inputs.subarray(row * size, (row + 1) * size)))
}

describe('the option missing: fill', () => {
  test('fills with the median and the most frequent word of the training rows, and marks filled cells', async () => {
    const data = await trained()
    // The inputs are Oslo, Voss, town is missing, rooms, rooms are missing, area. A row without a price is left out.
    expect(inputsOf(data)).toEqual([
      [1, 0, 0, 2, 0, 50],
      [1, 0, 1, 3, 0, 60],
      [1, 0, 0, 3, 1, 70],
      [0, 1, 0, 9, 0, 80],
    ])
    expect(data.shape).toEqual([6])
    expect(data.train.targets).toEqual(Float32Array.of(10.5, 20, 31, 25))
    const encoding = encodingOf(data)
    expect(encoding.columns).toEqual([
      { name: 'id', role: 'ignored' },
      { name: 'town', role: 'category', words: ['Oslo', 'Voss'], fill: 'Oslo', indicator: true },
      { name: 'rooms', role: 'number', fill: 3, indicator: true },
      { name: 'area', role: 'number', fill: 65 },
      { name: 'price', role: 'target' },
    ])
    expect(JSON.parse(JSON.stringify(encoding))).toEqual(encoding)
    expect(encoding.columns.map(countOf)).toEqual([0, 3, 2, 1, 0])
    expect(data.notes?.join('\n')).toMatchInlineSnapshot(`
      "houses.csv: 4 rows, 5 columns separated by commas, with a header; 1 column left out; 1 row without a label left out
      the label price is a value to predict (target: "classes" predicts classes)
      town becomes 2 inputs, one for each word
      1 missing cell of town filled with the most frequent word "Oslo" of the training rows; an additional input marks missing cells
      1 missing cell of rooms filled with the median 3 of the training rows; an additional input marks missing cells
      4 training rows, no test rows"
    `)
  })

  test('uses the values of the training for other tables, and adds no input for a column without gaps', async () => {
    const encoding = encodingOf(await trained())
    const table = 'area,town,rooms\n,Voss,1\n55,,\n60,Rome,5\n'
    const data = await read(table, { encoding, whole: true, unlabeled: true })
    expect(inputsOf(data)).toEqual([
      [0, 1, 0, 1, 0, 65],
      [1, 0, 1, 3, 1, 55],
      [0, 0, 0, 5, 0, 60],
    ])
    expect(data.notes?.join('\n')).toMatchInlineSnapshot(`
      "new.csv: 3 rows, 3 columns separated by commas, with a header
      the label price is not in the table, so the predictions are not scored
      the inputs of town are 0 in 1 row with a word that no training row has
      1 missing cell of town filled with the most frequent word "Oslo" of the training rows; an additional input marks missing cells
      1 missing cell of rooms filled with the median 3 of the training rows; an additional input marks missing cells
      1 missing cell of area filled with the median 65 of the training rows"
    `)
    const dropped = await read(table, { encoding, whole: true, unlabeled: true, missing: 'drop' })
    expect(inputsOf(dropped)).toEqual([[0, 0, 0, 5, 0, 60]])
  })

  test('takes the values of the training rows alone, whatever the test rows are', async () => {
    const test = `${header}1,Voss,100,1000,1\n2,Voss,,,2\n3,Voss,300,3000,3\n`
    const data = await readCsv(source(houses, 'houses.csv'), options, source(test, 'test.csv'))
    expect(data.encoding).toEqual((await trained()).encoding)
    expect(Array.from(data.test.inputs).slice(6, 12)).toEqual([0, 1, 0, 3, 1, 65])
  })

  test('leaves rows without a label out of a table to score, and keeps the numbers of the other rows', async () => {
    const encoding = encodingOf(await trained())
    const { test: rows, notes } = await read('town,rooms,area,price\nOslo,,50,\nVoss,,60,7\n', {
      encoding,
      whole: true,
    })
    expect([rows.count, [...(rows.rowNumbers ?? [])]]).toEqual([1, [1]])
    expect(notes?.[0]).toBe(
      'new.csv: 1 row, 4 columns separated by commas, with a header; 1 row without a label left out',
    )
  })

  test('keeps the filled columns for autoencoding', async () => {
    const data = autoencode(await trained())
    expect(encodingOf(data).columns[2]).toEqual({ name: 'rooms', role: 'number', fill: 3, indicator: true })
  })

  test('describes at most eight columns one by one', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `x${index}`)
    const rows = ['1', '', '3'].map((cell, row) => `${names.map(() => cell).join(',')},${row}`)
    const { notes = [] } = await read(`${names.join(',')},y\n${rows.join('\n')}\n`, {
      missing: 'fill',
      testFraction: 0,
      target: 'values',
    })
    expect(notes).toHaveLength(2 + 9 + 1)
    expect(notes[10]).toBe('3 missing cells of 3 more columns filled too')
  })

  test('is refused if a column has no value, or if the training stored no values to fill with', async () => {
    const bare = encodingOf(await read('town,rooms,price\nOslo,1,2.5\nVoss,2,3.5\n', { categorical: ['town'] }))
    const messages = [
      await laterRefusal(() => read('a,b,y\n1,,2.5\n2,NA,3\n', { missing: 'fill', testFraction: 0 })),
      await laterRefusal(() =>
        read('a,b,y\n1,,2.5\n2,NA,3\n', { missing: 'fill', testFraction: 0, categorical: ['b'] }),
      ),
      await laterRefusal(() => read('town,rooms,price\nOslo,,2.5\n', { encoding: bare, whole: true, missing: 'fill' })),
      await laterRefusal(() => read('a,y\n1,\n2,?\n', { missing: 'fill' })),
    ]
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: new.csv: expected a value in some training row of the column "b", got missing cells in all of them. Leave the column out with ignore: ["b"].
      IsobathError: new.csv: expected a value in some training row of the column "b", got missing cells in all of them. Leave the column out with ignore: ["b"].
      IsobathError: missing: expected error or drop, because the training did not store values to fill missing cells with. Use missing: "drop", or train with missing: "fill".
      IsobathError: new.csv: expected rows of cells below the header, got only rows without a label (2 left out)."
    `)
  })
})

describe('kept columns', () => {
  test('hold the cells of the named columns as written, for the chosen samples', async () => {
    const table = 'id,a,y\n" 007 ",1,2.5\n"x,1",,3\n=1+1,3,4\n'
    const data = await read(table, { ignore: ['id'], missing: 'drop', testFraction: 0, keep: ['id,2'] })
    expect(data.train.kept).toEqual([
      { name: 'id', cells: [' 007 ', '=1+1'] },
      { name: 'a', cells: ['1', '3'] },
    ])
    expect(selectSamples(data.train, Uint32Array.of(1)).kept?.[0].cells).toEqual(['=1+1'])
    expect(await laterRefusal(() => read(table, { ignore: ['id'], keep: ['iD'] }))).toMatchInlineSnapshot(
      `"IsobathError: keep: expected a column of new.csv, got "iD". Did you mean id? The columns are id, a, y."`,
    )
  })

  test('are by default those that are left out and differ in each row', async () => {
    const encoding = encodingOf(await trained())
    const table = `remark,${header}new,7,Oslo,2,50,1\nnew,8,Voss,3,60,2\n`
    const { test: rows } = await read(table, { encoding, whole: true, keepIds: true })
    expect(rows.kept).toEqual([{ name: 'id', cells: ['7', '8'] }])
    expect((await read(table, { encoding, whole: true })).test.kept).toBeUndefined()
  })
})

test('a fraction of 0 for testing makes all rows training rows', async () => {
  for (const text of ['1,2.5\n2,3\n3,4\n', '1,a\n2,b\n3,a\n']) {
    const { train, test: rows, notes } = await read(text, { testFraction: 0 })
    expect([train.count, rows.count, rows.inputs.length, rows.labels.length]).toEqual([3, 0, 0, 0])
    expect(notes?.at(-1)).toBe('3 training rows, no test rows')
  }
  const one = await read('1,2,3\n', { target: 'autoencode', testFraction: 0 })
  expect([one.train.count, one.test.count, one.test.targets]).toEqual([1, 0, 'inputs'])
  expect(await laterRefusal(() => read('1,2,3\n', { target: 'autoencode' }))).toMatchInlineSnapshot(
    `"IsobathError: new.csv: expected at least two rows, one for training and one for testing, got 1. Add rows, or train on all rows with testFraction 0."`,
  )
})
