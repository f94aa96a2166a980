import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../test/support/seed.ts'
import { laterRefusal } from '../../test/support/refusal.ts'
import { IsobathError } from '../support/errors.ts'
import { type CsvOptions, readCsv } from './csv.ts'
import { outputsOf, type Samples, taskOf } from './dataset.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const source = (text: string, name = 't.csv') => ({ name, bytes: [bytes(text)] })
const read = (text: string, options: CsvOptions = {}, test?: string) =>
  readCsv(source(text), options, test === undefined ? undefined : source(test, 'test.csv'))

/** Returns rows of inputs with their labels or targets. */
function rowsOf({ count, inputs, labels, targets }: Samples): unknown[] {
  const size = inputs.length / count
  return Array.from({ length: count }, (_, row) => {
    const own = Array.from(inputs.subarray(row * size, (row + 1) * size))
    const wanted = targets instanceof Float32Array ? targets.subarray(row, row + 1) : labels.subarray(row, row + 1)
    return [...own, '->', ...wanted]
  })
}

describe('readCsv', () => {
  test('reads a table with classes', async () => {
    const data = await read('weight,length,fruit\n1,2,pear\n3,4,apple\n', {}, 'weight,length,fruit\n5,6,pear\n')
    expect(data).toMatchObject({ name: 't.csv', shape: [2], classes: 2, classNames: ['apple', 'pear'] })
    expect([rowsOf(data.train), rowsOf(data.test)]).toEqual([
      [
        [1, 2, '->', 1],
        [3, 4, '->', 0],
      ],
      [[5, 6, '->', 1]],
    ])
    expect(taskOf(data)).toBe('classification')
    expect(data.notes?.join('\n')).toMatchInlineSnapshot(`
      "t.csv: 3 rows, 3 columns separated by commas, with a header
      the label fruit has 2 classes (apple, pear)
      2 training rows, 1 test row from test.csv"
    `)
  })

  test('reads a table with values to predict, a column of words, an ignored column and missing cells', async () => {
    const text = 'id;town;rooms;price\n1;Oslo;2;10.5\n2;Bergen;;20.5\n3;Bergen;3;NA\n4;Bodø;4;30\n5;Oslo;1;2e1\n'
    const options = { categorical: ['town'], ignore: ['id'], missing: 'drop' } as const
    const data = await read(text, options, 'id;town;rooms;price\n6;Bodø;7;1\n7;Voss;8;2\n')
    expect(data).toMatchObject({ shape: [3], classes: 0, targetNames: ['price'] })
    expect(rowsOf(data.train)).toEqual([
      [0, 1, 2, '->', 10.5],
      [1, 0, 4, '->', 30],
      [0, 1, 1, '->', 20],
    ])
    expect(rowsOf(data.test)).toEqual([
      [1, 0, 7, '->', 1],
      [0, 0, 8, '->', 2],
    ])
    expect([taskOf(data), outputsOf(data)]).toEqual(['regression', 1])
    expect(data.notes?.join('\n')).toMatchInlineSnapshot(`
      "t.csv: 5 rows, 4 columns separated by semicolons, with a header; 1 column left out; 2 rows with missing cells left out
      the label price is a value to predict (target: "classes" predicts classes)
      town becomes 2 inputs, one for each word; all of its inputs are 0 in 1 test row with a word that no training row has
      3 training rows, 2 test rows from test.csv"
    `)
  })

  test('reads several values to predict, and a label in any column', async () => {
    const data = await read('a,b,c\n1,2.5,3\n4,5,6\n7,8,9\n', { label: 'b,1' })
    expect(data.targetNames).toEqual(['a', 'b'])
    expect([data.shape, outputsOf(data)]).toEqual([[1], 2])
    expect(rowsOf((await read('a,b\nx,1\ny,2\n', { label: '1' }, 'a,b\nx,3\n')).test)).toEqual([[3, '->', 0]])
  })

  test('reads a table for autoencoding, with or without its label', async () => {
    const whole = await read('a,b\n1,2\n3,4\n', { target: 'autoencode' })
    expect([taskOf(whole), whole.shape, outputsOf(whole)]).toEqual(['autoencoding', [2], 2])
    const part = await read('a,b,kind\n1,2,x\n3,4,y\n', { target: 'autoencode', label: 'kind' })
    expect([part.shape, part.classes]).toEqual([[2], 0])
  })

  test('treats few different whole numbers as classes, unless the option target differs', async () => {
    const digits = (count: number): string => Array.from({ length: 60 }, (_, row) => `0.5,${row % count}\n`).join('')
    const taken = async (text: string, options?: CsvOptions) => {
      const { classNames, targetNames } = await read(text, options)
      return classNames?.length ?? targetNames
    }
    expect(await taken(digits(20))).toBe(20)
    expect(await taken(digits(21))).toEqual(['column 2'])
    expect(await taken(digits(21), { target: 'classes' })).toBe(21)
    expect(await taken(digits(3), { target: 'values' })).toEqual(['column 2'])
    // Classes are sorted as numbers. The labels 1 and 1.0 are the same class, and 007 is a name.
    expect((await read('1,10\n1,9\n1,9.0\n')).classNames).toEqual(['9', '10'])
    expect((await read('1,007\n1,7\n', { target: 'classes' })).classNames).toEqual(['007', '7'])
  })
})

