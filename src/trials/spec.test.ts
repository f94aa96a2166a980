import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { preset } from '../../test/support/tiny-training.ts'
import { resolveOptions } from '../settings/options.ts'
import { canonicalJson, createSpec, type TrialFacts } from './spec.ts'

const { seed, ...settings } = resolveOptions({ steps: 20, batch: 8, seed: 3 }, 60)
const facts: TrialFacts = {
  network: preset('mlp:depth=2,width=8'),
  data: { name: 'moons', options: { noise: 0.1, train: 60 }, sha256: 'ab'.repeat(32) },
  settings,
  seed,
  start: { kind: 'seed' },
  precision: 'float32',
  probes: null,
  scoring: 'part',
  keepsWeights: false,
}

describe('The spec of a trial', () => {
  it('keeps the same id after conversion to JSON and with keys in another order', async () => {
    const { id, ...own } = await createSpec(facts)
    const sent: TrialFacts = JSON.parse(JSON.stringify(own))
    const turned = Object.fromEntries(Object.entries(facts).reverse())
    expect(await createSpec(sent)).toEqual({ id, ...own })
    expect((await createSpec({ ...facts, ...turned })).id).toBe(id)
    expect(id).toMatch(/^[0-9a-f]{64}$/)
  })

  it('has a new id for each change of a fact that determines the training', async () => {
    const { id } = await createSpec(facts)
    const changed: Partial<TrialFacts>[] = [
      { network: preset('mlp:depth=3,width=8') },
      { data: { ...facts.data, sha256: 'cd'.repeat(32) } },
      { settings: { ...settings, clipNorm: 1 } },
      { seed: 4 },
      { start: { kind: 'object', sha256: 'ef'.repeat(32) } },
      { precision: 'float64' },
      { probes: { of: ['meanSquare'], every: 5 } },
      { scoring: 'all' },
      { keepsWeights: true },
      { data: { ...facts.data, variation: { randomLabels: true, seed: 1 } } },
    ]
    const ids = await Promise.all(changed.map(async (change) => (await createSpec({ ...facts, ...change })).id))
    expect(new Set([id, ...ids]).size).toBe(changed.length + 1)
  })

  it('refuses numbers that are not finite', async () => {
    const data = { ...facts.data, options: { noise: [0, Number.NaN] } }
    expect(await laterRefusal(() => createSpec({ ...facts, data }))).toBe(
      'IsobathError: trial.data.options.noise[1]: expected a finite number, got NaN.',
    )
  })
})

describe('Canonical JSON', () => {
  it('has sorted keys and no undefined values', () => {
    const value = { b: [1, { d: undefined, c: null }], a: 'x"y', 10: 1e-7, 9: true }
    expect(canonicalJson(value, 'value')).toBe('{"10":1e-7,"9":true,"a":"x\\"y","b":[1,{"c":null}]}')
    expect(JSON.parse(canonicalJson(value, 'value'))).toEqual(JSON.parse(JSON.stringify(value)))
  })
})
