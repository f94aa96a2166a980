/** The axis of losses during training. */
import { isDrawable } from '../format/text.ts'
import { type Axis, domainOf, roundOutward } from './scale.ts'

/** The stored losses of one training. */
export interface LossCurve {
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
}

/**
 * Returns one loss axis for all panels. The loss axis ends at most at 1.5 times the largest initial loss, or at 4 times
 * the largest initial loss on a log scale. Without this upper end, a diverging run would flatten the lines of all other
 * runs. The loss axis is logarithmic if no loss is negative and the smallest loss above 0 is less than a twentieth of
 * the largest initial loss. Returns null if no loss is finite.
 */
export function lossAxis(rows: readonly LossCurve[]): Axis | null {
  const losses = rows.flatMap((row) => row.losses.map((point) => point.loss)).filter(isDrawable)
  if (losses.length === 0) return null
  const starts = rows.flatMap((row) => row.losses.find((point) => isDrawable(point.loss))?.loss ?? [])
  const [low, high] = domainOf(losses)
  const [least] = domainOf(losses, 'log')
  const usual = Math.max(...starts)
  const scale = low >= 0 && least < usual / 20 ? 'log' : 'linear'
  const top = usual > 0 ? Math.min(high, usual * (scale === 'log' ? 4 : 1.5)) : high
  // A panel can show losses over at most eight powers of ten. A loss of exactly 0 cannot be drawn on a logarithmic axis
  // in any case.
  const bottom = scale === 'log' ? Math.max(least, top * 1e-8) : Math.min(low, 0)
  return { label: 'Training loss', scale, domain: roundOutward(domainOf([bottom, top], scale), scale, 5) }
}

/** Sentences about a loss axis for the caption of its picture, each after a space. */
export function axisWords({ scale, domain }: Axis, rows: readonly LossCurve[]): string {
  const log = scale === 'log' ? ' The loss axis is logarithmic.' : ''
  const end = domain?.[1] ?? Number.POSITIVE_INFINITY
  const isCut = rows.some(({ losses }) => losses.some(({ loss }) => isDrawable(loss) && loss > end))
  return isCut ? `${log} Losses above the axis are cut off.` : log
}
