import { describe, expect, it } from 'vitest'
import { bytes, complaint, count, oneOf, positive, readNumber, readNumbers, upTo } from './kinds.ts'

describe('kinds of option values:', () => {
  it('each kind accepts its own values and refuses all other values', () => {
    const values = [-1, 0, 0.5, 1, 2.5, 1e17, Number.NaN, Number.POSITIVE_INFINITY, '1', null, [1]]
    const accepted = (kind: { accepts: (value: unknown) => boolean }) => values.filter(kind.accepts)
    expect(accepted(positive())).toEqual([0.5, 1, 2.5, 1e17])
    expect(accepted(upTo(1))).toEqual([0.5, 1])
    expect(accepted(count())).toEqual([1])
    expect(accepted(count(0))).toEqual([0, 1])
    expect(accepted(oneOf(['1', '2']))).toEqual(['1'])
  })

  it('the error text names the expected value, the value found, and a suggestion', () => {
    expect(complaint(upTo(1000), -1)).toBe('expected a number above 0 and up to 1,000, got -1.')
    expect(complaint(oneOf(['cosine', 'step']), 'cosin')).toBe(
      'expected one of cosine, step, got cosin. Did you mean cosine?',
    )
    expect(complaint(oneOf(['cosine', 'step']), 3)).toBe(
      'expected one of cosine, step, got 3. Choose a name from the list.',
    )
  })
})

describe('texts of the command line:', () => {
  it('a text is read as a number only if it is a finite number as people write numbers', () => {
    expect(['0.1', '1e-4', '-3', ' 7 '].map(readNumber)).toEqual([0.1, 1e-4, -3, 7])
    expect(['', ' ', 'ten', '1,5', 'NaN', 'Infinity', '1e999', '5%'].flatMap((text) => readNumber(text) ?? [])).toEqual(
      [],
    )
    expect(readNumbers('0.5,0.75')).toEqual([0.5, 0.75])
    expect(['0.5,', ',', '0.5;0.75'].flatMap((text) => readNumbers(text) ?? [])).toEqual([])
  })

  it('a text is read as a size in bytes, with or without a unit', () => {
    const { text } = bytes()
    const texts = ['2GiB', '1.5 GiB', '500MB', '64kib', '1000', '12b']
    expect(texts.map((size) => text?.read(size))).toEqual([2 ** 31, 1.5 * 2 ** 30, 5e8, 65536, 1000, 12])
    for (const size of ['', '2TiB', 'GiB', '-1GiB', '0', '1.2.3MB', '1 2 MB'])
      expect(text?.read(size), size).toBe(undefined)
  })
})
