/** The picture of a regression: predicted against actual values of one target, with the diagonal of perfect predictions. */
import { isDrawable } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { clip, createFrame, drawColumns } from './frame.ts'
import { fitted } from './labels.ts'
import { createScale, domainOf, roundOutward } from './scale.ts'
import { coordinate, element, figure } from './svg.ts'
import type { Domain } from './ticks.ts'

/** Actual and predicted values of one target, in the target's unit. */
export interface PredictedTarget {
  readonly name: string
  readonly actual: ArrayLike<number>
  /** A predicted value that is not finite may be null. */
  readonly predicted: ArrayLike<number | null>
}

export interface PredictionFigure extends PredictedTarget {
  /** The domain of both axes. By default, the domain holds all values. */
  readonly domain?: Domain
}

const WIDTH = 340
const HEIGHT = 330
/** Height of the strip above the plot, in pixels. */
const STRIP = 0
/**
 * Number of paths over which the points are spread. Overlapping points of one path don't get darker, so several paths
 * show where the points are dense.
 */
const LAYERS = 12

/** Draws predicted against actual values of one target as SVG text. Values that can't be drawn are left out. */
export function predictionFigure({ name, actual, predicted, domain: given }: PredictionFigure): string {
  const points = Array.from(actual, (value, index): [number, number | null] => [value, predicted[index]]).filter(
    (pair): pair is [number, number] => pair.every(isDrawable),
  )
  const domain = roundOutward(given ?? domainOf(points.flat()), 'linear', 4)
  const axis = { label: 'Predicted', domain }
  const heading = fitted(name, WIDTH, 13.5, true)
  const frame = createFrame({ width: WIDTH, height: HEIGHT, heading, y: axis, domain, names: [], strip: STRIP })
  const { box, y } = frame
  const x = createScale({ label: 'Actual' }, domain, [box.left, box.right], 4)
  const ticks = x.ticks.map((tick) => ({ ...tick, at: x.place(tick.value) ?? box.left }))
  const places = points.map(([a, b]) => `M${coordinate(x.place(a) ?? 0)} ${coordinate(y.place(b) ?? 0)}h0`)
  const layers = Array.from({ length: Math.min(LAYERS, places.length) }, (_, layer) => {
    const d = places.filter((_place, index) => index % LAYERS === layer).join('')
    return element('path', { class: 'iso-points iso-c1', d })
  })
  const diagonal = element('line', {
    class: 'iso-reference',
    x1: box.left,
    y1: box.bottom,
    x2: box.right,
    y2: box.top,
  })
  return figure(
    { width: WIDTH, height: HEIGHT },
    { title: `${name}: predicted against actual`, description: `${counted(points.length, 'sample')} as points.` },
    frame.markup,
    drawColumns(box, ticks, 'Actual'),
    clip(box, ...layers),
    diagonal,
  )
}
