import { describe, expect, it } from 'vitest'
import { count } from '../blueprint/count.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { chain, dense } from '../network/layers.ts'
import { parseNetwork } from '../network/presets.ts'
import { widened } from './widened.ts'

const image = { input: [3, 8, 8], classes: 10 }

describe('widened', () => {
  it.each([
    ['mlp:depth=4,width=8', 'mlp:depth=4,width=32'],
    ['residual-mlp:depth=3,width=8,norm=batch', 'residual-mlp:depth=3,width=32,norm=batch'],
    ['mlp:widths=8-6-4', 'mlp:widths=32-24-16'],
    ['wide-resnet-16-1', 'wide-resnet-16-4'],
  ])('makes hidden layers four times as wide: %s', (narrow, wide) => {
    const network = widened(parseNetwork(narrow, image), 4)
    if (!network) throw new Error('nothing was widened')
    const found = count(createBlueprint(network, image.input))
    const expected = count(createBlueprint(parseNetwork(wide, image), image.input))
    // A wide network's stem keeps its channels.
    if (narrow.startsWith('wide')) expect(found.parameters).toBeGreaterThan(expected.parameters)
    else expect(found.parameters).toBe(expected.parameters)
  })

  it('widens shortcuts that add channels', () => {
    const network = widened(parseNetwork('cifar-resnet-14', image), 2)
    if (!network) throw new Error('nothing was widened')
    expect(createBlueprint(network, image.input).output).toEqual([10])
  })

  it('is undefined where no layer is hidden', () => {
    expect(widened(chain(dense(3)), 4)).toBeUndefined()
  })
})
