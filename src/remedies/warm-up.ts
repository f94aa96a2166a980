/** A warm-up, in which the rate rises linearly to its full value (Goyal et al. 2017, section 2.2). */
import { counted } from '../format/words.ts'
import type { Remedy } from './remedy.ts'
import { withSettings } from './treat.ts'

export const warmUp: Remedy = {
  size: 'step',
  about: 'raises the rate evenly to its full value over the first tenth of the steps, and leaves the network as it is',
  apply: (task) => {
    const { schedule, steps } = task.settings
    const warmup = Math.round(steps / 10)
    if (warmup < 1 || schedule.warmup > 0 || schedule.untilError !== undefined) return undefined
    const words = `raise the rate evenly to its full value over the first ${counted(warmup, 'step')}`
    return withSettings(task, { schedule: { ...schedule, warmup } }, words)
  },
}
