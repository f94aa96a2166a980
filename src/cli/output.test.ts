import { expect, test, vi } from 'vitest'
import { printJson } from './output.ts'

/** Prints a value as JSON, and returns the text. */
function printed(value: unknown): string {
  let text = ''
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part)
    return true
  })
  try {
    printJson(value)
  } finally {
    spy.mockRestore()
  }
  return text
}

test('lists of at most 60 numbers are written on one line each', () => {
  const short = Array.from({ length: 60 }, (_, index) => index / 3)
  const text = printed({
    confusion: [
      [1, 2],
      [3, null],
    ],
    short,
    none: [],
    words: ['[\n1\n]'],
  })
  expect(text).toContain('[ 1, 2 ]')
  expect(text).toContain('[ 3, null ]')
  expect(text).toContain(`[ ${short.join(', ')} ]`)
  expect(JSON.parse(text)).toEqual({
    confusion: [
      [1, 2],
      [3, null],
    ],
    short,
    none: [],
    words: ['[\n1\n]'],
  })
})

test('a long list of long numbers is printed at once, with one number a line', { timeout: 5000 }, () => {
  const losses = Array.from({ length: 100_000 }, (_, index) => Math.sqrt(index + 2) * 1e-7)
  const text = printed({ losses })
  expect(text.split('\n')).toHaveLength(100_000 + 5)
  expect(JSON.parse(text)).toEqual({ losses })
})
