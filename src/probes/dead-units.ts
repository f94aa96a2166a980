/**
 * The share of a stage's ReLUs that are above 0 for none of the samples: no gradient passes through them. NaN where the
 * stage has no ReLU; leaky ones can't die.
 */
import type { LayerProbe } from './layer-probe.ts'
import { shareOfReluUnits } from './relu-units.ts'

export const deadUnits: LayerProbe = {
  title: 'Share of dead units',
  scale: 'linear',
  domain: [0, 1],
  when: 'snapshots',
  needs: { activations: true },
  read: (view) => view.stages.map((stage) => shareOfReluUnits(view, stage, (active) => active === 0)),
}