describe('the header of a table', () => {
  const shapeAndRows = async (text: string, options?: CsvOptions) => {
    const { train, test: held } = await read(text, options)
    return train.count + held.count
  }

  test('shows itself by words above numbers or by names in the options', async () => {
    expect(await shapeAndRows('a,b\n1,2\n3,4\n')).toBe(2)
    expect(await shapeAndRows('0,1\n1,2\n3,4\n')).toBe(3)
    expect(await shapeAndRows('1,x\n1,y\n3,x\n')).toBe(3)
    expect(await shapeAndRows('"a",kind\n1,y\n3,x\n')).toBe(2)
    expect(await shapeAndRows('color,kind\nred,y\nblue,x\n', { categorical: ['color'] })).toBe(2)
    expect(await shapeAndRows('0,1\n1,2\n3,4\n', { header: 'yes' })).toBe(2)
    expect(await shapeAndRows('\uFEFFa,b\r\n1,2\r\n3,4\r\n', { label: 'a' })).toBe(2)
  })
})

describe('the error for a bad table', () => {
  const said = async (text: string | Uint8Array, options: CsvOptions = {}, held?: string): Promise<string> => {
    const own = typeof text === 'string' ? bytes(text) : text
    const other = held === undefined ? undefined : source(held, 'test.csv')
    return laterRefusal(() => readCsv({ name: 't.csv', bytes: [own] }, options, other))
  }

  test('names the line, the column and the remedy', async () => {
    const messages = [
      await said(''),
      await said('a,b\n'),
      await said('a,b\n1,2\n'),
      await said('a\n1\n2\n'),
      await said('a,b\n1,2\n1\n'),
      await said('a,b\n1,2\n,3\n'),
      await said('a,b\n1,2\n3,?\n'),
      await said('a,b\n,1\n,2\n', { missing: 'drop', header: 'yes' }),
      await said('a,town,b\n1,Oslo,2\n3,Voss,3\n'),
      await said('a,my town,c,b\n1,Oslo,x,2\n3,Voss,y,3\n'),
      await said('a;b\n1,5;2\n3;4\n'),
      await said('a,b\n1e99,2\n3,4\n'),
      await said('a,b\n0x10,2\n3,4\n', { header: 'yes' }),
      await said('a,a\n1,2\n3,4\n'),
      await said('a,1\n1,2\n3,4\n'),
      await said('a,b\n1,x\n3,x\n'),
      await said('a,b\n1,0.5\n3,0.5\n'),
      await said('a,b\n1,x\n3,y\n', { target: 'values' }),
      await said(`a,b\n${Array.from({ length: 50 }, (_, row) => `1,${row / 7}\n`).join('')}1,abc\n`),
      await said('a,b\n1,x\n3,y\n', { label: 'c' }),
      await said('a,b\n1,x\n3,y\n', { ignore: ['b'], label: 'b' }),
      await said('a,b\n1,x\n3,y\n', { ignore: ['a'] }),
      await said('a,b\n1,x\n3,y\n', { separator: ';;' }),
      await said('a,b\n1,x\n3,y\n', { testFraction: 1 }),
      await said('a,b\n1,x\n3,y\n', {}, 'a,c\n1,x\n'),
      await said('a,b\n1,x\n3,y\n', {}, 'a,b\n'),
      await said('a,b\n1,x\n,y\n3,y\n', { missing: 'drop' }, 'a,b\n,x\n'),
      await said(Uint8Array.of(0x61, 0x2c, 0xe9, 0x0a)),
      await said(`a,b\n${Array.from({ length: 1001 }, (_, row) => `w${row},${row / 7}\n`).join('')}`, {
        categorical: ['a'],
      }),
    ]
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: t.csv: expected rows of cells, got none.
      IsobathError: t.csv: expected rows of cells below the header, got none.
      IsobathError: t.csv: expected at least two classes in the column "b", got "2" in every row. Choose another label with label.
      IsobathError: t.csv: expected at least one column beside the label, got one column in total. Check separator, label and ignore.
      IsobathError: t.csv, line 3: expected 2 cells, as in the first line, got 1. Check the line. A cell that contains the separator must be in quotes.
      IsobathError: t.csv, line 3, column "a": expected a value, got an empty cell. Use missing: "fill" to fill missing cells with medians and most frequent words, or missing: "drop" to leave out their rows.
      IsobathError: t.csv, line 3, column "b": expected a value, got "?". Fill the cell in, or use missing: "drop" to leave out rows with missing cells.
      IsobathError: t.csv: expected rows of cells below the header, got only rows with missing cells (2 left out).
      IsobathError: t.csv, line 2, column "town": expected a number, got "Oslo". Correct the cell. For columns of words, use categorical: ["town"] or ignore: ["town"].
      IsobathError: t.csv, line 2, column "my town": expected a number, got "Oslo" (and no number in 1 more column). Correct the cell. For columns of words, use categorical: ["my town", "c"] or ignore: ["my town", "c"].
      IsobathError: t.csv, line 2, column "a": expected a number, got "1,5". Write decimal numbers with a point. Correct the cell. For columns of words, use categorical: ["a"] or ignore: ["a"].
      IsobathError: t.csv, line 2, column "a": expected a number, got "1e99". The number is too large for float32. Correct the cell. For columns of words, use categorical: ["a"] or ignore: ["a"].
      IsobathError: t.csv, line 2, column "a": expected a number, got "0x10". Correct the cell. For columns of words, use categorical: ["a"] or ignore: ["a"].
      IsobathError: t.csv, line 1: expected different column names, got "a" for columns 1 and 2. Rename column 1 or 2. If the first line is no header, use header: "no".
      IsobathError: t.csv, line 1: expected a header or a row of data, got both a word above a column of numbers ("a") and a number ("1"). Choose header: "yes" or header: "no".
      IsobathError: t.csv: expected at least two classes in the column "b", got "x" in every row. Choose another label with label.
      IsobathError: t.csv: expected different values in the column "b", got 0.5 in every row. Choose another label with label.
      IsobathError: t.csv, line 2, column "b": expected a number, like the other labels, got "x". Correct the cell.
      IsobathError: t.csv, line 52, column "b": expected a number, like the other labels, got "abc". Correct the cell, or treat all labels of "b" as class names with target: "classes".
      IsobathError: label: expected a column of t.csv, got "c". Did you mean a? The columns are a, b.
      IsobathError: ignore: expected columns other than the label, got column "b" of t.csv. Choose another label with label.
      IsobathError: t.csv: expected at least one column beside the label, got none. Check separator, label and ignore.
      IsobathError: separator: expected one character other than a quote or a line break, got ";;".
      IsobathError: testFraction: expected a number of at least 0 and below 1, got 1.
      IsobathError: test.csv, line 1: expected "b" as the name of column 2, as in the training table, got "c". Give both tables the same columns.
      IsobathError: test.csv: expected rows of cells below the header, got none.
      IsobathError: test.csv: expected rows of cells below the header, got only rows with missing cells (1 left out).
      IsobathError: t.csv: expected text in UTF-8, got other bytes. Save the table as CSV in UTF-8.
      IsobathError: t.csv, line 1002, column "a": expected at most 1000 different words in a categorical column, got more. Leave the column out with ignore."
    `)
  })

  test('always belongs to the class IsobathError, for any bytes', async () => {
    const piece = fc.constantFrom(
      'a',
      '1',
      '2.5',
      '-3e2',
      ',',
      ',',
      '\n',
      '\n',
      '"',
      '\r',
      ';',
      'NA',
      ' ',
      '\t',
      '\u0000',
      'é',
    )
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => bytes(pieces.join('')))
    const options = fc.record(
      {
        label: fc.constantFrom('1', '2', 'a', '1,2'),
        target: fc.constantFrom('classes' as const, 'values' as const, 'autoencode' as const),
        header: fc.constantFrom('yes' as const, 'no' as const),
        missing: fc.constantFrom('drop' as const),
        categorical: fc.constantFrom(['1'], ['a', '2']),
        ignore: fc.constantFrom(['1']),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.uint8Array({ maxLength: 40 })), options, async (table, asked) => {
        try {
          const { train, test: held, shape } = await readCsv(table, asked)
          expect(train.inputs.length).toBe(train.count * shape[0])
          expect(held.count).toBeGreaterThan(0)
        } catch (error) {
          if (!(error instanceof IsobathError) || error.code === 'internal') throw error
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('a table of any size is split by the seed into two complete parts in the order of the rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 60 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.nat(99),
      async (count, testFraction, seed) => {
        const text = `x,y\n${Array.from({ length: count }, (_, row) => `${row},${row + 0.5}\n`).join('')}`
        const { train, test: held } = await read(text, { testFraction, seed })
        const numbers = [...train.inputs, ...held.inputs].sort((one, other) => one - other)
        expect(numbers).toEqual(Array.from({ length: count }, (_, row) => row))
        for (const { inputs } of [train, held])
          expect([...inputs]).toEqual([...inputs].sort((one, other) => one - other))
        expect(Math.abs(held.count - testFraction * count)).toBeLessThanOrEqual(1)
        expect((await read(text, { testFraction, seed })).test.inputs).toEqual(held.inputs)
      },
    ),
    { numRuns: 60 },
  )
})
