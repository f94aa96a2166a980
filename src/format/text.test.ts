import { describe, expect, it } from 'vitest'
import {
  decimalsFor,
  escapeMarkup,
  formatDuration,
  formatFixed,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatR2,
  plainText,
  wrap,
} from './text.ts'

describe('numbers as text:', () => {
  it('a number has three significant digits by default', () => {
    const values = [0, 0.012345, 12.345, 1234.5, 1234567, 1.2e-7, -0.5, 3e12]
    expect(values.map((value) => formatNumber(value))).toEqual([
      '0',
      '0.0123',
      '12.3',
      '1,235',
      '1,234,567',
      '1.20e-7',
      '-0.500',
      '3.00e12',
    ])
  })

  it('a number that is missing or not finite is shown as a dash', () => {
    expect([null, Number.NaN, Number.POSITIVE_INFINITY].map((value) => formatNumber(value))).toEqual(['–', '–', '–'])
    expect(formatPercent(null)).toBe('–')
    expect(formatDuration(Number.NaN)).toBe('–')
  })

  it('a negative zero is never shown', () => {
    expect(formatFixed(-0.001, 1)).toBe('0.0')
    expect(formatFixed(-0.06, 1)).toBe('-0.1')
  })

  it('a percentage from a million percent on and a number from 1e21 on have a power of ten', () => {
    expect(formatPercent(5.776998315477387e53)).toBe('5.78e55%')
    expect(formatPercent(-2e4)).toBe('-2.00e6%')
    expect(formatPercent(9999)).toBe('999,900.0%')
    expect(formatFixed(1.5e22, 2)).toBe('1.50e22')
  })

  it('a quantity has four significant digits, and all digits of a large number', () => {
    const values = [0, 0.0123456, 12.3456, 55_312.4, 123_456_789, 1e13, 2e-6, null]
    expect(values.map(formatQuantity)).toEqual([
      '0',
      '0.01235',
      '12.35',
      '55,312',
      '123,456,789',
      '1.000e13',
      '2.000e-6',
      '–',
    ])
  })

  it('R2 has three decimals, and more of them near 1', () => {
    expect([0.78123, 0, -0.5, 1, 0.99, 0.99987, 1 - 1e-12, -577.7].map(formatR2)).toEqual([
      '0.781',
      '0.000',
      '-0.500',
      '1.000',
      '0.990',
      '0.99987',
      '1.00000000',
      '-578',
    ])
  })

  it('smaller numbers have more decimals', () => {
    expect([0.00123, 0.123, 1.23, 123, 0].map((value) => decimalsFor(value, 3))).toEqual([5, 3, 2, 0, 2])
  })
})

it('formatDuration shows seconds, minutes or hours, depending on the duration', () => {
  expect([0.04, 9.96, 59.6, 125, 3780].map(formatDuration)).toEqual([
    '0.0 s',
    '10 s',
    '1 min 0 s',
    '2 min 5 s',
    '1 h 3 min',
  ])
})

it('escapeMarkup escapes markup and removes characters that XML cannot hold', () => {
  expect(escapeMarkup('<a href="x">&\'\u001b[31m\u0000</a>')).toBe(
    '&lt;a href=&quot;x&quot;&gt;&amp;&#39;[31m&lt;/a&gt;',
  )
})

it('the function wrap breaks lines between words', () => {
  expect(wrap('one two three incomprehensible four', 9)).toEqual(['one two', 'three', 'incomprehensible', 'four'])
})

it('plainText removes control characters that a terminal would obey', () => {
  expect(plainText('a\u001b[31mb\u009b1Kc\rd\ne')).toBe('a[31mb1Kcd\ne')
})
