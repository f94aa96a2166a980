/** A training's recipe in words: what is different makes the words different. */
import type { Standardisation } from '../data/standardise.ts'
import { describeOptimizer } from '../graph/optimizers/table.ts'
import type { LayerRates } from './layer-rates.ts'
import type { TrainingSettings } from './options.ts'
import { type RecipeName, recipeNamed, recipeOptimizer } from './recipes.ts'
import { describeSchedule } from './schedules.ts'

/** `nesterov 0.9, rate 0.03, clipped to norm 1, cosine rate, readout at 0.1 of it` */
export function describeRecipe(settings: TrainingSettings): string {
  const { recipe, stepsScale, optimizer, schedule, clipNorm, layerRates, standardise, augment } = settings
  const parts = [describeOptimizer(optimizer)]
  if (clipNorm !== null) parts.push(`clipped to norm ${clipNorm}`)
  parts.push(describeSchedule(schedule), ...describeRates(layerRates))
  if (standardise !== 'per-channel' || recipe !== undefined) parts.push(standardisations[standardise])
  if (augment !== 'none') parts.push(augment)
  if (recipe === undefined) return parts.join(', ')
  const length = stepsScale === undefined ? '' : ` in ${stepsScale} of its steps`
  return `${isChanged(settings, recipe) ? 'based on ' : ''}${recipe}${length}: ${parts.join(', ')}`
}

const standardisations: Readonly<Record<Standardisation, string>> = {
  'per-channel': 'inputs standardised per channel',
  'per-pixel': 'inputs standardised per pixel',
  'per-pixel-mean': 'per-pixel mean taken off',
  none: 'inputs not standardised',
}

/** Whether a run isn't what the recipe says, its length in epochs and a warm-up that not all networks have aside. */
function isChanged(settings: TrainingSettings, name: RecipeName): boolean {
  const { stepsScale = 1, optimizer, schedule, clipNorm, layerRates, standardise, augment, batch, steps } = settings
  const recipe = recipeNamed(name)
  const { options } = recipe
  const pairs = [
    [describeOptimizer(optimizer), describeOptimizer(recipeOptimizer(recipe))],
    [schedule.name, options.schedule],
    [schedule.dropAt.join(), options.dropAt?.join()],
    [schedule.dropFactor, options.dropFactor],
    [standardise, options.standardise],
    [augment, options.augment],
    [batch, options.batch],
    [steps, options.steps === undefined ? steps : Math.max(1, Math.round(options.steps * stepsScale))],
    [clipNorm, null],
    [Object.keys(layerRates).length, 0],
  ]
  return pairs.some(([own, published]) => own !== published)
}

function describeRates(rates: LayerRates): string[] {
  return Object.entries(rates).map(([path, factors]) => {
    if (typeof factors === 'number') return `${path} at ${factors} of it`
    const shown = factors.length > 4 ? [...factors.slice(0, 3), '...', factors[factors.length - 1]] : factors
    return `${path} at ${shown.join(', ')} of it`
  })
}
