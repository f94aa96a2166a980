/** Describes a training's settings in words. Trainings with different settings have different descriptions. */
import { describeFields, withDefaults } from '../support/fields.ts'
import { type TrainingSettings, trainingSettings } from './options.ts'
import type { RecipeName } from './recipe-names.ts'
import { publishedOptions } from './recipes.ts'
import { scaled } from './run-length.ts'
import { describeDrops } from './schedules.ts'
import { training } from './training.ts'

/**
 * Describes settings in words, such as `nesterov 0.9, rate 0.03, clipped to norm 1, cosine rate, readout at 0.1 times
 * the rate`.
 */
export function describeRecipe(settings: TrainingSettings): string {
  const { recipe, stepsScale } = settings
  const words = describeFields(trainingSettings, settings, recipe)
  // The parts of the description are in the order of the options, which is also the order of the help text.
  const parts = Object.keys(training)
    .flatMap((key) => words.get(key) ?? [])
    .join(', ')
  if (recipe === undefined) return parts
  const length = stepsScale === undefined ? '' : ` with ${stepsScale} times the steps`
  return `${isChanged(settings, recipe) ? 'based on ' : ''}${recipe}${length}: ${parts}`
}

/**
 * Returns whether the settings of a run differ from the settings of its recipe. The run's length in epochs is not
 * compared. The warm-up is not compared, because some networks have no warm-up.
 */
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
