/**
 * How strong the gradient is, stage by stage: the Euclidean norm of the samples' mean loss's gradient with respect to all
 * weights of the stage together, biases and scales left out. NaN where none of the weights is trained.
 */

import { gradientNormOf } from './known-norms.ts'
import type { LayerProbe } from './layer-probe.ts'

export const gradientNorm: LayerProbe = {
  title: 'Norm of the gradient',
  scale: 'log',
  when: 'snapshots',
  needs: { gradients: true, tensors: true },
  read: (view) => view.stages.map((stage) => gradientNormOf(view, stage)),
}
