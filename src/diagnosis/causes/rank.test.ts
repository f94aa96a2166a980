import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  climbedTo,
  helpless,
  type MadeUp,
  type MadeUpTrials,
  madeUpEvidence,
  noBetterRate,
  noHelp,
  reading,
  restoredBy,
  usefulDepth,
  worse,
} from '../../../test/support/made-up-evidence.ts'
import type { Reading } from '../../probes/probe-pass.ts'
import { causes } from '../cause.ts'
import type { ControlName } from '../controls.ts'
import { type Judgment, judge } from '../judge.ts'
import { severeDecades, vanishingDecades } from './gradient.ts'

const judged = (trials: MadeUp['trials'], made: MadeUp = {}): Judgment =>
  judge(madeUpEvidence({ trials, measured: usefulDepth(), ...made }))
const named = ({ findings }: Judgment): string[] => findings.map(({ cause }) => cause)

describe('The first finding', () => {
  /**
   * Causes of the findings for a network that is worse than its twin, from readings before training and results of
   * controls. Every intervention restores the training.
   */
  const first = (start: Reading, controls: MadeUp['trials'] = noHelp()): string[] =>
    named(judged({ ...worse(reading(start)), ...controls, ...restoredBy() }))
  const collapse = { cosine: along(0.3, 0.99999) }

  it('is the earliest cause in the causal chain', () => {
    const dead = { deadUnits: all(0.9, 7) }
    expect(first({ ...collapse, ...dead })).toEqual(['dead-units', 'correlation-collapse'])
    const exploding = { meanSquare: along(1, 1e20), gradientNorm: along(1e9, 1) }
    expect(first({ ...collapse, ...exploding })).toEqual([
      'exploding-signal',
      'correlation-collapse',
      'exploding-gradient',
    ])
  })

  it('is the signal if units die after the layer in which the signal is lost, and the units if the units die first', () => {
    const signal = { meanSquare: [1, 1, 1e-9, 1e-9, 1e-9, 1e-9, 1] }
    expect(first({ ...signal, deadUnits: [0.3, 0.3, 0.3, 0.3, 0.9, 0.9, 0] })).toEqual([
      'vanishing-signal',
      'dead-units',
    ])
    expect(first({ ...signal, deadUnits: [0.3, 0.9, 0.9, 0.3, 0.3, 0.3, 0] })).toEqual([
      'dead-units',
      'vanishing-signal',
    ])
    const exploding = { meanSquare: [1, 1, 1e9, 1e9, 1e9, 1e9, 1] }
    expect(first({ ...exploding, saturatedUnits: [0, 0, 0, 0.9, 0.9, 0.9, 0] })).toEqual([
      'exploding-signal',
      'saturated-units',
    ])
    expect(first({ ...exploding, saturatedUnits: [0.9, 0, 0, 0, 0, 0, 0] })).toEqual([
      'saturated-units',
      'exploding-signal',
    ])
  })

  it('is a lost gradient before a correlation collapse, and a correlation collapse before a small gradient', () => {
    const decades = (value: number) => ({ gradientNorm: along(10 ** -value, 1) })
    expect(first({ ...collapse, ...decades(severeDecades + 1) })).toEqual([
      'vanishing-gradient',
      'correlation-collapse',
    ])
    const mild = (vanishingDecades + severeDecades) / 2
    expect(first({ ...collapse, ...decades(mild) })).toEqual(['correlation-collapse', 'vanishing-gradient'])
  })

  it('is the arithmetic or the step if float64 or a smaller rate recovers the whole loss gap', () => {
    const wild = { meanSquare: along(1, 1e20) }
    const restored = (control: ControlName, loss: number) => ({
      ...noHelp(),
      [control]: { loss: all(loss), start: reading(wild) },
    })
    expect(first(wild, restored('float64', 0.05))).toEqual(['numerical-error', 'exploding-signal'])
    // At its best rate, the network is no worse than its twin, so the signal needs no explanation.
    expect(first(wild, restored('rate / 3', 0.05))).toEqual(['unstable-step'])
    expect(first(wild, restored('rate / 10', 0.05))).toEqual(['unstable-step'])
    expect(first(wild, restored('rate x 10', 0.05))).toEqual(['step-too-small'])
    // A loss of 0.32 recovers only a part of the loss gap, so the signal comes before float64.
    expect(first(wild, restored('float64', 0.32))).toEqual(['exploding-signal', 'numerical-error'])
    expect(first(wild, { ...restored('rate / 3', 0.32), float64: undefined })).toEqual([
      'unstable-step',
      'exploding-signal',
    ])
    // A loss of 0.6 recovers less than three quarters of the loss gap.
    expect(first(wild, restored('rate / 3', 0.6))).toEqual(['exploding-signal', 'unstable-step'])
  })

  it('comes first in the order of the causal chain', () => {
    const all14 = first({ ...collapse, deadUnits: all(1, 7), saturatedUnits: all(1, 7) })
    expect(all14).toEqual(['saturated-units', 'dead-units', 'correlation-collapse'])
    expect(causes.indexOf('overfitting')).toBeLessThan(causes.indexOf('useless-depth'))
  })

  it('can exist while other causes are open', () => {
    const ladder = { ...noBetterRate(), ...restoredBy() }
    const judgment = judged({ ...worse(reading(collapse)), ...ladder })
    expect(judgment.verdict).toBe('correlation-collapse')
    expect(judgment.open.length).toBeGreaterThan(0)
  })
})

