import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import '../../test/support/seed.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { gaussian, he } from '../network/initializers.ts'
import {
  batchNorm,
  chain,
  conv,
  dense,
  flatten,
  maxPool,
  named,
  relu,
  repeat,
  residual,
  scale,
  tanh,
} from '../network/layers.ts'
import type { Layer } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { depthOf } from './depth.ts'
import { shallowTwin } from './twin.ts'

const small = (text: string, input: readonly number[] = [4]) => parseNetwork(text, { classes: 3, input })
const image = [3, 8, 8]
const hidden = (count: number, width = 8): Layer[] => Array.from({ length: count }, () => [dense(width), relu()]).flat()
const namesOf = (network: Layer, input: readonly number[]): string[] =>
  createBlueprint(network, input).parameters.map(({ name }) => name)

describe('the depth in blocks:', () => {
  it('the depth of a network is the depth of its preset plus the read-out', () => {
    expect(depthOf(small('mlp:depth=60,width=8'))).toBe(61)
    expect(depthOf(small('residual-mlp:depth=7,width=8'))).toBe(8)
    expect(depthOf(chain(...hidden(60), dense(3)))).toBe(61)
    expect(depthOf(dense(3))).toBe(1)
  })

  it('a block of several layers counts as one', () => {
    // The stem, 9 blocks of two layers each, and the read-out make 11 blocks.
    expect(depthOf(small('cifar-resnet-20', image))).toBe(11)
    expect(depthOf(small('plain-20', image))).toBe(11)
    expect(depthOf(small('vanilla-cnn:depth=5', image))).toBe(3 + 5 + 1)
  })

  it('the iterations of nested repeats count, and so do the layers between repeats', () => {
    const inner = repeat(4, chain(dense(8), relu()))
    expect(depthOf(chain(dense(8), repeat(3, inner), dense(3)))).toBe(14)
    expect(depthOf(chain(dense(8), repeat(3, chain(dense(8), inner)), dense(3)))).toBe(17)
    expect(depthOf(chain(dense(8), residual(inner), repeat(9, relu()), dense(3)))).toBe(6)
  })
})

