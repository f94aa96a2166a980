import { describe, expect, it } from 'vitest'
import {
  all,
  along,
  guessedErrors,
  type MadeUp,
  madeUpEvidence,
  madeUpTrials,
  throughJson,
} from '../../test/support/made-up-evidence.ts'
import type { LinearBaseline } from '../baselines/best-linear-model.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import type { LossName } from '../graph/losses.ts'
import type { ControlName } from './controls.ts'
import {
  chanceOf,
  difference,
  fails,
  meanOf,
  median,
  readingOf,
  recordsOf,
  recovery,
  referenceOf,
  symptomOf,
  trainingError,
  trainingLoss,
} from './evidence.ts'

const chance = (data: Dataset, loss: LossName) =>
  chanceOf(data, loss, createStandardizer(data.train, data.shape, 'per-channel'))

const classes = (labels: readonly number[], count = 3): Dataset => {
  const set = { count: labels.length, inputs: new Float32Array(labels.length), labels: Uint8Array.from(labels) }
  return { name: 'made up', shape: [1], classes: count, train: set, test: set }
}

describe('The chance level of classes', () => {
  it('has the entropy of the class frequencies as loss, and 1 - the largest frequency as error', () => {
    const even = chance(classes([0, 1, 2]), 'cross-entropy')
    expect(even.loss).toBeCloseTo(Math.log(3), 12)
    expect(even.error).toBeCloseTo(2 / 3, 12)
    const uneven = chance(classes([0, 0, 0, 1]), 'cross-entropy')
    expect(uneven.loss).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 12)
    expect(uneven.error).toBeCloseTo(0.25, 12)
  })

  it('is the squared error of the class frequencies, averaged over the outputs', () => {
    // Guessing has the outputs 3/4, 1/4 and 0 for the labels 0, 0, 0 and 1.
    const squares = [0, 0, 0, 1].map((label) =>
      [0.75, 0.25, 0].reduce((sum, output, index) => sum + (output - (index === label ? 1 : 0)) ** 2, 0),
    )
    const mean = squares.reduce((sum, one) => sum + one, 0) / squares.length / 3
    expect(chance(classes([0, 0, 0, 1]), 'squared-error').loss).toBeCloseTo(mean, 12)
  })

  it('is 1 for standardized target values', () => {
    const set = { ...classes([]).train, count: 2, inputs: new Float32Array(2), targets: new Float32Array([-30, 10]) }
    expect(chance({ ...classes([]), classes: 0, train: set, test: set }, 'squared-error')).toEqual({
      loss: 1,
      error: 1,
    })
  })
})

describe('The chance level of values', () => {
  const valued = (targets: readonly number[], inputs = new Float32Array(targets.length)): Dataset => {
    const set = { count: targets.length, inputs, labels: new Uint8Array(0), targets: Float64Array.from(targets) }
    return { name: 'made up', shape: [1], classes: 0, train: set, test: set }
  }

  it('is the variance of targets that are not standardized', () => {
    const data = valued([10, 10, 40, 40])
    const { loss } = chanceOf(data, 'squared-error', createStandardizer(data.train, data.shape, 'none'))
    expect(loss).toBeCloseTo(225, 9)
  })

  it('is the loss of the mean image for an autoencoder', () => {
    // Two images of two pixels: the standardized channel has variance 1, and part of the variance lies between the
    // pixels.
    const set = {
      count: 2,
      inputs: Float32Array.from([0, 10, 4, 10]),
      labels: new Uint8Array(0),
      targets: 'inputs' as const,
    }
    const data: Dataset = { name: 'made up', shape: [1, 1, 2], classes: 0, train: set, test: set }
    const standardizer = createStandardizer(set, data.shape, 'per-channel')
    const variance = (4 + 0) / 2 / 18
    expect(chanceOf(data, 'squared-error', standardizer).loss).toBeCloseTo(variance, 9)
  })
})

describe('The value of a training', () => {
  const evidence = madeUpEvidence()
  const [diverged, high, good] = madeUpTrials('network', { loss: [null, 40, 0.1], error: [null, 0.97, 0.02] })

  it('is at most the loss of guessing, also for a training that diverged', () => {
    expect([diverged, high, good].map((record) => trainingLoss(evidence, record))).toEqual([2.3, 2.3, 0.1])
    expect([diverged, high, good].map((record) => trainingError(evidence, record))).toEqual([0.9, 0.9, 0.02])
  })

  it('is averaged over the seeds of a control', () => {
    const { records } = madeUpEvidence({ trials: { network: { loss: [null, 40, 0.1] }, float64: { loss: [0.5] } } })
    expect(meanOf({ ...evidence, records }, 'network', trainingLoss)).toBeCloseTo((2.3 + 2.3 + 0.1) / 3, 12)
    expect(meanOf({ ...evidence, records }, 'float64', trainingLoss)).toBe(0.5)
    expect(meanOf({ ...evidence, records }, '3 x steps', trainingLoss)).toBeNull()
  })
})

