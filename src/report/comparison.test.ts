import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import {
  type ComparisonData,
  type ComparisonRow,
  comparisonPicture,
  comparisonReport,
  comparisonText,
} from './comparison.ts'

/**
 * A made-up comparison. Plain networks fail at depth 64, where seed 2 diverges. No value is random, so the text can be
 * a snapshot.
 */
const nextStep = { text: 'To find the cause:', command: 'isobath diagnose mlp:depth=64 --data a<b.csv' }

function sample(depths: number[], seeds: number[], labels = ['plain', 'residual']): ComparisonData {
  const families = labels.map((label) => ({
    name: label === 'plain' ? 'mlp:width=64' : 'residual-mlp:width=64',
    label,
  }))
  const rows = families.flatMap(({ name, label }) =>
    depths.flatMap((depth) => seeds.map((seed) => row(name, depth, seed, label === 'plain' && depth >= 64))),
  )
  return {
    command: 'isobath compare mlp:width=64 residual-mlp:width=64 --data glyphs',
    dataset: {
      name: 'glyphs',
      train: 10_000,
      test: 2000,
      classes: 10,
      asks: '10 classes',
      names: { areValues: false },
    },
    steps: 600,
    batch: 128,
    optimizer: 'momentum, rate 0.03',
    seconds: 138,
    version: '0.1.0',
    mode: 'float32, wasm',
    families,
    depths,
    seeds,
    rows,
    sentence: 'At depth 64 the plain network is worse on the training set itself: it was not trained.',
  }
}

function row(family: string, depth: number, seed: number, fails: boolean): ComparisonRow {
  const diverged = fails && seed === 2
  const error = fails ? 0.88 + seed / 200 : 0.004 + seed / 1000
  const losses = Array.from({ length: diverged ? 200 : 600 }, (_, step) => ({
    step,
    loss: fails ? 2.3 : 2.3 * Math.exp(-step / 100) + 0.02,
  }))
  if (diverged) losses.push({ step: 200, loss: Number.NaN })
  return {
    family,
    depth,
    seed,
    train: diverged ? { loss: null, error: null } : { loss: fails ? 2.3 : 0.02 + seed / 1000, error },
    test: diverged ? { loss: null, error: null } : { loss: 1, error: error + 0.02 },
    diverged: diverged ? { step: 200, layer: 'repeat.41.dense' } : null,
    signal: fails ? 'samples become alike by layer 38.' : null,
    losses,
    seconds: 4,
    rate: 0.03,
  }
}

