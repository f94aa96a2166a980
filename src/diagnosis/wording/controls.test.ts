import { describe, expect, it } from 'vitest'
import { changeNames, controlsOf } from '../controls.ts'
import { lossChangeText, needText, stepsText, widthText } from './controls.ts'

describe('Texts about controls', () => {
  it('state the change of the training loss, also for trainings that diverge', () => {
    const changeOf = (before: number | null, after: number | null): string =>
      lossChangeText({ before, after }, 'in float64')
    expect(changeOf(2, 0.6)).toBe('the training loss in float64 is 0.6 instead of 2')
    expect(changeOf(1.5, null)).toBe('the training in float64 diverges instead of reaching a loss of 1.5')
    expect(changeOf(null, 0.5)).toBe('the training loss in float64 is 0.5 instead of diverging')
    expect(changeOf(null, null)).toBe('the training in float64 diverges as well')
  })

  it('name the setting that each control changes', () => {
    expect(controlsOf('steps').map(stepsText)).toEqual(['three times the steps', 'ten times the steps'])
    expect(controlsOf('width').map(widthText)).toEqual(['four times the width', 'sixteen times the width'])
  })

  it('name the training that would decide a cause, with the question that the training answers', () => {
    expect(needText({ control: 'float64', seeds: 1 })).toBe('float64 with one seed (is float32 too imprecise?)')
    expect(needText({ control: 'rate / 10', seeds: 3 })).toBe(
      'rate / 10 with 3 seeds (does the network train at this rate?)',
    )
    expect(needText({ control: '3 x steps, rate x 100', seeds: 1 })).toBe(
      '3 x steps, rate x 100 with one seed (is the training too short?)',
    )
    expect(needText({ measurement: 'affine' })).toBe('a measurement on the trained network')
  })

  it('ask a question about every change', () => {
    for (const control of changeNames) {
      expect(needText({ control, seeds: 1 })).toMatch(/ with one seed \([a-z][^?]+\?\)$/)
    }
  })
})
