import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { decimate, splitAtGaps } from './decimate.ts'
import { type LineFigure, lineFigure } from './line-figure.ts'
import { type RangeFigure, rangeFigure, rangePanels } from './range-figure.ts'
import type { FigurePoint } from './svg.ts'

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1])
}

describe('verifyMarkup', () => {
  it('reports unclosed tags, repeated attributes, NaN and unescaped characters', () => {
    expect(verifyMarkup('<a b="1"><c/>x &amp; y</a>')).toEqual([])
    expect(verifyMarkup('<a><b></a></b>')).toEqual(['</a> closes nothing', '</b> closes nothing'])
    expect(verifyMarkup('<a x="NaN">&</a>')).toEqual(['holds NaN', 'unescaped & in: &'])
    expect(verifyMarkup('<a x="1" x="2">')).toEqual([
      'an attribute is given twice: <a x="1" x="2">',
      "<a> isn't closed",
    ])
    expect(verifyMarkup('a < b')).toEqual(['no tag: < b'])
  })
})

describe('decimate and splitAtGaps', () => {
  it('decimate keeps both ends of a line and the extremes of each pixel column', () => {
    const places = Array.from(
      { length: 30_000 },
      (_, index): FigurePoint => [index / 100, index === 12_345 ? 99 : index % 2],
    )
    const kept = decimate(places)
    expect(kept.length).toBeLessThanOrEqual(402)
    expect(kept).toContainEqual([123.45, 99])
    expect([kept[0], kept.at(-1)]).toEqual([places[0], places.at(-1)])
  })

  it('splitAtGaps never connects points on both sides of a gap', () => {
    expect(splitAtGaps([null, [0, 0], [1, 1], null, null, [2, 2], null])).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
      [[2, 2]],
    ])
  })
})

