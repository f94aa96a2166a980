/** The settings for probes, which read each layer during the training. */
import { z } from 'zod'
import type { Kind } from '../support/kinds.ts'
import { once } from '../support/once.ts'

/** The probes of a training, and how often they read the layers. */
export interface ProbeSettings {
  /** Names of the probes. */
  readonly of: readonly string[]
  /** Number of steps between snapshots. */
  readonly every: number
}

const schema = once(
  () =>
    z.strictObject({
      of: z.array(z.string()).readonly(),
      every: z.number().int().positive(),
    }) satisfies z.ZodType<ProbeSettings>,
)

export const probeSettings: Kind<ProbeSettings> = {
  expected: 'names of probes, and the number of steps between snapshots',
  accepts: (value): value is ProbeSettings => schema().safeParse(value).success,
}
