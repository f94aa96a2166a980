import { describe, expect, it } from 'vitest'
import { fewPoints } from '../../test/support/tiny-training.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { deepestUntrained, stuckNetworks, stuckSentences } from './stuck-networks.ts'

const chance = Math.LN2

function gridWith(options: TrainingOptions = {}) {
  const settings = resolveOptions({ steps: 100, batch: 16, ...options }, fewPoints.train.count)
  return { families: [{ name: 'mlp', label: 'plain' }], depths: [4, 20, 40], data: fewPoints, settings }
}

/** A training whose loss at each step is given. */
function run(depth: number, lossAt: (step: number) => number, { seed = 0, diverged = false, rate = 0.03 } = {}) {
  const losses = Array.from({ length: 100 }, (_, step) => ({ step, loss: lossAt(step) }))
  const scores = { loss: diverged ? null : losses[99].loss, error: 0.5 }
  return { family: 'mlp', depth, seed, rate, train: scores, test: scores, losses, diverged: diverged ? {} : null }
}

const stays = (): number => chance
const falls = (step: number): number => chance * Math.exp(-step / 10)
const stops = (step: number): number => (step < 20 ? chance - step / 50 : 0.3)

function describeRuns(runs: Parameters<typeof stuckNetworks>[0], options?: TrainingOptions): string[] {
  const grid = gridWith(options)
  return stuckSentences(stuckNetworks(runs, grid), grid)
}

describe('stuck networks', () => {
  it('of one family and one finding are named together', () => {
    expect(describeRuns([run(4, falls), run(20, stays), run(40, stays), run(40, stays, { seed: 1 })])).toEqual([
      'The plain networks of 20 and 40 layers learned next to nothing: the training loss is 0.693, and guessing gives 0.693.',
    ])
    expect(describeRuns([run(4, stops)])).toEqual([
      'The plain network of 4 layers stopped improving: the loss of a typical batch has hardly fallen since step 20 of 100 and stayed near 0.3.',
      'A learning rate that falls to 0 often brings the loss further down.',
    ])
  })

  it('that stopped improving are described by the losses of typical batches, not of batches with outliers', () => {
    const spiky = (step: number): number => (step % 7 === 3 ? 5 : stops(step))
    const [found] = describeRuns([run(4, spiky)])
    expect(found).toMatch(/the loss of a typical batch .* stayed near 0\.3\./)
  })

  it('are stuck with all seeds', () => {
    expect(describeRuns([run(4, stays), run(4, falls, { seed: 1 })])).toEqual([])
    expect(describeRuns([run(4, stops), run(4, falls, { seed: 1 })])).toEqual([])
    expect(describeRuns([run(4, stays), run(4, stays, { seed: 1, diverged: true })])).toEqual([])
  })

  it('are judged at their own best rate', () => {
    expect(describeRuns([{ ...run(4, stays), tuned: run(4, falls, { rate: 0.3 }) }])).toEqual([])
    const grid = gridWith()
    expect(stuckNetworks([{ ...run(4, falls), tuned: run(4, stays, { rate: 0.3 }) }], grid)).toMatchObject([
      { family: 'mlp', depth: 4, rate: 0.3, finding: 'learned nothing' },
    ])
  })

  it('need no falling rate if their rate falls already, or if little is left to improve', () => {
    expect(describeRuns([run(4, stops)], { schedule: 'cosine' })).toEqual([])
    expect(describeRuns([run(4, (step) => (step < 20 ? chance - step / 30 : 0.001))])).toEqual([])
  })

  it('are diagnosed at the deepest one that learned nothing, whatever the order of the families', () => {
    const [deep] = stuckNetworks([run(40, stays)], gridWith())
    const flat = { ...deep, depth: 90, finding: 'stopped improving' as const }
    expect(deepestUntrained([deep, { ...deep, family: 'other', depth: 4 }, flat])).toBe(deep)
    expect(deepestUntrained([flat])).toBeUndefined()
  })
})
