/**
 * The relative distance of a stage's weights from their initial values: |w - w0| / |w0|, where w0 are the weights
 * before the first step. The relative distance is NaN if the initial weights w0 are unknown or all 0, or if none of the
 * weights is trained.
 */
import { sizeOf } from '../blueprint/shape.ts'
import { euclideanNorm } from '../numerics/norm.ts'
import type { LayerProbe } from './layer-probe.ts'
import type { Numbers, WeightsOf } from './pass.ts'
import { type ParameterPlace, trainedWeights } from './stages.ts'

export const distanceFromStart: LayerProbe = {
  title: 'Relative distance of the weights from initialization',
  scale: 'linear',
  when: 'ends',
  needs: { start: true },
  read: (view, { start }) => {
    if (start === undefined) return view.stages.map(() => Number.NaN)
    const startOf = tensorReader(start)
    return view.stages.map((stage) => {
      const places = trainedWeights(stage)
      const first = euclideanNorm(places.map(startOf))
      if (first === 0) return Number.NaN
      return euclideanNorm(places.map((place) => difference(view.weight(place), startOf(place)))) / first
    })
  },
}

/** Returns a reader of single tensors that loads each stacked parameter only once. */
function tensorReader(weights: WeightsOf): (place: ParameterPlace) => Numbers {
  const read = new Map<string, Numbers>()
  return ({ parameter, iteration }) => {
    const { name, loops } = parameter
    const values = read.get(name) ?? numbersOf(weights(name))
    read.set(name, values)
    const size = values.length / sizeOf(loops)
    return values.subarray(iteration * size, (iteration + 1) * size)
  }
}

function numbersOf(values: ArrayLike<number>): Numbers {
  return values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values)
}

function difference(one: Numbers, other: Numbers): Float64Array {
  const result = new Float64Array(one.length)
  for (let index = 0; index < result.length; index++) result[index] = one[index] - other[index]
  return result
}