describe('A control that fails', () => {
  const failing = (loss: readonly (number | null)[]) =>
    fails(madeUpEvidence({ trials: { network: { loss } } }), 'network')

  it('covers at most a tenth of the way from guessing to a loss of 0', () => {
    expect(failing([2.1, 2.1, 2.1])).toBe(true)
    expect(failing([2, 2, 2])).toBe(false)
    expect(failing([null, null, null])).toBe(true)
    expect(failing([1e30])).toBe(true)
    expect(failing([])).toBe(false)
  })
})

describe('The comparison network', () => {
  const reference = (shallow: readonly (number | null)[], shallower: readonly (number | null)[]) =>
    referenceOf(
      madeUpEvidence({ trials: { 'shallow twin': { loss: shallow }, 'shallower twin': { loss: shallower } } }),
    )

  it('is the first twin that trains', () => {
    expect(reference([0.5], [0.1])).toBe('shallow twin')
    expect(reference([null, null], [0.1])).toBe('shallower twin')
    expect(reference([2.3], [2.3])).toBeUndefined()
    expect(reference([], [0.1])).toBe('shallower twin')
    expect(reference([], [])).toBeUndefined()
  })
})

describe('The symptom of the network', () => {
  const symptom = (network: readonly (number | null)[], twin: readonly (number | null)[], error?: number[]) =>
    symptomOf(madeUpEvidence({ trials: { network: { loss: network, error }, 'shallow twin': { loss: twin } } }))

  it('is `worse than its twin` if three seeds show a difference', () => {
    expect(symptom([1, 1.1, 1.05], [0.5, 0.6, 0.55])).toBe('worse than its twin')
    expect(symptom([null, null, null], [0.5, 0.6, 0.55])).toBe('worse than its twin')
    expect(symptom([0.5, 0.6, 0.55], [0.5, 0.6, 0.55])).toBe('none')
    expect(symptom([0.5, 0.6, 0.55], [1, 1.1, 1.05])).toBe('none')
  })

  it('is `none` if the network is less than 5% worse, even if the difference is significant', () => {
    expect(symptom([1.04, 1.04, 1.04], [1, 1, 1])).toBe('none')
    expect(symptom([1.06, 1.06, 1.06], [1, 1, 1])).toBe('worse than its twin')
  })

  it('is `none` if hardly any training sample is misclassified', () => {
    expect(symptom([0.05, 0.05, 0.05], [0.001, 0.001, 0.001], [0.01, 0.01, 0.01])).toBe('none')
    expect(symptom([0.05, 0.05, 0.05], [0.001, 0.001, 0.001], [0.05, 0.05, 0.05])).toBe('worse than its twin')
  })

  it('is `learns nothing` if neither the network nor a twin trains', () => {
    expect(symptom([2.3, 2.3, 2.3], [2.3, 2.3, 2.3])).toBe('learns nothing')
    expect(symptom([null], [null])).toBe('learns nothing')
    expect(symptom([2.3], [])).toBe('learns nothing')
    expect(symptom([1], [2.3])).toBe('none')
  })

  it('is `unclear` if no twin was trained, unless the network has hardly any error', () => {
    expect(symptom([1], [])).toBe('unclear')
    const trials = { network: { loss: [0.001], error: [0] }, 'shallow twin': { loss: [] } }
    expect(symptomOf(madeUpEvidence({ trials }))).toBe('none')
    expect(symptomOf(madeUpEvidence({ trials: { network: { loss: [1] } } }))).toBe('none')
  })

  it('is never `none` if most seeds of the network fail and the twin trains', () => {
    expect(symptom([2.3, null, 0.01], [0.01, 0.01, 0.01])).toBe('worse than its twin')
    expect(symptom([2.3], [0.01])).toBe('worse than its twin')
    expect(symptom([null, null], [0.01, 0.01])).toBe('worse than its twin')
  })

  it('is `unclear` if the seeds are too few or differ too much', () => {
    expect(symptom([1], [0.5])).toBe('unclear')
    expect(symptom([1, 1], [0.5, 0.5])).toBe('unclear')
    expect(symptom([2.3, 0.01, 0.01], [0.01, 0.01, 0.01])).not.toBe('none')
    expect(symptom([0.5], [0.5])).toBe('none')
    expect(symptom([0.4], [0.5])).toBe('none')
    expect(symptom([0.51], [0.5])).toBe('none')
  })

  it('is not `none` for a diverged network if nearly all samples belong to one class', () => {
    const uneven = { loss: 0.056, error: 0.01 }
    const trials = { network: { loss: all(null) }, 'shallow twin': { loss: all(0.001), error: all(0) } }
    expect(symptomOf(madeUpEvidence({ trials, chance: uneven }))).toBe('worse than its twin')
    expect(symptomOf(madeUpEvidence({ trials: { network: { loss: all(null) } }, chance: uneven }))).toBe(
      'learns nothing',
    )
  })

  it('is `none` if all samples belong to one class and nothing can be learned', () => {
    const one = { loss: 0, error: 0 }
    const trials = { network: { loss: all(1e-5), error: all(0) } }
    expect(symptomOf(madeUpEvidence({ trials, chance: one }))).toBe('none')
  })

  it('compares networks by seed, so that differences between seeds do not hide a steady difference', () => {
    expect(symptom([0.6, 1.1, 1.6], [0.5, 1, 1.5])).toBe('worse than its twin')
  })
})

