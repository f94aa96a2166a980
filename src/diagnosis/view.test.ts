import { describe, expect, it } from 'vitest'
import {
  all,
  climbedTo,
  madeUpEvidence,
  noBetterRate,
  type Results,
  trialsAt,
} from '../../test/support/made-up-evidence.ts'
import type { ControlName } from './controls.ts'
import { recordsOf } from './evidence.ts'
import { atBestRate, type View, viewOf } from './view.ts'

/** Evidence in which the network is best at a tenth of the rate, and its twin at ten times the rate. */
const rungs = [-4, -2, 0, 1, 2, 3, 4]
const trials: Results = {
  network: { loss: [1.5, 1.6, 1.55] },
  ...climbedTo(-2, { loss: all(0.3) }),
  'shallow twin': { loss: all(1) },
  'shallow twin, rate x 10': { loss: all(0.1) },
  ...trialsAt(
    'short run of the shallow twin',
    rungs.map((position) => ({ loss: [position === 2 ? 0.1 : 2] })),
    rungs,
  ),
  float64: { loss: [1.5] },
  'float64, rate / 10': { loss: [0.29] },
  '3 x steps, rate / 10': { loss: all(0.2) },
  '3 x steps, rate x 10': { loss: all(2) },
  'random labels': { loss: [2.3] },
}
const view = viewOf(madeUpEvidence({ trials }))
const losses = (of: View, control: ControlName) => recordsOf(of, control).map(({ train }) => train.loss)

describe('The view at the best rates', () => {
  it('has every network at its own best rate', () => {
    expect(view.best).toEqual({ network: -2, 'shallow twin': 2, 'shallower twin': 0 })
    expect(losses(view, 'network')).toEqual(all(0.3))
    expect(losses(view, 'shallow twin')).toEqual(all(0.1))
    expect(losses(view, 'shallower twin')).toEqual([])
  })

  it("has all other controls at the network's best rate, and none at another rate", () => {
    expect(losses(view, 'float64')).toEqual([0.29])
    expect(losses(view, '3 x steps')).toEqual(all(0.2))
    expect(losses(view, 'random labels')).toEqual([])
    expect(losses(view, 'rate / 10')).toEqual([])
    expect(losses(view, 'short run')).toEqual([])
  })

  it('keeps the evidence at the given rates', () => {
    expect(losses({ ...view, records: view.given.records }, 'network')).toEqual([1.5, 1.6, 1.55])
    expect(view.given.records).toHaveLength(madeUpEvidence({ trials }).records.length)
  })

  it('is the evidence without short trainings and other rates if the given rate is the best', () => {
    const evidence = madeUpEvidence({
      trials: {
        network: { loss: all(1.5) },
        'shallow twin': { loss: all(0.1) },
        float64: { loss: [1.5] },
        ...noBetterRate(),
      },
    })
    const found = viewOf(evidence)
    expect(found.best).toEqual({ network: 0, 'shallow twin': 0, 'shallower twin': 0 })
    expect(found.records.map(({ control }) => control)).toEqual([...all('network'), ...all('shallow twin'), 'float64'])
  })
})

describe('The needs of a cause', () => {
  const needed = (control: ControlName, isAtGivenRate?: boolean) =>
    atBestRate({ control, seeds: 3, ...(isAtGivenRate === undefined ? {} : { isAtGivenRate }) }, view)

  it('are trained at the best rate of the network or of the twin', () => {
    expect(needed('3 x steps')).toEqual({ control: '3 x steps, rate / 10', seeds: 3 })
    expect(needed('float64')).toEqual({ control: 'float64, rate / 10', seeds: 3 })
    expect(needed('shallow twin')).toEqual({ control: 'shallow twin, rate x 10', seeds: 3 })
    expect(needed('shallower twin')).toEqual({ control: 'shallower twin', seeds: 3 })
  })

  it('keep a rate that they name, and a rate that must be the given one', () => {
    expect(needed('3 x steps, rate x 3')).toMatchObject({ control: '3 x steps, rate x 3' })
    expect(needed('rate / 100')).toMatchObject({ control: 'rate / 100' })
    expect(needed('standardized data', true)).toMatchObject({ control: 'standardized data' })
  })

  it('leave the short trainings of the ladder and the measurements as they are', () => {
    expect(needed('short run')).toMatchObject({ control: 'short run' })
    expect(needed('short run of the shallow twin')).toMatchObject({ control: 'short run of the shallow twin' })
    expect(atBestRate({ measurement: 'affine' }, view)).toEqual({ measurement: 'affine' })
  })
})
