import { describe, expect, it } from 'vitest'
import { fewPoints } from '../../test/support/tiny-training.ts'
import { resolveOptions } from '../settings/options.ts'
import type { Comparison } from './carry-out-comparison.ts'
import { comparisonAdvice } from './comparison-advice.ts'
import type { StuckNetwork } from './stuck-networks.ts'

const settings = resolveOptions({ steps: 100, batch: 16 }, fewPoints.train.count)
const facts = { families: [{ name: 'mlp', label: 'plain' }], depths: [4, 40], data: fewPoints }
const untrained: StuckNetwork = { family: 'mlp', depth: 40, rate: 0.03, finding: 'learned nothing', loss: 0.69 }
const flat: StuckNetwork = { ...untrained, depth: 4, finding: 'stopped improving', loss: 0.3, since: 20 }
const suspect = {
  family: 'mlp',
  depth: 40,
  rate: 0.03,
  sign: 'diverged',
  sentence: 'The rate looks too high.',
} as const

function comparisonWith(found: Partial<Pick<Comparison, 'suspectRates' | 'stuckNetworks'>>): Comparison {
  const mode = { backend: 'reference', precision: 'float64', exact: true, winograd: true } as const
  const rest = { rows: [], facts: [], sentence: '', settings, mode, interrupted: false, seconds: 1 }
  return { suspectRates: [], stuckNetworks: [], ...rest, ...found }
}

describe('the advice of a comparison', () => {
  it('has a command for each step, if the caller has commands', () => {
    const commands = {
      tuneCommand: 'compare mlp --tune',
      fallingRateCommand: 'compare mlp --schedule cosine',
      diagnoseCommand: (family: string, depth: number, rate?: number) =>
        `diagnose ${family} ${depth} ${rate ?? 'shared'}`,
    }
    const all = comparisonWith({ suspectRates: [suspect], stuckNetworks: [flat, { ...untrained, rate: 0.1 }] })
    const { advice, next } = comparisonAdvice(all, { ...facts, ...commands })
    expect(advice).toHaveLength(2)
    expect(next).toEqual([
      { text: 'To compare each network at its own best rate:', command: 'compare mlp --tune' },
      { text: 'To find the cause:', command: 'diagnose mlp 40 0.1' },
      { text: 'To let the rate fall to 0:', command: 'compare mlp --schedule cosine' },
    ])
    const shared = comparisonAdvice(comparisonWith({ stuckNetworks: [untrained] }), { ...facts, ...commands })
    expect(shared.next).toEqual([{ text: 'To find the cause:', command: 'diagnose mlp 40 shared' }])
  })

  it('has sentences in place of commands in a program', () => {
    const { advice, next } = comparisonAdvice(comparisonWith({ suspectRates: [suspect], stuckNetworks: [flat] }), facts)
    expect(next).toEqual([])
    expect(advice).toEqual([
      'The rate looks too high.',
      expect.stringContaining('stopped improving'),
      'To compare each network at its own best rate, compare again with the option tune.',
      'To let the rate fall to 0, compare again with a cosine schedule.',
    ])
  })

  it('is empty if nothing stands out', () => {
    expect(comparisonAdvice(comparisonWith({}), facts)).toEqual({ advice: [], next: [] })
  })
})
