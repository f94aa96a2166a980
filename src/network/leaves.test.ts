import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { chain, conv, dense, dropout, relu, repeat, residual, sigmoid } from './layers.ts'
import { leavesOf, withLeaves } from './leaves.ts'
import type { Layer } from './network.ts'

const nested = chain(
  dense(4),
  repeat(3, chain(relu(), residual(chain(dense(4), dropout(0.2)), { shortcut: dense(4) }))),
  chain(dense(2), sigmoid()),
)

describe('The innermost layers of a network', () => {
  it('are listed in the order of the forward pass, also those of shortcuts', () => {
    expect(leavesOf(nested)).toEqual([dense(4), relu(), dense(4), dropout(0.2), dense(4), dense(2), sigmoid()])
  })

  it('are the layer itself for a layer without layers inside', () => {
    expect(leavesOf(dense(3))).toEqual([dense(3)])
  })

  it('contain no layer with layers inside, for any network', () => {
    fc.assert(
      fc.property(arbitraryNetwork({ input: [2, 3, 3] }), (network) => {
        const kinds = leavesOf(network).map(({ kind }): Layer['kind'] => kind)
        for (const kind of ['chain', 'repeat', 'residual'] as const) expect(kinds).not.toContain(kind)
        expect(kinds.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('A network with other innermost layers', () => {
  it('is the same network if nothing is replaced, for any network', () => {
    fc.assert(
      fc.property(arbitraryNetwork({ input: [2, 3, 3] }), (network) => {
        expect(withLeaves(network, (leaf) => leaf)).toEqual(network)
      }),
    )
  })

  it('has each innermost layer replaced, also in repeated blocks, branches and shortcuts', () => {
    const wide = withLeaves(nested, (leaf) => (leaf.kind === 'dense' ? { ...leaf, width: 2 * leaf.width } : leaf))
    expect(wide).toEqual(
      chain(
        dense(8),
        repeat(3, chain(relu(), residual(chain(dense(8), dropout(0.2)), { shortcut: dense(8) }))),
        chain(dense(4), sigmoid()),
      ),
    )
    expect(nested).toEqual(withLeaves(nested, (leaf) => leaf))
  })

  it('can have a chain in the place of a layer', () => {
    const made = withLeaves(residual(conv(3)), (leaf) => chain(leaf, relu()))
    expect(made).toEqual(residual(chain(conv(3), relu())))
  })
})
