import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { count } from '../blueprint/count.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { chain, dense, relu, repeat, residual } from '../network/layers.ts'
import { parseNetwork } from '../network/presets.ts'
import { widened } from './widened.ts'

const image = { input: [3, 8, 8], classes: 10 }

describe('widened:', () => {
  it.each([
    ['mlp:depth=4,width=8', 'mlp:depth=4,width=32'],
    ['residual-mlp:depth=3,width=8,norm=batch', 'residual-mlp:depth=3,width=32,norm=batch'],
    ['mlp:widths=8-6-4', 'mlp:widths=32-24-16'],
    ['wide-resnet-16-1', 'wide-resnet-16-4'],
  ])('the hidden layers of %s become four times as wide', (narrow, wide) => {
    const network = widened(parseNetwork(narrow, image), 4, image.input)
    if (!network) throw new Error('nothing was widened')
    const found = count(createBlueprint(network, image.input))
    const expected = count(createBlueprint(parseNetwork(wide, image), image.input))
    // The preset wide-resnet doesn't widen the stem.
    if (narrow.startsWith('wide')) expect(found.parameters).toBeGreaterThan(expected.parameters)
    else expect(found.parameters).toBe(expected.parameters)
  })

  it('shortcuts that add channels become wider', () => {
    const network = widened(parseNetwork('cifar-resnet-14', image), 2, image.input)
    if (!network) throw new Error('nothing was widened')
    expect(createBlueprint(network, image.input).output).toEqual([10])
  })

  it('the result is undefined if no layer is hidden', () => {
    expect(widened(chain(dense(3)), 4, [2])).toBeUndefined()
  })

  it.each([
    ['a network that begins with a repeated block', chain(repeat(4, chain(dense(2), relu())), dense(3))],
    ['a network that ends with a repeated block', chain(dense(3), relu(), repeat(2, chain(dense(3), relu())))],
    ['a network that begins with a residual block', chain(residual(dense(2)), dense(3))],
  ])('the result is undefined for %s', (_, network) => {
    expect(widened(network, 4, [2])).toBeUndefined()
  })

  it('the wider network fits the input and the outputs, for any network', () => {
    fc.assert(
      fc.property(arbitraryNetwork({ input: [2, 3, 3] }), (network) => {
        const wider = widened(network, 4, [2, 3, 3])
        if (wider) expect(createBlueprint(wider, [2, 3, 3]).output).toEqual([3])
      }),
    )
  })
})
