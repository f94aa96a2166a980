/**
 * The relative speed of a stage's weights: the norm of the update divided by the norm of the weights. The ratio uses
 * the update that the optimizer makes if the gradient stays the same (`steadyUpdate`, which leaves weight decay out).
 * The update ratio is NaN if none of the stage's weights is trained, or if all weights of the stage are 0.
 */
import { euclideanNorm } from '../numerics/norm.ts'
import { gradientNormOf } from './known-norms.ts'
import type { LayerProbe } from './layer-probe.ts'
import { type Stage, trainedWeights } from './stages.ts'
import { steadyFactor, steadyUpdate } from './steady-update.ts'

export const updateRatio: LayerProbe = {
  title: 'Update norm over weight norm',
  scale: 'log',
  when: 'snapshots',
  needs: { gradients: true, tensors: true },
  read: async (view, { optimizer }) => {
    const factor = steadyFactor(optimizer)
    const updateNorm = async (stage: Stage): Promise<number> => {
      if (factor !== undefined) return factor * gradientNormOf(view, stage)
      const updates: Float64Array[] = []
      for (const place of trainedWeights(stage)) updates.push(steadyUpdate(optimizer, await view.gradient(place)))
      return euclideanNorm(updates)
    }
    const ratios: number[] = []
    for (const stage of view.stages) {
      const weights = euclideanNorm([trainedWeights(stage).map((place) => view.weightNorm(place))])
      ratios.push(weights === 0 ? Number.NaN : (await updateNorm(stage)) / weights)
    }
    return ratios
  },
}
