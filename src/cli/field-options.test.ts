import { expect, it } from 'vitest'
import { nameInCode } from '../support/errors.ts'
import { withFlags } from './field-options.ts'

it('a note of the library names its options as flags on the command line', () => {
  const options = [
    nameInCode('target', 'values'),
    nameInCode('label', 'COLUMN'),
    nameInCode('standardizeTargets', 'per-target'),
  ]
  expect(options).toEqual(['target: "values"', 'label: "COLUMN"', 'standardizeTargets: "per-target"'])
  expect(withFlags(`Use ${options.join(' or ')}.`)).toBe(
    'Use --target values or --label COLUMN or --standardize-targets per-target.',
  )
})

it('other words of a note stay as they are', () => {
  const note = 'the label color has 2 classes (red: "dark", target), label: 3; validation: 0.1'
  expect(withFlags(note)).toBe(note)
})
