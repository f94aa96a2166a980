/**
 * The strength of the gradient at each stage: the Euclidean norm of the gradient of the mean loss with respect to the
 * weights of the stage. The gradients of biases and scales are left out of the norm. The gradient norm is NaN if none
 * of the stage's weights is trained.
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
