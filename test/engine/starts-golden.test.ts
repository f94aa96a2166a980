/**
 * The moments of initial weights and biases against the formulas of the initializers and against PyTorch's own draws
 * (`/usr/bin/python3 test/golden/make_starts.py`).
 *
 * The variance of n independent values of kurtosis k has a relative standard error of sqrt((k - 1)/n). Each test allows
 * five standard errors of the difference, which one draw in a million exceeds. The seeds are fixed.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createBlueprint } from '../../src/blueprint/create.ts'
import { initialize } from '../../src/blueprint/initialize.ts'
import { fanInUniform, glorot, uniform, varianceScaling } from '../../src/network/initializers.ts'
import { conv, dense } from '../../src/network/layers.ts'
import type { FanMode, Initializer, ScaledDistribution } from '../../src/network/network.ts'
import { parseNetwork } from '../../src/network/presets.ts'

interface Moments {
  readonly count: number
  readonly mean: number
  readonly variance: number
  readonly kurtosis: number
  readonly largest: number
}

interface GoldenLayer {
  readonly inputs: number
  readonly outputs: number
  readonly kernel: number | null
  readonly fanIn: number
  readonly fanOut: number
  readonly torch: { readonly weights: Moments; readonly biases: Moments }
  readonly scaled: Readonly<Record<string, Moments>>
  readonly plain: { readonly uniform: Moments }
  readonly keras: Readonly<Record<string, number>>
}

const { layers }: { layers: readonly GoldenLayer[] } = JSON.parse(
  readFileSync(new URL('../golden/starts.json', import.meta.url), 'utf8'),
)

const titleOf = ({ inputs, outputs, kernel }: GoldenLayer): string =>
  kernel === null ? `dense ${inputs} to ${outputs}` : `conv ${inputs} to ${outputs}, kernel ${kernel}`
const cases = layers.map((layer) => [titleOf(layer), layer] as const)

/** The values of the weights or biases of several draws with different seeds. */
function draw({ inputs, outputs, kernel }: GoldenLayer, init: Initializer, what: 'weight' | 'bias'): number[] {
  const blueprint =
    kernel === null
      ? createBlueprint(dense(outputs, { name: 'a', init }), [inputs])
      : createBlueprint(conv(outputs, { name: 'a', kernel, init }), [inputs, kernel, kernel])
  const seeds = what === 'weight' ? 3 : 100
  return Array.from({ length: seeds }, (_, seed) => [...(initialize(blueprint, seed).get(`a.${what}`) ?? [])]).flat()
}

function momentsOf(values: readonly number[]): Moments {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / count
  const variance = moment(2)
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return { count, mean, variance, kurtosis: moment(4) / variance ** 2, largest }
}

/** Kurtosis of each distribution. For the gaussian that is cut at two deviations, the kurtosis follows from its moments. */
const kurtosis = { uniform: 1.8, normal: 3, truncated: 1.4161891 / 0.7737413 ** 2 }
const deviations = 5

function expectVariance(own: Moments, variance: number, kurtosisOf: number, drawn = Number.POSITIVE_INFINITY): void {
  const error = Math.sqrt((kurtosisOf - 1) * (1 / own.count + 1 / drawn))
  expect(Math.abs(own.variance / variance - 1)).toBeLessThan(deviations * error)
  expect(Math.abs(own.mean)).toBeLessThan(deviations * Math.sqrt(variance / own.count))
}

function expectEqualMoments(own: Moments, theirs: Moments): void {
  expectVariance(own, theirs.variance, theirs.kurtosis, theirs.count)
  // The kurtosis has a standard error of at most sqrt(24/n) for the distributions of the initializers.
  expect(Math.abs(own.kurtosis - theirs.kurtosis)).toBeLessThan(deviations * Math.sqrt(24 / own.count))
}

