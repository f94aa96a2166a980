import { describe, expect, it } from 'vitest'
import { wholeFrom, wholeList } from './numbers.ts'

describe('numbers on the command line', () => {
  it('may have an exponent, and lists of numbers may have spaces and repetitions', () => {
    expect(['1', '1e3', '0'].map(wholeFrom(0))).toEqual([1, 1000, 0])
    expect(wholeList(1)('4,16, 64,4')).toEqual([4, 16, 64])
  })

  it('are refused if they are not whole or below the least value', () => {
    for (const text of ['', '0', '-1', '1.5', '1e17', 'x']) {
      expect(() => wholeFrom(1)(text), text).toThrow('Expected a whole number of at least 1.')
    }
    for (const text of ['', ',', '4,', '4;16', '4-16'])
      expect(() => wholeList(1)(text), text).toThrow('Expected a whole')
  })
})
