import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../test/support/seed.ts'
import { laterRefusal } from '../../test/support/refusal.ts'
import { type CsvOptions, readCsv, type TableEncoding } from './csv.ts'
import { autoencode, checkLabeled, type Dataset, taskOf } from './dataset.ts'
import { vary } from './vary.ts'

const source = (text: string, name = 'new.csv') => ({ name, bytes: [new TextEncoder().encode(text)] })
const read = (text: string, options: CsvOptions = {}) => readCsv(source(text), options)

const houses = 'id,town,rooms,price\n1,Oslo,2,10.5\n2,Bergen,3,20\n3,Bodø,4,31\n4,Oslo,1,25\n'
const options = { categorical: ['town'], ignore: ['id'] }
/** All rows are training rows, so that every town is known. */
const trained = () => readCsv(source(houses, 'houses.csv'), options, source(houses, 'test.csv'))
const encodingOf = ({ encoding }: Dataset): TableEncoding => {
  if (encoding === undefined) throw new Error('expected a table with an encoding')
  return encoding
}

test('a table describes its encoding in plain JSON', async () => {
  const encoding = encodingOf(await trained())
  expect(JSON.parse(JSON.stringify(encoding))).toEqual(encoding)
  expect(encoding).toEqual({
    named: true,
    columns: [
      { name: 'id', role: 'ignored' },
      { name: 'town', role: 'category', words: ['Bergen', 'Bodø', 'Oslo'] },
      { name: 'rooms', role: 'number' },
      { name: 'price', role: 'target' },
    ],
    target: 'values',
  })
  const fruit = encodingOf(await read('1,pear\n2,apple\n3,pear\n'))
  expect(fruit).toMatchObject({ named: false, target: 'classes', classes: ['apple', 'pear'] })
})

