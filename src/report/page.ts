/** Renders one self-contained HTML page, without scripts and without fonts or pictures from other files. */
import { type Table, tableHtml } from '../format/table.ts'
import { escapeMarkup } from '../format/text.ts'
import {
  type AnswerPart,
  codeMarkup,
  type Fact,
  type NextStep,
  type PageFigure,
  type PageGroup,
  type PageSection,
  renderAnswerPart,
  renderFacts,
  renderFigure,
  renderGroup,
  renderSection,
} from './page-markup.ts'
import { PAGE_STYLE } from './page-style.ts'

export type { AnswerPart, Fact, NextStep, PageFigure, PageGroup, PageItem, PageSection } from './page-markup.ts'

export interface Page {
  readonly title: string
  /**
   * The answer at the top of the page, in one or two sentences. A list of texts becomes one paragraph for each text.
   */
  readonly lead: string | readonly string[]
  /** What the reader can type next, below the answer. */
  readonly next?: readonly NextStep[]
  /** Further parts of the answer, each with a heading. */
  readonly answer?: readonly AnswerPart[]
  /** A line below the answer that summarizes the setup. */
  readonly summary?: string
  readonly figures: readonly PageFigure[]
  /** The groups of the page, which stand below the figures. */
  readonly groups?: readonly PageGroup[]
  readonly tables: readonly Table[]
  readonly sections: readonly PageSection[]
  /** The facts about how the page was made, at the end of the page. */
  readonly facts: readonly Fact[]
}

/**
 * The content security policy. The page may neither load nor run anything, even if an unescaped text got into the page.
 */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** The Isobath emblem: three contour lines of equal depth. */
const EMBLEM =
  '<svg class="emblem" viewBox="0 0 30 18" width="30" height="18" aria-hidden="true"><g fill="none" stroke="currentColor" ' +
  'stroke-width="1.6" stroke-linecap="round"><path d="M1 5c5-5 9 3 14 1s8-6 14-2"/><path d="M1 10.500c5-5 9 3 14 1s8-6 14-2" ' +
  'opacity=".65"/><path d="M1 16c5-5 9 3 14 1s8-6 14-2" opacity=".35"/></g></svg>'

/**
 * Renders the whole page as HTML text. All texts are escaped, except the panels of figures, which are markup already.
 */
export function renderPage(page: Page): string {
  const summary = page.summary === undefined ? '' : `<p class="summary">${escapeMarkup(page.summary)}</p>`
  const blocks = [
    `<header>
<p class="brand">${EMBLEM}Isobath</p>
<h1>${withBreaks(page.title)}</h1>
${[page.lead]
  .flat()
  .map((text) => `<p class="lead">${escapeMarkup(text)}</p>`)
  .join('\n')}
${(page.next ?? []).map(({ text, command }) => `<p class="next">${escapeMarkup(text)}<br>${codeMarkup(command)}</p>\n`).join('')}${(page.answer ?? []).map((part) => `${renderAnswerPart(part)}\n`).join('')}${summary}
</header>`,
    ...page.figures.map(renderFigure),
    ...(page.groups ?? []).map(renderGroup),
    ...page.tables.map((table) => `<section class="wide">\n${tableHtml(table)}\n</section>`),
    ...page.sections.map(renderSection),
    renderFacts(page.facts),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(POLICY)}">
<title>${escapeMarkup(page.title)}</title>
<style>
${PAGE_STYLE}</style>
</head>
<body>
<main>
${blocks.filter((block) => block !== '').join('\n')}
</main>
</body>
</html>
`
}

/** A heading that a narrow page may break behind the commas of a network's name. */
const withBreaks = (title: string): string => escapeMarkup(title).replace(/,(?=\S)/g, ',<wbr>')
