import { expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { type Table, tableHtml, tableText } from './table.ts'

const table: Table = {
  caption: 'Two <networks>',
  columns: [{ heading: 'network' }, { heading: 'depth', numeric: true }, { heading: 'loss', numeric: true }],
  rows: [
    ['plain', '4', '0.0302 ± 0.0001'],
    ['plain', '64', 'diverged'],
    ['residual & more', '4', '2.3'],
  ],
  notes: ['Seed 2 diverged.'],
}

it('tableText aligns words to the left and numbers to the right', () => {
  expect(tableText(table)).toMatchInlineSnapshot(`
    "Two <networks>

    network          depth             loss
    ───────────────  ─────  ───────────────
    plain                4  0.0302 ± 0.0001
    plain               64         diverged
    residual & more      4              2.3

    Seed 2 diverged."
  `)
})

it('tableText shortens words but not numbers if the table is too wide', () => {
  expect(tableText({ ...table, caption: undefined, notes: [] }, 34)).toMatchInlineSnapshot(`
    "network     depth             loss
    ──────────  ─────  ───────────────
    plain           4  0.0302 ± 0.0001
    plain          64         diverged
    residual …      4              2.3"
  `)
})

it('tableText narrows the space between the columns before it shortens words, and leaves different words different', () => {
  const rows = ['rate / 3', 'rate / 10'].map((name) => [name, '0.0302 ± 0.0001'])
  const lines = (width: number): string[] =>
    tableText({ columns: [{ heading: 'control' }, { heading: 'loss', numeric: true }], rows }, width)
      .split('\n')
      .slice(2)
  // One space between the columns leaves room for all words.
  expect(lines(25)).toEqual(['rate / 3  0.0302 ± 0.0001', 'rate / 10 0.0302 ± 0.0001'])
  expect(lines(24)).toEqual(['rate / 3 0.0302 ± 0.0001', 'rate / … 0.0302 ± 0.0001'])
})

it('tableHtml gives valid HTML with the caption, the rows and the numbers', () => {
  const html = tableHtml(table)
  expect(verifyMarkup(html)).toEqual([])
  expect(html).toContain('<caption>Two &lt;networks&gt;</caption>')
  expect(html).toContain('<tr class="starts"><th scope="row">residual &amp; more</th><td class="number">4</td>')
})

it('tableHtml breaks the line between several numbers of a cell', () => {
  const html = tableHtml({
    columns: [{ heading: 'network' }, { heading: 'error', numeric: true }],
    rows: [['a; b', '1 of 3 diverged; < 8% and 9%']],
  })
  expect(html).toContain('<td class="number">1 of 3 diverged;<br>&lt; 8% and 9%</td>')
  expect(html).toContain('a; b')
  expect(verifyMarkup(html)).toEqual([])
})

it('tableHtml marks columns of prose, whose lines a page may break', () => {
  const columns = [{ heading: 'a', prose: true }, { heading: 'b' }, { heading: 'c', prose: true }]
  const html = tableHtml({ columns, rows: [['x', 'y', 'z']] })
  expect(html).toContain('<th scope="row" class="prose">x</th><td>y</td><td class="prose">z</td>')
})
