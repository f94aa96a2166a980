import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  madeUpEvidence,
  noBetterRate,
  reading,
  restoredBy,
  sound,
  throughJson,
  usefulDepth,
  worse,
} from '../../test/support/made-up-evidence.ts'
import type { Reading } from '../probes/probe-pass.ts'
import { causes } from './cause.ts'
import { judge } from './judge.ts'
import { layerMaps, layerProfiles, pictureOf } from './pictures.ts'

const start = reading({ meanSquare: along(1, 1e8), cosine: [0.3, 1, 0.9, Number.NaN, 0.9, 0.9, 0.9] })
const evidence = madeUpEvidence({ trials: worse(start), measured: usefulDepth() })

describe('Maps of the network', () => {
  const maps = layerMaps(evidence)
  const titled = (title: string) => maps.find((one) => one.title === title)

  it('have a row for each snapshot and a value for each stage', () => {
    expect(titled('Signal')).toMatchObject({ scale: 'log', steps: [0, 100] })
    expect(titled('Signal')?.values.map((row) => row.length)).toEqual([7, 7])
    expect(titled('Signal')?.values[0][5]).toBeCloseTo(1e8, 0)
    for (const { steps, values, caption } of maps) {
      expect(values).toHaveLength(steps.length)
      expect(caption).not.toBe('')
    }
  })

  it('show 1 - the cosine, and null for a NaN', () => {
    const [row] = titled('Difference between samples')?.values ?? []
    expect(row.slice(0, 4)).toEqual([0.7, 1e-16, expect.closeTo(0.1, 12), null])
  })

  it('are left out for quantities that are 0 everywhere or were not read', () => {
    const none = madeUpEvidence({
      trials: worse(reading({ deadUnits: all(0, 7), saturatedUnits: all(Number.NaN, 7) })),
    })
    const titles = layerMaps(none).map(({ title }) => title)
    expect(titles).not.toContain('Dead units')
    expect(titles).not.toContain('Saturated units')
    expect(maps.map(({ title }) => title)).toContain('Dead units')
    expect(layerMaps(madeUpEvidence({ trials: { network: { loss: [1] } } }))).toEqual([])
    expect(layerMaps(madeUpEvidence())).toEqual([])
  })

  it('show only the network and are plain data', () => {
    const twins = madeUpEvidence({ trials: { 'shallow twin': { loss: [1], start } } })
    expect(layerMaps(twins)).toEqual([])
    expect(JSON.parse(JSON.stringify(maps))).toEqual(maps)
    expect(layerMaps(throughJson(evidence))).toEqual(maps)
  })

  it('leave out infinite values', () => {
    const broken = reading({ gradientNorm: [Number.POSITIVE_INFINITY, 1, 1, 1, 1, 1, 1] })
    const found = layerMaps(madeUpEvidence({ trials: worse(broken) })).find(({ title }) => title === 'Gradients')
    expect(found?.values[0].slice(0, 2)).toEqual([null, 1])
  })
})

describe('Profiles before training', () => {
  const profiles = layerProfiles(evidence)

  it('have a line for each probed network', () => {
    const signal = profiles.find(({ id }) => id === 'meanSquare')
    expect(signal?.series.map(({ name }) => name)).toEqual(['network', 'shallow twin'])
    expect(signal?.series[0].values[5]).toBeCloseTo(1e8, 0)
    expect(JSON.parse(JSON.stringify(profiles))).toEqual(profiles)
    expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length)
  })

  it('show the rounding of the gradient if the rounding was measured', () => {
    expect(profiles.at(-1)).toMatchObject({ id: 'precision', scale: 'log' })
    const measured = { precision: { gradient: [0, 1e-6, Number.NaN, Number.POSITIVE_INFINITY], loss: 0, samples: 8 } }
    const [only] = layerProfiles(madeUpEvidence({ measured }))
    expect(only.series[0].values).toEqual([null, 1e-6, null, null])
    expect(layerProfiles(madeUpEvidence())).toEqual([])
  })
})

describe('The marked layer', () => {
  const marks = (start: Reading) => {
    const made = madeUpEvidence({ trials: { ...worse(start), ...noBetterRate(), ...restoredBy() } })
    const [found] = judge(made).findings
    return layerProfiles(made, found).flatMap(({ id, mark }) => (mark === undefined ? [] : [{ id, ...mark }]))
  }

  it('is the layer that the sentence about the cause names, in the picture of the cause', () => {
    const cosine = [0.3, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.99999]
    expect(marks(reading({ cosine }))).toEqual([{ id: 'cosine', stage: 2, label: 'layer 3 of 6' }])
    expect(marks(reading({ meanSquare: along(1, 1e8) }))).toEqual([
      { id: 'meanSquare', stage: 3, label: 'layer 4 of 6' },
    ])
    expect(marks(reading({ gradientNorm: along(1e-9, 1) }))).toEqual([
      { id: 'gradientNorm', stage: 0, label: 'first layer' },
    ])
  })

  it('is missing if no cause was found', () => {
    expect(marks(reading())).toEqual([])
  })
})

describe('Profiles after training', () => {
  it('show the accuracy of linear classifiers on each layer if the accuracy was measured', () => {
    const measured = { linearProbe: { train: [0.5, Number.NaN, 1], test: [0.4, Number.NaN, 0.9] } }
    const [only] = layerProfiles(madeUpEvidence({ measured }))
    expect(only).toMatchObject({ id: 'linearProbe', domain: [0, 1] })
    expect(only.series.map(({ values }) => values)).toEqual([
      [0.5, null, 1],
      [0.4, null, 0.9],
    ])
    const none = { linearProbe: { train: [Number.NaN], test: [Number.NaN] } }
    expect(layerProfiles(madeUpEvidence({ measured: none }))).toEqual([])
    expect(layerProfiles(madeUpEvidence({ measured: { linearProbe: null } }))).toEqual([])
  })
})

describe('The picture of a verdict', () => {
  const ids = layerProfiles(evidence)

  it('is the profile that shows the cause, the ladder of rates, or the loss curves', () => {
    expect(pictureOf('correlation-collapse', ids)).toBe('cosine')
    expect(pictureOf('exploding-signal', ids)).toBe('meanSquare')
    expect(pictureOf('vanishing-gradient', ids)).toBe('gradientNorm')
    expect(pictureOf('vanishing-gradient', [])).toBe('losses')
    expect(pictureOf('overfitting', ids)).toBe('losses')
    expect(pictureOf('unstable-step', ids)).toBe('ladder')
    expect(pictureOf('step-too-small', ids)).toBe('ladder')
    expect(pictureOf('healthy', layerProfiles(madeUpEvidence({ trials: sound() })))).toBe('losses')
  })

  it('exists for every cause', () => {
    for (const cause of causes)
      expect(['losses', 'ladder', ...ids.map(({ id }) => id)]).toContain(pictureOf(cause, ids))
  })
})
