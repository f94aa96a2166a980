/**
 * How fast a stage's weights would move: the norm of the update over the norm of the weights, where the update is what the
 * optimizer makes of this gradient if it stays (`steadyUpdate`, which leaves weight decay out). NaN where none of the
 * weights is trained, or all are 0.
 */

import { euclideanNorm } from '../numerics/norm.ts'
import { gradientNormOf } from './known-norms.ts'
import type { LayerProbe } from './layer-probe.ts'
import { trainedWeights } from './stages.ts'
import { steadyFactor, steadyUpdate } from './steady-update.ts'

export const updateRatio: LayerProbe = {
  title: 'Update over weights',
  scale: 'log',
  when: 'looks',
  needs: { gradients: true, tensors: true },
  read: (sight, { optimizer }) => {
    const factor = steadyFactor(optimizer)
    return sight.stages.map((stage) => {
      const places = trainedWeights(stage)
      const weights = euclideanNorm([places.map((place) => sight.weightNorm(place))])
      if (weights === 0) return Number.NaN
      if (factor !== undefined) return (factor * gradientNormOf(sight, stage)) / weights
      return euclideanNorm(places.map((place) => steadyUpdate(optimizer, sight.gradient(place)))) / weights
    })
  },
}
