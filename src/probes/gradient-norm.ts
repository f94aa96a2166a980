/**
 * How strong the gradient is, stage by stage: the Euclidean norm of the samples' mean loss's gradient with respect to all
 * weights of the stage together, biases and scales left out. NaN where none of the weights is trained.
 */
import type { LayerProbe } from './layer-probe.ts'
import { euclideanNorm } from './norm.ts'
import { trainedWeights } from './stages.ts'

export const gradientNorm: LayerProbe = {
  title: 'Norm of the gradient',
  scale: 'log',
  when: 'looks',
  needs: { gradients: true },
  read: (sight) =>
    sight.stages.map((stage) => {
      const places = trainedWeights(stage)
      return places.length === 0 ? Number.NaN : euclideanNorm(places.map((place) => sight.gradient(place)))
    }),
}
