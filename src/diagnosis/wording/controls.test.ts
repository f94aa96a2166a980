import { describe, expect, it } from 'vitest'
import { controlsOf } from '../controls.ts'
import { lossChangeText, needText, rateText, stepsText, widthText } from './controls.ts'

describe('words about controls', () => {
  it('say what became of the training loss, also where one diverged', () => {
    expect(lossChangeText({ before: 2, after: 0.6 })).toBe('training loss 0.6 instead of 2')
    expect(lossChangeText({ before: 1.5, after: null })).toBe('no finite loss instead of 1.5')
    expect(lossChangeText({ before: null, after: 0.5 })).toBe('training loss 0.5 where it diverged')
    expect(lossChangeText({ before: null, after: null })).toBe('no finite loss either')
  })

  it('say what each changes', () => {
    expect(controlsOf('rate').map(rateText)).toEqual(['a third of the rate', 'a tenth of the rate'])
    expect(controlsOf('steps').map(stepsText)).toEqual(['three times the steps'])
    expect(controlsOf('width').map(widthText)).toEqual(['four times the width', 'sixteen times the width'])
  })

  it('say what would decide a cause, with the question that it asks', () => {
    expect(needText({ control: 'float64', seeds: 1 })).toBe('float64 with one seed (does arithmetic matter?)')
    expect(needText({ control: 'rate / 10', seeds: 3 })).toBe('rate / 10 with 3 seeds (is the step far too large?)')
    expect(needText({ measurement: 'affine' })).toBe('a measurement on the trained network')
  })
})
