import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { count } from '../blueprint/count.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { chain, dense, dropout, relu, repeat, residual } from '../network/layers.ts'
import { largestDropRate, withoutDropout } from './without-dropout.ts'

const network = chain(
  dense(4),
  dropout(0.2),
  repeat(2, residual(chain(dense(4), dropout(0.5)), { shortcut: dropout(0.1) })),
  relu(),
  dense(2),
)

describe('A network without dropout', () => {
  it('has a drop rate of 0 everywhere, and is the same network otherwise', () => {
    expect(withoutDropout(network)).toEqual(
      chain(
        dense(4),
        dropout(0),
        repeat(2, residual(chain(dense(4), dropout(0)), { shortcut: dropout(0) })),
        relu(),
        dense(2),
      ),
    )
  })

  it('does not exist if the network drops no units', () => {
    expect(withoutDropout(chain(dense(4), relu(), dense(2)))).toBeUndefined()
    expect(withoutDropout(chain(dense(4), dropout(0), dense(2)))).toBeUndefined()
  })

  it('drops nothing, and has the parameters of the network, for any network', () => {
    fc.assert(
      fc.property(
        arbitraryNetwork({ input: [2, 3, 3] }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (made, rate) => {
          const dropping = chain(dropout(rate), made)
          const without = withoutDropout(dropping)
          expect(without === undefined).toBe(largestDropRate(dropping) === 0)
          if (without === undefined) return
          expect(largestDropRate(without)).toBe(0)
          const [before, after] = [dropping, without].map((one) => count(createBlueprint(one, [2, 3, 3])).parameters)
          expect(after).toBe(before)
        },
      ),
    )
  })
})

describe('The largest drop rate', () => {
  it('is taken over all layers, and is 0 without dropout', () => {
    expect(largestDropRate(network)).toBe(0.5)
    expect(largestDropRate(chain(dense(4), dense(2)))).toBe(0)
  })
})
