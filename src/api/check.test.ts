import { describe, expect, it } from 'vitest'
import { each, tableOf } from '../../test/support/fact-subject.ts'
import { glyphs } from '../data/glyphs.ts'
import { chain, dense, relu, sigmoid, softmax } from '../network/layers.ts'
import { check } from './check.ts'
import { train } from './train.ts'

const data = glyphs({ train: 60, test: 30 })
const network = chain(dense(8), relu(), dense(10))

describe('check', () => {
  it('finds nothing in a usual training, and returns the settings with all defaults', () => {
    const { facts, removed, settings } = check(network, { data, steps: 7 })
    expect({ facts, removed }).toEqual({ facts: [], removed: [] })
    expect(settings).toMatchObject({ steps: 7, batch: 60, loss: 'cross-entropy', standardize: 'per-channel' })
  })

  it('returns the facts in the order in which to mend them, and the same facts as a training', async () => {
    const options = { data, standardize: 'raw', batch: 1000, epochs: 2 } as const
    const bad = chain(dense(8), dense(10), softmax())
    const { facts } = check(bad, options)
    expect(facts.map(({ fact }) => fact)).toEqual(['softmax-twice', 'no-nonlinearity', 'raw-bytes', 'large-batch'])
    const told: unknown[] = []
    const run = await train(bad, { ...options, threads: 1, onFacts: (found) => told.push(found) })
    expect(run.facts).toEqual(facts)
    expect(told).toEqual([facts])
    expect(run.notes).toEqual([])
  })

  it('judges the network that is trained, without a sigmoid that the loss computes itself', () => {
    const ending = chain(dense(8), relu(), dense(10), sigmoid())
    expect(check(ending, { data, loss: 'binary-cross-entropy' }).facts).toEqual([])
    expect(check(ending, { data }).facts).toHaveLength(1)
  })

  it('returns the faults of raw data that the training standardizes', () => {
    const table = tableOf(
      each(50, (row) => [1000 * row]),
      { labels: each(50, (row) => row % 2), classes: 2 },
    )
    const { facts, removed } = check(chain(dense(4), relu(), dense(2)), { data: table })
    expect(facts).toEqual([])
    expect(removed).toMatchObject([{ fact: 'unscaled-inputs' }])
  })

  it('refuses a wrong number of outputs as a training does, but one output for ten classes is a fact', () => {
    expect(() => check(chain(dense(7)), { data })).toThrow(/expected 10 values, one for each class/)
    expect(check(chain(dense(1)), { data }).facts).toMatchObject([{ fact: 'single-output-for-classes' }])
    expect(() => check(network, { data, batch: 0 })).toThrow(/batch/)
  })
})
