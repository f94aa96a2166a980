import { describe, expect, it } from 'vitest'
import { readCsv } from './csv.ts'
import { farthestValue } from './far-values.ts'
import { glyphs } from './glyphs.ts'
import { dataset } from './own-arrays.ts'

/** A table of 200 rows: a number, a number with one outlier, a word, a number that is mostly 0, and a value. */
function table(outlier: number, price = 5): Uint8Array {
  const rows = Array.from({ length: 200 }, (_, row) => {
    const word = row === 7 ? 'rare' : row % 2 === 0 ? 'even' : 'odd'
    return [row % 10, row === 50 ? outlier : row % 7, word, row === 3 ? 1 : 0, row === 90 ? price : row % 9].join()
  })
  return new TextEncoder().encode(['age,rooms,kind,flag,price', ...rows].join('\n'))
}

const read = (bytes: Uint8Array) => {
  return readCsv(
    { name: 'houses.csv', bytes: [bytes] },
    { categorical: ['kind'], target: 'values', testFraction: 0.01 },
  )
}

describe('The value that is farthest from the mean of its column', () => {
  it('is found with its column and its distance in standard deviations', async () => {
    const far = farthestValue(await read(table(1000)))
    expect(far).toMatchObject({ column: 'rooms', role: 'input', value: 1000 })
    expect(far?.deviations).toBeCloseTo(Math.sqrt(197), 1)
  })

  it('has the name of its column in a table whose missing cells were filled', async () => {
    const text = new TextDecoder().decode(table(1000)).replace('\n0,0,', '\n,0,')
    const source = { name: 'houses.csv', bytes: [new TextEncoder().encode(text)] }
    const data = await readCsv(source, { categorical: ['kind'], target: 'values', missing: 'fill', testFraction: 0 })
    expect(farthestValue(data)).toMatchObject({ column: 'rooms', value: 1000 })
  })

  it('may be a target', async () => {
    expect(farthestValue(await read(table(3, 900)))).toMatchObject({ column: 'price', role: 'target', value: 900 })
  })

  it('is never in a column with half of its values equal, and never a byte', async () => {
    expect(farthestValue(await read(table(3)))?.deviations).toBeLessThan(3)
    expect(farthestValue(glyphs({ train: 20, test: 10 }))).toBeUndefined()
  })

  it('has the number of its column in a data set without names', () => {
    const inputs = Array.from({ length: 90 }, (_, row) => [row % 5, row === 4 ? 500 : row % 3])
    const own = dataset({ inputs, labels: inputs.map((_, row) => row % 2) })
    expect(farthestValue(own)).toMatchObject({ column: 'input 2', role: 'input', value: 500 })
  })
})
