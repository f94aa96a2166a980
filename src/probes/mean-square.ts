/** The strength of the signal after each stage: the mean square of all outputs (q in Poole et al. 2016). */
import { sumOfSquares } from '../numerics/norm.ts'
import type { LayerProbe } from './layer-probe.ts'

export const meanSquare: LayerProbe = {
  title: 'Mean square of the outputs',
  scale: 'log',
  when: 'snapshots',
  needs: { stages: true },
  read: (view) =>
    view.stages.map(({ end }) => {
      const { values } = view.output(end)
      return sumOfSquares(values) / values.length
    }),
}
