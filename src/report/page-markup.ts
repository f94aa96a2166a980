/** The parts of a page as HTML: figures, groups, lists, and the parts of an answer. All texts are escaped. */
import { type Table, tableHtml } from '../format/table.ts'
import { capitalize, escapeMarkup } from '../format/text.ts'

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
  /** Whether the page shows only the heading of the group until the reader opens the group. */
  readonly isFolded?: boolean
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

/** A part of the answer at the top of a page, such as `What to do`: a sentence, a command, and code that is folded. */
export interface AnswerPart {
  readonly heading: string
  /** A text that can follow a colon. */
  readonly text: string
  readonly command?: string
  /** Paragraphs below the command. */
  readonly below?: readonly string[]
  readonly table?: Table
  readonly code?: { readonly caption: string; readonly text: string }
}

export function renderFigure(figure: PageFigure): string {
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

export function renderGroup({
  heading,
  isFolded = false,
  paragraphs = [],
  figures = [],
  tables = [],
  items = [],
}: PageGroup): string {
  const drawn = figures.map(figureMarkup)
  const parts = [
    ...(isFolded ? [] : [`<h2>${escapeMarkup(heading)}</h2>`]),
    ...paragraphs.map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`),
    ...(drawn.length > 1 ? [`<div class="panels of-2">\n${drawn.join('\n')}\n</div>`] : drawn),
    ...tables.map(tableHtml),
    ...(items.length === 0 ? [] : [`<ul class="items">\n${items.map(itemMarkup).join('\n')}\n</ul>`]),
  ]
  const body = parts.join('\n')
  const inside = isFolded ? folded(heading, body) : body
  return `<section class="wide group">\n${inside}\n</section>`
}

const folded = (caption: string, body: string): string =>
  `<details>\n<summary>${escapeMarkup(caption)}</summary>\n${body}\n</details>`

export function renderAnswerPart({ heading, text, command, below = [], table, code }: AnswerPart): string {
  const parts = [
    `<h2>${escapeMarkup(heading)}</h2>`,
    `<p>${escapeMarkup(capitalize(text))}</p>`,
    ...(command === undefined ? [] : [`<p class="command">${codeMarkup(command)}</p>`]),
    ...below.map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`),
    ...(table === undefined ? [] : [tableHtml(table)]),
    ...(code === undefined ? [] : [folded(code.caption, `<pre>${escapeMarkup(code.text)}</pre>`)]),
  ]
  return `<div class="part">\n${parts.join('\n')}\n</div>`
}

function itemMarkup({ term, text, remark }: PageItem): string {
  const head = term === undefined ? '' : `<strong>${escapeMarkup(term)}.</strong> `
  const foot = remark === undefined ? '' : ` <span class="remark">${escapeMarkup(remark)}</span>`
  return `<li>${head}${escapeMarkup(text)}${foot}</li>`
}

export function renderSection({ heading, paragraphs }: PageSection): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`).join('\n')
  return `<section>\n<h2>${escapeMarkup(heading)}</h2>\n${body}\n</section>`
}

export function renderFacts(facts: readonly Fact[]): string {
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
export function codeMarkup(text: string): string {
  const words = text.split(' ').map((word) => `<span>${escapeMarkup(word)}</span>`)
  return `<code>${words.join(' ')}</code>`
}
