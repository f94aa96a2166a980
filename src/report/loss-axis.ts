/** The axis of losses while training. */

import { isDrawable } from '../format/text.ts'
import { type Axis, domainOf, roundOutward } from './scale.ts'

/** What a training kept of its losses. */
export interface LossCurve {
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
}

/**
 * One scale for all panels. A run that blows up would press all others flat: nothing far above where the runs started
 * is shown. Logarithmic where the losses differ by a factor of 20 and more.
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
  // Eight decades are as many as a panel can show; a loss of exactly 0 has no place on them anyway.
  const bottom = scale === 'log' ? Math.max(least, top * 1e-8) : Math.min(low, 0)
  return { label: 'Training loss', scale, domain: roundOutward(domainOf([bottom, top], scale), scale, 5) }
}
