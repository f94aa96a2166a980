/** How a quantity grows or shrinks over the depth of a network. */
import { log } from '../support/numbers.ts'

/** log10(value) = intercept + slope * stage, the first stage being 0; r2 is the share of the variance that this explains. */
export interface Slope {
  readonly slope: number
  readonly intercept: number
  readonly r2: number
}

/**
 * The line of least squares through log10 of the values over the numbers of their stages. Values that are 0 or less or not
 * finite are left out, and the others keep their numbers. All NaN where fewer than two are left; r2 is 1 where these are
 * all the same.
 */
export function slopeOf(values: readonly number[]): Slope {
  const points = [...values.entries()]
    .filter(([, value]) => value > 0 && Number.isFinite(value))
    .map(([stage, value]) => ({ stage, height: log(value) / Math.LN10 }))
  if (points.length < 2) return { slope: Number.NaN, intercept: Number.NaN, r2: Number.NaN }
  const meanStage = mean(points.map(({ stage }) => stage))
  const meanHeight = mean(points.map(({ height }) => height))
  let [across, along, up] = [0, 0, 0]
  for (const { stage, height } of points) {
    across += (stage - meanStage) ** 2
    along += (stage - meanStage) * (height - meanHeight)
    up += (height - meanHeight) ** 2
  }
  const slope = along / across
  const isLevel = points.every(({ height }) => height === points[0].height)
  return { slope, intercept: meanHeight - slope * meanStage, r2: isLevel ? 1 : (slope * along) / up }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
