/**
 * The strength of the response of each stage: the standard deviation, over all units and samples, of the outputs of the
 * last batch norm that is not on a shortcut. He et al. (2015, fig. 7) measure the same point: after batch norm, before
 * the nonlinearity or the addition. The standard deviation of the responses is NaN if the stage has no batch norm.
 */
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers } from './pass.ts'

export const responseDeviation: LayerProbe = {
  title: 'Standard deviation of the responses',
  scale: 'linear',
  when: 'ends',
  needs: { kinds: ['batchNorm'] },
  read: (view) =>
    view.stages.map(({ normalizations }) => {
      const last = normalizations.at(-1)
      return last ? deviationOf(view.output(last).values) : Number.NaN
    }),
}

function deviationOf(values: Numbers): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]
  const mean = sum / values.length
  let squares = 0
  for (let index = 0; index < values.length; index++) squares += (values[index] - mean) ** 2
  return Math.sqrt(squares / values.length)
}
