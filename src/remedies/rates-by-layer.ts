/**
 * Rates by layer that undo the growth or the decay of the gradient over depth. The factors are fixed and come from the
 * gradient before the first step. You et al. (2017) compute such factors anew at each step.
 */
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { number } from '../format/words.ts'
import { type Stage, stagesOf, trainedWeights } from '../probes/stages.ts'
import { type LayerRates, resolveLayerRates } from '../settings/layer-rates.ts'
import type { Remedy, Treatable } from './remedy.ts'
import { withSettings } from './treat.ts'

/** Smallest and largest factor on the rate of a layer. */
const [least, most] = [1e-4, 1e4]
/** Ratio of the largest to the smallest gradient norm up to which rates by layer change too little to be a remedy. */
const leastSpread = 2

export const ratesByLayer: Remedy = {
  size: 'rate',
  about: 'gives each layer a rate in inverse proportion to its first gradient, and leaves the network as it is',
  apply: (task) => {
    const stages = stagesOf(createBlueprint(task.network, task.data.shape).root)
    const factors = factorsOf(task.readings?.gradientNorm ?? [])
    if (factors === undefined || factors.length !== stages.length) return undefined
    const [slowest, fastest] = [smallest, largest].map((choose) => factors.indexOf(choose(factors)))
    const place = (index: number): string => `${number(factors[index])} times the rate in ${stages[index].name}`
    const words = `give each layer its own rate, from ${place(slowest)} to ${place(fastest)}`
    return withSettings(task, { layerRates: ratesOf(task, stages, factors) }, words)
  },
}

/**
 * One factor for each stage: the geometric mean of all norms over the norm of the stage, with 4 digits. The factor is 1
 * for a stage without a gradient. Undefined if the norms hardly differ or are unknown.
 */
function factorsOf(norms: readonly number[]): readonly number[] | undefined {
  const known = norms.filter(isUsable)
  if (known.length < 2 || largest(known) <= leastSpread * smallest(known)) return undefined
  const mean = Math.exp(known.reduce((sum, norm) => sum + Math.log(norm), 0) / known.length)
  return norms.map((norm) => {
    const factor = isUsable(norm) ? Math.min(most, Math.max(least, mean / norm)) : 1
    return Number(factor.toPrecision(4))
  })
}

// Math.min(...values) would fail for networks with more layers than a call can have arguments.
const smallest = (values: readonly number[]): number => values.reduce((one, other) => Math.min(one, other), Infinity)
const largest = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other), -Infinity)

const isUsable = (norm: number): boolean => Number.isFinite(norm) && norm > 0

/**
 * The factors under the paths of the layers with weights, with one factor for each iteration of the loops around a layer,
 * the outermost loop first. Factors that the settings have already are multiplied.
 */
function ratesOf({ network, data, settings }: Treatable, stages: readonly Stage[], factors: readonly number[]) {
  const own = resolveLayerRates(createBlueprint(network, data.shape), settings.layerRates)
  const rates = new Map<string, number[]>()
  for (const [index, stage] of stages.entries()) {
    for (const { parameter, iteration } of trainedWeights(stage)) {
      const { name, loops } = parameter
      const path = name.slice(0, name.lastIndexOf('.'))
      const before = own.get(name) ?? new Array<number>(sizeOf(loops)).fill(1)
      const list = rates.get(path) ?? [...before]
      list[iteration] = before[iteration] * factors[index]
      rates.set(path, list)
    }
  }
  const added: LayerRates = Object.fromEntries(
    [...rates].map(([path, list]) => [path, list.length > 1 ? list : list[0]]),
  )
  return { ...settings.layerRates, ...added }
}
