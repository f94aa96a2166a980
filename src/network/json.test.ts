import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { networkFromJson } from './json.ts'

function failure(value: unknown): string {
  try {
    networkFromJson(value)
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

const inChain = (layer: unknown) => ({ kind: 'chain', layers: [{ kind: 'dense', width: 8 }, layer] })

describe('networkFromJson', () => {
  test('writing and reading is the identity', () => {
    const property = fc.property(arbitraryNetwork({ input: [2, 3, 3] }), (network) => {
      expect(networkFromJson(JSON.parse(JSON.stringify(network)))).toStrictEqual(network)
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('fields left out take the defaults', () => {
    expect(networkFromJson({ kind: 'dense', width: 3 })).toStrictEqual({
      kind: 'dense',
      width: 3,
      bias: true,
      init: { kind: 'he', gain: 1, fan: 'in' },
    })
  })

  test.each([
    ['no network', null],
    ['a list', []],
    ['no kind', { width: 3 }],
    ['an unknown kind', inChain({ kind: 'dens', width: 3 })],
    ['a bad width in a block', inChain({ kind: 'repeat', times: 3, block: { kind: 'dense', width: -3 } })],
    ['a width of the wrong type', inChain({ kind: 'dense', width: '64' })],
    ['no width', inChain({ kind: 'dense' })],
    ['too many iterations', inChain({ kind: 'repeat', times: 1e9, block: { kind: 'dense', width: 8 } })],
    ['a misspelled field', inChain({ kind: 'dense', width: 3, biass: false })],
    ['a stray field', inChain({ kind: 'flatten', comment: 'images' })],
    ['an unknown initializer', inChain({ kind: 'dense', width: 3, init: { kind: 'kaiming' } })],
    ['a bad gain', inChain({ kind: 'dense', width: 3, init: { kind: 'he', gain: [1, 'two'] } })],
    ['an unknown activation', inChain({ kind: 'activation', function: 'swish' })],
    ['a slope without leakyRelu', inChain({ kind: 'activation', function: 'relu', slope: 0.1 })],
    ['leakyRelu without a slope', inChain({ kind: 'activation', function: 'leakyRelu' })],
    ['an infinite multiplier', inChain({ kind: 'residual', branch: { kind: 'flatten' }, multiplier: 1 / 0 })],
    ['a bad layer in a branch', inChain({ kind: 'residual', branch: inChain({ kind: 'dropout', rate: 1 }) })],
    ['no block', inChain({ kind: 'repeat', times: 3 })],
    ['layers that are no list', { kind: 'chain', layers: {} }],
  ])('refuses %s', (_name, value) => {
    expect(failure(value)).toMatchSnapshot()
  })

  test('refuses layers nested beyond the limit, whatever the depth', () => {
    let nested: unknown = { kind: 'flatten' }
    for (let level = 0; level < 100_000; level++) nested = { kind: 'chain', layers: [nested] }
    expect(failure(nested)).toMatchInlineSnapshot(
      `"IsobathError: network: expected at most 100 layers within each other, got more. Write the layers one after the other in one chain, or as a repeat."`,
    )
  })
})

describe('random networks', () => {
  test('are valid for their input', () => {
    const property = fc.property(arbitraryNetwork({ input: [2, 3, 3], outputs: 4 }), (network) => {
      expect(createBlueprint(network, [2, 3, 3]).output).toEqual([4])
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('leave out what they are asked to', () => {
    const property = fc.property(arbitraryNetwork({ without: ['dropout', 'batchNorm'] }), (network) => {
      expect(JSON.stringify(network)).not.toMatch(/"dropout"|"batchNorm"/)
    })
    fc.assert(property)
  })
})