describe('comparisonText', () => {
  it('prints a table and a chart within 80 columns', () => {
    const text = comparisonText(sample([4, 64], [1, 2, 3]))
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(text).toMatchInlineSnapshot(`
      "At depth 64 the plain network is worse on the training set itself: it was not
      trained.

      glyphs, 10,000 training samples, 10 classes · 600 steps of 128
      momentum, rate 0.03 · 3 seeds
      plain is mlp:width=64 · residual is residual-mlp:width=64

      network   depth       train loss      train error       test error  seeds
      ────────  ─────  ───────────────  ───────────────  ───────────────  ─────
      plain         4  0.0220 ± 0.0025       0.6 ± 0.2%       2.6 ± 0.2%      3
      plain        64  1 of 3 diverged  1 of 3 diverged  1 of 3 diverged      3
      residual      4  0.0220 ± 0.0025       0.6 ± 0.2%       2.6 ± 0.2%      3
      residual     64  0.0220 ± 0.0025       0.6 ± 0.2%       2.6 ± 0.2%      3

      plain, depth 64: diverged with seed 2 at step 200 (repeat.41.dense). Seed 1:
      train loss 2.30, train error 88.5% and test error 90.5%. Seed 3: train loss
      2.30, train error 89.5% and test error 91.5%.
      plain, depth 64: samples become alike by layer 38.

      depth            train error                   test error
          4  plain     ▏                       0.6%  ▋                       2.6%
             residual  ▏                       0.6%  ▋                       2.6%
         64  plain     × 1 of 3 diverged             × 1 of 3 diverged
             residual  ▏                       0.6%  ▋                       2.6%
      "
    `)
  })

  it('shows no test errors if the data has no test samples', () => {
    const data = sample([4, 64], [1, 2, 3])
    const rows = data.rows.map((one) => ({ ...one, test: { loss: null, error: null } }))
    const untested = { ...data, dataset: { ...data.dataset, test: 0 }, rows }
    expect(comparisonText(untested)).not.toMatch(/test error|–/)
    expect(comparisonReport(untested)).toContain('no test samples')
    expect(comparisonReport(untested)).not.toContain('Test error</text>')
    for (const page of [comparisonReport(untested), comparisonPicture(untested)]) expect(verifyMarkup(page)).toEqual([])
  })

  it('stays within 80 columns with the longest label and errors of 100%', () => {
    const data = sample([10_000], [1, 2, 3], ['residual-plus'])
    const scores = { loss: 123.456, error: 1 }
    const rows = data.rows.map((one) => ({ ...one, train: scores, test: scores }))
    const lines = comparisonText({ ...data, rows }).split('\n')
    expect(lines.some((line) => line.includes('residual-plus'))).toBe(true)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('states that one seed has no interval, and accepts one depth and one network', () => {
    expect(comparisonText(sample([4], [1], ['residual']))).toMatchInlineSnapshot(`
      "At depth 64 the plain network is worse on the training set itself: it was not
      trained.

      glyphs, 10,000 training samples, 10 classes · 600 steps of 128
      momentum, rate 0.03 · 1 seed, so no interval
      residual is residual-mlp:width=64

      network   depth  train loss  train error  test error  seeds
      ────────  ─────  ──────────  ───────────  ──────────  ─────
      residual      4      0.0210         0.5%        2.5%      1

      depth            train error                   test error
          4  residual  ████▎                   0.5%  █████████████████████   2.5%
      "
    `)
  })

  describe('for networks whose labels are too long or equal', () => {
    const renamed = (names: readonly string[]): ComparisonData => {
      const data = sample([4], [1])
      const nameOf = (old: string): string => names[data.families.findIndex(({ name }) => name === old)]
      const families = data.families.map(({ name }) => ({ name: nameOf(name), label: 'a network of sorts' }))
      return { ...data, families, rows: data.rows.map((row) => ({ ...row, family: nameOf(row.family) })) }
    }

    it('labels each network by the options in which the names differ', () => {
      const data = renamed(['resnet-N', 'resnet-N:width=4,remedy=fixup'])
      const text = comparisonText(data)
      expect(text).toContain('    4  resnet  ')
      expect(text).toContain('       width=4, remedy=fixup  ')
      expect(text).toContain('width=4, remedy=fixup is resnet-N:width=4,remedy=fixup')
    })

    it('explains the labels in every picture', () => {
      const data = renamed(['mlp:width=64,init=gaussian', 'residual-mlp:width=64,multiplier=1/sqrt(L)'])
      const keys = ['plain is mlp:width=64,init=gaussian', 'residual is residual-mlp:width=64,multiplier=1/sqrt(L)']
      expect(comparisonText(data)).toContain(keys[1])
      for (const key of keys) expect(comparisonPicture(data)).toContain(`>${key}</text>`)
      for (const key of keys) expect(comparisonReport(data).toLowerCase()).toContain(key.toLowerCase())
    })
  })

  it('lists the scores of the other seeds beside diverged seeds, and draws no mean', () => {
    const data = sample([4, 64], [1, 2, 3])
    const html = comparisonReport(data)
    expect(html).toContain('<td class="number">1 of 3 diverged;<br>88.5% and 89.5%</td>')
    expect(html).toContain('plain, depth 64: training error 1 of 3 diverged, test error 1 of 3 diverged.')
    expect(html).toContain('Beside a cross, the other trainings have no mean.')
    expect(html).not.toContain('89.0 ±')
    expect(html).not.toMatch(/plain, Depth 64: 8\d%/)
  })

  it('prints `diverged` for a network that diverged with every seed', () => {
    expect(comparisonText(sample([64], [2], ['plain']))).toMatchInlineSnapshot(`
      "At depth 64 the plain network is worse on the training set itself: it was not
      trained.

      glyphs, 10,000 training samples, 10 classes · 600 steps of 128
      momentum, rate 0.03 · 1 seed, so no interval
      plain is mlp:width=64

      network  depth  train loss  train error  test error  seeds
      ───────  ─────  ──────────  ───────────  ──────────  ─────
      plain       64    diverged     diverged    diverged      1

      plain, depth 64: diverged with seed 2 at step 200 (repeat.41.dense).
      plain, depth 64: samples become alike by layer 38.

      depth         train error                   test error
         64  plain  × diverged                    × diverged
      "
    `)
  })
})

/** The made-up comparison, in which the plain network of 64 layers trains at its own best rate 0.001. */
function tunedSample(): ComparisonData {
  const data = sample([4, 64], [1, 2, 3], ['plain'])
  const good = row('mlp:width=64', 4, 1, false)
  const rows = data.rows.map((one) => {
    const isDeep = one.depth === 64
    const { train, test, diverged, losses } = isDeep ? good : one
    return { ...one, tuned: { rate: isDeep ? 0.001 : 0.03, train, test, diverged, losses, seconds: 4 } }
  })
  const tried = [
    { rate: 0.001, steps: 67, loss: 1.2 },
    { rate: 0.03, steps: 67, loss: null },
    { rate: 0.001, steps: 600, loss: 0.021 },
    { rate: 0.03, steps: 600, loss: 2.3 },
  ]
  const searches = [{ family: 'mlp:width=64', depth: 64, rate: 0.001, tried }]
  return { ...data, rows, searches, advice: ['The rate 0.03 looks too high.'], next: [nextStep] }
}

describe('a comparison at best rates', () => {
  it('shows each network at the shared rate and at its own best rate in the text', () => {
    expect(comparisonText(tunedSample())).toMatchInlineSnapshot(`
      "At depth 64 the plain network is worse on the training set itself: it was not
      trained.

      glyphs, 10,000 training samples, 10 classes · 600 steps of 128
      momentum, rate 0.03 · 3 seeds
      plain is mlp:width=64

      network depth rate            train loss     train error      test error seeds
      ─────── ───── ────────── ─────────────── ─────────────── ─────────────── ─────
      plain       4 0.03 best  0.0220 ± 0.0025      0.6 ± 0.2%      2.6 ± 0.2%     3
      plain      64 0.03       1 of 3 diverged 1 of 3 diverged 1 of 3 diverged     3
      plain      64 0.001 best 0.0210 ± 0.0000      0.5 ± 0.0%      2.5 ± 0.0%     3

      plain, depth 64: diverged with seed 2 at step 200 (repeat.41.dense). Seed 1:
      train loss 2.30, train error 88.5% and test error 90.5%. Seed 3: train loss
      2.30, train error 89.5% and test error 91.5%.
      plain, depth 64: samples become alike by layer 38.

      depth                    train error                 test error
          4  plain             ▏                     0.6%  ▌                     2.6%
             plain, best rate  ▏                     0.6%  ▌                     2.6%
         64  plain             × 1 of 3 diverged           × 1 of 3 diverged
             plain, best rate  ▏                     0.5%  ▌                     2.5%

      The rate 0.03 looks too high.

      To find the cause: isobath diagnose mlp:depth=64 --data a<b.csv
      "
    `)
  })

  it('shows both rates and all tried rates in the report', () => {
    const html = comparisonReport(tunedSample())
    expect(verifyMarkup(html)).toEqual([])
    const parts = [
      '<p class="lead">The rate 0.03 looks too high.</p>',
      '<p class="next">To find the cause:<br><code><span>isobath</span> <span>diagnose</span>',
      '<span>a&lt;b.csv</span>',
      'plain, best rate 0.5%',
      'The rates that were tried, with the first seed',
      'The test set has no part in the choice.',
      // 6 at the shared rate, 3 at the best rate, and 2 short ones.
      'for 11 trainings',
    ]
    expect(parts.filter((part) => !html.includes(part))).toEqual([])
    expect(comparisonPicture(tunedSample())).toContain('plain, best rate 0.5%')
  })
})

describe('comparisonReport', () => {
  it('writes well-formed HTML for few and many depths and seeds, and without rows', () => {
    const samples = [
      sample([4, 16, 64], [1, 2, 3]),
      sample([4], [1], ['residual']),
      sample([64], [2], ['plain']),
      sample([2, 4, 8, 16, 32, 64], [1, 2, 3, 4, 5]),
      { ...sample([4], [1]), rows: [] },
    ]
    for (const data of samples) expect(verifyMarkup(comparisonReport(data))).toEqual([])
  })

  it('starts the page with the answer and the picture, and ends it with the facts of the comparison', () => {
    const html = comparisonReport(sample([4, 64], [1, 2, 3]))
    const parts = [
      '<p class="lead">At depth 64',
      'Training error</text>',
      'Test error</text>',
      'Loss during training',
      'Mean and 95% interval over 3 seeds',
      'plain, depth 64: diverged with seed 2 at step 200 (repeat.41.dense)',
      'How this report was made',
    ]
    const places = parts.map((part) => html.indexOf(part))
    expect(Math.min(...places)).toBeGreaterThan(0)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it('draws the error of guessing of each set', () => {
    const data = sample([4, 64], [0, 1, 2])
    const guess = { loss: 0.2, error: 0.05, testError: 0.5 }
    const page = comparisonReport({ ...data, dataset: { ...data.dataset, guess } })
    const heights = [...page.matchAll(/class="iso-reference"[^>]*y1="([\d.]+)"/g)].map(([, y]) => Number(y))
    expect(heights[1]).toBeLessThan(heights[0] - 50)
    expect(page).toContain('5.0% of the training samples and 50.0% of the test samples')
  })

  it('leaves out the loss curves if no losses were stored', () => {
    const data = sample([4], [1, 2, 3])
    const html = comparisonReport({ ...data, rows: data.rows.map((one) => ({ ...one, losses: [] })) })
    expect(html).not.toContain('Loss during training')
  })
})
