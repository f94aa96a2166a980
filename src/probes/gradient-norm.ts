/**
 * The strength of the gradient at each stage: the Euclidean norm of the gradient of the mean loss with respect to the
 * weights of the stage. Biases and scales are left out. The norm is NaN if none of the weights is trained.
 */
import { gradientNormOf } from './known-norms.ts'
import type { LayerProbe } from './layer-probe.ts'

export const gradientNorm: LayerProbe = {
  title: 'Gradient norm',
  scale: 'log',
  when: 'snapshots',
  needs: { gradients: true, tensors: true },
  read: (view) => view.stages.map((stage) => gradientNormOf(view, stage)),
}
