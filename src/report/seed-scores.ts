/** Scores of several seeds in words. A mean is shown only if no training diverged. */
import { MISSING } from '../format/text.ts'
import { listed } from '../format/words.ts'
import { type Summary, summarize } from '../numerics/statistics.ts'
import type { ScoreColumn } from './score-columns.ts'

interface Seed {
  /** Whether the training diverged, or how it diverged. */
  readonly diverged: boolean | object | null
}

type Scored = Parameters<ScoreColumn['value']>[0]

const isLost = ({ diverged }: Seed): boolean => diverged !== null && diverged !== false

/** Returns the mean of the scores, or null if a training diverged: a mean over the other seeds would look too good. */
export function meanOf<Run extends Seed>(runs: readonly Run[], scoreOf: (run: Run) => number | null): Summary | null {
  return runs.some(isLost) ? null : summarize(runs.map(scoreOf))
}

/** Returns the number of diverged trainings in words, such as `2 of 3 diverged`, or a dash if no training diverged. */
export function absence(runs: readonly Seed[]): string {
  const lost = runs.filter(isLost).length
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
  if (!runs.some(isLost)) return words
  const known = runs.filter((run) => !isLost(run)).flatMap((run) => scoreOf(run) ?? [])
  const shown = known.map((value) => format({ count: 1, mean: value, halfWidth: null }))
  return known.length === 0 ? words : `${words}; ${listed(shown)}`
}

/**
 * The scores of the trainings that did not diverge, in one sentence for each training: for a table without room for the
 * scores. The list is empty if no training diverged.
 */
export function survivors<Run extends Seed & Scored & { readonly seed: number }>(
  runs: readonly Run[],
  columns: readonly ScoreColumn[],
): string[] {
  if (!runs.some(isLost)) return []
  return runs
    .filter((run) => !isLost(run))
    .flatMap((run) => {
      const scores = columns.flatMap(({ heading, value, format }) => {
        const score = value(run)
        return score === null ? [] : [`${heading} ${format({ count: 1, mean: score, halfWidth: null })}`]
      })
      return scores.length === 0 ? [] : [`Seed ${run.seed}: ${listed(scores)}.`]
    })
}
