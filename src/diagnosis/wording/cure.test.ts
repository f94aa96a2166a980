import { describe, expect, it } from 'vitest'
import { unreadable } from '../../../test/support/made-up-evidence.ts'
import { longSentences } from '../../../test/support/prose.ts'
import { fewPoints, preset } from '../../../test/support/tiny-training.ts'
import { adam } from '../../graph/optimizers/adam.ts'
import { momentum } from '../../graph/optimizers/momentum.ts'
import { remedyNames } from '../../remedies/table.ts'
import { changeBetween } from '../../settings/changed-options.ts'
import { resolveOptions } from '../../settings/options.ts'
import type { TrainingOptions } from '../../settings/training.ts'
import { trainingOf } from '../control-trainings.ts'
import { type ControlName, nameAt, type Subject } from '../controls.ts'
import { cureText } from './cure.ts'
import { sentenceOf } from './words.ts'

const depths = { what: 'hidden layer', network: 6, shallow: 2, shallower: 1 } as const

function subjectOf(network: string, options: TrainingOptions = {}): Subject {
  return {
    network: preset(network),
    data: fewPoints,
    settings: resolveOptions({ steps: 100, ...options }, 64),
    precision: 'float32',
    twins: { shallow: preset('mlp:depth=2,width=8'), shallower: preset('mlp:depth=1,width=8') },
    readings: { gradientNorm: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1], meanSquare: [1, 1, 1, 1, 1, 1, 1] },
  }
}

/** The words of a control as a cure, or undefined for a control that does not apply. */
function words(control: ControlName, subject = subjectOf('mlp:depth=6,width=8')): string | undefined {
  const training = trainingOf(subject, control)
  return training && cureText(subject, control, changeBetween(subject.settings, training.settings).options, depths)
}

describe('Words for a cure', () => {
  it('are a request, with the new value and the old one', () => {
    const controls = [
      'rate / 10',
      'rate x 3',
      '3 x steps',
      '10 x steps, rate / 100',
      '4 x width',
      'shallow twin',
    ] as const
    expect(controls.map((control) => words(control))).toMatchInlineSnapshot(`
      [
        "set the rate to 0.003 instead of 0.03",
        "set the rate to 0.09 instead of 0.03",
        "train for 300 steps instead of 100",
        "train for 1000 steps instead of 100 and set the rate to 0.0003 instead of 0.03",
        "make the hidden layers 4 times as wide",
        "use 2 instead of 6 hidden layers",
      ]
    `)
  })

  it('tell what a mended training mends', () => {
    const raw = subjectOf('mlp:depth=6,width=8', { standardize: 'none' })
    const decayed = subjectOf('mlp:depth=6,width=8', { optimizer: momentum({ weightDecay: 0.1 }) })
    const dropped = subjectOf('mlp:depth=6,width=8,dropout=0.5')
    expect([
      words('standardized data', raw),
      words('standardized data, rate / 10', raw),
      words('without regularization', decayed),
      words('without regularization', dropped),
    ]).toMatchInlineSnapshot(`
      [
        "standardize the inputs",
        "standardize the inputs and set the rate to 0.003 instead of 0.03",
        "leave out the weight decay",
        "leave out the dropout",
      ]
    `)
  })

  it('are the words of a remedy and of its rate', () => {
    const names = ['residual links', 'rates by layer', 'warm-up'] as const
    expect(names.map((name) => words(nameAt(name, -2)))).toMatchInlineSnapshot(`
      [
        "add a skip connection around each of the 5 hidden layers, multiplied by 1/5, and set the rate to 0.003 instead of 0.03",
        "give each layer its own rate, from 0.001 times the rate in readout to 1000 times the rate in first, and set the rate to 0.003 instead of 0.03",
        "raise the rate evenly to its full value over the first 10 steps, and set the rate to 0.003 instead of 0.03",
      ]
    `)
    const deep = subjectOf('mlp:depth=60,width=8')
    expect(words('leaky slope by depth, rate / 10', deep)).toMatchInlineSnapshot(
      `"replace ReLU by leaky ReLU with the slope 0.471, and scale the weights to keep the signal, and set the rate to 0.003 instead of 0.03"`,
    )
    const byAdam = subjectOf('mlp:depth=6,width=8', { optimizer: adam() })
    expect(words('small epsilon', byAdam)).toMatchInlineSnapshot(`"lower the optimizer's epsilon from 1e-8 to 1e-16"`)
  })

  it('are one sentence of at most 30 words for every remedy at another rate', () => {
    const subjects = [
      subjectOf('mlp:depth=6,width=8'),
      subjectOf('mlp:depth=6,width=8,activation=tanh', { optimizer: adam() }),
      subjectOf('mlp:depth=6,width=8,activation=sigmoid', { optimizer: momentum({ weightDecay: 0.1 }) }),
      subjectOf('residual-mlp:depth=6,width=8'),
      subjectOf('mlp:depth=60,width=8'),
    ]
    let applied = 0
    for (const subject of subjects) {
      for (const name of remedyNames) {
        const request = words(nameAt(name, -1), subject)
        if (request === undefined) continue
        applied += 1
        expect(longSentences(sentenceOf(request))).toEqual([])
        expect(request).not.toMatch(unreadable)
        expect(request).toMatch(/^[a-z].*[^.]$/)
        expect(request).toContain('set the rate to')
      }
    }
    expect(applied).toBeGreaterThan(remedyNames.length)
  })
})
