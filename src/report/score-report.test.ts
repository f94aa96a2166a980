import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { confusionFigure } from './confusion-figure.ts'
import { predictionFigure } from './prediction-figure.ts'
import { type ScoreReportData, scorePicture, scoreReport } from './score-report.ts'

const houses: ScoreReportData = {
  title: 'mlp on houses.csv',
  summary: '100 steps',
  names: { areValues: true, targetNames: ['price <$>'] },
  sets: [
    {
      name: 'training set',
      samples: 4000,
      scores: { loss: 0.2, error: 0.2, r2: [0.8], rmse: [52_000], mae: [39_000.5] },
    },
    { name: 'test set', samples: 2000, scores: { loss: 0.3, error: 0.3, r2: [0.7], rmse: [61_234], mae: [40_000] } },
  ],
  predictions: {
    targets: [{ name: 'price <$>', actual: [1e5, 2e5, Number.NaN], predicted: [1.1e5, 1.9e5, 1e5] }],
    of: 1,
    samples: 1500,
  },
  training: {
    network: 'mlp',
    dataset: 'houses.csv',
    steps: 2,
    losses: [
      { step: 0, loss: 1 },
      { step: 1, loss: 0.5 },
    ],
    diverged: false,
    evaluations: [],
  },
  facts: [],
}

const animals: ScoreReportData = {
  title: 'mlp on animals',
  summary: '10 steps',
  names: { areValues: false, classNames: ['cat', 'dog & wolf', 'fox'] },
  sets: [
    {
      name: 'test set',
      samples: 300,
      scores: {
        loss: 0.3,
        error: 28 / 300,
        accuracy: 272 / 300,
        balancedAccuracy: 272 / 300,
        classSamples: [100, 100, 100],
        recall: [0.98, 0.97, 0.77],
        confusion: [
          [98, 1, 1],
          [2, 97, 1],
          [20, 3, 77],
        ],
      },
    },
  ],
  facts: [],
}

describe('the report of one network', () => {
  it('of a regression has R2, RMSE and MAE in the units of the target, and predicted against actual values', () => {
    const page = scoreReport(houses)
    expect(verifyMarkup(page)).toEqual([])
    expect(page).toContain('On the test set, the RMSE of price &lt;$&gt; is 61,234, and R² is 0.700.')
    expect(page).toContain('1,500 of 2,000 samples, chosen at random')
    expect(page).toContain('<td class="number">39,001</td>')
    expect(page).toContain('Loss of the batches')
    expect(page).not.toContain('of the variance unexplained')
  })

  it('of a training has the learning curve over samples and the scores of the best weights', () => {
    const point = (samples: number, error: number) => ({ samples, train: { error }, test: { error: 2 * error } })
    const page = scoreReport({
      ...houses,
      best: {
        step: 1,
        sets: [
          { name: 'test set', samples: 2000, scores: { loss: 0.2, error: 0.2, r2: [0.8], rmse: [50_000], mae: [1] } },
        ],
      },
      curve: { points: [point(500, 0.1), point(1000, 0.2)], sentence: 'More data would help.' },
    })
    expect(verifyMarkup(page)).toEqual([])
    expect(page).toContain('Learning curve')
    expect(page).toContain('More data would help. Each point is one training')
    expect(page).toContain('Scores of the weights after 1 step, which have the lowest validation loss')
    expect(page).toContain('<td class="number">50,000</td>')
    expect(scoreReport(houses)).not.toContain('Learning curve')
  })

  it('of a classification has the confusion matrix and the classes, beginning with the worst', () => {
    const page = scoreReport(animals)
    expect(verifyMarkup(page)).toEqual([])
    expect(page).toContain('the network is right for 90.67% of 300 samples.')
    expect(page).toContain('The worst class: class fox, 77.0% right, mostly taken for cat.')
    const places = ['fox', 'dog &amp; wolf', 'cat'].map((name) => page.indexOf(`<th scope="row">${name}</th>`))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.min(...places)).toBeGreaterThan(0)
  })

  it('of a network without scores says so, and has no picture', () => {
    const broken = { ...animals, sets: [{ name: 'test set', samples: 3, scores: { loss: null, error: null } }] }
    expect(scorePicture(broken)).toBeUndefined()
    const page = scoreReport(broken)
    expect(verifyMarkup(page)).toEqual([])
    expect(page).toContain('The network has no scores on the test set.')
  })
})

describe('the picture of predictions', () => {
  it('has both axes with the same range, and leaves out values that cannot be drawn', () => {
    const svg = predictionFigure({ name: 'y', actual: [0, 5, 10, 3], predicted: [0, 4, 1e200, Number.NaN] })
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('2 samples as points')
    expect(svg.match(/h0/g)).toHaveLength(2)
  })

  it('has points on the diagonal for perfect predictions', () => {
    const exact = [0, 25, 50, 100]
    const svg = predictionFigure({ name: 'y', actual: exact, predicted: exact })
    const line = /<line class="iso-reference" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"/.exec(svg)
    const [x1, y1, x2, y2] = (line ?? []).slice(1).map(Number)
    for (const [, x, y] of svg.matchAll(/M([\d.]+) ([\d.]+)h0/g)) {
      expect(Math.abs((Number(x) - x1) / (x2 - x1) - (Number(y) - y1) / (y2 - y1))).toBeLessThan(0.002)
    }
  })
})

describe('the picture of confusions', () => {
  const matrix = (count: number): number[][] =>
    Array.from({ length: count }, (_, row) =>
      Array.from({ length: count }, (_cell, column) => (row === column ? 9 : 1)),
    )

  it('has numbers in its cells up to 12 classes, and long names that are turned and shortened', () => {
    const classes = Array.from({ length: 12 }, (_, label) => `a very long name of a class ${label}`)
    const svg = confusionFigure({ title: 'Confusion', classes, confusion: matrix(12) })
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg.match(/>9<\/text>/g)).toHaveLength(12)
    expect(svg).toContain('rotate(-90')
    expect(svg).toContain('…')
  })

  it('has no numbers and fewer names for 50 classes', () => {
    const classes = Array.from({ length: 50 }, (_, label) => String(label))
    const svg = confusionFigure({ title: 'Confusion', classes, confusion: matrix(50) })
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg.match(/<rect/g)).toHaveLength(2501)
    expect(svg.match(/<text/g)?.length).toBeLessThan(60)
  })
})