describe.each(cases)('%s:', (_title, layer) => {
  const { fanIn, fanOut } = layer

  test.each(['weight', 'bias'] as const)('fanInUniform draws each %s as PyTorch does by default', (what) => {
    const own = momentsOf(draw(layer, fanInUniform(), what))
    expectVariance(own, 1 / (3 * fanIn), kurtosis.uniform)
    expectEqualMoments(own, layer.torch[what === 'weight' ? 'weights' : 'biases'])
    expect(own.largest).toBeLessThanOrEqual(1 / Math.sqrt(fanIn))
    expect(own.largest).toBeGreaterThan(0.999 / Math.sqrt(fanIn))
  })

  const denominators: Readonly<Record<FanMode, number>> = { fanIn, fanOut, fanAverage: (fanIn + fanOut) / 2 }
  const modes: readonly FanMode[] = ['fanIn', 'fanOut', 'fanAverage']
  const distributions: readonly ScaledDistribution[] = ['uniform', 'normal', 'truncated']
  test.each(modes.flatMap((mode) => distributions.map((distribution) => [mode, distribution] as const)))(
    'varianceScaling by %s has the variance scale/n with the distribution %s',
    (mode, distribution) => {
      const values = draw(layer, varianceScaling({ scale: 3, mode, distribution }), 'weight')
      expectVariance(momentsOf(values), 3 / denominators[mode], kurtosis[distribution])
      const golden = layer.scaled[`${mode} ${distribution}`]
      if (golden === undefined) return
      const unit = momentsOf(draw(layer, varianceScaling({ mode, distribution }), 'weight'))
      expectEqualMoments(unit, golden)
    },
  )

  test('the truncated gaussian has no value beyond two of its deviations', () => {
    const { largest } = momentsOf(draw(layer, varianceScaling(), 'weight'))
    const limit = (2 / 0.8796256610342398) * Math.sqrt(1 / fanIn)
    expect(largest).toBeLessThanOrEqual(limit)
    expect(largest).toBeGreaterThan(0.99 * limit)
    expect(layer.scaled['fanIn truncated'].largest).toBeLessThanOrEqual(limit)
  })

  test("the initializers of Keras have the variances of Keras' formulas", () => {
    const variances: readonly (readonly [string, Initializer, number])[] = [
      ['GlorotUniform', glorot(), kurtosis.uniform],
      ['GlorotUniform', varianceScaling({ mode: 'fanAverage', distribution: 'uniform' }), kurtosis.uniform],
      ['HeNormal', varianceScaling({ scale: 2 }), kurtosis.truncated],
      ['LecunNormal', varianceScaling(), kurtosis.truncated],
      ['VarianceScaling, 3, fan_out', varianceScaling({ scale: 3, mode: 'fanOut' }), kurtosis.truncated],
    ]
    for (const [name, init, ofDistribution] of variances) {
      expectVariance(momentsOf(draw(layer, init, 'weight')), layer.keras[name], ofDistribution)
    }
  })

  test('uniform has the moments of its limits, for weights and biases', () => {
    expectEqualMoments(momentsOf(draw(layer, uniform(), 'weight')), layer.plain.uniform)
    expectVariance(momentsOf(draw(layer, uniform(), 'bias')), 1 / 3, kurtosis.uniform)
    const shifted = momentsOf(draw(layer, uniform({ from: 0.25, to: 0.75, biases: 'zero' }), 'weight'))
    expect(shifted.mean).toBeCloseTo(0.5, 2)
    expect(shifted.variance / (0.5 ** 2 / 12)).toBeCloseTo(1, 1)
    expect(new Set(draw(layer, uniform({ biases: 'zero' }), 'bias'))).toEqual(new Set([0]))
  })
})

test('the moments of the truncated gaussian equal their closed forms', () => {
  const [golden] = layers
  const { count, variance, kurtosis: found } = momentsOf(draw(golden, varianceScaling({ scale: 784 }), 'weight'))
  // A standard normal variable between -c and c has the variance 1 - 2 c f(c)/(2 F(c) - 1), with the density f and the
  // distribution function F. Its fourth moment is 3 - 2 (c^3 + 3 c) f(c)/(2 F(c) - 1).
  const density = Math.exp(-2) / Math.sqrt(2 * Math.PI)
  const inside = 0.9544997361036416
  const [second, fourth] = [1 - (4 * density) / inside, 3 - (28 * density) / inside]
  expect(Math.sqrt(second)).toBeCloseTo(0.8796256610342398, 12)
  expect(kurtosis.truncated).toBeCloseTo(fourth / second ** 2, 3)
  expect(Math.abs(variance - 1)).toBeLessThan(deviations * Math.sqrt((kurtosis.truncated - 1) / count))
  expect(Math.abs(found - fourth / second ** 2)).toBeLessThan(deviations * Math.sqrt(24 / count))
})

describe('init=pytorch and init=keras of a preset', () => {
  test('give every layer of mlp the variance of its own fan-in', () => {
    const blueprint = createBlueprint(parseNetwork('mlp:depth=6,width=100,init=pytorch', { classes: 10 }), [784])
    const weights = initialize(blueprint, 0)
    for (const { name, role, fanIn } of blueprint.parameters) {
      const own = momentsOf([...(weights.get(name) ?? [])])
      expect(['weight', 'bias']).toContain(role)
      expectVariance(own, 1 / (3 * fanIn), kurtosis.uniform)
    }
  })

  test('give every layer of resnet-20 with keras the variance of Glorot, and no biases', () => {
    const text = 'resnet-20:init=keras,conv-bias=true'
    const blueprint = createBlueprint(parseNetwork(text, { classes: 10 }), [3, 32, 32])
    const weights = initialize(blueprint, 0)
    for (const { name, role, fanIn, fanOut } of blueprint.parameters) {
      const values = [...(weights.get(name) ?? [])]
      if (role === 'weight') expectVariance(momentsOf(values), 2 / (fanIn + fanOut), kurtosis.uniform)
      if (role === 'bias' || role === 'shift') expect(new Set(values)).toEqual(new Set([0]))
      if (role === 'scale') expect(new Set(values)).toEqual(new Set([1]))
    }
  })
})
