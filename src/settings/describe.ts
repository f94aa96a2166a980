/** A training's recipe in words: two trainings that differ have different words. */
import { describeFields, withDefaults } from '../support/fields.ts'
import { type TrainingSettings, trainingSettings } from './options.ts'
import type { RecipeName } from './recipe-names.ts'
import { publishedOptions } from './recipes.ts'
import { scaled } from './run-length.ts'
import { describeDrops } from './schedules.ts'
import { training } from './training.ts'

/** `nesterov 0.9, rate 0.03, clipped to norm 1, cosine rate, readout at 0.1 of it` */
export function describeRecipe(settings: TrainingSettings): string {
  const { recipe, stepsScale } = settings
  const words = describeFields(trainingSettings, settings, recipe)
  // In the order of the options, which is that of the help.
  const parts = Object.keys(training)
    .flatMap((key) => words.get(key) ?? [])
    .join(', ')
  if (recipe === undefined) return parts
  const length = stepsScale === undefined ? '' : ` in ${stepsScale} of its steps`
  return `${isChanged(settings, recipe) ? 'based on ' : ''}${recipe}${length}: ${parts}`
}

/** Whether a run isn't what the recipe says, its length in epochs and a warm-up that not all networks have aside. */
function isChanged(settings: TrainingSettings, recipe: RecipeName): boolean {
  const { stepsScale = 1, schedule, batch, steps } = settings
  const published = withDefaults(training, publishedOptions(recipe))
  const own = describeFields(training, settings)
  const theirs = describeFields(training, published)
  const { schedule: name, dropAt, dropFactor } = published
  const pairs = [
    ...Object.keys(training).map((key) => [own.get(key), theirs.get(key)]),
    [describeDrops(schedule), describeDrops({ name, dropAt, dropFactor })],
    [batch, published.batch],
    [steps, published.steps === undefined ? steps : scaled(published.steps, stepsScale)],
  ]
  return pairs.some(([one, other]) => one !== other)
}
