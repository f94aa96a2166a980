import { describe, expect, it } from 'vitest'
import { createBlueprint } from '../blueprint/create.ts'
import { moons } from '../data/planar.ts'
import { parseNetwork } from '../network/presets.ts'
import { resolveOptions } from '../settings/options.ts'
import type { Measured } from './measured.ts'
import { costOfMeasurement, fittedStages, probedStages } from './measurement-costs.ts'

const data = moons()
const preset = (text: string) => parseNetwork(text, { input: data.shape, classes: data.classes })
const blueprint = (text: string) => createBlueprint(preset(text), data.shape)
const cost = (name: keyof Measured, text: string, batch = 64) => {
  const settings = resolveOptions({ batch }, data.train.count)
  return costOfMeasurement(name, { network: preset(text), data, settings, precision: 'float32', twins: {} })
}

describe('The number of fitted layers', () => {
  it('is limited by four seconds of fits and by a maximum, and is at least three', () => {
    expect([8, 100, 256, 4096].map((width) => fittedStages(blueprint(`mlp:depth=2,width=${width}`)))).toEqual([
      64, 55, 3, 3,
    ])
    expect([8, 200, 256, 4096].map((width) => probedStages(blueprint(`mlp:depth=2,width=${width}`)))).toEqual([
      24, 10, 6, 6,
    ])
  })

  it('keeps fits within a tenth of the usual budget for any network', () => {
    for (const text of ['mlp:depth=100,width=256', 'mlp:depth=400,width=64', 'mlp:depth=3,width=2000']) {
      expect(cost('affine', text).seconds).toBeLessThan(12)
      expect(cost('linearProbe', text).seconds).toBeLessThan(12)
    }
  })
})

describe('The cost of a measurement', () => {
  it('takes fewer steps if the batch is larger', () => {
    expect(cost('sharpness', 'mlp:depth=3', 128).steps).toBeCloseTo(cost('sharpness', 'mlp:depth=3', 64).steps / 2, 9)
    // The measurement takes 40 forward and backward passes over a batch in float64, and float64 counts twice.
    expect(cost('sharpness', 'mlp:depth=3').steps).toBe(80)
  })

  it('grows with the number of removed blocks, and with the number of weights of the Hessian', () => {
    expect(cost('withoutBlocks', 'residual-mlp:depth=40').steps).toBeGreaterThan(
      cost('withoutBlocks', 'residual-mlp:depth=4').steps,
    )
    expect(cost('sharpness', 'mlp:depth=3,width=1000').seconds).toBeGreaterThan(4)
  })
})
