import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { IsobathError } from './errors.ts'
import { checkNames, describeFields, type Fields, field, pickOptions, readStored, withDefaults } from './fields.ts'
import { choice, count, positive } from './kinds.ts'

const table = {
  width: field(count(), { required: true }),
  depth: field(count(), {
    default: 4,
    help: 'layers',
    describe: (depth) => (depth === 4 ? undefined : `${depth} layers`),
  }),
  norm: field(positive(), { default: null, help: 'the largest norm', describe: (norm) => `norm ${norm}` }),
  fast: field(choice(), { default: true, before: false }),
  seed: field(count(0), { usual: 'drawn', help: (usual) => `chooses (${usual}) numbers` }),
} satisfies Fields

describe('tables of options:', () => {
  it('a table picks its own options from an object, and fills in the defaults of options that were left out', () => {
    const given = pickOptions(table, { width: 2, depth: undefined, other: 'x' })
    expect(given).toEqual({ width: 2 })
    expect(withDefaults(table, given)).toEqual({ width: 2, depth: 4, norm: null, fast: true })
    expect(withDefaults(table, { width: 2, norm: 3, seed: 0 })).toEqual({
      width: 2,
      depth: 4,
      norm: 3,
      fast: true,
      seed: 0,
    })
  })

  it('an error names the option with a bad value as the reader of the message types it', () => {
    const refused = (given: object): unknown => {
      try {
        return pickOptions(table, given)
      } catch (error) {
        return error instanceof IsobathError ? [error.message, error.wording((key) => `--${key}`)] : error
      }
    }
    expect(refused({ width: 2, depth: 0 })).toEqual([
      'depth: expected a whole number of at least 1, got 0.',
      '--depth: expected a whole number of at least 1, got 0.',
    ])
    // The value null is allowed only for options that are off by default.
    expect(refused({ width: 2, norm: null })).toEqual({ width: 2, norm: null })
    expect(refused({ width: 2, depth: null })).toEqual([
      'depth: expected a whole number of at least 1, got null.',
      '--depth: expected a whole number of at least 1, got null.',
    ])
    // A required option must not be left out.
    expect(refused({ depth: 2 })).toEqual([
      'width: expected a whole number of at least 1, got nothing.',
      '--width: expected a whole number of at least 1, got nothing.',
    ])
  })

  it('names that are in no table are refused', () => {
    const known = Object.keys(table)
    const refused = [{ dept: 3 }, { toString: 1 }, { lr: 1 }].map((given) =>
      refusal(() => checkNames(known, given, { lr: 'Give the rate to the optimizer.' })),
    )
    expect(refused).toMatchInlineSnapshot(`
      [
        "IsobathError: dept: expected one of width, depth, norm, fast, seed. Did you mean depth?",
        "IsobathError: toString: expected one of width, depth, norm, fast, seed.",
        "IsobathError: lr: expected one of width, depth, norm, fast, seed. Give the rate to the optimizer.",
      ]
    `)
  })

  it('the help of an option shows the default, at the end or at the place that the row chooses', () => {
    expect(table.depth.help()).toBe('layers (default: 4)')
    expect(table.depth.help('as deep as the run')).toBe('layers (default: as deep as the run)')
    expect(table.norm.help()).toBe('the largest norm')
    expect(table.seed.help()).toBe('chooses (drawn) numbers')
  })

  it('the values that have a description are described in the order of the table', () => {
    expect([...describeFields(table, { norm: 2, depth: 5 })]).toEqual([
      ['depth', '5 layers'],
      ['norm', 'norm 2'],
    ])
    expect([...describeFields(table, { norm: null, depth: 4 })]).toEqual([])
  })

  it('a stored value that is missing gets the value of trainings from before the option existed', () => {
    expect(readStored(table, { width: 2 }, 'run')).toEqual({ width: 2, depth: 4, norm: null, fast: false })
    expect(readStored(table, { width: 2, fast: true, norm: 1 }, 'run')).toMatchObject({ fast: true, norm: 1 })
    const refused = [{ depth: 2 }, { width: 'x' }, { width: 2, newer: 1 }].map((stored) =>
      refusal(() => readStored(table, stored, 'settings')),
    )
    expect(refused).toMatchInlineSnapshot(`
      [
        "IsobathError: settings.width: expected a whole number of at least 1, got nothing. The file was changed or broken.",
        "IsobathError: settings.width: expected a whole number of at least 1, got "x". The file was changed or broken.",
        "IsobathError: settings.newer: this version has no such option. Use the version that wrote the file.",
      ]
    `)
  })
})