describe('The symptom of a network that does not beat the best linear model', () => {
  const linear = (error: number | null, test: number | null = null): LinearBaseline => ({
    train: { loss: 0.5, error },
    test: { loss: null, error: test },
    samples: 100,
  })
  const symptom = (error: readonly number[], linearError: number | null, better?: number, more: Partial<MadeUp> = {}) =>
    symptomOf(
      madeUpEvidence({
        trials: {
          network: { loss: error.map((one) => 2 * one), error },
          ...(better === undefined ? {} : { '4 x width': { loss: all(2 * better), error: all(better) } }),
        },
        ...more,
        other: { baselines: { guessing: guessedErrors, linear: linear(linearError) } },
      }),
    )

  it('is `worse than a linear model` if another training of the diagnosis beats the linear model clearly', () => {
    expect(symptom([0.3, 0.31, 0.3], 0.3, 0.2)).toBe('worse than a linear model')
    expect(symptom([0.4, 0.41, 0.4], 0.3, 0.2)).toBe('worse than a linear model')
    expect(symptom([0.3, 0.31, 0.3], 0.3, 0.25)).toBe('none')
    expect(symptom([0.3, 0.31, 0.3], 0.3)).toBe('none')
  })

  it('is `worse than a linear model` for a network that is clearly worse, whatever other trainings do', () => {
    expect(symptom([0.4, 0.41, 0.4], 0.3)).toBe('worse than a linear model')
    expect(symptom([0.4, 0.41, 0.4], 0.3, 0.39)).toBe('worse than a linear model')
    // The error of the linear model is not a fifth lower, or the seeds differ by more.
    expect(symptom([0.36, 0.37, 0.36], 0.3)).toBe('none')
    expect(symptom([0.2, 0.6, 0.4], 0.3)).toBe('none')
  })

  it('is `none` for a network that beats the linear model beyond the spread of the seeds', () => {
    expect(symptom([0.2, 0.21, 0.2], 0.3, 0.1)).toBe('none')
    // The mean is lower, but the seeds differ by more.
    expect(symptom([0.1, 0.4, 0.3], 0.3, 0.1)).toBe('worse than a linear model')
  })

  it('is `none` without a linear model, and for a network with hardly any error', () => {
    expect(symptom([0.3, 0.31, 0.3], null, 0.1)).toBe('none')
    expect(symptom([0.019, 0.0191, 0.019], 0.001, 0.001)).toBe('none')
    expect(symptom([0.021, 0.0211, 0.021], 0.001, 0.001)).toBe('worse than a linear model')
  })

  it('is `none` for a network with a lower test error than a linear model that learned the training set by heart', () => {
    const made = (test: number) =>
      symptomOf(
        madeUpEvidence({
          trials: { network: { loss: all(0.8), error: all(0.4), testError: all(0.5) } },
          other: { baselines: { guessing: guessedErrors, linear: linear(0.1, test) } },
        }),
      )
    expect(made(0.51)).toBe('none')
    expect(made(0.49)).toBe('worse than a linear model')
  })

  it('ignores trainings for another task, and those at other rates with one seed', () => {
    const others = (name: ControlName, loss: readonly number[]): string =>
      symptomOf(
        madeUpEvidence({
          trials: { network: { loss: all(0.6), error: all(0.3) }, [name]: { loss, error: loss } },
          other: { baselines: { guessing: guessedErrors, linear: linear(0.3) } },
        }),
      )
    expect(others('random labels', all(0.01))).toBe('none')
    expect(others('half the data', all(0.01))).toBe('none')
    expect(others('standardized data', all(0.01))).toBe('none')
    expect(others('short run', all(0.01))).toBe('none')
    expect(others('rate / 3', [0.01])).toBe('none')
    expect(others('rate / 3', all(0.01))).toBe('worse than a linear model')
  })

  it('stays `worse than its twin` if a twin trains better', () => {
    const trials = {
      network: { loss: all(0.6), error: all(0.3) },
      'shallow twin': { loss: all(0.1), error: all(0.03) },
    }
    expect(
      symptomOf(madeUpEvidence({ trials, other: { baselines: { guessing: guessedErrors, linear: linear(0.2) } } })),
    ).toBe('worse than its twin')
  })
})

