/** Tests that no preset has a fact on a generated data set with the default settings. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { arbitraryNetwork } from '../../test/support/arbitrary-network.ts'
import { factsAbout, tableOf } from '../../test/support/fact-subject.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { catalog, loadDataset } from '../data/catalog.ts'
import { autoencode, type Dataset, outputsOf } from '../data/dataset.ts'
import { standardizationNames } from '../data/standardize.ts'
import { lossNames } from '../graph/losses.ts'
import type { Family } from '../network/families/family.ts'
import { families } from '../network/families/table.ts'
import { isLinearPreset, parseNetwork } from '../network/presets.ts'
import { shapeForLoss } from '../settings/task-losses.ts'
import { IsobathError } from '../support/errors.ts'

/** The smallest preset of a family, such as cifar-resnet-8. */
function smallest({ stem, numbers }: Family): string {
  if (numbers === undefined) return stem
  for (let depth = 1; depth <= 200; depth++) {
    const own = numbers.count === 1 ? [depth] : [depth, 2]
    if (numbers.holds(own)) return [stem, ...own].join('-')
  }
  throw new Error(`${stem}: no number up to 200 holds`)
}

/** The network of a preset for a data set, or undefined if the preset doesn't take samples of this shape. */
function networkFor(preset: string, data: Dataset, outputs = outputsOf(data)) {
  try {
    const network = parseNetwork(preset, { classes: outputs, input: data.shape })
    createBlueprint(network, data.shape)
    return network
  } catch (error) {
    if (error instanceof IsobathError) return undefined
    throw error
  }
}

const generated = catalog.filter(({ source }) => source === 'generated').map(({ name }) => name)
const networks = families.map((family) => ({ preset: smallest(family), family }))

it('the test covers every generated data set and every family of presets', () => {
  expect(generated).toEqual(['blobs', 'glyphs', 'moons', 'sawtooth', 'spirals', 'teacher', 'tiles'])
  expect(networks.length).toBeGreaterThanOrEqual(20)
})

it.each(generated)('no preset has a fact on %s with the default settings', async (name) => {
  const data = await loadDataset(name, { train: 200, test: 100 })
  const found: string[] = []
  let checked = 0
  for (const { preset, family } of networks) {
    const used = family.reproducesInputs ? autoencode(data) : data
    const network = networkFor(preset, used)
    if (network === undefined) continue
    checked++
    // The name of a linear preset says that the preset has no nonlinearity.
    const facts = factsAbout(network, used).filter(({ fact }) => fact !== 'no-nonlinearity' || !isLinearPreset(preset))
    found.push(...facts.map(({ fact, sentence }) => `${preset}: ${fact}: ${sentence}`))
  }
  expect(found).toEqual([])
  expect(checked).toBeGreaterThan(4)
})

it.each(lossNames)('presets have no fact with the loss %s', async (loss) => {
  for (const name of ['moons', 'glyphs']) {
    const data = await loadDataset(name, { train: 200, test: 100 })
    for (const preset of ['mlp', 'residual-mlp', 'lenet-5']) {
      const shape = shapeForLoss({ input: data.shape, classes: data.classes, task: 'classification' }, loss)
      const network = networkFor(preset, data, shape.classes)
      if (network !== undefined) expect(factsAbout(network, data, { loss })).toEqual([])
    }
  }
})

it('any network has facts on any data, and no fact is an error', () => {
  const arbitraryTable = fc.record({
    rows: fc.array(fc.array(fc.double({ min: -3e38, max: 3e38, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 12,
    }),
    areClasses: fc.boolean(),
  })
  const law = fc.property(
    arbitraryNetwork({ input: [3], nesting: 2 }),
    arbitraryTable,
    fc.constantFrom(...standardizationNames),
    (network, { rows, areClasses }, standardize) => {
      const data = tableOf(
        rows,
        areClasses
          ? { labels: rows.map((_, row) => row % 2), classes: 2 }
          : { targets: rows.map(([first]) => [first]) },
      )
      for (const { sentence, remedy } of factsAbout(network, data, { standardize })) {
        expect(`${sentence} ${remedy}`).not.toMatch(/NaN|undefined|no number/)
      }
    },
  )
  fc.assert(law, { seed: 4, numRuns: 300 })
})

it.each(generated)('dense presets have no fact on %s without standardization', async (name) => {
  const data = await loadDataset(name, { train: 200, test: 100 })
  for (const preset of ['mlp', 'residual-mlp']) {
    const network = parseNetwork(preset, { classes: data.classes, input: data.shape })
    expect(factsAbout(network, data, { standardize: 'none' })).toEqual([])
  }
})
