/** What is looked at in each layer while a network trains, as settings hold it. */
import { z } from 'zod'
import type { Kind } from '../support/kinds.ts'
import { once } from '../support/once.ts'

export interface ProbeSettings {
  /** The probes' names. */
  readonly of: readonly string[]
  /** Steps between looks. */
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
  expected: 'names of probes, and the steps between looks',
  accepts: (value): value is ProbeSettings => schema().safeParse(value).success,
}
