/** Tests that no preset has a fact on a generated data set with the default settings. */
import { expect, it } from 'vitest'
import { factsAbout } from '../../test/support/fact-subject.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { catalog, loadDataset } from '../data/catalog.ts'
import { autoencode, type Dataset, outputsOf } from '../data/dataset.ts'
import type { Family } from '../network/families/family.ts'
import { families } from '../network/families/table.ts'
import { isLinearPreset, parseNetwork } from '../network/presets.ts'
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
function networkFor(preset: string, data: Dataset) {
  try {
    const network = parseNetwork(preset, { classes: outputsOf(data), input: data.shape })
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

it.each(generated)('dense presets have no fact on %s without standardization', async (name) => {
  const data = await loadDataset(name, { train: 200, test: 100 })
  for (const preset of ['mlp', 'residual-mlp']) {
    const network = parseNetwork(preset, { classes: data.classes, input: data.shape })
    expect(factsAbout(network, data, { standardize: 'none' })).toEqual([])
  }
})