describe('The fraction of the loss gap that a control recovers', () => {
  const trials = { network: { loss: [2, 1.5, 1] }, 'shallow twin': { loss: [0.5, 0.5, 0.5] } }
  const given = (loss: readonly (number | null)[]) =>
    recovery(madeUpEvidence({ trials: { ...trials, float64: { loss } } }), 'float64')

  it('is 0 at the loss of the network and 1 at the loss of the twin', () => {
    expect(given([2, 1.5, 1])).toBe(0)
    expect(given([0.5, 0.5, 0.5])).toBe(1)
    expect(given([1.25, 1, 0.75])).toBeCloseTo(0.5, 12)
    expect(given([2.3, 2.3, 2.3])).toBeLessThan(0)
  })

  it('compares the same seeds', () => {
    // The mean loss of the network is 1.5, and its loss with the first seed is 2.
    expect(given([2])).toBe(0)
    expect(given([1.25])).toBe(0.5)
  })

  it('is at most 0 for a control that diverges, and null before the control was run', () => {
    expect(given([null, null, null])).toBeLessThanOrEqual(0)
    expect(given([])).toBeNull()
  })

  it('is 0 without a loss gap once all seeds are known', () => {
    const even = { network: { loss: [2.3, 0.4, 0.3] }, 'shallow twin': { loss: [1, 1, 1] } }
    const of = (...loss: number[]) => recovery(madeUpEvidence({ trials: { ...even, float64: { loss } } }), 'float64')
    expect(of(2.3, 0.4, 0.3)).toBe(0)
    expect(of(0.1, 0.1, 0.1)).toBe(0)
    const later = { network: { loss: [0.3, 2.3, 0.4] }, 'shallow twin': { loss: [1, 1, 1] } }
    expect(recovery(madeUpEvidence({ trials: { ...later, float64: { loss: [0.3] } } }), 'float64')).toBe(1)
  })

  it('has half of the loss of guessing as goal if no twin trains', () => {
    const lost = { network: { loss: [2.3] }, 'shallow twin': { loss: [2.3] }, 'rate / 3': { loss: [2.3 * 0.75] } }
    expect(recovery(madeUpEvidence({ trials: lost }), 'rate / 3')).toBeCloseTo(0.5, 12)
  })
})

describe('The difference between controls', () => {
  it('is the loss of the second control minus the loss of the first control', () => {
    const evidence = madeUpEvidence({
      trials: { network: { loss: [1, 1, 1] }, 'rate / 3': { loss: [0.5, 0.5, 0.5] } },
    })
    expect(difference(evidence, 'network', 'rate / 3')).toMatchObject({ first: 1, second: 0.5, verdict: 'better' })
    expect(difference(evidence, 'rate / 3', 'network')).toMatchObject({ mean: 0.5, verdict: 'worse' })
    expect(difference(evidence, 'network', 'float64')).toBeNull()
  })
})

