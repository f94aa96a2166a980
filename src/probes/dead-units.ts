/**
 * The fraction of a stage's ReLU units that are not above 0 for any sample. No gradient passes through a dead unit. The
 * fraction of dead units is NaN if the stage has no ReLU. Leaky ReLU units cannot die and are not counted.
 */
import type { LayerProbe } from './layer-probe.ts'
import { shareOfReluUnits } from './relu-units.ts'

export const deadUnits: LayerProbe = {
  title: 'Fraction of dead units',
  scale: 'linear',
  domain: [0, 1],
  when: 'snapshots',
  needs: { activations: true },
  read: (view) => view.stages.map((stage) => shareOfReluUnits(view, stage, (active) => active === 0)),
}
