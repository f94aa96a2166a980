import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { binned, levelOf, NO_LEVEL, patches } from './heat-cells.ts'
import { heatColor, LEVELS } from './heat-colors.ts'
import { type HeatMap, heatMap, heatNotes } from './heat-map.ts'

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1])
}

/** A heat map whose values rise from 0.001 (first layer, first step) to about 1 (last layer, last step). */
function sample(layers: number, steps: number, change: Partial<HeatMap> = {}): HeatMap {
  return {
    title: 'Gradient <norm>',
    description: 'grows & grows',
    scale: 'log',
    steps: Array.from({ length: steps }, (_, index) => index * 10),
    layers: Array.from({ length: layers }, (_, index) => `hidden[${index}]`),
    values: Array.from({ length: steps }, (_, step) =>
      Array.from({ length: layers }, (_, layer) => 10 ** (-3 + (2 * layer) / layers + step / steps)),
    ),
    ...change,
  }
}

describe('heatMap', () => {
  it('writes well-formed SVG with a title, a description and numbered layers and steps', () => {
    const svg = heatMap(sample(60, 13))
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('<title>Gradient &lt;norm&gt;</title><desc>grows &amp; grows</desc>')
    expect(svg).toContain('<title>hidden[0]: 0.00100 at step 0, 0.00838 at step 120</title>')
    expect(texts(svg)).toEqual(expect.arrayContaining(['Layer', '1', '10', '60', 'Step', '0', '120', '0.01', '0.1']))
    expect(texts(svg)).not.toContain('no value')
  })

  it('draws the first layer at the top', () => {
    const svg = heatMap(sample(2, 1, { values: [[0.001, 1]] }))
    const top = (color: string) => Number(svg.match(new RegExp(`fill="${color}" d="M[\\d.]+ ([\\d.]+)h`))?.[1])
    expect(top(heatColor(0))).toBe(44)
    expect(top(heatColor(LEVELS - 1))).toBeGreaterThan(150)
  })

  it('stripes missing and non-finite values, and explains the stripes in the legend', () => {
    const svg = heatMap(
      sample(3, 2, {
        values: [
          [1, null, Number.NaN],
          [0.1, Number.POSITIVE_INFINITY],
        ],
      }),
    )
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('class="iso-none"')
    expect(texts(svg)).toContain('no value')
    expect(svg).toContain('<title>hidden[2]: – at step 0, – at step 10</title>')
  })

  it('labels unevenly spaced steps as not to scale', () => {
    expect(texts(heatMap(sample(3, 4)))).toContain('Step')
    expect(texts(heatMap(sample(3, 4, { steps: [0, 1, 10, 100] })))).toContain('Step (as measured, not to scale)')
  })

  it('draws a map of one cell, a map without cells, and a map of equal values', () => {
    for (const spec of [sample(1, 1), sample(0, 0), sample(5, 0), sample(0, 5), sample(3, 3, { values: [] })]) {
      expect(verifyMarkup(heatMap(spec))).toEqual([])
    }
    for (const scale of ['log', 'linear'] as const) {
      const values = [0, 1, 2].map(() => [0, 0, 0])
      expect(verifyMarkup(heatMap(sample(3, 3, { scale, values })))).toEqual([])
    }
  })

  it('writes less than 60,000 characters for 3,000 layers, and notes how many layers and steps it joined', () => {
    const deep = sample(3000, 250)
    const svg = heatMap(deep)
    expect(svg.length).toBeLessThan(60_000)
    expect(heatNotes(deep)).toEqual([
      'Each row is the median of 25 layers.',
      'Each column is the median of 3 measured steps.',
    ])
    expect(svg).toContain('Each row is the median of 25 layers.')
    expect(heatNotes(sample(120, 100))).toEqual([])
  })

  it('notes that values lie outside the color scale', () => {
    const notes = ['Values outside the color scale have the color of the nearest end.']
    expect(heatNotes(sample(3, 3, { domain: [0.01, 1] }))).toEqual(notes)
    expect(heatNotes(sample(1, 2, { values: [[0], [1]] }))).toEqual(notes)
    expect(heatNotes(sample(3, 3, { domain: [1e-4, 10] }))).toEqual([])
  })
})

describe('heatColor and levelOf', () => {
  it('heatColor returns a lighter color for each higher level', () => {
    const linear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)
    const luminances = Array.from({ length: LEVELS }, (_, level) => {
      const [red, green, blue] = [1, 3, 5].map((at) =>
        linear(Number.parseInt(heatColor(level).slice(at, at + 2), 16) / 255),
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    })
    for (let level = 1; level < LEVELS; level++) expect(luminances[level]).toBeGreaterThan(luminances[level - 1])
  })

  it('levelOf divides a linear and a logarithmic scale evenly', () => {
    expect([0, 0.5, 0.999, 1, 7, -7].map((value) => levelOf(value, 'linear', [0, 1]))).toEqual([0, 12, 23, 23, 23, 0])
    expect([1e-6, 1e-3, 1, 0].map((value) => levelOf(value, 'log', [1e-6, 1]))).toEqual([0, 12, 23, 0])
    expect([null, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => levelOf(value, 'linear', [0, 1]))).toEqual([
      NO_LEVEL,
      NO_LEVEL,
      NO_LEVEL,
    ])
    expect(levelOf(-1, 'log', [0.1, 1])).toBe(NO_LEVEL)
  })
})

describe('binned and patches', () => {
  it('binned replaces cells by the median of their bin, or by null if most cells of the bin are missing', () => {
    const grid = [
      [1, 5, 100, null, null],
      [3, 7, Number.NaN, null, 8],
    ]
    expect(binned(grid, 5, 1, 2)).toEqual([
      [3, 100, null],
      [5, null, 8],
    ])
    expect(binned(grid, 5, 2, 2)).toEqual([[4, null, 8]])
  })

  it('patches covers each cell by exactly one patch of the same color level', () => {
    const grids = fc
      .record({ columns: fc.integer({ min: 1, max: 8 }), rows: fc.integer({ min: 1, max: 8 }) })
      .chain(({ columns, rows }) => {
        const column = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: rows, maxLength: rows })
        return fc.array(column, { minLength: columns, maxLength: columns })
      })
    fc.assert(
      fc.property(grids, (levels) => {
        const seen = levels.map((column) => column.map((): number[] => []))
        for (const { level, left, right, top, bottom } of patches(levels, levels[0].length)) {
          for (let x = left; x < right; x++) for (let y = top; y < bottom; y++) seen[x][y].push(level)
        }
        expect(seen).toEqual(levels.map((column) => column.map((level) => [level])))
      }),
    )
  })
})
