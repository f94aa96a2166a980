/**
 * The fraction of the outputs of a stage's activations, over all units and samples, at which the derivative of the
 * activation is below a thousandth of its maximum. The fraction of saturated outputs is NaN if no activation of the
 * stage has the trait `lively`. An activation lacks the trait if it never saturates, or if its outputs do not determine
 * its derivative. ReLU units are counted by the probe `deadUnits` instead.
 */
import { activations, type OutputRange } from '../network/activations.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { PassView } from './pass.ts'
import type { LayerPlace, Stage } from './stages.ts'

export const saturatedUnits: LayerProbe = {
  title: 'Fraction of saturated outputs',
  scale: 'linear',
  domain: [0, 1],
  when: 'snapshots',
  needs: { activations: true },
  read: (view) => view.stages.map((stage) => shareSaturated(view, stage)),
}

const threshold = 1e-3

function rangeOf({ layer: { layer } }: LayerPlace): OutputRange | undefined {
  return layer.kind === 'activation' ? activations[layer.function].lively?.(threshold) : undefined
}

function shareSaturated(view: PassView, { activations: places }: Stage): number {
  let saturated = 0
  let all = 0
  for (const place of places) {
    const range = rangeOf(place)
    if (range === undefined) continue
    const { values } = view.output(place)
    const { low, high } = range
    for (let index = 0; index < values.length; index++) {
      saturated += Number(values[index] < low) + Number(values[index] > high)
    }
    all += values.length
  }
  return saturated / all
}
