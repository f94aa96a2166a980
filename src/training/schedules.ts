/** How the learning rate moves over a run. */
import { cos } from '../support/numbers.ts'

/** constant: the same rate throughout. cosine: from the full rate down to 0 along half a cosine (Loshchilov & Hutter 2017, eq. 5). */
export const schedules = {
  constant: () => 1,
  cosine: (step: number, steps: number) => (1 + cos((Math.PI * step) / steps)) / 2,
} satisfies Record<string, (step: number, steps: number) => number>

export type ScheduleName = keyof typeof schedules

export const scheduleNames: readonly ScheduleName[] = ['constant', 'cosine']

/** The factor on the rate for step `step` (0 is the first) of `steps`. */
export function scheduleFactor(name: ScheduleName, step: number, steps: number): number {
  return schedules[name](step, steps)
}
