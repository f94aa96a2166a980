/** Published recipes as data. A recipe holds only the settings that its paper states. */
import { createOptimizer } from '../graph/optimizers/table.ts'
import type { RecipeName } from './recipe-names.ts'
import type { TrainingOptions } from './training.ts'

/** The settings that a recipe may have: training options, with the optimizer's options as data. */
export interface RecipeOptions extends Omit<TrainingOptions, 'recipe' | 'stepsScale' | 'optimizer' | 'seed'> {
  readonly optimizer: {
    readonly name: 'momentum' | 'nesterov'
    readonly rate: number
    readonly momentum: number
    readonly weightDecay: number
  }
}

/** A published recipe. */
export interface Recipe {
  /** The paper of the recipe, with the section that states the settings. */
  readonly source: string
  /** Summary of the recipe in one line, which helps users to choose a recipe. */
  readonly summary: string
  /** Difference between the paper and Isobath's version of the recipe. */
  readonly difference?: string
  readonly options: RecipeOptions
}

function frozen(recipe: Recipe): Recipe {
  const { optimizer, dropAt } = recipe.options
  for (const part of [recipe, recipe.options, optimizer, dropAt]) Object.freeze(part)
  return recipe
}

const he2015 = {
  optimizer: { name: 'momentum', rate: 0.1, momentum: 0.9, weightDecay: 1e-4 },
  batch: 128,
  steps: 64_000,
  schedule: 'step',
  dropAt: [32_000 / 64_000, 48_000 / 64_000],
  dropFactor: 0.1,
  standardize: 'per-pixel-mean',
  augment: 'pad-crop-flip',
} as const satisfies RecipeOptions

export const recipes = {
  'he-2015': frozen({
    source: 'He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition, section 4.2 (CIFAR-10)',
    summary:
      'momentum 0.9, rate 0.1, divided by 10 at 32k and 48k of 64k steps; networks of at least 110 layers have a warm-up',
    // He et al. 2015: "So we use 0.01 to warm up the training until the training error is below 80% (about 400
    // iterations)".
    options: { ...he2015, warmupFactor: 0.1, warmupUntilError: 0.8, warmupFromLayers: 110 },
  }),
  'he-2016': frozen({
    source: 'He, Zhang, Ren & Sun 2016, Identity Mappings in Deep Residual Networks, appendix (CIFAR)',
    summary: 'like he-2015, but all networks have a warm-up: a tenth of the rate in the first 400 steps',
    options: { ...he2015, warmup: 400, warmupFactor: 0.1 },
  }),
  'wide-resnet-2016': frozen({
    source: 'Zagoruyko & Komodakis 2016, Wide Residual Networks, sections 3 and 4 (CIFAR, mean/std)',
    summary: 'nesterov 0.9, rate 0.1, divided by 5 at 60, 120 and 160 of 200 epochs, weight decay 0.0005',
    difference: 'The paper pads images with reflections, Isobath pads images with zeros',
    options: {
      optimizer: { name: 'nesterov', rate: 0.1, momentum: 0.9, weightDecay: 5e-4 },
      batch: 128,
      epochs: 200,
      schedule: 'step',
      dropAt: [60 / 200, 120 / 200, 160 / 200],
      dropFactor: 0.2,
      standardize: 'per-channel',
      augment: 'pad-crop-flip',
    },
  }),
} as const satisfies Record<RecipeName, Recipe>

/** Returns a recipe as the options of a training. */
export function publishedOptions(name: RecipeName): TrainingOptions {
  const { optimizer, ...options }: RecipeOptions = recipes[name].options
  const { name: rule, ...own } = optimizer
  return { ...options, optimizer: createOptimizer(rule, own) }
}

/**
 * Returns the given options, completed by the options of a recipe. A given option also replaces the recipe's related
 * options. Given steps replace the recipe's epochs, and given epochs replace the recipe's steps. A given schedule other
 * than the recipe's schedule also replaces the recipe's drops. A given warm-up replaces all warm-up options of the
 * recipe.
 */
export function withRecipe(given: TrainingOptions, name: RecipeName): TrainingOptions {
  const { steps, epochs, dropAt, dropFactor, ...others } = publishedOptions(name)
  const { warmup, warmupUntilError, warmupFactor, warmupFromLayers, ...rest } = others
  const has = (key: keyof TrainingOptions): boolean => given[key] !== undefined
  return {
    ...rest,
    ...(has('steps') || has('epochs') ? {} : { steps, epochs }),
    ...(has('schedule') && given.schedule !== rest.schedule ? {} : { dropAt, dropFactor }),
    ...(has('warmup') || has('warmupUntilError') ? {} : { warmup, warmupUntilError, warmupFactor, warmupFromLayers }),
    ...given,
  }
}
