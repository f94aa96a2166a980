import { expect, test } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { checkOptions, type OptionRules } from './check-options.ts'

const rules: OptionRules = { code: 'option', known: ['kernel', 'stride'], example: '{ kernel: 3 }' }
const refused = (options: unknown): string => refusal(() => checkOptions('pool', options, rules))

test('checkOptions accepts an object with known names, and ignores names with the value undefined', () => {
  for (const options of [{}, { kernel: 3, stride: 'any' }, { padding: undefined }, Object.create(null)]) {
    expect(refused(options)).toBe('nothing was refused')
  }
})

test('checkOptions refuses a value that is no object', () => {
  const given = [3, null, undefined, 'same', true, [3], () => 3, Number.NaN]
  expect(given.map(refused).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: pool: expected an object such as { kernel: 3 }, got 3.
    IsobathError: pool: expected an object such as { kernel: 3 }, got null.
    IsobathError: pool: expected an object such as { kernel: 3 }, got nothing.
    IsobathError: pool: expected an object such as { kernel: 3 }, got "same".
    IsobathError: pool: expected an object such as { kernel: 3 }, got true.
    IsobathError: pool: expected an object such as { kernel: 3 }, got a list of 1.
    IsobathError: pool: expected an object such as { kernel: 3 }, got a function.
    IsobathError: pool: expected an object such as { kernel: 3 }, got NaN."
  `)
})

test('checkOptions suggests the current name for an option name of another library', () => {
  const norm = { ...rules, known: ['epsilon', 'momentum'] }
  const said = [
    refusal(() => checkOptions('batchNorm', { eps: 1e-3 }, norm)),
    refused({ eps: 1e-3 }),
    refusal(() => checkOptions('adam', { lr: 1e-3 }, { ...rules, known: ['rate'] })),
  ]
  expect(said.join('\n')).toMatchInlineSnapshot(`
    "IsobathError: batchNorm: expected the options epsilon, momentum, got "eps". Did you mean epsilon?
    IsobathError: pool: expected the options kernel, stride, got "eps". Leave "eps" out.
    IsobathError: adam: expected the option rate, got "lr". Did you mean rate?"
  `)
})

test('checkOptions refuses unknown names, including names such as constructor that every object has', () => {
  expect([{ kernal: 3 }, { n: 5 }, { constructor: 1 }].map(refused).join('\n')).toMatchInlineSnapshot(`
    "IsobathError: pool: expected the options kernel, stride, got "kernal". Did you mean kernel?
    IsobathError: pool: expected the options kernel, stride, got "n". Leave "n" out.
    IsobathError: pool: expected the options kernel, stride, got "constructor". Leave "constructor" out."
  `)
  expect(refusal(() => checkOptions('norm', { nme: 'a' }, { ...rules, known: ['name'] }))).toMatchInlineSnapshot(
    `"IsobathError: norm: expected the option name, got "nme". Did you mean name?"`,
  )
})
