/** Scores of several seeds in words. A mean is shown only if no training diverged. */
import { MISSING } from '../format/text.ts'
import { listed } from '../format/words.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'

interface Seed {
  readonly diverged: boolean
}

/** Returns the mean of the scores, or null if a training diverged: a mean over the other seeds would look too good. */
export function meanOf<Run extends Seed>(runs: readonly Run[], scoreOf: (run: Run) => number | null): Summary | null {
  return runs.some(({ diverged }) => diverged) ? null : summarize(runs.map(scoreOf))
}

/** Returns the number of diverged trainings in words, such as `2 of 3 diverged`, or a dash if no training diverged. */
export function absence(runs: readonly Seed[]): string {
  const lost = runs.filter(({ diverged }) => diverged).length
  if (lost === 0) return MISSING
  return lost === runs.length ? 'diverged' : `${lost} of ${runs.length} diverged`
}

/** Formats the mean of the scores and its interval. If a training diverged, returns the number of diverged trainings. */
export function scoresOf<Run extends Seed>(
  runs: readonly Run[],
  scoreOf: (run: Run) => number | null,
  format: (summary: Summary) => string,
): string {
  if (runs.length === 0) return ''
  const mean = meanOf(runs, scoreOf)
  return mean === null ? absence(runs) : format(mean)
}

/**
 * Formats the scores like `scoresOf`. If a training diverged, the scores of the other trainings follow, such as
 * `2 of 3 diverged; 26.4%`.
 */
export function everyScoreOf<Run extends Seed>(
  runs: readonly Run[],
  scoreOf: (run: Run) => number | null,
  format: (summary: Summary) => string,
): string {
  const words = scoresOf(runs, scoreOf, format)
  if (!runs.some(({ diverged }) => diverged)) return words
  const known = runs.filter(({ diverged }) => !diverged).flatMap((run) => scoreOf(run) ?? [])
  const shown = known.map((value) => format({ count: 1, mean: value, halfWidth: null }))
  return known.length === 0 ? words : `${words}; ${listed(shown)}`
}
