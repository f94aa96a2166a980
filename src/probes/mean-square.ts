/** How strong the signal is, stage by stage: the mean square of all outputs (Poole et al. 2016: q). */
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers } from './pass.ts'

export const meanSquare: LayerProbe = {
  title: 'Mean square of the outputs',
  scale: 'log',
  when: 'looks',
  needs: { stages: true },
  read: (sight) => sight.stages.map(({ end }) => meanSquareOf(sight.output(end).values)),
}

function meanSquareOf(values: Numbers): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] * values[index]
  return sum / values.length
}
