/** Renders one self-contained HTML page, without scripts and without fonts or pictures from other files. */
import { type Table, tableHtml } from '../format/table.ts'
import { escapeMarkup } from '../format/text.ts'
import { PAGE_STYLE } from './page-style.ts'

export interface PageFigure {
  readonly heading?: string
  /** SVG texts. Several panels stand side by side on a wide page, and below each other on a narrow page. */
  readonly panels: readonly string[]
  /** Most panels that stand side by side, at most and by default three. */
  readonly mostColumns?: number
  readonly caption: string
}

export interface PageSection {
  readonly heading: string
  readonly paragraphs: readonly string[]
}

/**
 * A group of the page, with a heading. The page shows the parts of a group in the order of the properties of
 * `PageGroup`.
 */
export interface PageGroup {
  readonly heading: string
  readonly paragraphs?: readonly string[]
  /** Figures, each with its own caption. Two figures stand side by side on a wide page. */
  readonly figures?: readonly PageFigure[]
  readonly tables?: readonly Table[]
  readonly items?: readonly PageItem[]
}

/** An item of a list: a term in bold, a text about the term, and a remark below. */
export interface PageItem {
  readonly term?: string
  readonly text: string
  readonly remark?: string
}

export interface Fact {
  readonly term: string
  readonly detail: string
  /** Whether the detail of the fact is code, such as a command. */
  readonly code?: boolean
}

/** A command for the reader to type next, with a text that ends in a colon, such as `To find the cause:`. */
export interface NextStep {
  readonly text: string
  readonly command: string
}

export interface Page {
  readonly title: string
  /**
   * The answer at the top of the page, in one or two sentences. A list of texts becomes one paragraph for each text.
   */
  readonly lead: string | readonly string[]
  /** What the reader can type next, below the answer. */
  readonly next?: readonly NextStep[]
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
<h1>${escapeMarkup(page.title)}</h1>
${[page.lead]
  .flat()
  .map((text) => `<p class="lead">${escapeMarkup(text)}</p>`)
  .join('\n')}
${(page.next ?? []).map(({ text, command }) => `<p class="next">${escapeMarkup(text)}<br>${codeMarkup(command)}</p>\n`).join('')}${summary}
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

function renderFigure(figure: PageFigure): string {
  return `<section class="wide">\n${figureMarkup(figure)}\n</section>`
}

function figureMarkup({ heading, panels, caption, mostColumns = 3 }: PageFigure): string {
  const head = heading === undefined ? '' : `<h2>${escapeMarkup(heading)}</h2>\n`
  // Four panels stand in two full rows.
  const columns = panels.length === 4 ? 2 : Math.min(Math.max(panels.length, 1), mostColumns)
  return `${head}<figure>
<div class="panels of-${columns}">
${panels.join('\n')}
</div>
<figcaption>${escapeMarkup(caption)}</figcaption>
</figure>`
}

function renderGroup({ heading, paragraphs = [], figures = [], tables = [], items = [] }: PageGroup): string {
  const drawn = figures.map(figureMarkup)
  const parts = [
    `<h2>${escapeMarkup(heading)}</h2>`,
    ...paragraphs.map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`),
    ...(drawn.length > 1 ? [`<div class="panels of-2">\n${drawn.join('\n')}\n</div>`] : drawn),
    ...tables.map(tableHtml),
    ...(items.length === 0 ? [] : [`<ul class="items">\n${items.map(itemMarkup).join('\n')}\n</ul>`]),
  ]
  return `<section class="wide group">\n${parts.join('\n')}\n</section>`
}

function itemMarkup({ term, text, remark }: PageItem): string {
  const head = term === undefined ? '' : `<strong>${escapeMarkup(term)}.</strong> `
  const foot = remark === undefined ? '' : ` <span class="remark">${escapeMarkup(remark)}</span>`
  return `<li>${head}${escapeMarkup(text)}${foot}</li>`
}

function renderSection({ heading, paragraphs }: PageSection): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`).join('\n')
  return `<section>\n<h2>${escapeMarkup(heading)}</h2>\n${body}\n</section>`
}

function renderFacts(facts: readonly Fact[]): string {
  if (facts.length === 0) return ''
  const items = facts.map(({ term, detail, code }) => {
    return `<div><dt>${escapeMarkup(term)}</dt><dd>${code ? codeMarkup(detail) : escapeMarkup(detail)}</dd></div>`
  })
  return `<section>\n<h2>How this report was made</h2>\n<dl>\n${items.join('\n')}\n</dl>\n</section>`
}

/**
 * Renders code with every word in its own span, because a browser would break lines after the hyphens of a command-line
 * option.
 */
function codeMarkup(text: string): string {
  const words = text.split(' ').map((word) => `<span>${escapeMarkup(word)}</span>`)
  return `<code>${words.join(' ')}</code>`
}
