import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { preset } from '../../test/support/tiny-training.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { weightedLayers } from '../blueprint/weighted-layers.ts'
import { adam } from '../graph/optimizers/adam.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { chain, dense, layerNorm, relu, repeat, residual } from '../network/layers.ts'
import { describeRecipe } from './describe.ts'
import { resolveOptions, settingsFor } from './options.ts'
import { recipeNames } from './recipe-names.ts'
import { recipes } from './recipes.ts'
import { scheduleFactor } from './schedules.ts'
import type { TrainingOptions } from './training.ts'

/** Resolves options for a training set of the size of CIFAR-10. */
const resolve = (options: TrainingOptions) => resolveOptions(options, 50_000)

describe('a published recipe', () => {
  it('has the settings of section 4.2 under the name he-2015', () => {
    expect(resolve({ recipe: 'he-2015' })).toMatchInlineSnapshot(`
      {
        "augment": "pad-crop-flip",
        "batch": 128,
        "clipNorm": null,
        "evaluateEvery": 391,
        "layerRates": {},
        "logEvery": 1,
        "loss": "cross-entropy",
        "optimizer": {
          "name": "momentum",
          "rate": 0.1,
          "rule": {
            "kind": "momentum",
            "momentum": 0.9,
            "momentumSchedule": "constant",
            "nesterov": false,
            "weightDecay": 0.0001,
          },
        },
        "order": "shuffled",
        "recipe": "he-2015",
        "schedule": {
          "dropAt": [
            0.5,
            0.75,
          ],
          "dropFactor": 0.1,
          "fromLayers": 110,
          "name": "step",
          "untilError": {
            "error": 0.8,
            "every": 100,
            "factor": 0.1,
            "samples": 1024,
          },
          "warmup": 0,
        },
        "seed": 0,
        "standardize": "per-pixel-mean",
        "steps": 64000,
      }
    `)
  })

  it('has a description that differs from other descriptions', () => {
    const reported = recipeNames.map((recipe) => describeRecipe(resolve({ recipe })))
    expect([
      ...reported,
      describeRecipe(resolve({ recipe: 'he-2015', stepsScale: 0.1 })),
      describeRecipe(resolve({ recipe: 'he-2015', optimizer: adam() })),
      describeRecipe(resolve({ recipe: 'wide-resnet-2016', layerRates: { readout: 0.1 } })),
    ]).toMatchInlineSnapshot(`
      [
        "he-2015: momentum 0.9, rate 0.1, weight decay 0.0001, rate multiplied by 0.1 at 0.5 and 0.75 of the run's steps, 0.1 times the rate until the training error is below 80% (for networks of at least 110 layers), per-pixel mean subtracted, pad-crop-flip",
        "he-2016: momentum 0.9, rate 0.1, weight decay 0.0001, rate multiplied by 0.1 at 0.5 and 0.75 of the run's steps, 0.1 times the rate in the first 400 steps, per-pixel mean subtracted, pad-crop-flip",
        "wide-resnet-2016: nesterov 0.9, rate 0.1, weight decay 0.0005, rate multiplied by 0.2 at 0.3, 0.6 and 0.8 of the run's steps, inputs standardized per channel, pad-crop-flip",
        "he-2015 with 0.1 times the steps: momentum 0.9, rate 0.1, weight decay 0.0001, rate multiplied by 0.1 at 0.5 and 0.75 of the run's steps, 0.1 times the rate until the training error is below 80% (for networks of at least 110 layers), per-pixel mean subtracted, pad-crop-flip",
        "based on he-2015: adam, rate 0.001, rate multiplied by 0.1 at 0.5 and 0.75 of the run's steps, 0.1 times the rate until the training error is below 80% (for networks of at least 110 layers), per-pixel mean subtracted, pad-crop-flip",
        "based on wide-resnet-2016: nesterov 0.9, rate 0.1, weight decay 0.0005, rate multiplied by 0.2 at 0.3, 0.6 and 0.8 of the run's steps, readout at 0.1 times the rate, inputs standardized per channel, pad-crop-flip",
      ]
    `)
  })

  it('gives its length in steps or epochs, as the paper does', () => {
    expect(resolve({ recipe: 'he-2016' })).toMatchObject({
      steps: 64_000,
      schedule: { warmup: 400, warmupFactor: 0.1 },
    })
    expect(resolve({ recipe: 'wide-resnet-2016' })).toMatchObject({
      steps: 78_125,
      schedule: { dropAt: [0.3, 0.6, 0.8], dropFactor: 0.2 },
    })
  })

  it('can not be changed, because all of its objects are frozen', () => {
    for (const name of recipeNames) {
      const { options } = recipes[name]
      for (const part of [recipes[name], options, options.optimizer, options.dropAt]) {
        expect(Object.isFrozen(part)).toBe(true)
      }
    }
  })

  it('yields to given options, together with its related options', () => {
    const said = (options: TrainingOptions) => resolve({ recipe: 'he-2015', ...options })
    const usual = said({})
    expect(said({ batch: 64, standardize: 'none', evaluateEvery: 'never' })).toEqual({
      ...usual,
      batch: 64,
      standardize: 'none',
      evaluateEvery: undefined,
    })
    expect(said({ epochs: 1 })).toMatchObject({ steps: 391, schedule: usual.schedule })
    expect(said({ steps: 100 })).toMatchObject({ steps: 100, schedule: usual.schedule })
    expect(said({ optimizer: adam() }).optimizer).toEqual(adam())
    expect(said({ dropAt: [0.9] }).schedule).toEqual({ ...usual.schedule, dropAt: [0.9] })
    const { untilError, fromLayers } = usual.schedule
    expect(said({ schedule: 'cosine' }).schedule).toMatchObject({ name: 'cosine', untilError, fromLayers })
    expect(said({ warmup: 10 }).schedule).toEqual({ name: 'step', warmup: 10, dropAt: [0.5, 0.75], dropFactor: 0.1 })
    expect(said({ warmup: 0 }).schedule).toEqual({ name: 'step', warmup: 0, dropAt: [0.5, 0.75], dropFactor: 0.1 })
    // A requested warm-up is for any network.
    expect(said({ warmupUntilError: 0.5 }).schedule).toEqual({
      ...usual.schedule,
      fromLayers: undefined,
      untilError: { ...untilError, error: 0.5 },
    })
    expect(said({ warmupFactor: 0.5 }).schedule).toEqual({
      ...usual.schedule,
      untilError: { ...untilError, factor: 0.5 },
    })
  })

  it('leads to an error with the nearest name if the given name is unknown', () => {
    const bad: object[] = [{ recipe: 'he2015' }, { recipe: 'toString' }]
    expect(bad.map((options) => refusal(() => resolve(options))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: recipe: expected one of he-2015, he-2016, wide-resnet-2016, got he2015. Did you mean he-2015?
      IsobathError: recipe: expected one of he-2015, he-2016, wide-resnet-2016, got toString. Choose a name from the list."
    `)
  })
})

describe('the warm-up of he-2015', () => {
  const layersOf = (network: Parameters<typeof createBlueprint>[0]) =>
    weightedLayers(createBlueprint(network, [2]).root)

  it('applies to networks of at least 110 weighted layers', () => {
    const scheduleOf = (depth: number) => {
      const blueprint = createBlueprint(preset(`mlp:depth=${depth},width=2`), [2])
      return settingsFor(blueprint, resolve({ recipe: 'he-2015' })).schedule
    }
    expect(scheduleOf(108)).toEqual({ name: 'step', warmup: 0, dropAt: [0.5, 0.75], dropFactor: 0.1 })
    expect(scheduleOf(109)).toEqual({
      ...scheduleOf(108),
      untilError: { factor: 0.1, error: 0.8, every: 100, samples: 1024 },
    })
  })

  it('counts layers with weights in every iteration of a loop, but not in shortcuts and norms', () => {
    const block = residual(chain(dense(4), layerNorm(), relu(), dense(4)))
    const wider = residual(dense(8), { shortcut: dense(8) })
    expect(layersOf(chain(dense(4), repeat(3, chain(block, repeat(2, dense(4)))), wider, dense(2)))).toBe(1 + 3 * 4 + 2)
  })
})

describe('the option stepsScale', () => {
  const rates = (options: TrainingOptions, steps: readonly number[]) => {
    const { schedule, steps: total } = resolve(options)
    return steps.map((step) => Number(scheduleFactor(schedule, step, total).toPrecision(6)))
  }

  it('shrinks a recipe in proportion, with drops at the same fractions of the run', () => {
    expect(resolve({ recipe: 'he-2015', stepsScale: 0.1 })).toMatchObject({ steps: 6400, stepsScale: 0.1 })
    const warm = { recipe: 'he-2015', warmup: 0 } as const
    expect(rates(warm, [0, 31_999, 32_000, 47_999, 48_000, 63_999])).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01])
    expect(rates({ ...warm, stepsScale: 0.1 }, [0, 3199, 3200, 4799, 4800, 6399])).toEqual([1, 1, 0.1, 0.1, 0.01, 0.01])
    expect(rates({ recipe: 'he-2016' }, [0, 399, 400])).toEqual([0.1, 0.1, 1])
    expect(rates({ recipe: 'he-2016', stepsScale: 0.1 }, [0, 39, 40])).toEqual([0.1, 0.1, 1])
    expect(rates({ recipe: 'wide-resnet-2016', stepsScale: 0.5 }, [11_718, 11_719])).toEqual([1, 0.2])
  })

  it('shrinks and stretches given steps too, but never to 0 steps', () => {
    expect(resolve({ steps: 1000, warmup: 100, stepsScale: 0.25 })).toMatchObject({
      steps: 250,
      schedule: { warmup: 25 },
    })
    expect(resolve({ steps: 1000, warmup: 100, stepsScale: 3 })).toMatchObject({
      steps: 3000,
      schedule: { warmup: 300 },
    })
    expect(resolve({ epochs: 10, stepsScale: 0.1 }).steps).toBe(391)
    expect(resolve({ steps: 10, warmup: 1, stepsScale: 0.01 })).toMatchObject({ steps: 1, schedule: { warmup: 1 } })
    expect(resolve({ steps: 10, stepsScale: 1000 }).steps).toBe(10_000)
    expect(resolve({ steps: 10, stepsScale: 1 })).toEqual(resolve({ steps: 10 }))
  })

  it('throws an error if the scaled run is impossible', () => {
    const sutskever = momentum({ momentumSchedule: 'sutskever' })
    const bad = [
      { stepsScale: 0 },
      { stepsScale: Number.NaN },
      { stepsScale: 1000.5 },
      { stepsScale: 1e9 },
      { stepsScale: 1000, steps: 1e13 },
      { stepsScale: 2, optimizer: sutskever },
    ]
    expect(bad.map((options) => refusal(() => resolve(options))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: stepsScale: expected a number above 0 and up to 1,000, got 0.
      IsobathError: stepsScale: expected a number above 0 and up to 1,000, got NaN.
      IsobathError: stepsScale: expected a number above 0 and up to 1,000, got 1000.5. For a longer run, give the number of steps.
      IsobathError: stepsScale: expected a number above 0 and up to 1,000, got 1000000000. For a longer run, give the number of steps.
      IsobathError: stepsScale: expected a countable number of steps, got 1000 times 10000000000000 steps.
      IsobathError: stepsScale: Sutskever's schedule of momentum counts its own steps, and stepsScale can't scale these steps. Leave out stepsScale or the schedule."
    `)
  })
})
