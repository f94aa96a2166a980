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

describe('networkFromJson:', () => {
  test('a network that is written as JSON and read again is unchanged', () => {
    const property = fc.property(arbitraryNetwork({ input: [2, 3, 3] }), (network) => {
      expect(networkFromJson(JSON.parse(JSON.stringify(network)))).toStrictEqual(network)
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('fields that were left out get their default values', () => {
    expect(networkFromJson({ kind: 'dense', width: 3 })).toStrictEqual({
      kind: 'dense',
      width: 3,
      bias: true,
      init: { kind: 'he', gain: 1, fan: 'in' },
    })
  })

  test.each([
    ['null instead of a network', null],
    ['a list instead of a network', []],
    ['a layer without a kind', { width: 3 }],
    ['an unknown kind of layer', inChain({ kind: 'dens', width: 3 })],
    ['a bad width in a block', inChain({ kind: 'repeat', times: 3, block: { kind: 'dense', width: -3 } })],
    ['a width of the wrong type', inChain({ kind: 'dense', width: '64' })],
    ['a dense layer without a width', inChain({ kind: 'dense' })],
    ['a repeat with too many iterations', inChain({ kind: 'repeat', times: 1e9, block: { kind: 'dense', width: 8 } })],
    ['a misspelled field', inChain({ kind: 'dense', width: 3, biass: false })],
    ['a stray field', inChain({ kind: 'flatten', comment: 'images' })],
    ['an unknown initializer', inChain({ kind: 'dense', width: 3, init: { kind: 'kaiming' } })],
    ['a gain that is a word', inChain({ kind: 'dense', width: 3, init: { kind: 'he', gain: [1, 'two'] } })],
    ['an unknown activation', inChain({ kind: 'activation', function: 'swish' })],
    ['a slope without leakyRelu', inChain({ kind: 'activation', function: 'relu', slope: 0.1 })],
    ['leakyRelu without a slope', inChain({ kind: 'activation', function: 'leakyRelu' })],
    ['an infinite multiplier', inChain({ kind: 'residual', branch: { kind: 'flatten' }, multiplier: 1 / 0 })],
    ['a bad layer in a branch', inChain({ kind: 'residual', branch: inChain({ kind: 'dropout', rate: 1 }) })],
    ['a repeat without a block', inChain({ kind: 'repeat', times: 3 })],
    ['a chain whose layers are not a list', { kind: 'chain', layers: {} }],
  ])('the value is refused: %s', (_name, value) => {
    expect(failure(value)).toMatchSnapshot()
  })

  test('100,000 levels of nested layers are refused without running out of stack', () => {
    let nested: unknown = { kind: 'flatten' }
    for (let level = 0; level < 100_000; level++) nested = { kind: 'chain', layers: [nested] }
    expect(failure(nested)).toMatchInlineSnapshot(
      `"IsobathError: network: expected at most 100 levels of nested layers, got more. Write the layers one after the other in one chain, or as a repeat."`,
    )
  })
})

describe('arbitraryNetwork:', () => {
  test('random networks are valid for their input', () => {
    const property = fc.property(arbitraryNetwork({ input: [2, 3, 3], outputs: 4 }), (network) => {
      expect(createBlueprint(network, [2, 3, 3]).output).toEqual([4])
    })
    fc.assert(property, { numRuns: 200 })
  })

  test('random networks have no layers of excluded kinds', () => {
    const property = fc.property(arbitraryNetwork({ without: ['dropout', 'batchNorm'] }), (network) => {
      expect(JSON.stringify(network)).not.toMatch(/"dropout"|"batchNorm"/)
    })
    fc.assert(property)
  })
})