describe('readCsv with the encoding of another table', () => {
  test('finds columns by name in any order and leaves out other columns', async () => {
    const data = await trained()
    const { train, notes } = await read(
      'garage;rooms;price;town\nno;2;10.5;Oslo\nno;3;20;Bergen\nno;4;31;Bodø\nyes;1;25;Oslo\n',
      { encoding: encodingOf(data), whole: true },
    )
    expect([train.inputs, train.targets]).toEqual([data.train.inputs, data.train.targets])
    expect(notes).toEqual([
      'new.csv: 4 rows, 4 columns separated by semicolons, with a header; 1 column left out',
      'columns left out because the training table lacks them: garage',
    ])
  })

  test('sets the inputs of unknown words to 0 and accepts a single row', async () => {
    const encoding = encodingOf(await trained())
    const { train, shape, notes } = await read('town,rooms,price\nRome,5,1\n', { encoding, whole: true })
    expect([shape, [...train.inputs]]).toEqual([[4], [0, 0, 0, 5]])
    expect(notes?.at(-1)).toBe('the inputs of town are 0 in 1 row with a word that no training row has')
    // The number of unknown words may exceed the limit of a categorical column.
    const many = Array.from({ length: 1200 }, (_, row) => `w${row},1,1\n`).join('')
    expect((await read(`town,rooms,price\n${many}`, { encoding, whole: true })).train.count).toBe(1200)
  })

  test('accepts missing labels in rows to predict and then treats all labels as unknown', async () => {
    const encoding = encodingOf(await trained())
    const use = { encoding, whole: true, unlabeled: true }
    const tables = ['town,rooms\nOslo,2\nOslo,3\n', 'price,town,rooms\n5,Oslo,2\n?,Oslo,3\n', '1,Oslo,2\n2,Oslo,3\n']
    for (const table of tables) {
      const data = await read(table, use)
      expect(data.train.inputs).toEqual(Float32Array.of(0, 0, 1, 2, 0, 0, 1, 3))
      expect(data.train.targets).toEqual(Float32Array.of(Number.NaN, Number.NaN))
      expect([data.targetNames, taskOf(data)]).toEqual([['price'], 'regression'])
      expect(() => checkLabeled(data)).toThrow('expected a label for each sample (train)')
    }
    const fruit = encodingOf(await read('1,pear\n2,apple\n3,pear\n'))
    const plums = await read('1,plum\n2,pear\n', { encoding: fruit, whole: true, unlabeled: true })
    expect([plums.train.labels.length, plums.classNames]).toEqual([0, ['apple', 'pear']])
    expect(plums.notes?.at(-1)).toBe('the label column 2 is unknown in 1 row, so the predictions are not scored')
    expect(() => checkLabeled(plums)).toThrow('got samples without a label')
  })

  test('gives classes the numbers of the training table, whichever classes occur', async () => {
    const encoding = encodingOf(await read('x,kind\n1,b\n2,a\n3,c\n4,3\n', { header: 'yes' }))
    expect(encoding.classes).toEqual(['3', 'a', 'b', 'c'])
    const { train } = await read('kind,x\nc,1\nc,2\n3.0,3\n', { encoding, whole: true })
    expect([...train.labels]).toEqual([3, 3, 0])
  })

  test('matches columns by position if one of the tables has no names', async () => {
    const fruit = encodingOf(await read('1,0.5,pear\n2,1.5,apple\n3,0,pear\n'))
    const named = await read('weight,size,fruit\n4,2,pear\n', { encoding: fruit, whole: true })
    expect([[...named.train.inputs], [...named.train.labels]]).toEqual([[4, 2], [1]])
    const bare = await read('9,Bodø,7,1\n', { encoding: encodingOf(await trained()), whole: true })
    expect([...bare.train.inputs]).toEqual([0, 1, 0, 7])
    expect(bare.notes?.at(-1)).toBe(
      'the table has no header, so its columns are matched to the training table by position',
    )
  })

  test('keeps the row numbers when rows are left out', async () => {
    const encoding = encodingOf(await trained())
    const table = 'town,rooms\nOslo,\nOslo,2\n,3\nOslo,4\n'
    const { test: rows } = await read(table, { encoding, whole: true, unlabeled: true, missing: 'drop' })
    expect([rows.count, [...(rows.rowNumbers ?? [])]]).toEqual([2, [1, 3]])
  })

  test('refuses to vary a table that is used whole', async () => {
    const data = await read(houses, { encoding: encodingOf(await trained()), whole: true })
    expect(data.train).toBe(data.test)
    expect(vary(data, { target: 'values' })).toBe(data)
    expect(() => vary(data, { validation: 0.5 })).toThrow('validation: all rows of new.csv are used')
    expect(() => vary(data, { randomLabels: true })).toThrow('randomLabels: all rows of new.csv are used')
  })

  test('needs no label for autoencoding', async () => {
    const encoding = encodingOf(autoencode(await trained()))
    expect(encoding).toMatchObject({ target: 'autoencode', columns: [{}, {}, {}, { name: 'price', role: 'ignored' }] })
    const data = await read('rooms,town\n2,Oslo\n', { encoding, whole: true })
    expect([taskOf(data), [...data.train.inputs]]).toEqual(['autoencoding', [0, 0, 1, 2]])
  })

  test('names each column or option that contradicts the encoding', async () => {
    const encoding = encodingOf(await trained())
    const use = { encoding, whole: true }
    const fruit = encodingOf(await read('1,pear\n2,apple\n3,pear\n'))
    const said = async (text: string, other: CsvOptions = {}) => laterRefusal(() => read(text, { ...use, ...other }))
    const messages = [
      await said('town,rooms\nOslo,2\n'),
      await said('city,rooms,price\nOslo,2,1\n', { header: 'yes' }),
      await said('rum,pris\n2,1\n3,2\n'),
      await said('1,2\n3,4\n'),
      await said('1,2\n3,4\n', { unlabeled: true }),
      await said('town,rooms,price\nOslo,two,1\n'),
      await said('town,rooms,price\nOslo,,1\n'),
      await said('town,rooms,price\nOslo,2,cheap\n'),
      await said('1,plum\n2,pear\n', { encoding: fruit }),
      await said(houses, { categorical: ['town,rooms'] }),
      await said(houses, { label: 'rooms' }),
      await said(houses, { label: 'nothing' }),
      await said(houses, { ignore: ['town'] }),
      await said(houses, { target: 'classes' }),
    ]
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: new.csv: expected a column "price", as in the training table, got town, rooms. Add the column, or rename the columns as in the training table.
      IsobathError: new.csv: expected a column "town", as in the training table, got city, rooms, price. Add the column, or rename the columns as in the training table.
      IsobathError: new.csv: expected columns "town", "rooms", "price", as in the training table, got rum, pris. Add the columns, or rename the columns as in the training table.
      IsobathError: new.csv: expected 4 columns, as in the training table, got 2. Give the table the same columns in the same order, or add a header with the column names of the training table.
      IsobathError: new.csv: expected 4 columns (or 3, without the label), as in the training table, got 2. Give the table the same columns in the same order, or add a header with the column names of the training table.
      IsobathError: new.csv, line 2, column "rooms": expected a number, as in the training table, got "two". Correct the cell.
      IsobathError: new.csv, line 2, column "rooms": expected a value, got an empty cell. Fill the cell in, or use missing: "drop" to leave out rows with missing cells.
      IsobathError: new.csv, line 2, column "price": expected a number, got "cheap". Correct the cell.
      IsobathError: new.csv, line 1, column "column 2": expected a class of the training table (apple, pear), got "plum". Correct the cell, or leave the row out, because the network predicts no other class.
      IsobathError: categorical: the run was trained with column "rooms" as numbers and must read other tables in the same way. Leave the option out.
      IsobathError: label: the run was trained with column "rooms" as numbers and must read other tables in the same way. Leave the option out.
      IsobathError: label: the run was trained with no column "nothing" and must read other tables in the same way. Leave the option out.
      IsobathError: ignore: the run was trained with column "town" as words and must read other tables in the same way. Leave the option out.
      IsobathError: target: the run was trained with values as targets and must read other tables in the same way. Leave the option out."
    `)
    // Options that agree with the encoding are accepted. The columns named by `ignore` may be absent.
    await read(houses, { ...use, label: '4', categorical: ['2'], ignore: ['id,garage'], target: 'values' })
  })
})

test('a table that is read with its own encoding stays the same', async () => {
  const cell = fc.constantFrom('1', '2', '3.5', 'red', 'blue', '')
  const row = fc.tuple(fc.constantFrom('', '0', '1', '1', '5'), cell, fc.constantFrom('yes', 'no', '1', '1.0', '2'))
  const asked = fc.record(
    {
      header: fc.constantFrom('yes' as const, 'no' as const),
      label: fc.constantFrom('1', '3'),
      missing: fc.constantFrom('drop' as const, 'fill' as const, 'fill' as const),
    },
    { requiredKeys: [] },
  )
  let compared = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 4, maxLength: 30 }),
      asked,
      fc.boolean(),
      async (rows, given, named) => {
        const lines = rows.map((cells) => `${cells.join(',')}\n`).join('')
        const text = `${named ? 'x,color,answer\n' : ''}${lines}`
        const all = { ...given, categorical: ['2', ...(given.label === '1' ? ['3'] : [])] }
        let first: Dataset
        try {
          first = await read(text, all)
        } catch {
          return
        }
        const { notes: _, ...data } = first
        const { notes: __, ...again } = await read(text, { ...all, encoding: encodingOf(first) })
        expect(again).toEqual(data)
        compared++
      },
    ),
    { numRuns: 200 },
  )
  expect(compared).toBeGreaterThan(80)
})
