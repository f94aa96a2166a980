import { expect, it } from 'vitest'
import { type Page, renderPage } from './page.ts'
import { verifyMarkup } from './verify-markup.ts'

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

it('escapes every text', () => {
  const html = renderPage(page)
  expect(verifyMarkup(html)).toEqual([])
  expect(html).not.toContain('<script')
  expect(html.match(/&lt;script&gt;/g)).toHaveLength(15)
})

it('needs nothing from anywhere', () => {
  const html = renderPage({ title: 'a', lead: 'b', figures: [], tables: [], sections: [], facts: [] })
  expect(verifyMarkup(html)).toEqual([])
  expect(html).not.toMatch(/https?:|url\(|@import|src=|href=|<link/)
  expect(html).toContain('default-src &#39;none&#39;')
})