describe('A reading', () => {
  const start = (scale: number) => ({ meanSquare: along(scale, scale, 7) })
  const trials = [1, 2, 100].flatMap((scale, seed) =>
    madeUpTrials('network', { loss: [1], seeds: [seed], start: start(scale), end: start(10 * scale) }),
  )
  const evidence = { ...madeUpEvidence(), records: trials }

  it('is the median over the seeds before the first step or after the last step', () => {
    expect(readingOf(evidence, 'meanSquare')).toEqual([2, 2, 2, 2, 2, 2, 7])
    expect(readingOf(evidence, 'meanSquare', 'end').slice(0, 2)).toEqual([20, 20])
    expect(readingOf(evidence, 'meanSquare', 'start', 'shallow twin')).toEqual([])
    expect(readingOf(evidence, 'cosine')).toEqual([])
  })

  it('leaves out NaN values, also after loading from a file', () => {
    const holes = [
      [Number.NaN, 1],
      [3, Number.NaN],
      [5, Number.NaN],
    ].flatMap((meanSquare, seed) => madeUpTrials('network', { loss: [1], seeds: [seed], start: { meanSquare } }))
    const found = { ...madeUpEvidence(), records: holes }
    expect(readingOf(found, 'meanSquare')).toEqual([4, 1])
    expect(readingOf(throughJson(found), 'meanSquare')).toEqual([4, 1])
  })

  it('uses the mean of the two middle values, and is NaN without values', () => {
    expect(median([4, 1])).toBe(2.5)
    expect(median([null, 3, 1, 2])).toBe(2)
    expect(median([null, Number.NaN])).toBeNaN()
    expect(median([])).toBeNaN()
  })

  it('belongs to the records of one control', () => {
    const two = madeUpEvidence({ trials: { network: { loss: [1, 2] }, float64: { loss: [3] } } })
    expect(recordsOf(two, 'network')).toHaveLength(2)
    expect(recordsOf(two, 'float64').map(({ train }) => train.loss)).toEqual([3])
  })
})

describe('The symptom with few or different seeds', () => {
  const twin = { loss: all(0.1), error: all(0.01) }

  it('is `worse than its twin` if half of the seeds learn nothing and the twin learns', () => {
    const trials = { network: { loss: [2.3, 2.3, 0.1], error: [0.9, 0.9, 0.01] }, 'shallow twin': twin }
    expect(symptomOf(madeUpEvidence({ trials }))).toBe('worse than its twin')
  })

  it('is `fails with some seeds` if one of three seeds learns nothing or diverges, with or without a twin', () => {
    for (const loss of [2.3, null]) {
      const network = { loss: [loss, 0.1, 0.1], error: [loss && 0.9, 0.01, 0.01] }
      expect(symptomOf(madeUpEvidence({ trials: { network, 'shallow twin': twin } }))).toBe('fails with some seeds')
      expect(symptomOf(madeUpEvidence({ trials: { network } }))).toBe('fails with some seeds')
      const lost = { loss: all(2.3) }
      expect(symptomOf(madeUpEvidence({ trials: { network, 'shallow twin': lost } }))).toBe('fails with some seeds')
    }
  })

  it('is `none` if one of many seeds learns nothing and the mean error is small all the same', () => {
    const seeds = Array.from({ length: 60 }, (_, seed) => seed)
    const errors = seeds.map((seed) => (seed === 0 ? 0.9 : 0))
    const network = { loss: seeds.map((seed) => (seed === 0 ? 2.3 : 0.001)), error: errors }
    const trials = { network, 'shallow twin': { loss: all(0.001, 60), error: all(0, 60) } }
    expect(symptomOf(madeUpEvidence({ trials, seeds }))).toBe('none')
  })

  it('is `unclear` with one worse seed, but not with one seed that learns nothing', () => {
    const with1 = (loss: number) =>
      symptomOf(
        madeUpEvidence({
          trials: { network: { loss: [loss], error: [0.3] }, 'shallow twin': { loss: [0.1], error: [0.01] } },
          seeds: [0],
        }),
      )
    expect([with1(1), with1(2.3), with1(0.1)]).toEqual(['unclear', 'worse than its twin', 'none'])
  })

  it('is `worse than its twin` for a diverged network, also if one class is rare', () => {
    const chance = { loss: 0.06, error: 0.01 }
    const trials = { network: { loss: [null, null, null] }, 'shallow twin': { loss: all(0.001), error: all(0.001) } }
    expect(symptomOf(madeUpEvidence({ trials, chance }))).toBe('worse than its twin')
  })

  it('is `none` if all labels are equal and nothing can be learned', () => {
    const trials = { network: { loss: all(1e-5), error: all(0) } }
    expect(symptomOf(madeUpEvidence({ trials, chance: { loss: 0, error: 0 } }))).toBe('none')
  })
})
