/**
 * The fraction of a stage's ReLU units that are above 0 for every sample, and for images at every position. A ReLU unit
 * that is always on acts as a linear unit. The fraction of units that are always on is NaN if the stage has no ReLU.
 */
import type { LayerProbe } from './layer-probe.ts'
import { shareOfReluUnits } from './relu-units.ts'

export const alwaysOnUnits: LayerProbe = {
  title: 'Fraction of units that are always on',
  scale: 'linear',
  domain: [0, 1],
  when: 'snapshots',
  needs: { activations: true },
  read: (view) => view.stages.map((stage) => shareOfReluUnits(view, stage, (active, all) => active === all)),
}
