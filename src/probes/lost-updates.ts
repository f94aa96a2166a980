/**
 * The share of a stage's weights that one step of the optimizer (`firstUpdate`) leaves as they are in float32, whichever
 * precision the network runs in. Lost is an update u of a weight w, both rounded to float32, where the float32 next to
 * w - u is w itself: where |u| is under half the distance from w to its neighbour on that side, or half of it and w is the
 * even one of the two. That neighbour is 2^(floor(log2 |w|) - 23) away, half as much where |w| is a power of two and
 * shrinks, and never less than 2^-149. So an update that is 0 in float32 is lost, and no other update of a weight of 0.
 * NaN where none of the weights is trained.
 */
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers } from './pass.ts'
import { trainedWeights } from './stages.ts'
import { firstFactor, firstUpdate } from './steady-update.ts'

export const lostUpdates: LayerProbe = {
  title: 'Share of updates lost in float32',
  scale: 'linear',
  domain: [0, 1],
  when: 'looks',
  needs: { gradients: true },
  read: (sight, { optimizer }) => {
    const factor = firstFactor(optimizer)
    return sight.stages.map((stage) => {
      let lost = 0
      let all = 0
      for (const place of trainedWeights(stage)) {
        const [weights, gradient] = [sight.weight(place), sight.gradient(place)]
        lost +=
          factor === undefined
            ? countLost(weights, firstUpdate(optimizer, gradient))
            : countLost(weights, gradient, factor)
        all += weights.length
      }
      return lost / all
    })
  },
}

/**
 * Updates are `factor` times as large as they are given. A float64 difference of two float32, rounded to float32, is rounded as
 * float32 has it (Figueroa 1995).
 */
export function countLost(weights: Numbers, updates: Numbers, factor = 1): number {
  if (weights instanceof Float32Array && updates instanceof Float32Array) {
    return countLostFloats(weights, updates, factor)
  }
  let lost = 0
  for (let index = 0; index < weights.length; index++) {
    const weight = Math.fround(weights[index])
    lost += Number(Math.fround(weight - Math.fround(factor * updates[index])) === weight)
  }
  return lost
}

/** The same loop, for one kind of array alone, which takes a fraction of the time. */
function countLostFloats(weights: Float32Array, updates: Float32Array, factor: number): number {
  let lost = 0
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]
    lost += Number(Math.fround(weight - Math.fround(factor * updates[index])) === weight)
  }
  return lost
}
