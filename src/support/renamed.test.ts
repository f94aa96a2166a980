import { describe, expect, it, vi } from 'vitest'
import { field, pickOptions } from './fields.ts'
import { oneOf } from './kinds.ts'
import { withCurrentNames } from './renamed.ts'

describe('options with names of version 0.1:', () => {
  it('an option with an old name is accepted under the current name, with one warning on the console', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const table = { standardize: field(oneOf(['none', 'per-channel'])) }
    expect(pickOptions(table, { standardise: 'none' })).toEqual({ standardize: 'none' })
    expect(pickOptions(table, { standardise: 'none' })).toEqual({ standardize: 'none' })
    expect(warn.mock.calls).toEqual([
      ['isobath: standardise is now spelled standardize. The old spelling still works in this version.'],
    ])
    expect(() => pickOptions(table, { standardise: 'all' })).toThrow('standardize: expected')
    warn.mockRestore()
  })

  it('an option with an old name is ignored if the option is also given under the current name', () => {
    const said: string[] = []
    const options = { standardize: 'none', standardise: 'per-channel' }
    expect(withCurrentNames(options, (old) => said.push(old))).toEqual({ standardize: 'none' })
    expect(said).toEqual(['standardise'])
    expect(withCurrentNames({ standardise: 'none', standardize: undefined })).toEqual({ standardize: 'none' })
  })
})
