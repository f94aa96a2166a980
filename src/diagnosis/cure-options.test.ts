import { describe, expect, it } from 'vitest'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { adam } from '../graph/optimizers/adam.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { type RemedyName, remedies } from '../remedies/table.ts'
import { type OptionChange, changeBetween as settingsChange } from '../settings/changed-options.ts'
import { resolveOptions } from '../settings/options.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { trainingOf } from './control-trainings.ts'
import type { ControlName, Subject, Training } from './controls.ts'

const subjectOf = (options: TrainingOptions = {}): Subject => ({
  network: preset('mlp:depth=3,width=8'),
  data: fewPoints,
  settings: resolveOptions({ steps: 100, ...options }, 64),
  precision: 'float32',
  twins: {},
  readings: { gradientNorm: [1e-4, 1e-3, 1e-2, 1], meanSquare: [1, 1, 1, 1] },
})

const changeBetween = (from: Training, to: Training): OptionChange => settingsChange(from.settings, to.settings).options

/** The options that a control changes. */
function changeBy(control: ControlName, options: TrainingOptions = {}): OptionChange {
  const subject = subjectOf(options)
  const training = trainingOf(subject, control)
  if (training === undefined) throw new Error(`${control} does not apply`)
  return changeBetween(subject, training)
}

describe('The change of a cure', () => {
  it('is empty for the same training', () => {
    expect(changeBetween(subjectOf(), subjectOf())).toEqual({})
    expect(changeBy('network')).toEqual({})
  })

  it('holds only the options that change', () => {
    expect(changeBy('rate / 10')).toEqual({ rate: 0.003 })
    expect(changeBy('3 x steps')).toEqual({ steps: 300 })
    expect(changeBy('3 x steps, rate x 10')).toEqual({ rate: 0.3, steps: 300 })
    expect(changeBy('rescaled weights, rate / 3')).toEqual({ rate: 0.01, start: 'lsuv' })
  })

  it('holds the rates by layer as texts, as the command line writes them', () => {
    expect(changeBy('rates by layer')).toMatchInlineSnapshot(`
      {
        "layerRates": [
          "first=56.23",
          "hidden.dense1=5.623,0.5623",
          "readout=0.005623",
        ],
      }
    `)
    const { network, settings, ...rest } = subjectOf()
    const own = { ...settings, layerRates: { hidden: [1, 0.5], readout: 0.1 } }
    expect(changeBetween({ network, settings, ...rest }, { network, settings: own, ...rest })).toEqual({
      layerRates: ['hidden=1,0.5', 'readout=0.1'],
    })
    expect(changeBetween({ network, settings: own, ...rest }, { network, settings, ...rest })).toEqual({
      layerRates: [],
    })
  })

  it('holds the options of the optimizer, its schedule and its gradients', () => {
    expect(changeBy('small epsilon', { optimizer: adam() })).toEqual({ epsilon: 1e-16 })
    expect(changeBy('weight decay')).toEqual({ weightDecay: 0.0001 })
    expect(changeBy('no regularization', { optimizer: momentum({ weightDecay: 0.1 }) })).toEqual({ weightDecay: 0 })
    expect(changeBy('warm-up')).toEqual({ warmup: 10 })
    expect(changeBy('clipped gradients')).toEqual({ clipNorm: 1 })
  })

  it('holds the treatment of the data', () => {
    const [plain, own] = [{ standardize: 'none' }, { standardize: 'robust', classWeights: 'balanced' }] as const
    expect(changeBetween(subjectOf(plain), subjectOf(own))).toEqual({ standardize: 'robust', classWeights: 'balanced' })
    expect(changeBy('raw data', own)).toEqual({ standardize: 'none' })
  })

  it('holds only numbers and texts that JSON keeps', () => {
    for (const name of ['rates by layer', 'rescaled weights', 'warm-up', 'weight decay'] as const) {
      const change = changeBy(name)
      expect(JSON.parse(JSON.stringify(change))).toEqual(change)
    }
  })

  it('is not empty for a remedy that leaves the network as it is', () => {
    const options: readonly TrainingOptions[] = [
      {},
      { optimizer: adam() },
      { optimizer: momentum({ weightDecay: 0.1 }) },
    ]
    for (const given of options) {
      const subject = subjectOf(given)
      for (const [name, remedy] of Object.entries(remedies)) {
        const treated = remedy.apply(subject)
        if (treated === undefined || treated.network !== subject.network) continue
        const change = changeBetween(subject, { ...subject, settings: treated.settings })
        expect(Object.keys(change), name satisfies string | RemedyName).not.toEqual([])
      }
    }
  })
})
