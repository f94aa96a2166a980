/** Counts ReLU units that behave the same for all samples. For images, a unit is a channel at all positions. */
import { activations } from '../network/activations.ts'
import type { PassView } from './pass.ts'
import type { LayerPlace, Stage } from './stages.ts'

/**
 * The fraction of a stage's ReLU units for which `isCounted(active, all)` is true. The argument `all` is the number of
 * outputs of a unit, over all samples and positions, and `active` is the number of these outputs above 0. The fraction
 * of counted units is NaN if the stage has no ReLU.
 */
export function shareOfReluUnits(
  view: PassView,
  { activations: places }: Stage,
  isCounted: (active: number, all: number) => boolean,
): number {
  let units = 0
  let counted = 0
  for (const place of places.filter(isRelu)) {
    const { values, rows, width, positions } = view.output(place)
    const active = new Uint32Array(width / positions)
    for (let start = 0; start < values.length; start += active.length) {
      // Adding 0 or 1 avoids an unpredictable branch, which would take four times as long.
      for (let unit = 0; unit < active.length; unit++) active[unit] += Number(values[start + unit] > 0)
    }
    for (const times of active) if (isCounted(times, rows * positions)) counted++
    units += active.length
  }
  return counted / units
}

const isRelu = ({ layer: { layer } }: LayerPlace): boolean =>
  layer.kind === 'activation' && activations[layer.function].switchesOff
