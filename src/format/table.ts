/** Tables as aligned plain text and as HTML. */
import { escapeMarkup, wrap } from './text.ts'

export interface Column {
  readonly heading: string
  /** Whether the column holds numbers. Numbers and their heading are aligned to the right. */
  readonly numeric?: boolean
  /** Whether an HTML page may break the column's texts into lines. */
  readonly prose?: boolean
}

export interface Table {
  readonly caption?: string
  readonly columns: readonly Column[]
  /** Rows with one text for each column. The first column names the row. */
  readonly rows: readonly (readonly string[])[]
  /** Notes that are shown below the table. */
  readonly notes?: readonly string[]
  /** Whether an HTML page shows only the caption of the table until the reader opens the table. */
  readonly isFolded?: boolean
}

function length(text: string): number {
  return [...text].length
}

function padTo(text: string, width: number, numeric: boolean): string {
  const characters = [...text]
  const cut = characters.length > width ? `${characters.slice(0, Math.max(0, width - 1)).join('')}…` : text
  const space = ' '.repeat(Math.max(0, width - length(cut)))
  return numeric ? space + cut : cut + space
}

/** Returns the smallest width from `least` to `most` at which different texts differ after the cut. */
function distinctWidth(texts: readonly string[], least: number, most: number): number {
  const different = new Set(texts).size
  let width = least
  while (width < most && new Set(texts.map((text) => padTo(text, width, false))).size < different) width++
  return width
}

/** The width of a line of the table, with `gap` spaces between columns. */
const totalOf = (widths: readonly number[], gap: number): number =>
  widths.reduce((sum, size) => sum + size, gap * (widths.length - 1))

/** The widths of the columns. The widest column of words is shortened if the table is wider than `width`. */
function columnWidths({ columns, rows }: Table, width: number, gap: number): number[] {
  const widths = columns.map(({ heading }, index) =>
    Math.max(length(heading), ...rows.map((row) => length(row[index] ?? ''))),
  )
  const excess = totalOf(widths, gap) - width
  if (excess <= 0) return widths
  const words = widths.map((size, index) => (columns[index].numeric ? 0 : size))
  const widest = words.indexOf(Math.max(...words))
  if (words[widest] === 0) return widths
  const cells = rows.map((row) => row[widest] ?? '')
  widths[widest] = distinctWidth(cells, Math.max(6, widths[widest] - excess), widths[widest])
  return widths
}

/**
 * The table as text, with two spaces between columns, or with one space if only then all words fit. If the table is wider
 * than `width`, its widest column of words is shortened by the excess, but not below 6 characters. Different words stay
 * different. If the table is still too wide, a single space separates the columns.
 */
export function tableText(table: Table, width = Number.POSITIVE_INFINITY): string {
  const { caption: title, columns, rows, notes = [] } = table
  const whole = columnWidths(table, Number.POSITIVE_INFINITY, 2)
  const wide = columnWidths(table, width, 2)
  const isCut = totalOf(wide, 2) < totalOf(whole, 2)
  const isTooWide = totalOf(wide, 2) > width || (isCut && totalOf(whole, 1) <= width)
  const [widths, gap] = isTooWide ? [columnWidths(table, width, 1), ' '] : [wide, '  ']
  const line = (cells: readonly string[]) => {
    return columns
      .map(({ numeric = false }, index) => padTo(cells[index] ?? '', widths[index], numeric))
      .join(gap)
      .trimEnd()
  }
  const rule = widths.map((size) => '─'.repeat(size)).join(gap)
  const caption = title === undefined ? [] : [...wrap(title, width), '']
  const below = notes.length === 0 ? [] : ['', ...notes.flatMap((note) => wrap(note, width))]
  return [...caption, line(columns.map((column) => column.heading)), rule, ...rows.map(line), ...below].join('\n')
}

/** The table as HTML. The table scrolls sideways if the page is narrower than the table. */
export function tableHtml(table: Table): string {
  const { caption, columns, rows, notes = [], isFolded = false } = table
  const prose = (index: number) => (columns[index].prose ? ' class="prose"' : '')
  const kind = (index: number) => (columns[index].numeric ? ' class="number"' : prose(index))
  const head = columns.map(({ heading }, index) => `<th scope="col"${kind(index)}>${escapeMarkup(heading)}</th>`)
  const body = rows.map((row, rank) => {
    const cells = columns.map((_, index) => {
      // A cell with several numbers in one line would make the table wider than the page.
      const parts = columns[index].numeric ? (row[index] ?? '').split('; ') : [row[index] ?? '']
      // Without a no-break space, a narrow page would break a line between the sign and the number.
      const text = parts.map(escapeMarkup).join(';<br>').replaceAll('± ', '±\u00a0')
      return index === 0 ? `<th scope="row"${prose(index)}>${text}</th>` : `<td${kind(index)}>${text}</td>`
    })
    const starts = rank > 0 && row[0] !== rows[rank - 1][0]
    return `<tr${starts ? ' class="starts"' : ''}>${cells.join('')}</tr>`
  })
  const title = caption === undefined ? '' : escapeMarkup(caption)
  const words = title === '' || isFolded ? '' : `<caption>${title}</caption>`
  const below = notes.map((note) => `<p class="note">${escapeMarkup(note)}</p>`).join('\n')
  const markup = `<div class="table" tabindex="0">
<table>${words}
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</div>
${below}`
  return isFolded ? `<details>\n<summary>${title}</summary>\n${markup}\n</details>` : markup
}
