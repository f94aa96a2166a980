/** A training's recipe in words: what is different makes the words different. */
import type { LayerRates } from './layer-rates.ts'
import { describeOptimizer } from './optimizers.ts'
import type { TrainingSettings } from './options.ts'
import { describeSchedule } from './schedules.ts'

type Recipe = Pick<
  TrainingSettings,
  'recipe' | 'stepsScale' | 'optimizer' | 'schedule' | 'clipNorm' | 'layerRates' | 'augment'
>

/** `nesterov 0.9, rate 0.03, clipped to norm 1, cosine rate, readout at 0.1 of it` */
export function describeRecipe(settings: Recipe): string {
  const { recipe, stepsScale, optimizer, schedule, clipNorm, layerRates, augment } = settings
  const parts = [describeOptimizer(optimizer)]
  if (clipNorm !== null) parts.push(`clipped to norm ${clipNorm}`)
  parts.push(describeSchedule(schedule), ...describeRates(layerRates))
  if (augment !== 'none') parts.push(augment)
  if (recipe === undefined) return parts.join(', ')
  return `${recipe}${stepsScale === undefined ? '' : ` in ${stepsScale} of its steps`}: ${parts.join(', ')}`
}

function describeRates(rates: LayerRates): string[] {
  return Object.entries(rates).map(([path, factors]) => {
    if (typeof factors === 'number') return `${path} at ${factors} of it`
    const shown = factors.length > 4 ? [...factors.slice(0, 3), '...', factors[factors.length - 1]] : factors
    return `${path} at ${shown.join(', ')} of it`
  })
}