describe('A fault in the setup', () => {
  const lost = { loss: all(2.3), error: all(0.9), start: reading({ cosine: along(0.3, 0.99999) }) }
  const mended = { loss: all(0.1), error: all(0.04) }
  const tried = { ...helpless(), network: lost, ...noBetterRate(2.3), ...restoredBy(['leaky slope by depth'], mended) }

  it('comes before the effects in the layers', () => {
    const found = judged({ ...tried, 'free output': mended }, { facts: ['output-range'] })
    expect(named(found)).toEqual(['output-cannot-reach-targets', 'correlation-collapse'])
    const scaled = judged({ ...tried, 'standardized data': mended }, { facts: ['raw-bytes'] })
    expect(named(scaled)).toEqual(['unscaled-data', 'correlation-collapse'])
  })

  it('comes before a better rate, which does not mend the fault', () => {
    const better = climbedTo(-2, { loss: all(0.8), error: all(0.3), start: reading() })
    const found = judged({ network: lost, ...better, 'free output, rate / 10': mended }, { facts: ['output-range'] })
    expect(named(found).slice(0, 2)).toEqual(['output-cannot-reach-targets', 'unstable-step'])
  })

  it('does not come first if it is too much regularization', () => {
    const regularization = { dropped: 0.7, decay: 0 }
    const found = judged({ ...tried, 'without regularization': mended }, { other: { regularization } })
    expect(named(found)).toEqual(['correlation-collapse', 'over-regularized'])
  })
})

describe('Dead units and an exploding signal', () => {
  const both = (dead: readonly number[]): string[] =>
    named(
      judged({
        ...worse(reading({ meanSquare: [1, 10, 1e6, 1e8, 1e9, 1e10, 1], deadUnits: dead })),
        ...noHelp(),
        ...restoredBy(),
      }),
    )

  it('are ranked by the layer in which each effect begins', () => {
    expect(both([0, 0, 0, 0, 0.7, 0.7, 0]).slice(0, 2)).toEqual(['exploding-signal', 'dead-units'])
    expect(both([0, 0.7, 0.7, 0.7, 0.7, 0.7, 0]).slice(0, 2)).toEqual(['dead-units', 'exploding-signal'])
  })
})

describe('Two causes at once', () => {
  it('are two findings', () => {
    const network: MadeUpTrials = {
      loss: all(0.001),
      error: all(0),
      testLoss: [1, 1.1, 1.2],
      testError: [0.3, 0.31, 0.32],
      testLosses: [1.5, 0.6, 0.8],
      start: reading(),
    }
    const half = { loss: all(0.001), error: all(0), testError: [0.45, 0.46, 0.47] }
    const useless = { withoutBlocks: { loss: 0.1, single: [], fromTop: [{ blocks: 5, loss: 0.1 }] } }
    const judgment = judged({ network, 'half the data': half }, { blocks: 6, measured: useless })
    expect(named(judgment)).toEqual(['overfitting', 'useless-depth'])
  })
})
