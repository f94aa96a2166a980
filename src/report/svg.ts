/** Writes SVG as text: elements, paths, marks, and the outermost element of a figure. */
import { escapeMarkup } from '../format/text.ts'
import { FIGURE_STYLE } from './figure-style.ts'

export type SvgAttributes = Readonly<Record<string, string | number | undefined>>

/** A position in a figure, in pixels from the top left corner. */
export type FigurePoint = readonly [x: number, y: number]

/** Formats a coordinate with at most one decimal. A tenth of a pixel is finer than any screen and keeps files small. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10 + 0)
}

/** Writes an element. The `children` must be markup, not plain text. An attribute that is undefined is left out. */
export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  let tag = `<${name}`
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    tag += ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeMarkup(value)}"`
  }
  return children.length === 0 ? `${tag}/>` : `${tag}>${children.join('')}</${name}>`
}

/** Writes a text element. The text is escaped. */
export function label(text: string, attributes: SvgAttributes): string {
  return element('text', attributes, escapeMarkup(text))
}

/**
 * The `d` attribute of a path through points. A path with a single point becomes a dot, drawn by the round line cap.
 */
export function pathThrough(places: readonly FigurePoint[]): string {
  if (places.length === 1) return `M${coordinate(places[0][0])} ${coordinate(places[0][1])}h0`
  return places.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('')
}

/**
 * Draws the mark of a series. Marks differ in shape as well as in color, for readers who cannot distinguish the colors.
 */
export function mark([x, y]: FigurePoint, color: number, size: number, ...children: readonly string[]): string {
  const attributes = { class: `iso-mark iso-c${color % 6}` }
  switch (color % 4) {
    case 0:
      return element('circle', { ...attributes, cx: x, cy: y, r: size }, ...children)
    case 1:
      return polygon([
        [0, -1.3],
        [1.3, 0],
        [0, 1.3],
        [-1.3, 0],
      ])
    case 2:
      return polygon([
        [-0.9, -0.9],
        [0.9, -0.9],
        [0.9, 0.9],
        [-0.9, 0.9],
      ])
    default:
      return polygon([
        [0, -1.2],
        [1.2, 0.9],
        [-1.2, 0.9],
      ])
  }
  function polygon(corners: readonly FigurePoint[]): string {
    const places = corners.map(([dx, dy]): FigurePoint => [x + dx * size, y + dy * size])
    return element('path', { ...attributes, d: `${pathThrough(places)}z` }, ...children)
  }
}

/** Draws a cross, the mark of a run that diverged. */
export function cross([x, y]: FigurePoint, color: number, size: number, ...children: readonly string[]): string {
  const [left, right, top, bottom] = [x - size, x + size, y - size, y + size].map(coordinate)
  const d = `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`
  return element('path', { class: `iso-cross iso-c${color % 6}`, d }, ...children)
}

export function tooltip(text: string): string {
  return element('title', {}, escapeMarkup(text))
}

/**
 * Writes a whole figure, either as a separate file or as a part of a page. The figure follows the reader's light or
 * dark preference. The title and the description are for readers who cannot see the picture.
 */
export function figure(
  size: { readonly width: number; readonly height: number },
  words: { readonly title: string; readonly description: string },
  ...children: readonly string[]
): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'iso-figure',
      viewBox: `0 0 ${coordinate(size.width)} ${coordinate(size.height)}`,
      width: size.width,
      height: size.height,
      role: 'img',
      // A page may stretch a figure to its column, but the words of the figure must not become larger than the words of
      // the page.
      style: `max-width:${coordinate(size.width * 1.2)}px`,
    },
    tooltip(words.title),
    element('desc', {}, escapeMarkup(words.description)),
    element('style', {}, FIGURE_STYLE),
    ...children,
  )
}
