import { expect, it } from 'vitest'
import { chain, dense, parseNetwork, relu, repeat, residual } from '../index.ts'
import { depthOf } from '../surgery/depth.ts'
import { atDepth } from './at-depth.ts'

const preset = (text: string) => parseNetwork(text, { classes: 3, input: [2] })

it('A preset network has the same blocks as the preset of the other depth.', () => {
  expect(atDepth(preset('mlp:depth=20,width=8'), [2], 60)).toEqual(preset('mlp:depth=60,width=8'))
  expect(atDepth(preset('mlp:depth=20,width=8'), [2], 5)).toEqual(preset('mlp:depth=5,width=8'))
  expect(atDepth(preset('mlp:depth=20,width=8'), [2], 20)).toEqual(preset('mlp:depth=20,width=8'))
})

it('Layers that are written out one by one get further copies.', () => {
  const layers = Array.from({ length: 4 }, () => [dense(8), relu()]).flat()
  const network = chain(dense(8), relu(), ...layers, dense(3))
  expect(depthOf(atDepth(network, [2], 12))).toBe(13)
})

it('A list with a value for each iteration is stretched, and several parts grow in proportion.', () => {
  const block = residual(chain(dense(8), relu()), { multiplier: [1, 0.5, 0.25] })
  const network = chain(dense(8), repeat(3, block), repeat(6, chain(dense(8), relu())), dense(3))
  const grown = atDepth(network, [2], 19)
  expect(depthOf(grown)).toBe(20)
  expect(JSON.stringify(grown)).toContain('[1,1,0.5,0.5,0.25,0.25]')
  expect(JSON.stringify(grown)).toContain('"times":12')
})

it('A network without repeated layers has no other depth.', () => {
  expect(() => atDepth(chain(dense(8), relu(), dense(3)), [2], 9)).toThrow(/expected a network with repeated layers/)
})
