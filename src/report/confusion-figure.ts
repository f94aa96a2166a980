/** The picture of a confusion matrix: a cell for each pair of a true class (row) and a predicted class (column). */
import { formatPercent } from '../format/text.ts'
import { counted, grouped } from '../format/words.ts'
import { fitted, textWidth } from './labels.ts'
import { element, figure, label, tooltip } from './svg.ts'

export interface ConfusionFigure {
  readonly title: string
  /** The names of the classes. */
  readonly classes: readonly string[]
  /** Number of samples of each true class (row) that are taken for each class (column). */
  readonly confusion: readonly (readonly number[])[]
}

/** Most classes whose cells have numbers. */
export const mostNumbers = 12
/** Most classes whose cells have tooltips, which would make the file of a larger matrix many times larger. */
const mostTooltips = 20
const NAME_SIZE = 11.5
/** Largest width of a class name, in pixels. */
const NAME_ROOM = 84
const TOP = 44

/** Draws the confusion matrix as SVG text. The color of a cell is stronger for a larger share of its row. */
export function confusionFigure({ title, classes, confusion }: ConfusionFigure): string {
  const count = classes.length
  const width = count <= 6 ? 340 : count <= mostNumbers ? 400 : 560
  const names = classes.map((name) => fitted(name, NAME_ROOM, NAME_SIZE))
  const room = Math.ceil(Math.max(...names.map((name) => textWidth(name, NAME_SIZE))))
  const left = room + 10
  const cell = (width - left - 2) / count
  const areUpright = names.every((name) => textWidth(name, NAME_SIZE) <= cell - 2)
  const top = TOP + (areUpright ? 18 : room + 8)
  const height = Math.ceil(top + cell * count + 4)
  // If the cells are smaller than a line of text, only some classes have names.
  const every = Math.ceil(14 / cell)
  const isNamed = (index: number): boolean => index % every === 0
  const middle = (index: number, start: number): number => start + (index + 0.5) * cell
  const rowNames = names.map((name, row) =>
    isNamed(row) ? label(name, { class: 'iso-note', x: left - 6, y: middle(row, top) + 4, 'text-anchor': 'end' }) : '',
  )
  const columnNames = names.map((name, column) => {
    if (!isNamed(column)) return ''
    const x = middle(column, left)
    if (areUpright) return label(name, { class: 'iso-note', x, y: top - 7, 'text-anchor': 'middle' })
    const transform = `rotate(-90 ${Math.round(x + 4)} ${Math.round(top - 6)})`
    return label(name, { class: 'iso-note', x: Math.round(x + 4), y: Math.round(top - 6), transform })
  })
  const cells = confusion.flatMap((row, actual) => {
    const total = row.reduce((sum, value) => sum + value, 0)
    return row.map((value, predicted) => {
      const [x, y] = [left + predicted * cell, top + actual * cell]
      if (value === 0) return ''
      const share = value / total
      const words = `${counted(value, 'sample')} of class ${classes[actual]} taken for ${classes[predicted]}, ${formatPercent(share)} of the class`
      const box = element(
        'rect',
        {
          class: `iso-share ${actual === predicted ? 'iso-c1' : 'iso-c0'}`,
          x,
          y,
          width: cell,
          height: cell,
          'fill-opacity': String(opacityOf(share, actual === predicted)),
        },
        ...(count > mostTooltips ? [] : [tooltip(words)]),
      )
      return count > mostNumbers ? box : box + numberIn(value, x, y, cell)
    })
  })
  const frame = element('rect', {
    class: 'iso-axis',
    x: left,
    y: top,
    width: cell * count,
    height: cell * count,
    fill: 'none',
  })
  return figure(
    { width, height },
    { title, description: describe(classes, confusion) },
    label(fitted(title, width, 13.5, true), { class: 'iso-heading', x: 0, y: 14 }),
    label('True class (rows), predicted class (columns)', { class: 'iso-note', x: 0, y: 31 }),
    ...rowNames,
    ...columnNames,
    ...cells,
    frame,
  )
}

/** Rare mistakes get a stronger color than their share, so that they can be seen. */
function opacityOf(share: number, isRight: boolean): number {
  return Math.round(100 * (isRight ? 0.12 + 0.48 * share : 0.08 + 0.62 * Math.sqrt(share))) / 100
}

function numberIn(value: number, x: number, y: number, cell: number): string {
  const text = value < 10_000 ? String(value) : `${grouped(Math.round(value / 1000))}k`
  const size = Math.min(12, (cell - 3) / textWidth(text, 1))
  const place = { x: x + cell / 2, y: y + cell / 2 + size * 0.36, 'text-anchor': 'middle' }
  return label(text, { ...place, style: `font-size:${Math.round(10 * size) / 10}px` })
}

function describe(classes: readonly string[], confusion: ConfusionFigure['confusion']): string {
  const total = confusion.flat().reduce((sum, value) => sum + value, 0)
  const right = confusion.reduce((sum, row, actual) => sum + row[actual], 0)
  return `${counted(total, 'sample')} of ${counted(classes.length, 'class').replace(/classs$/, 'classes')}, ${formatPercent(right / total)} right.`
}
