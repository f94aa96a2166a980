import fc from 'fast-check'
import { expect, test } from 'vitest'
import '../../test/support/seed.ts'
import { CategoryWords, isMissing, numberIn } from './csv-cells.ts'

test('numberIn reads decimal numbers that float32 holds, and no other text', () => {
  const numbers = ['0', '-1', '+2.5', '.5', '5.', '1e3', '-1.5E-4', '007', '3.4e38']
  expect(numbers.map(numberIn)).toEqual([0, -1, 2.5, 0.5, 5, 1000, -0.00015, 7, 3.4e38])
  const others = [
    '',
    '.',
    '-',
    'e5',
    '1e',
    '0x1f',
    '0X1F',
    '0o7',
    '0b1',
    '1,5',
    '1 000',
    '1_000',
    'Infinity',
    '3.5e38',
    '1e999',
    '12px',
  ]
  expect(others.map(numberIn)).toEqual(others.map(() => undefined))
  const cell = fc.array(fc.constantFrom('0', '1', '9', '.', 'e', 'E', '+', '-', 'x', 'b', '_', ' '), { maxLength: 8 })
  fc.assert(
    fc.property(cell, (characters) => {
      const text = characters.join('').trim()
      const isDecimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) && Math.abs(Number(text)) < 3.4e38
      expect(numberIn(text)).toBe(isDecimal ? Number(text) : undefined)
    }),
    { numRuns: 3000 },
  )
})

test('isMissing recognizes the usual marks of missing values', () => {
  expect(['', 'NA', 'na', 'NaN', 'null', 'NULL', '?'].every(isMissing)).toBe(true)
  expect(['0', 'none', 'nano', '-', 'N'].some(isMissing)).toBe(false)
})

test('CategoryWords numbers words up to a limit', () => {
  const words = new CategoryWords()
  expect(['b', 'a', 'b', 'c'].map((word) => words.push(word, 2))).toEqual([0, 1, 0, undefined])
  expect([words.words, [...words.numbers.values]]).toEqual([
    ['b', 'a'],
    [0, 1, 0],
  ])
})
