import { expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { type RowFigure, rowFigure } from './row-figure.ts'

const dots = (...values: (number | null)[]) => values.map((value, index) => ({ label: `seed ${index + 1}`, value }))
const spec: RowFigure = {
  title: 'Error <by control>',
  description: 'a & b',
  x: { label: 'Misclassified', percent: true },
  series: ['training', 'test'],
  rows: [
    { name: 'network', cells: [dots(0.8, 0.82, 0.84), dots(0.9, 0.91, 0.92)] },
    { name: 'rate <x> 3', cells: [dots(0.4, null, 0.5), dots(0.5, null, 0.6)] },
    { name: 'float64', cells: [dots(0.7), dots(0.75)] },
  ],
  references: [{ label: 'guessing', x: 0.9 }],
  broken: 'diverged',
}

it('rowFigure draws all runs of each control, and means and intervals where no run failed', () => {
  const svg = rowFigure(spec)
  expect(verifyMarkup(svg)).toEqual([])
  // A control with one run has neither an interval nor a dot beside its mean.
  expect(svg.match(/class="iso-dot/g)).toHaveLength(10)
  expect(svg.match(/class="iso-bar/g)).toHaveLength(2)
  // Two of the marks belong to the key.
  expect(svg.match(/class="iso-mark/g)).toHaveLength(6)
  expect(svg.match(/class="iso-cross/g)).toHaveLength(2)
  expect(svg).toContain('<title>rate &lt;x&gt; 3, test, seed 2: diverged</title>')
  for (const text of ['>network<', '>guessing<', '>diverged<', '>training<', '>test<']) expect(svg).toContain(text)
})

it('rowFigure places larger values further to the right, on linear and logarithmic scales', () => {
  for (const scale of ['linear', 'log'] as const) {
    const cells = [0.001, 0.1, 10].map((value) => ({ name: String(value), cells: [dots(value)] }))
    const svg = rowFigure({ ...spec, x: { label: 'Loss', scale }, series: ['training'], rows: cells })
    const places = [...svg.matchAll(/<circle class="iso-mark[^"]*" cx="([\d.]+)"/g)].map((match) => Number(match[1]))
    // The first mark belongs to the key.
    expect(places.slice(1)).toHaveLength(3)
    expect(places.slice(1)).toEqual([...places.slice(1)].sort((a, b) => a - b))
    expect(new Set(places).size).toBe(4)
  }
})

it('rowFigure writes `diverged` only if a run diverged, and draws a figure without rows', () => {
  const rows = spec.rows.filter(({ name }) => name !== 'rate <x> 3')
  expect(rowFigure({ ...spec, rows })).not.toContain('diverged')
  expect(verifyMarkup(rowFigure({ ...spec, rows: [] }))).toEqual([])
  expect(verifyMarkup(rowFigure({ ...spec, rows: [{ name: 'a', cells: [dots(null), dots(Number.NaN)] }] }))).toEqual([])
})

it('rowFigure shortens a control name that is too long for its place', () => {
  const svg = rowFigure({ ...spec, rows: [{ name: 'a very '.repeat(20), cells: [dots(0.5), dots(0.5)] }] })
  expect(svg).toMatch(/<text x="0"[^>]*>a very a very[a-z ]*…<\/text>/)
})

it('rowFigure breaks a long control name at its comma, so that names with different rates stay different', () => {
  const names = ['without regularization, rate / 10000', 'without regularization, rate / 3000']
  const svg = rowFigure({ ...spec, rows: names.map((name) => ({ name, cells: [dots(0.5), dots(0.5)] })) })
  expect(svg.match(/>without regularization,</g)).toHaveLength(2)
  for (const text of ['>rate / 10000<', '>rate / 3000<']) expect(svg).toContain(text)
})
