import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alternatives, counted, grouped, listed, number, percent, withInterval } from './words.ts'

describe('whole numbers:', () => {
  it('a whole number has a comma before each group of three digits, as with toLocaleString', () => {
    expect([0, 999, 1000, 123456, 1e9].map(grouped)).toEqual(['0', '999', '1,000', '123,456', '1,000,000,000'])
    expect(grouped(12345678901234567890n)).toBe('12,345,678,901,234,567,890')
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => grouped(value) === value.toLocaleString('en-US')))
  })
})

describe('numbers in sentences:', () => {
  it('a number in a sentence has at most three significant digits', () => {
    expect([0, 1, 12.345, 0.5678, 99999, 100, 0.001].map(number)).toEqual([
      '0',
      '1',
      '12.3',
      '0.568',
      '100000',
      '100',
      '0.001',
    ])
    expect([-2.5, -0].map(number)).toEqual(['-2.5', '0'])
  })

  it('a number below 1e-3 or from 1e5 has a power of ten', () => {
    expect([1.234e-7, 2e-310, 123456, 6.02e23, -5e-5].map(number)).toEqual([
      '1.2e-7',
      '2.0e-310',
      '1.2e5',
      '6.0e23',
      '-5.0e-5',
    ])
  })

  it('a number that is NaN or infinite is written as words', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(number)).toEqual([
      'no number',
      'infinity',
      '-infinity',
    ])
  })

  it('a number in a sentence is within half a percent of the value, or within five percent with a power of ten', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(Math.abs(value) > 1e-300 && Math.abs(value) < 1e300)
        expect(Math.abs(Number(number(value)) / value - 1)).toBeLessThan(number(value).includes('e') ? 0.051 : 0.0051)
      }),
    )
  })
})

describe('the helpers for sentences:', () => {
  it('the function percent gives words for a value that is not finite', () => {
    for (const none of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(percent(none)).toMatch(/^[a-z ]+$/)
    }
  })

  it('the function counted gives the plural unless the count is 1', () => {
    expect([counted(0, 'layer'), counted(1, 'layer'), counted(10_000, 'layer')]).toEqual([
      '0 layers',
      '1 layer',
      '10,000 layers',
    ])
  })

  it('the function percent gives one decimal', () => {
    expect([0, 0.1234, 1, 2.5].map(percent)).toEqual(['0.0%', '12.3%', '100.0%', '250.0%'])
  })

  it('the function withInterval gives the interval, or only the mean if there is no interval', () => {
    expect(withInterval(0.12345, 0.00456)).toBe('0.123 ± 0.00456')
    expect(withInterval(0.12345, null)).toBe('0.123')
  })

  it('the function listed sets the word "and" before the last item', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  })

  it('the function alternatives sets the word "or" before the last item', () => {
    expect([['a'], ['a', 'b'], ['a', 'b', 'c']].map(alternatives)).toEqual(['a', 'a or b', 'a, b or c'])
  })
})
