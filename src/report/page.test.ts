import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { type Page, renderPage } from './page.ts'

const nasty = '<script>alert("1")</script> & \u001b[31m</style>'
const page: Page = {
  title: nasty,
  lead: nasty,
  summary: nasty,
  figures: [{ heading: nasty, panels: ['<svg></svg>'], caption: nasty }],
  tables: [{ caption: nasty, columns: [{ heading: nasty }], rows: [[nasty]], notes: [nasty] }],
  sections: [{ heading: nasty, paragraphs: [nasty] }],
  facts: [
    { term: nasty, detail: nasty },
    { term: 'Command', detail: nasty, code: true },
  ],
}

it('renderPage escapes every text of a page', () => {
  const html = renderPage(page)
  expect(verifyMarkup(html)).toEqual([])
  expect(html).not.toContain('<script')
  expect(html.match(/&lt;script&gt;/g)).toHaveLength(15)
})

it('renderPage writes a page that loads nothing from other files or hosts', () => {
  const html = renderPage({ title: 'a', lead: 'b', figures: [], tables: [], sections: [], facts: [] })
  expect(verifyMarkup(html)).toEqual([])
  expect(html).not.toMatch(/https?:|url\(|@import|src=|href=|<link/)
  expect(html).toContain('default-src &#39;none&#39;')
})

describe('a group of a page', () => {
  const group = {
    heading: nasty,
    paragraphs: [nasty],
    figures: [{ panels: ['<svg></svg>'], caption: nasty }],
    tables: [{ columns: [{ heading: nasty, prose: true }], rows: [[nasty]] }],
    items: [{ term: nasty, text: nasty, remark: nasty }],
  }
  const plain = { title: 'a', lead: 'b', figures: [], tables: [], sections: [], facts: [] }

  it('renderPage escapes every text of a group', () => {
    const html = renderPage({ ...plain, groups: [group] })
    expect(verifyMarkup(html)).toEqual([])
    expect(html).not.toContain('<script')
    expect(html.match(/&lt;script&gt;/g)).toHaveLength(8)
  })

  it('renderPage places a group below the figures and above the tables of the page', () => {
    const [figure] = page.figures
    const html = renderPage({
      ...plain,
      figures: [{ ...figure, heading: 'first' }],
      groups: [{ heading: 'second', items: [{ text: 'only this' }] }],
      tables: [{ caption: 'third', columns: [], rows: [] }],
    })
    const places = ['first', 'second', 'only this', 'third'].map((word) => html.indexOf(`>${word}<`))
    expect(Math.min(...places)).toBeGreaterThan(0)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it('renderPage shows several figures of a group side by side', () => {
    const [figure] = group.figures
    const of = (count: number) =>
      renderPage({ ...plain, groups: [{ heading: 'a', figures: Array.from({ length: count }, () => figure) }] })
    expect(of(1)).not.toContain('<div class="panels of-2">')
    expect(of(3)).toContain('<div class="panels of-2">')
  })
})