describe('the shallow twin:', () => {
  it('the twin of a preset is the same preset with fewer layers', () => {
    const twin = shallowTwin(small('mlp:depth=60,width=8'), [4])
    expect(twin?.network).toEqual(small('mlp:depth=11,width=8'))
    expect(twin?.depth).toBe(12)
    expect(twin?.kept).toEqual([{ path: 'hidden', kept: 10, of: 59 }])
    expect(shallowTwin(small('plain-20', image), image, 8)?.network).toEqual(small('plain-14', image))
    expect(shallowTwin(small('cifar-resnet-20', image), image, 8)?.network).toEqual(small('cifar-resnet-14', image))
  })

  it('the twin is a frozen network', () => {
    const twin = shallowTwin(small('mlp:depth=6,width=8'), [4])
    expect(Object.isFrozen(twin?.network)).toBe(true)
  })

  it('the twin has the wanted depth, shared among the parts in proportion to their depth', () => {
    const deep = chain(
      dense(8),
      repeat(10, dense(8), { name: 'a' }),
      repeat(30, dense(8), { name: 'b' }),
      repeat(2, dense(8), { name: 'c' }),
      dense(3),
    )
    const keptFor = (wanted: number) => shallowTwin(deep, [4], wanted)?.kept.map(({ kept }) => kept)
    expect(keptFor(23)).toEqual([5, 14, 2])
    expect(keptFor(10)).toEqual([2, 5, 1])
    expect(keptFor(1)).toEqual([1, 1, 1])
    expect(shallowTwin(deep, [4], 1)?.depth).toBe(5)
  })

  it('the twin has the first values of lists with a value for each iteration, and unchanged numbers', () => {
    const twin = shallowTwin(small('residual-mlp:depth=7,width=8,multiplier=1/l'), [4], 4)
    const [, , loop] = twin?.network.kind === 'chain' ? twin.network.layers : []
    expect(loop).toMatchObject({ times: 2, block: { multiplier: [1 / 2, 1 / 3] } })
    const preset = shallowTwin(small('residual-mlp:depth=7,width=8'), [4], 4)
    const [, , scaled] = preset?.network.kind === 'chain' ? preset.network.layers : []
    expect(scaled).toMatchObject({ times: 2, block: { multiplier: 1 / 7 } })
  })

  it('the twin has shorter lists in initializers, factors and shortcuts, but unchanged lists in inner repeats', () => {
    const block = (times: number): Layer =>
      chain(
        scale([1, 2, 3].slice(0, times)),
        residual(dense(4, { init: gaussian({ sw2: [4, 5, 6].slice(0, times) }) }), {
          shortcut: dense(4, { init: he([7, 8, 9].slice(0, times)) }),
        }),
        repeat(2, dense(4, { init: he([1, 2]) })),
      )
    expect(shallowTwin(repeat(3, block(3)), [4], 6)?.network).toEqual(repeat(2, block(2)))
  })

  it('the twin of a network with layers written out has layers with the same names', () => {
    const deep = chain(...hidden(6), dense(3), named('last', relu()))
    const twin = shallowTwin(deep, [8], 3)
    expect(twin?.kept).toEqual([{ path: 'dense1', kept: 2, of: 6 }])
    expect(twin && namesOf(twin.network, [8])).toEqual(namesOf(deep, [8]).filter((name) => /dense[127]\./.test(name)))
    expect(twin?.network).toEqual(chain(...hidden(2), named('dense7', dense(3)), named('last', relu())))
  })

  it('the twin retains a first layer that changes the width', () => {
    expect(shallowTwin(chain(...hidden(6), dense(3)), [4], 3)?.kept).toEqual([{ path: 'dense2', kept: 1, of: 5 }])
  })

  it('the twin has fewer copies of segments of several layers, of residual blocks, and of blocks in named stages', () => {
    const block = (): Layer => chain(residual(chain(conv(3), batchNorm(), relu(), conv(3))), relu())
    const stage = named('stage1', chain(block(), block(), block(), maxPool()))
    const deep = chain(stage, conv(5), conv(5), relu(), conv(5), conv(5), relu(), flatten(), dense(2))
    expect(shallowTwin(deep, [3, 4, 4], 1)?.kept).toEqual([
      { path: 'stage1.chain1', kept: 1, of: 3 },
      // The first of the four convolutions changes the number of channels, so a run can't start with this convolution.
      { path: 'conv3', kept: 1, of: 2 },
    ])
  })

  it('segments that cover more layers are preferred, and layers that differ only in loop values are alike', () => {
    const segment = (gain: number): Layer[] => [dense(4, { init: he(gain) }), dense(4), relu()]
    const deep = chain(...segment(1), ...segment(2), ...segment(3), dense(2))
    const twin = shallowTwin(deep, [4], 2)
    expect(twin?.kept).toEqual([{ path: 'dense1', kept: 1, of: 3 }])
    expect(twin?.network).toEqual(chain(...segment(1), named('dense7', dense(2))))
  })

  it('the twin is null if no layer can be removed', () => {
    expect(shallowTwin(small('mlp:depth=2,width=8'), [4])).toBeNull()
    expect(shallowTwin(chain(dense(8), relu(), dense(8), tanh(), dense(3)), [4])).toBeNull()
    expect(shallowTwin(small('mlp:depth=9,width=8'), [4], 10)).toBeNull()
    expect(shallowTwin(small('mlp:depth=9,width=8'), [4], 9)?.depth).toBe(9)
  })

  it('the twin has fewer iterations of loops within a repeat of one iteration and within a residual branch', () => {
    const inner = repeat(9, chain(dense(4), relu()), { name: 'inner' })
    const twin = shallowTwin(chain(repeat(1, inner), residual(inner), dense(3)), [4], 7)
    expect(twin?.kept).toEqual([
      { path: 'repeat1.inner', kept: 3, of: 9 },
      { path: 'residual1.inner', kept: 3, of: 9 },
    ])
    expect(twin?.depth).toBe(7)
  })

  it('the twin cannot have the depth 0', () => {
    expect(() => shallowTwin(small('mlp'), [4], 0)).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: depth of the shallow twin: expected a whole number from 1, got 0.]`,
    )
  })

  it('the twin has the wanted depth for any number of loops', () => {
    const times = fc.array(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(times, fc.nat({ max: 200 }), (counts, more) => {
        const loops = counts.map((count) => repeat(count, chain(dense(4), relu())))
        const deep = chain(...loops, dense(3))
        const wanted = counts.length + 1 + more
        const twin = shallowTwin(deep, [4], wanted)
        expect(twin?.depth ?? depthOf(deep)).toBe(Math.min(wanted, depthOf(deep)))
        for (const { kept, of } of twin?.kept ?? []) expect(kept).toSatisfy((one: number) => one >= 1 && one <= of)
      }),
    )
  })
})
