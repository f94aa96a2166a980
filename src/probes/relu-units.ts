/** Units that ReLU treats alike for all samples. A unit of an image is a channel: all its positions in all samples. */
import { activations } from '../network/activations.ts'
import type { PassView } from './pass.ts'
import type { LayerPlace, Stage } from './stages.ts'

/**
 * The share of the units of a stage's ReLUs of which `isCounted` holds, given at how many of all its places the unit is
 * above 0; NaN where the stage has no ReLU.
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
      // Numbers, not branches: which way a unit goes can't be foreseen, and that takes four times as long.
      for (let unit = 0; unit < active.length; unit++) active[unit] += Number(values[start + unit] > 0)
    }
    for (const times of active) if (isCounted(times, rows * positions)) counted++
    units += active.length
  }
  return counted / units
}

const isRelu = ({ layer: { layer } }: LayerPlace): boolean =>
  layer.kind === 'activation' && activations[layer.function].switchesOff
