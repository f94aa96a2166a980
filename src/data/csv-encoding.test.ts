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
/** All rows are training rows, so that all towns are known. */
const trained = () => readCsv(source(houses, 'houses.csv'), options, source(houses, 'test.csv'))
const encodingOf = ({ encoding }: Dataset): TableEncoding => {
  if (encoding === undefined) throw new Error('a table has an encoding')
  return encoding
}

test('a table says what its columns became, in plain JSON', async () => {
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

describe('with the encoding of another table', () => {
  test('columns are found by their names, whatever their order is; others are left out', async () => {
    const data = await trained()
    const { train, notes } = await read(
      'garage;rooms;price;town\nno;2;10.5;Oslo\nno;3;20;Bergen\nno;4;31;Bodø\nyes;1;25;Oslo\n',
      { encoding: encodingOf(data), whole: true },
    )
    expect([train.inputs, train.targets]).toEqual([data.train.inputs, data.train.targets])
    expect(notes).toEqual([
      'new.csv: 4 rows, 4 columns between semicolons, named by the first line, 1 left out',
      'left out, as the training had no such column: garage',
    ])
  })

  test('other words are nothing, and one row is enough', async () => {
    const encoding = encodingOf(await trained())
    const { train, shape, notes } = await read('town,rooms,price\nRome,5,1\n', { encoding, whole: true })
    expect([shape, [...train.inputs]]).toEqual([[4], [0, 0, 0, 5]])
    expect(notes?.at(-1)).toBe("town: 1 row has a word that the training didn't have, and 0 in all of its inputs")
    // More of them than a categorical column may have.
    const many = Array.from({ length: 1200 }, (_, row) => `w${row},1,1\n`).join('')
    expect((await read(`town,rooms,price\n${many}`, { encoding, whole: true })).train.count).toBe(1200)
  })

  test('labels may be missing where they are to be predicted, and then none is known', async () => {
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
    expect(plums.notes?.at(-1)).toBe("column 2 isn't known in 1 row: predictions stand alone")
    expect(() => checkLabeled(plums)).toThrow('some have none')
  })

  test('classes have the numbers that they had, whichever of them are there', async () => {
    const encoding = encodingOf(await read('x,kind\n1,b\n2,a\n3,c\n4,3\n', { header: 'yes' }))
    expect(encoding.classes).toEqual(['3', 'a', 'b', 'c'])
    const { train } = await read('kind,x\nc,1\nc,2\n3.0,3\n', { encoding, whole: true })
    expect([...train.labels]).toEqual([3, 3, 0])
  })

  test('columns are taken in their order where one of the tables has no names', async () => {
    const fruit = encodingOf(await read('1,0.5,pear\n2,1.5,apple\n3,0,pear\n'))
    const named = await read('weight,size,fruit\n4,2,pear\n', { encoding: fruit, whole: true })
    expect([[...named.train.inputs], [...named.train.labels]]).toEqual([[4, 2], [1]])
    const bare = await read('9,Bodø,7,1\n', { encoding: encodingOf(await trained()), whole: true })
    expect([...bare.train.inputs]).toEqual([0, 1, 0, 7])
    expect(bare.notes?.at(-1)).toBe("no header: its columns are taken in the order of the training's")
  })

  test('rows that are left out leave the others their numbers', async () => {
    const encoding = encodingOf(await trained())
    const table = 'town,rooms\nOslo,\nOslo,2\n,3\nOslo,4\n'
    const { test: rows } = await read(table, { encoding, whole: true, unlabeled: true, missing: 'drop' })
    expect([rows.count, [...(rows.rowNumbers ?? [])]]).toEqual([2, [1, 3]])
  })

  test('a whole table is no training set to take something from', async () => {
    const data = await read(houses, { encoding: encodingOf(await trained()), whole: true })
    expect(data.train).toBe(data.test)
    expect(vary(data, { target: 'values' })).toBe(data)
    expect(() => vary(data, { validation: 0.5 })).toThrow('validation: all rows of new.csv are used')
    expect(() => vary(data, { randomLabels: true })).toThrow('randomLabels: all rows of new.csv are used')
  })

  test('inputs that are to be given back need no label', async () => {
    const encoding = encodingOf(autoencode(await trained()))
    expect(encoding).toMatchObject({ target: 'autoencode', columns: [{}, {}, {}, { name: 'price', role: 'ignored' }] })
    const data = await read('rooms,town\n2,Oslo\n', { encoding, whole: true })
    expect([taskOf(data), [...data.train.inputs]]).toEqual(['autoencoding', [0, 0, 1, 2]])
  })

  test('what does not fit is refused by name', async () => {
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
      "IsobathError: new.csv: expected a column "price", as in the training's table, got town, rooms. Add it, or give the table the names of the training's.
      IsobathError: new.csv: expected a column "town", as in the training's table, got city, rooms, price. Add it, or give the table the names of the training's.
      IsobathError: new.csv: expected columns "town", "rooms", "price", as in the training's table, got rum, pris. Add them, or give the table the names of the training's.
      IsobathError: new.csv: expected 4 columns, as in the training's table, got 2. Give it a header with the names of the training's, or the same columns in the same order.
      IsobathError: new.csv: expected 4 columns (or 3, without the label), as in the training's table, got 2. Give it a header with the names of the training's, or the same columns in the same order.
      IsobathError: new.csv, line 2, column "rooms": expected a number, as in the training, got "two". Correct it.
      IsobathError: new.csv, line 2, column "rooms": expected a value, got an empty cell. Fill it in, or leave such rows out: missing: "drop".
      IsobathError: new.csv, line 2, column "price": expected a number, got "cheap". Correct it.
      IsobathError: new.csv, line 1, column "column 2": expected a class of the training (apple, pear), got "plum". Correct it, or leave the row out: the network has no such answer.
      IsobathError: categorical: the run was trained with column "rooms" as numbers, and takes tables so. Leave it out.
      IsobathError: label: the run was trained with column "rooms" as numbers, and takes tables so. Leave it out.
      IsobathError: label: the run was trained with no column "nothing", and takes tables so. Leave it out.
      IsobathError: ignore: the run was trained with column "town" as words, and takes tables so. Leave it out.
      IsobathError: target: the run was trained with values, and takes tables so. Leave it out."
    `)
    // What says the same is no contradiction; what isn't there may be left out.
    await read(houses, { ...use, label: '4', categorical: ['2'], ignore: ['id,garage'], target: 'values' })
  })
})

test('with its own encoding, a table is what it was', async () => {
  const cell = fc.constantFrom('1', '2', '3.5', 'red', 'blue')
  const row = fc.tuple(fc.integer({ min: 0, max: 9 }), cell, fc.constantFrom('yes', 'no', '1', '1.0', '2'))
  const asked = fc.record(
    { header: fc.constantFrom('yes' as const, 'no' as const), label: fc.constantFrom('1', '3') },
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
