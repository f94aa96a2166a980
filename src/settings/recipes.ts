/** Published recipes as data: what the paper says of the training, and nothing that it doesn't. */
import type { Augmentation } from '../data/augment.ts'
import type { Standardisation } from '../data/standardise.ts'
import { createOptimizer, type Optimizer } from '../graph/optimizers/table.ts'
import { IsobathError } from '../support/errors.ts'
import { foundText } from '../support/found.ts'
import { suggestion } from '../support/nearest.ts'
import type { ScheduleOptions } from './schedules.ts'

/** What a recipe may say: training options, with the optimizer's own as data. */
export interface RecipeOptions extends ScheduleOptions {
  readonly optimizer: {
    readonly name: 'momentum' | 'nesterov'
    readonly rate: number
    readonly momentum: number
    readonly weightDecay: number
  }
  readonly batch: number
  /** One of steps and epochs, as the paper counts. */
  readonly steps?: number
  readonly epochs?: number
  readonly standardise: Standardisation
  readonly augment: Augmentation
}

export interface Recipe {
  readonly source: string
  /** In a line, for those who choose. */
  readonly summary: string
  /** What is done otherwise here. */
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
  standardise: 'per-pixel-mean',
  augment: 'pad-crop-flip',
} as const satisfies RecipeOptions

export const recipes = {
  'he-2015': frozen({
    source: 'He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition, section 4.2 (CIFAR-10)',
    summary: 'momentum 0.9, rate 0.1, a tenth of it at 32k and at 48k of 64k steps; from 110 layers on with a warm-up',
    // "So we use 0.01 to warm up the training until the training error is below 80% (about 400 iterations)".
    options: { ...he2015, warmupFactor: 0.1, warmupUntilError: 0.8, warmupFromLayers: 110 },
  }),
  'he-2016': frozen({
    source: 'He, Zhang, Ren & Sun 2016, Identity Mappings in Deep Residual Networks, appendix (CIFAR)',
    summary: 'the same, but for the warm-up: all networks take a tenth of the rate in the first 400 steps',
    options: { ...he2015, warmup: 400, warmupFactor: 0.1 },
  }),
  'wide-resnet-2016': frozen({
    source: 'Zagoruyko & Komodakis 2016, Wide Residual Networks, sections 3 and 4 (CIFAR, mean/std)',
    summary: 'nesterov 0.9, rate 0.1, a fifth of it at 60, 120 and 160 of 200 epochs, weight decay 0.0005',
    difference: 'The paper pads with reflections of the image, here it is zeros',
    options: {
      optimizer: { name: 'nesterov', rate: 0.1, momentum: 0.9, weightDecay: 5e-4 },
      batch: 128,
      epochs: 200,
      schedule: 'step',
      dropAt: [60 / 200, 120 / 200, 160 / 200],
      dropFactor: 0.2,
      standardise: 'per-channel',
      augment: 'pad-crop-flip',
    },
  }),
} as const satisfies Record<string, Recipe>

export type RecipeName = keyof typeof recipes

export const recipeNames: readonly RecipeName[] = ['he-2015', 'he-2016', 'wide-resnet-2016']

/** Throws an `option` error where there is none of this name. */
export function recipeNamed(name: unknown): Recipe & { readonly name: RecipeName } {
  const known = recipeNames.find((one) => one === name)
  if (known !== undefined) return { name: known, ...recipes[known] }
  const remedy = suggestion(name, recipeNames).trim() || 'Choose one of them.'
  const found = typeof name === 'string' ? name : foundText(name)
  throw new IsobathError('option', `recipe: expected one of ${recipeNames.join(', ')}, got ${found}. ${remedy}`)
}

export function recipeOptimizer({ options: { optimizer } }: Recipe): Optimizer {
  const { name, ...own } = optimizer
  return createOptimizer(name, own)
}

/** What of a recipe may be chosen otherwise; the optimizer aside, which is chosen as a whole. */
type Choices = Partial<Omit<RecipeOptions, 'optimizer'>>

/**
 * What was chosen, and the recipe's for the rest. A choice beats all of the recipe that goes with it: steps its epochs and
 * the reverse, another schedule its drops, a warm-up its own.
 */
export function withRecipe<T extends Choices>(choices: T, { options: own }: Recipe): T & Choices {
  const length = choices.steps === undefined && choices.epochs === undefined ? own : choices
  const drops = (choices.schedule ?? own.schedule) === own.schedule ? own : choices
  const warming = choices.warmup === undefined && choices.warmupUntilError === undefined ? own : choices
  return {
    ...choices,
    batch: choices.batch ?? own.batch,
    standardise: choices.standardise ?? own.standardise,
    augment: choices.augment ?? own.augment,
    steps: length.steps,
    epochs: length.epochs,
    schedule: choices.schedule ?? own.schedule,
    dropAt: choices.dropAt ?? drops.dropAt,
    dropFactor: choices.dropFactor ?? drops.dropFactor,
    warmup: warming.warmup,
    warmupUntilError: warming.warmupUntilError,
    warmupFactor: choices.warmupFactor ?? warming.warmupFactor,
    warmupFromLayers: choices.warmupFromLayers ?? warming.warmupFromLayers,
  }
}
