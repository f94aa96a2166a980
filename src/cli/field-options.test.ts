import { expect, it } from 'vitest'
import { IsobathError, nameInCode } from '../support/errors.ts'
import { flagName, withFlags } from './field-options.ts'

it('an error gives the value of an option in the form that the reader has to type', () => {
  const epoch = { inCode: '{ epochs: 1 }', asText: 'epoch' }
  const error = new IsobathError('option', (option) => {
    const values = [
      option('validation', 0.1),
      option('evaluateEvery', epoch),
      option('ignore', ['a', 'b']),
      option('missing', 'drop'),
    ]
    return values.join(' ')
  })
  expect(error.message).toBe('validation: 0.1 evaluateEvery: { epochs: 1 } ignore: ["a", "b"] missing: "drop"')
  expect(error.wording(flagName)).toBe('--validation 0.1 --evaluate-every epoch --ignore a,b --missing drop')
})

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