describe('lineFigure', () => {
  const spec: LineFigure = {
    title: 'Loss <of> "all"',
    description: 'a & b',
    x: { label: 'Step' },
    y: { label: 'Loss', unit: 'nats' },
    series: [{ name: 'plain', points: [0, 1, 2, 3].map((x) => ({ x, y: 4 - x })) }],
  }

  it('writes well-formed SVG with a title, a description and labels', () => {
    const svg = lineFigure(spec)
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('<title>Loss &lt;of&gt; &quot;all&quot;</title><desc>a &amp; b</desc>')
    expect(texts(svg)).toEqual([
      'Loss &lt;of&gt; &quot;all&quot;',
      'Loss (nats)',
      '0',
      '1',
      '2',
      '3',
      '4',
      '0.0',
      '0.5',
      '1.0',
      '1.5',
      '2.0',
      '2.5',
      '3.0',
      'Step',
      'plain',
    ])
  })

  it('leaves a gap for each value that is null or not finite', () => {
    const values = [1, Number.NaN, 2, 3, null, Number.POSITIVE_INFINITY, 1e200, 4]
    const svg = lineFigure({
      ...spec,
      series: [{ name: 'a', points: values.map((y, x) => ({ x, y, low: y, high: y })) }],
    })
    expect(verifyMarkup(svg)).toEqual([])
    const line = svg.match(/class="iso-line[^"]*" d="([^"]*)"/)?.[1] ?? ''
    expect(line.split('M').length - 1).toBe(3)
  })

  it('leaves a gap for a zero on a logarithmic axis', () => {
    const points = [10, 0, 1, 0.1].map((y, x) => ({ x, y }))
    const svg = lineFigure({ ...spec, y: { label: 'Loss', scale: 'log' }, series: [{ name: 'a', points }] })
    expect(verifyMarkup(svg)).toEqual([])
    expect(texts(svg)).toEqual(expect.arrayContaining(['0.1', '1', '10']))
  })

  it('draws a figure without any points', () => {
    for (const series of [
      [],
      [{ name: 'a', points: [] }],
      [{ name: 'a', points: [{ x: 0, y: null }], broken: true }],
    ]) {
      expect(verifyMarkup(lineFigure({ ...spec, series }))).toEqual([])
    }
  })

  it('writes less than 30,000 characters for 100,000 points', () => {
    const points = Array.from({ length: 100_000 }, (_, x) => ({ x, y: Math.sin(x), low: -1, high: Math.cos(x) }))
    const svg = lineFigure({ ...spec, series: [{ name: 'a', points }] })
    expect(svg.length).toBeLessThan(30_000)
  })

  it('writes the name of each color once, beside its lines', () => {
    const series = [1, 2, 3].map((seed) => ({
      name: 'plain',
      thin: true,
      points: [
        { x: 0, y: seed },
        { x: 1, y: seed },
      ],
    }))
    const names = texts(
      lineFigure({
        ...spec,
        series,
        references: [
          { label: 'guessing', y: 2 },
          { label: 'far', y: 99 },
        ],
      }),
    )
    expect(names.slice(-2)).toEqual(['plain', 'guessing'])
  })

  it('ends the line of a diverged run in a cross at the edge of the plot', () => {
    const points = [1, 2, 1e30, null].map((y, x) => ({ x, y }))
    const svg = lineFigure({
      ...spec,
      y: { label: 'Loss', domain: [0, 3] },
      series: [{ name: 'a', points, broken: true }],
    })
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toMatch(/class="iso-cross iso-c0" d="M[\d. L]*40L/)
  })
})

describe('rangeFigure', () => {
  const dots = (...values: (number | null)[]) => values.map((value, index) => ({ label: `seed ${index + 1}`, value }))
  const panel = (heading: string, shift: number) => ({
    heading,
    groups: [
      { name: 'plain', cells: [dots(0.1, 0.12, 0.11), dots(0.8, null, 0.9 + shift)] },
      { name: 'residual', cells: [dots(0.1, 0.1, 0.1), dots(0.05, 0.06, 0.04)] },
    ],
  })
  const spec: RangeFigure = {
    title: 'Error by depth',
    description: 'plain fails',
    x: { label: 'Depth', categories: ['4', '64'] },
    y: { label: 'Misclassified', percent: true, domain: [0, 1] },
    panels: [panel('Training error', 0), panel('Test error', 0.05)],
    references: [{ label: 'guessing', y: 0.9 }],
    broken: 'diverged',
  }

  it('draws all runs, and means and intervals where no run failed', () => {
    const svg = rangeFigure(spec)
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg.match(/class="iso-dot/g)).toHaveLength(22)
    expect(svg.match(/class="iso-bar/g)).toHaveLength(6)
    expect(svg.match(/class="iso-mark/g)).toHaveLength(6)
    expect(svg.match(/class="iso-cross/g)).toHaveLength(2)
    expect(svg).toContain('<title>plain, Depth 64, seed 2: diverged</title>')
    expect(texts(svg)).not.toContain('plain 85%')
    expect(texts(svg)).toEqual(expect.arrayContaining(['plain', 'residual 5.0%', 'guessing', 'diverged', '100%']))
  })

  it('draws each panel on the same scale if the panels are separate figures', () => {
    const panels = rangePanels({ ...spec, y: { label: 'Misclassified', percent: true } })
    expect(panels.map((svg) => verifyMarkup(svg))).toEqual([[], []])
    const ticks = panels.map((svg) => texts(svg).filter((text) => text.endsWith('0%')))
    expect(ticks[0]).toEqual(ticks[1])
  })

  it('draws a figure for a single run and for runs without a finite value', () => {
    const one = { heading: 'a', groups: [{ name: 'plain', cells: [dots(0.5)] }] }
    const none = { heading: 'a', groups: [{ name: 'plain', cells: [dots(null, Number.NaN)] }] }
    const x = { label: 'Depth', categories: ['4'] }
    for (const panels of [[one], [none], []]) {
      const svg = rangeFigure({ ...spec, x, panels })
      expect(verifyMarkup(svg)).toEqual([])
      expect(svg).not.toContain('class="iso-bar')
    }
  })
})
