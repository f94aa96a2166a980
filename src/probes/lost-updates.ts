/**
 * The fraction of a stage's weights that one step of the optimizer (`firstUpdate`) does not change in float32, for
 * networks of any precision. An update u of a weight w, both rounded to float32, is lost if w - u rounds to w. The
 * update is lost if |u| is less than half the distance from w to the next float32 in the direction of w - u. An update
 * of exactly half the distance to the next float32 is lost if w is even. The next float32 is 2^(floor(log2 |w|) - 23)
 * away from w, half as far if |w| is a power of two and the update shrinks |w|, and never closer than 2^-149. So an
 * update that is 0 in float32 is always lost, and an update of a weight of 0 is lost only if the update is 0 in
 * float32. The fraction of lost updates is NaN if none of the stage's weights is trained.
 */
import { sizeOf } from '../blueprint/shape.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers } from './pass.ts'
import { type ParameterPlace, trainedWeights } from './stages.ts'
import { firstUpdate } from './steady-update.ts'

export const lostUpdates: LayerProbe = {
  title: 'Fraction of updates lost in float32',
  scale: 'linear',
  domain: [0, 1],
  when: 'snapshots',
  needs: { gradients: true, tensors: true },
  read: async (view, { optimizer }) => {
    const lostIn = async (place: ParameterPlace): Promise<number> =>
      view.unmoved(place) ?? countLost(view.weight(place), firstUpdate(optimizer, await view.gradient(place)))
    const shares: number[] = []
    for (const stage of view.stages) {
      let lost = 0
      let all = 0
      for (const place of trainedWeights(stage)) {
        lost += await lostIn(place)
        all += sizeOf(place.parameter.shape) / sizeOf(place.parameter.loops)
      }
      shares.push(lost / all)
    }
    return shares
  },
}

/** Counts the updates that leave their weight unchanged, with weights and updates rounded to float32. */
export function countLost(weights: Numbers, updates: Numbers): number {
  let lost = 0
  for (let index = 0; index < weights.length; index++) {
    const weight = Math.fround(weights[index])
    lost += Number(Math.fround(weight - Math.fround(updates[index])) === weight)
  }
  return lost
}
