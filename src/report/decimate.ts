/** Reduces the points of a line without a visible change of the picture. */
import type { FigurePoint } from './svg.ts'

/** Splits the points of a line at the gaps. A null in the list of points is a gap. */
export function splitAtGaps(places: readonly (FigurePoint | null)[]): FigurePoint[][] {
  const runs: FigurePoint[][] = []
  let run: FigurePoint[] = []
  for (const place of places) {
    if (place !== null) {
      run.push(place)
    } else if (run.length > 0) {
      runs.push(run)
      run = []
    }
  }
  if (run.length > 0) runs.push(run)
  return runs
}

/**
 * Thins the points of a line to the first and the last point, and to the lowest and the highest point in every `step`
 * pixels of x. The drawn line changes by less than its own width, for any number of points. The `places` must be in
 * ascending order of x.
 */
export function decimate(places: readonly FigurePoint[], step = 1.5): FigurePoint[] {
  const kept: FigurePoint[] = []
  let start = 0
  while (start < places.length) {
    const column = Math.floor(places[start][0] / step)
    let [lowest, highest, end] = [start, start, start]
    while (end < places.length && Math.floor(places[end][0] / step) === column) {
      if (places[end][1] < places[lowest][1]) lowest = end
      if (places[end][1] > places[highest][1]) highest = end
      end++
    }
    const wanted = new Set([lowest, highest])
    if (start === 0) wanted.add(0)
    if (end === places.length) wanted.add(end - 1)
    for (const index of [...wanted].sort((a, b) => a - b)) kept.push(places[index])
    start = end
  }
  return kept
}
