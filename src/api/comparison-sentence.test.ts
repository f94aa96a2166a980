import { describe, expect, it } from 'vitest'
import { type ComparedRun, comparisonSentence } from './comparison-sentence.ts'

const scored = (family: string, depth: number, seed: number, train: number, test = train): ComparedRun => ({
  family,
  depth,
  seed,
  train: { loss: train, error: train },
  test: { loss: test, error: test },
  diverged: null,
})
const diverged = (run: ComparedRun): ComparedRun => ({
  ...run,
  train: { loss: null, error: null },
  test: { loss: null, error: null },
  diverged: {},
})

describe('the sentence of a comparison', () => {
  const families = [{ name: 'mlp', label: 'plain' }]
  const sentence = (
    shallow: readonly (readonly [train: number, test: number])[],
    deep: readonly (readonly [train: number, test: number])[],
  ): string => {
    const all = [shallow, deep].flatMap((set, index) =>
      set.map(([train, test], seed) => scored('mlp', [4, 64][index], seed, train, test)),
    )
    return comparisonSentence(all, families, [4, 64])
  }
  const three = (train: number, test: number): [number, number][] =>
    [-0.001, 0, 0.001].map((spread) => [train + spread, test + spread])

  it('gives R2 in place of the error for networks that predict values', () => {
    const runs = [4, 64].flatMap((depth) =>
      [0, 1, 2].map((seed) => scored('mlp', depth, seed, depth / 100 + seed / 1000, 0.5)),
    )
    expect(comparisonSentence(runs, families, [4, 64], true)).toMatch(
      /^From 4 to 64 layers, R2 of the plain network goes from 0\.959 to 0\.359 on the TRAINING set and stays at 0\.500 on/,
    )
    expect(comparisonSentence(runs, families, [4], true)).toBe(
      'At depth 4, the plain network has a training R2 of 0.959 and a test R2 of 0.500.',
    )
  })

  it('says on which sets the deeper network is better or worse, and whether overfitting is ruled out', () => {
    const said = [
      sentence(three(0.05, 0.1), three(0.9, 0.9)),
      sentence(three(0.05, 0.1), three(0.2, 0.1)),
      sentence(three(0.01, 0.1), three(0.03, 0.1)),
      sentence(three(0.05, 0.1), three(0.05, 0.2)),
      sentence(three(0.05, 0.1), three(0.01, 0.2)),
      sentence(three(0.2, 0.2), three(0.1, 0.1)),
      sentence(three(0.2, 0.2), three(0.1, 0.2)),
      sentence(three(0.2, 0.2), three(0.2, 0.1)),
      sentence(three(0.2, 0.2), three(0.2, 0.2)),
      sentence([[0.05, 0.1]], [[0.9, 0.9]]),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "From 4 to 64 layers, the error of the plain network goes from 5.0% to 90% on the TRAINING set and from 10% to 90% on the test set. The deeper network is worse on the training set and on the test set, so overfitting is not the cause. The deeper network does not even fit its training set.
      From 4 to 64 layers, the error of the plain network goes from 5.0% to 20% on the TRAINING set and stays at 10% on the test set. The deeper network is worse on the training set, so overfitting is not the cause. The deeper network does not even fit its training set.
      From 4 to 64 layers, the error of the plain network goes from 1.0% to 3.0% on the TRAINING set and stays at 10% on the test set. The deeper network is worse on the training set, so overfitting is not the cause.
      From 4 to 64 layers, the error of the plain network stays at 5.0% on the TRAINING set and goes from 10% to 20% on the test set. The deeper network is worse only on the test set.
      From 4 to 64 layers, the error of the plain network goes from 5.0% to 1.0% on the TRAINING set and from 10% to 20% on the test set. The deeper network is better on the training set and worse on the test set.
      From 4 to 64 layers, the error of the plain network goes from 20% to 10% on the TRAINING set and from 20% to 10% on the test set. The deeper network is better on the training set and on the test set.
      From 4 to 64 layers, the error of the plain network goes from 20% to 10% on the TRAINING set and stays at 20% on the test set. The deeper network is better on the training set, and no different on the test set.
      From 4 to 64 layers, the error of the plain network stays at 20% on the TRAINING set and goes from 20% to 10% on the test set. The deeper network is better on the test set, and no different on the training set.
      From 4 to 64 layers, the error of the plain network stays at 20% on the TRAINING set and at 20% on the test set. The difference between the two depths is within the spread of the seeds.
      From 4 to 64 layers, the error of the plain network goes from 5.0% to 90% on the TRAINING set and from 10% to 90% on the test set. One or two seeds can't tell whether the difference between the two depths is more than chance."
    `)
  })

  it('says what the training errors show if no test error is known', () => {
    const untested = (runs: readonly ComparedRun[]) =>
      runs.map((run) => ({ ...run, test: { loss: null, error: null } }))
    const ofSeeds = (family: string, depth: number, error: number, seeds = 3) =>
      untested(Array.from({ length: seeds }, (_, seed) => scored(family, depth, seed, error + seed / 1000)))
    const two = [...families, { name: 'residual-mlp', label: 'residual' }]
    const said = [
      comparisonSentence([...ofSeeds('mlp', 4, 0.1), ...ofSeeds('mlp', 64, 0.9)], families, [4, 64]),
      comparisonSentence([...ofSeeds('mlp', 4, 0.1), ...ofSeeds('mlp', 64, 0.01)], families, [4, 64]),
      comparisonSentence([...ofSeeds('mlp', 4, 0.1), ...ofSeeds('mlp', 64, 0.1)], families, [4, 64]),
      comparisonSentence([...ofSeeds('mlp', 4, 0.1, 1), ...ofSeeds('mlp', 64, 0.9, 1)], families, [4, 64]),
      comparisonSentence([...ofSeeds('mlp', 4, 0.5), ...ofSeeds('residual-mlp', 4, 0.1)], two, [4]),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "From 4 to 64 layers, the error of the plain network goes from 10% to 90% on the TRAINING set. The deeper network is worse on the training set, so overfitting is not the cause. The deeper network does not even fit its training set. No test error is known.
      From 4 to 64 layers, the error of the plain network goes from 10% to 1.1% on the TRAINING set. The deeper network is better on the training set. No test error is known.
      From 4 to 64 layers, the error of the plain network stays at 10% on the TRAINING set. The difference between the two depths is within the spread of the seeds. No test error is known.
      From 4 to 64 layers, the error of the plain network goes from 10% to 90% on the TRAINING set. One or two seeds can't tell whether the difference between the two depths is more than chance. No test error is known.
      At depth 4, the plain network has 50% training error. At depth 4, the residual network has 10% training error. Compared seed by seed with the plain network, the residual network is better on the training set. No test error is known."
    `)
  })

  it('says which network diverged, and with how many seeds', () => {
    const deep = [0, 1, 2].map((seed) => scored('mlp', 64, seed, 0.1))
    const shallow = deep.map((run) => ({ ...run, depth: 4 }))
    const said = [
      comparisonSentence([...shallow, ...deep.map(diverged)], families, [4, 64]),
      comparisonSentence([...shallow, diverged(deep[0]), ...deep.slice(1)], families, [4, 64]),
      comparisonSentence([diverged(shallow[0]), ...shallow.slice(1), ...deep], families, [4, 64]),
      comparisonSentence([diverged(deep[0]), ...deep.slice(1)], families, [64]),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "The plain network of 64 layers diverged with 3 of 3 seeds.
      The plain network of 64 layers diverged with 1 of 3 seeds.
      The plain network of 4 layers diverged with 1 of 3 seeds. The shallower network itself diverged, so try a lower rate first.
      The plain network of 64 layers diverged with 1 of 3 seeds."
    `)
  })

  it('compares each network of a single depth with the first network, seed by seed', () => {
    const two = [...families, { name: 'residual-mlp', label: 'residual' }]
    const against = (seeds: number[], train: number, test: number): string => {
      const plain = seeds.map((seed) => scored('mlp', 8, seed, 0.2 + 0.001 * seed, 0.3 + 0.001 * seed))
      const residual = seeds.map((seed) => scored('residual-mlp', 8, seed, train + 0.001 * seed, test + 0.001 * seed))
      return (
        comparisonSentence([...plain, ...residual], two, [8])
          .split('test error. ')
          .at(-1) ?? ''
      )
    }
    expect([
      against([0, 1, 2], 0.1, 0.1),
      against([0, 1, 2], 0.4, 0.4),
      against([0, 1, 2], 0.1, 0.3),
      against([0, 1, 2], 0.2, 0.4),
      against([0, 1], 0.1, 0.1),
    ]).toEqual([
      'Compared seed by seed with the plain network, the residual network is better on the training set and on the test set.',
      'Compared seed by seed with the plain network, the residual network is worse on the training set and on the test set.',
      'Compared seed by seed with the plain network, the residual network is better on the training set and no different on the test set.',
      'Compared seed by seed with the plain network, the residual network is no different on the training set and worse on the test set.',
      "One or two seeds can't tell whether the residual network differs from the plain network by more than chance.",
    ])
  })

  it('has one sentence for each network of a single depth, and one for each comparison with the first network', () => {
    const two = [...families, { name: 'residual-mlp', label: 'residual' }]
    const all = two.flatMap(({ name }) => [0, 1, 2].map((seed) => scored(name, 8, seed, 0.123, 0.0098)))
    expect(comparisonSentence(all, two, [8])).toMatchInlineSnapshot(
      `"At depth 8, the plain network has 12% training error and 1.0% test error. At depth 8, the residual network has 12% training error and 1.0% test error. Compared seed by seed, the difference between the residual network and the plain network is within the spread of the seeds."`,
    )
    expect(comparisonSentence([], families, [4, 64])).toMatchInlineSnapshot(
      `"The plain network has no scores to compare."`,
    )
  })
})
