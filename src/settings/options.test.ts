import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { adagrad } from '../graph/optimizers/adagrad.ts'
import { adam, adamw } from '../graph/optimizers/adam.ts'
import { lion } from '../graph/optimizers/lion.ts'
import { momentum, nesterov } from '../graph/optimizers/momentum.ts'
import { rmsprop } from '../graph/optimizers/rmsprop.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { describeOptimizer } from '../graph/optimizers/table.ts'
import { optimizerScalars } from '../graph/programs.ts'
import { describeRecipe } from './describe.ts'
import { readSettings, resolveOptions } from './options.ts'
import { describeSchedule, scheduleFactor } from './schedules.ts'
import type { TrainingOptions } from './training.ts'

describe('resolveOptions', () => {
  it('fills in defaults', () => {
    expect(resolveOptions({}, 1000)).toMatchInlineSnapshot(`
      {
        "augment": "none",
        "batch": 128,
        "clipNorm": null,
        "layerRates": {},
        "logEvery": 1,
        "loss": "cross-entropy",
        "optimizer": {
          "name": "momentum",
          "rate": 0.03,
          "rule": {
            "kind": "momentum",
            "momentum": 0.9,
            "momentumSchedule": "constant",
            "nesterov": false,
            "weightDecay": 0,
          },
        },
        "order": "shuffled",
        "schedule": {
          "dropAt": [
            0.5,
            0.75,
          ],
          "dropFactor": 0.1,
          "name": "constant",
          "warmup": 0,
        },
        "seed": 0,
        "standardize": "per-channel",
        "steps": 79,
      }
    `)
  })

  it('returns settings that survive JSON to the byte', () => {
    const options = {
      recipe: 'he-2016',
      stepsScale: 0.5,
      clipNorm: 2,
      clipValue: 0.1,
      layerRates: { readout: 0.1 },
    } as const
    for (const settings of [resolveOptions({}, 1000), resolveOptions(options, 1000)]) {
      const stored = JSON.stringify(settings)
      expect(JSON.stringify(readSettings(JSON.parse(stored), 'recipe'))).toBe(stored)
    }
  })

  it('stores how targets are standardized only if the value differs from the default', () => {
    const of = (options: TrainingOptions) => resolveOptions(options, 1000, 'regression').standardizeTargets
    expect(of({})).toBeUndefined()
    expect(of({ standardizeTargets: 'per-target' })).toBeUndefined()
    expect(of({ standardize: 'none', standardizeTargets: 'none' })).toBeUndefined()
    expect(of({ standardize: 'none', standardizeTargets: 'per-target' })).toBe('per-target')
    expect(of({ standardizeTargets: 'robust' })).toBe('robust')
    expect(of({ standardize: 'raw', standardizeTargets: 'none' })).toBe('none')
  })

  it('refuses to standardize targets if the network predicts no values', () => {
    const tasks = ['classification', 'autoencoding'] as const
    const refusals = tasks.map((task) =>
      refusal(() => resolveOptions({ standardizeTargets: 'none', loss: undefined }, 1000, task)),
    )
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: standardizeTargets: expected a network that predicts values, but the network predicts classes. Leave the option out.
      IsobathError: standardizeTargets: expected a network that predicts values, but the network reproduces its standardized inputs. Use standardize instead."
    `)
  })

  it('describes the scales of inputs and targets unless both are the default', () => {
    const words = (options: TrainingOptions) => describeRecipe(resolveOptions(options, 1000, 'regression'))
    expect(words({ standardizeTargets: 'per-target' })).toBe(words({}))
    expect(words({ standardize: 'robust', standardizeTargets: 'robust' })).toMatchInlineSnapshot(
      `"momentum 0.9, rate 0.03, constant rate, inputs standardized robustly, targets standardized robustly"`,
    )
    expect(words({ standardize: 'none', standardizeTargets: 'per-target' })).toMatchInlineSnapshot(
      `"momentum 0.9, rate 0.03, constant rate, inputs not standardized, targets standardized"`,
    )
    expect(words({ standardize: 'raw', standardizeTargets: 'none' })).toMatchInlineSnapshot(
      `"momentum 0.9, rate 0.03, constant rate, raw inputs, targets not standardized"`,
    )
  })

  it('counts steps from epochs, with a last batch that extends into the next pass', () => {
    expect(resolveOptions({ epochs: 1 }, 1000).steps).toBe(8)
    expect(resolveOptions({ epochs: 0.1, batch: 10 }, 1000).steps).toBe(10)
    expect(resolveOptions({ steps: 3 }, 1000).steps).toBe(3)
  })

  it('limits the batch to the size of the training set', () => {
    expect(resolveOptions({ batch: 128, epochs: 2 }, 50)).toMatchObject({ batch: 50, steps: 2 })
  })

  it('refuses bad numbers and names the option', () => {
    const bad = [
      { steps: 1, epochs: 1 },
      { steps: 0 },
      { steps: 1.5 },
      { epochs: 0 },
      { epochs: -1 },
      { epochs: Number.NaN },
      { epochs: 1e300 },
      { batch: 0 },
      { batch: 2.5 },
      { seed: -1 },
      { seed: 2 ** 60 },
      { logEvery: 0 },
    ]
    expect(bad.map((options) => refusal(() => resolveOptions(options, 1000))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: steps and epochs: expected one of the two, got both. Leave out steps or epochs.
      IsobathError: steps: expected a whole number of at least 1, got 0.
      IsobathError: steps: expected a whole number of at least 1, got 1.5.
      IsobathError: epochs: expected a number above 0 that gives a countable number of steps, got 0.
      IsobathError: epochs: expected a number above 0 that gives a countable number of steps, got -1.
      IsobathError: epochs: expected a number above 0 that gives a countable number of steps, got NaN.
      IsobathError: epochs: expected a number above 0 that gives a countable number of steps, got 1e+300.
      IsobathError: batch: expected a whole number of at least 1, got 0.
      IsobathError: batch: expected a whole number of at least 1, got 2.5.
      IsobathError: seed: expected a whole number of at least 0, got -1.
      IsobathError: seed: expected a whole number of at least 0, got 1152921504606847000.
      IsobathError: logEvery: expected a whole number of at least 1, got 0."
    `)
  })

  it('refuses unknown names and suggests the nearest name', () => {
    const bad: object[] = [
      { schedule: 'cosin' },
      { schedule: 'constructor' },
      { loss: 'nll' },
      { standardize: 'perchannel' },
      { order: 'random' },
    ]
    expect(bad.map((options) => refusal(() => resolveOptions(options, 1000))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: schedule: expected one of constant, cosine, step, got cosin. Did you mean cosine?
      IsobathError: schedule: expected one of constant, cosine, step, got constructor. Choose a name from the list.
      IsobathError: loss: expected one of cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber, got nll. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      IsobathError: standardize: expected one of per-channel, per-pixel, per-pixel-mean, robust, none, raw, got perchannel. Did you mean per-channel?
      IsobathError: order: expected one of shuffled, sequential, balanced, got random. Choose a name from the list."
    `)
  })

  it('refuses values of the wrong type from callers in plain JavaScript', () => {
    const bad: readonly unknown[] = [
      { augment: true },
      { augment: ['pad-crop-flip'] },
      { standardize: true },
      { schedule: 1 },
      { order: 3 },
      { loss: true },
      { recipe: 5 },
      { recipe: ['he-2015'] },
      { steps: '3' },
      { epochs: '2' },
      { stepsScale: '0.5' },
      { clipNorm: {} },
      { layerRates: 3 },
      { schedule: 'step', dropAt: 0.5 },
      { schedule: 'step', dropFactor: '0.5' },
      { warmup: {} },
      { warmupUntilError: '0.8' },
    ]
    const said = bad.map((options) => refusal(() => Reflect.apply(resolveOptions, undefined, [options, 1000])))
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: augment: expected one of none, pad-crop-flip, got true. Choose a name from the list.
      IsobathError: augment: expected one of none, pad-crop-flip, got a list of 1. Choose a name from the list.
      IsobathError: standardize: expected one of per-channel, per-pixel, per-pixel-mean, robust, none, raw, got true. Choose a name from the list.
      IsobathError: schedule: expected one of constant, cosine, step, got 1. Choose a name from the list.
      IsobathError: order: expected one of shuffled, sequential, balanced, got 3. Choose a name from the list.
      IsobathError: loss: expected one of cross-entropy, binary-cross-entropy, squared-error, absolute-error, huber, got true. Choose a name from the list, or one of the short names ce, bce, mse or l2, mae or l1.
      IsobathError: recipe: expected one of he-2015, he-2016, wide-resnet-2016, got 5. Choose a name from the list.
      IsobathError: recipe: expected one of he-2015, he-2016, wide-resnet-2016, got a list of 1. Choose a name from the list.
      IsobathError: steps: expected a whole number of at least 1, got "3".
      IsobathError: epochs: expected a number above 0 that gives a countable number of steps, got "2".
      IsobathError: stepsScale: expected a number above 0 and up to 1,000, got "0.5".
      IsobathError: clipNorm: expected a number above 0, got an object.
      IsobathError: layerRates: expected an object such as { readout: 0.1 }, got 3.
      IsobathError: dropAt: expected fractions of the run, such as 0.5 and 0.75, got 0.5.
      IsobathError: dropFactor: expected a number above 0 and up to 1, got "0.5".
      IsobathError: warmup: expected a whole number of at least 0, got an object.
      IsobathError: warmupUntilError: expected a fraction above 0 and up to 1, such as 0.8, got "0.8"."
    `)
  })

  it('refuses a run that is shorter than the warm-up of its recipe and names the recipe', () => {
    const bad: TrainingOptions[] = [
      { recipe: 'he-2016', steps: 4 },
      { recipe: 'he-2016', steps: 4, stepsScale: 0.1 },
      { recipe: 'he-2016', epochs: 1 },
      { recipe: 'he-2016', steps: 4, warmup: 5 },
    ]
    expect(bad.map((options) => refusal(() => resolveOptions(options, 1000))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: warmup: expected at most the run's 4 steps, got 400 steps from the recipe he-2016. Set warmup to 0, or use stepsScale instead of steps to shorten the warm-up too.
      IsobathError: warmup: expected at most the run's 1 step, got 40 steps from the recipe he-2016. Set warmup to 0, or use stepsScale instead of steps to shorten the warm-up too.
      IsobathError: warmup: expected at most the run's 8 steps, got 400 steps from the recipe he-2016. Set warmup to 0, or use stepsScale instead of epochs to shorten the warm-up too.
      IsobathError: warmup: expected a whole number from 0 to the run's 4 steps, got 5. Give a shorter warm-up, or a longer run."
    `)
    // The error message names two remedies, and both remedies work.
    expect(resolveOptions({ recipe: 'he-2016', steps: 4, warmup: 0 }, 1000)).toMatchObject({ steps: 4 })
    const scaled = resolveOptions({ recipe: 'he-2016', stepsScale: 1 / 16_000 }, 1000)
    expect([scaled.steps, scaled.schedule.warmup]).toEqual([4, 1])
  })
})

describe('the function of an optimizer', () => {
  it('fills in the documented defaults', () => {
    expect([sgd(), momentum()]).toMatchInlineSnapshot(`
      [
        {
          "name": "sgd",
          "rate": 0.03,
          "rule": {
            "kind": "sgd",
            "weightDecay": 0,
          },
        },
        {
          "name": "momentum",
          "rate": 0.03,
          "rule": {
            "kind": "momentum",
            "momentum": 0.9,
            "momentumSchedule": "constant",
            "nesterov": false,
            "weightDecay": 0,
          },
        },
      ]
    `)
  })

  it('refuses numbers with which no update is possible', () => {
    const bad = [
      () => sgd({ rate: -0.1 }),
      () => sgd({ rate: Number.NaN }),
      () => sgd({ weightDecay: -1 }),
      () => momentum({ rate: Number.POSITIVE_INFINITY }),
      () => momentum({ momentum: 1 }),
      () => momentum({ momentum: -0.1 }),
      () => momentum({ momentum: Number.NaN }),
      () => momentum(JSON.parse('{"momentum": "0.9"}')),
      () => momentum(JSON.parse('{"momentumSchedule": [1]}')),
    ]
    expect(bad.map(refusal).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: rate: expected a number of at least 0, got -0.1.
      IsobathError: rate: expected a number of at least 0, got NaN.
      IsobathError: weightDecay: expected a number of at least 0, got -1.
      IsobathError: rate: expected a number of at least 0, got Infinity.
      IsobathError: momentum: expected a number from 0 to below 1, got 1.
      IsobathError: momentum: expected a number from 0 to below 1, got -0.1.
      IsobathError: momentum: expected a number from 0 to below 1, got NaN.
      IsobathError: momentum: expected a number from 0 to below 1, got "0.9".
      IsobathError: momentumSchedule: expected one of constant, sutskever, got a list of 1."
    `)
  })

  it('refuses unknown options', () => {
    const bad = [
      () => sgd(JSON.parse('{"momentum": 0.9}')),
      () => momentum(JSON.parse('0.1')),
      () => nesterov(JSON.parse('{"rates": 0.1}')),
      () => adam(JSON.parse('{"lr": 0.1}')),
      () => adamw(JSON.parse('null')),
    ]
    expect(bad.map(refusal).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: sgd: expected the options rate, weightDecay, got "momentum". Leave "momentum" out.
      IsobathError: momentum: expected an object such as { rate: 0.01 }, got 0.1.
      IsobathError: nesterov: expected the options rate, momentum, momentumSchedule, weightDecay, got "rates". Did you mean rate?
      IsobathError: adam: expected the options rate, weightDecay, firstDecay, secondDecay, epsilon, got "lr". Did you mean rate?
      IsobathError: adamw: expected an object such as { rate: 0.01 }, got null."
    `)
  })

  it('makes an optimizer that can be described in words', () => {
    expect([sgd({ rate: 0.1 }), momentum({ weightDecay: 1e-4 })].map(describeOptimizer)).toMatchInlineSnapshot(`
      [
        "sgd, rate 0.1",
        "momentum 0.9, rate 0.03, weight decay 0.0001",
      ]
    `)
  })
})

const scheduleOf = (options: TrainingOptions) => resolveOptions({ ...options, steps: 100 }, 1000).schedule

describe('the schedule of a learning rate', () => {
  it('keeps the rate if the schedule is constant', () => {
    const schedule = scheduleOf({})
    expect([0, 50, 99].map((step) => scheduleFactor(schedule, step, 100))).toEqual([1, 1, 1])
  })

  it('lowers the rate along half a cosine, which would reach 0 in the step after the last step', () => {
    const schedule = scheduleOf({ schedule: 'cosine' })
    const at = (step: number): number => scheduleFactor(schedule, step, 100)
    expect(at(0)).toBe(1)
    expect(at(50)).toBeCloseTo(0.5, 12)
    expect(at(25)).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12)
    expect(at(99)).toBeGreaterThan(0)
    expect(at(100)).toBeCloseTo(0, 12)
  })

  it('multiplies the rate by 0.1 at half and at three quarters of the run, or as the options say', () => {
    const usual = scheduleOf({ schedule: 'step' })
    expect([0, 49, 50, 74, 75, 99].map((step) => scheduleFactor(usual, step, 100))).toEqual([
      1, 1, 0.1, 0.1, 0.010000000000000002, 0.010000000000000002,
    ])
    const own = scheduleOf({ schedule: 'step', dropAt: [0.9], dropFactor: 0.5 })
    expect([0, 89, 90].map((step) => scheduleFactor(own, step, 100))).toEqual([1, 1, 0.5])
    // In floating point, 0.55 * 100 is slightly more than 55.
    const rounded = scheduleOf({ schedule: 'step', dropAt: [0.55], dropFactor: 0.5 })
    expect([54, 55].map((step) => scheduleFactor(rounded, step, 100))).toEqual([1, 0.5])
  })

  it('raises the rate in even steps during the warm-up, after which the cosine begins', () => {
    const schedule = scheduleOf({ schedule: 'cosine', warmup: 4 })
    const factors = [0, 1, 2, 3, 4].map((step) => scheduleFactor(schedule, step, 100))
    expect(factors).toEqual([0.25, 0.5, 0.75, 1, 1])
    expect(scheduleFactor(schedule, 52, 100)).toBeCloseTo(0.5, 12)
  })

  it('has a short description in words', () => {
    expect(describeSchedule(scheduleOf({}))).toBe('constant rate')
    expect(describeSchedule(scheduleOf({ schedule: 'cosine', warmup: 9 }))).toBe('cosine rate after 9 steps of warm-up')
    expect(describeSchedule(scheduleOf({ schedule: 'step' }))).toBe(
      "rate multiplied by 0.1 at 0.5 and 0.75 of the run's steps",
    )
  })

  it('refuses options that the schedule does not use', () => {
    const refused = [
      { dropFactor: 0.5 },
      { schedule: 'step', dropAt: [1.5] },
      { schedule: 'step', dropAt: [] },
      { schedule: 'step', dropFactor: 0 },
      { warmup: 101 },
      { warmup: 0.5 },
    ] as const
    expect(refused.map((options) => refusal(() => scheduleOf(options)))).toMatchInlineSnapshot(`
      [
        "IsobathError: dropAt and dropFactor: the constant schedule has no drops. Use the step schedule.",
        "IsobathError: dropAt: expected fractions of the run, such as 0.5 and 0.75, got 1.5.",
        "IsobathError: dropAt: expected fractions of the run, such as 0.5 and 0.75, got none.",
        "IsobathError: dropFactor: expected a number above 0 and up to 1, got 0.",
        "IsobathError: warmup: expected a whole number from 0 to the run's 100 steps, got 101. Give a shorter warm-up, or a longer run.",
        "IsobathError: warmup: expected a whole number of at least 0, got 0.5.",
      ]
    `)
  })
})

describe('the optimizers adam and adamw', () => {
  it('have the documented defaults and descriptions', () => {
    expect([adam(), adamw({ rate: 0.01 })].map(describeOptimizer)).toEqual([
      'adam, rate 0.001',
      'adamw, rate 0.01, weight decay 0.01',
    ])
    expect(adam().rule).toMatchObject({ firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, weightDecay: 0 })
  })
})

describe('the optimizers adagrad, rmsprop and lion', () => {
  it('have the documented defaults', () => {
    expect([adagrad(), rmsprop(), rmsprop({ momentum: 0.9 }), lion()]).toEqual([
      { name: 'adagrad', rate: 0.01, rule: { kind: 'adagrad', initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0 } },
      { name: 'rmsprop', rate: 0.001, rule: { kind: 'rmsprop', secondDecay: 0.99, epsilon: 1e-8, weightDecay: 0 } },
      {
        name: 'rmsprop',
        rate: 0.001,
        rule: { kind: 'rmspropMomentum', secondDecay: 0.99, epsilon: 1e-8, weightDecay: 0, momentum: 0.9 },
      },
      { name: 'lion', rate: 0.0001, rule: { kind: 'lion', firstDecay: 0.9, secondDecay: 0.99, weightDecay: 0 } },
    ])
  })

  it('are described with all settings that differ from the defaults', () => {
    const others = [
      adagrad(),
      adagrad({ rate: 0.1, initialAccumulator: 0.1, epsilon: 1e-7, weightDecay: 0.01 }),
      rmsprop(),
      rmsprop({ rate: 0.01, momentum: 0.9, secondDecay: 0.9, epsilon: 1e-7, weightDecay: 0.01 }),
      lion(),
      lion({ rate: 0.001, firstDecay: 0.95, secondDecay: 0.98, weightDecay: 0.1 }),
    ]
    expect(others.map(describeOptimizer)).toMatchInlineSnapshot(`
      [
        "adagrad, rate 0.01",
        "adagrad, rate 0.1, initial accumulator 0.1, epsilon 1e-7, weight decay 0.01",
        "rmsprop, rate 0.001",
        "rmsprop, rate 0.01, momentum 0.9, decay 0.9, epsilon 1e-7, weight decay 0.01",
        "lion, rate 0.0001",
        "lion, rate 0.001, decays 0.95 and 0.98, weight decay 0.1",
      ]
    `)
  })

  it('refuse numbers with which no update is possible', () => {
    const bad = [
      () => adagrad({ initialAccumulator: -1 }),
      () => adagrad({ epsilon: 0 }),
      () => rmsprop({ epsilon: 1e-45 }),
      () => rmsprop({ secondDecay: 1 }),
      () => rmsprop({ momentum: 1 }),
      () => lion({ firstDecay: Number.NaN }),
      () => lion({ weightDecay: -0.1 }),
      () => lion(JSON.parse('{"epsilon": 1e-8}')),
    ]
    expect(bad.map(refusal).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: initialAccumulator: expected a number of at least 0, got -1.
      IsobathError: epsilon: expected a number of at least 1e-38, got 0.
      IsobathError: epsilon: expected a number of at least 1e-38, got 1e-45.
      IsobathError: secondDecay: expected a number from 0 to below 1, got 1.
      IsobathError: momentum: expected a number from 0 to below 1, got 1.
      IsobathError: firstDecay: expected a number from 0 to below 1, got NaN.
      IsobathError: weightDecay: expected a number of at least 0, got -0.1.
      IsobathError: lion: expected the options rate, weightDecay, firstDecay, secondDecay, got "epsilon". Leave "epsilon" out."
    `)
  })
})

describe('the description of a training', () => {
  it('differs between trainings with different settings', () => {
    const reported = (options: TrainingOptions) => describeRecipe(resolveOptions(options, 100))
    const layerRates = { readout: 0.1, hidden: [1, 2, 3, 4, 5] }
    expect([
      reported({}),
      reported({ optimizer: nesterov({ rate: 0.1 }), clipNorm: 1, schedule: 'cosine', layerRates }),
      reported({ optimizer: adam({ firstDecay: 0.8, epsilon: 0.1 }) }),
    ]).toMatchInlineSnapshot(`
      [
        "momentum 0.9, rate 0.03, constant rate",
        "nesterov 0.9, rate 0.1, clipped to norm 1, cosine rate, readout at 0.1 times the rate, hidden at 1, 2, 3, ..., 5 times the rate",
        "adam, rate 0.001, decays 0.8 and 0.999, epsilon 0.1, constant rate",
      ]
    `)
  })
})

describe('the momentum', () => {
  it("follows Sutskever's schedule up to the given momentum", () => {
    const { rule } = nesterov({ momentum: 0.99, momentumSchedule: 'sutskever' })
    const at = (step: number): number => new Map(optimizerScalars(rule, 1, step)).get('momentum') ?? Number.NaN
    expect([0, 249, 250, 500, 750].map(at)).toEqual([0.5, 0.5, 0.75, 1 - 1 / 6, 0.875])
    expect(at(1e6)).toBe(0.99)
  })
})
