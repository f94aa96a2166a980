import { describe, expect, it } from 'vitest'
import type { Baselines } from '../baselines/baselines.ts'
import { isNoBetterThanLinear, noBetterSentence } from './linear-advice.ts'
import { weakNetworks, weakSentences } from './weak-networks.ts'

const baselinesWith = (error: number | null): Baselines => ({
  guessing: { train: { error: 0.9 }, test: { error: 0.9 } },
  linear: { train: { loss: 0.3, error }, test: { loss: 0.3, error }, samples: 100 },
})

describe('the comparison with the best linear model', () => {
  it('finds errors that are not clearly lower, except for excellent errors', () => {
    const linear = baselinesWith(0.1)
    expect([0.05, 0.09, 0.096, 0.1, 0.5].map((error) => isNoBetterThanLinear(error, linear))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    expect(isNoBetterThanLinear(0.004, baselinesWith(0.001))).toBe(false)
    expect(isNoBetterThanLinear(0.3, baselinesWith(0))).toBe(true)
    expect(isNoBetterThanLinear(0.3, baselinesWith(null))).toBe(false)
    expect(isNoBetterThanLinear(null, linear)).toBe(false)
    expect(isNoBetterThanLinear(0.3, undefined)).toBe(false)
  })

  it('has both numbers in its sentence', () => {
    const sentences = [
      noBetterSentence(0.1, baselinesWith(0.1), false),
      noBetterSentence(0.5, baselinesWith(0.1), false),
      noBetterSentence(0.833, baselinesWith(0.2), true),
    ]
    expect(sentences).toMatchInlineSnapshot(`
      [
        "On the training set, the network is no better than the best linear model: error 10.00%, against error 10.00% for the linear model.",
        "On the training set, the network is worse than the best linear model: error 50.00%, against error 10.00% for the linear model.",
        "On the training set, the network is worse than the best linear model: R2 0.167, against R2 0.800 for the linear model.",
      ]
    `)
  })

  it('names the networks of a comparison by family, at their own best rates, without diverged trainings', () => {
    const row = (family: string, depth: number, error: number | null, best?: number) => {
      const run = { rate: 0.03, diverged: null, train: { loss: 1, error }, test: { loss: 1, error } }
      const rest = { losses: [], seconds: 1, steps: 1, weightsSha256: '' }
      const tuned = best === undefined ? {} : { tuned: { ...run, ...rest, rate: 0.1, train: { loss: 1, error: best } } }
      return { family, depth, ...run, ...tuned }
    }
    const broken = { ...row('mlp', 64, null), diverged: { step: 3, layer: 'readout', what: 'loss' as const } }
    const rows = [
      row('mlp', 4, 0.02),
      row('mlp', 16, 0.4),
      row('mlp', 16, 0.6),
      row('mlp', 32, 0.89),
      broken,
      row('residual-mlp', 4, 0.3, 0.01),
      row('residual-mlp', 16, 0.3, 0.1),
    ]
    const families = [
      { name: 'mlp', label: 'plain' },
      { name: 'residual-mlp', label: 'residual' },
    ]
    const linear = baselinesWith(0.1)
    const weak = weakNetworks(rows, families, linear)
    expect(weak.map(({ family, depth, rate }) => [family, depth, rate])).toEqual([
      ['mlp', 16, 0.03],
      ['mlp', 32, 0.03],
      ['residual-mlp', 16, 0.1],
    ])
    expect(weakSentences(weak, families, linear, false)).toMatchInlineSnapshot(`
      [
        "On the training set, the best linear model has error 10.00%.",
        "The plain networks of 16 and 32 layers are worse: error 50.00% to 89.00%.",
        "The residual network of 16 layers is no better: error 10.00%.",
      ]
    `)
    expect(weakSentences([], families, linear, false)).toEqual([])
  })
})
