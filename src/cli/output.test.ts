import { describe, expect, it } from 'vitest'
import { jsonText } from './output.ts'

describe('The JSON of a command', () => {
  it('has short lists of numbers on one line, and long lists with a line for each number', () => {
    const long = Array.from({ length: 61 }, (_, index) => index / 7)
    const value = {
      confusion: [
        [1, 0],
        [null, -2.5e-7],
      ],
      losses: long,
      none: [],
      nothing: {},
      words: ['a', '1'],
    }
    const text = jsonText({ ...value, left: undefined, lost: Number.NaN })
    expect(JSON.parse(text)).toEqual({ ...value, lost: null })
    const lines = text.split('\n')
    expect(lines.slice(0, 5)).toEqual(['{', '  "confusion": [', '    [ 1, 0 ],', '    [ null, -2.5e-7 ]', '  ],'])
    expect(lines).toContain('    0.14285714285714285,')
    expect(lines.slice(-8)).toEqual([
      '  "none": [],',
      '  "nothing": {},',
      '  "words": [',
      '    "a",',
      '    "1"',
      '  ],',
      '  "lost": null',
      '}',
    ])
  })

  it('equals the text of JSON.stringify if there is no short list of numbers', () => {
    const value = { a: 1, b: { c: [{ d: 'x' }, [], ['\u0000', '"\\']] }, e: null, f: true, ['__proto__']: 5 }
    expect(jsonText(value)).toBe(JSON.stringify(value, null, 2))
    expect(jsonText('text')).toBe('"text"')
  })

  it('is written in a moment for lists of many thousand numbers', () => {
    const losses = Array.from({ length: 200_000 }, (_, index) => Math.sqrt(index))
    expect(JSON.parse(jsonText({ losses, rows: losses.map((loss) => [loss]) })).losses).toHaveLength(200_000)
  })
})
