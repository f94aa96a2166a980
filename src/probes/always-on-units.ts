/**
 * The share of a stage's ReLUs that are above 0 for every sample, an image's at every position: they act as linear units.
 * NaN where the stage has no ReLU.
 */
import type { LayerProbe } from './layer-probe.ts'
import { shareOfReluUnits } from './relu-units.ts'

export const alwaysOnUnits: LayerProbe = {
  title: 'Share of units that are always on',
  scale: 'linear',
  domain: [0, 1],
  when: 'snapshots',
  needs: { activations: true },
  read: (view) => view.stages.map((stage) => shareOfReluUnits(view, stage, (active, all) => active === all)),
}
