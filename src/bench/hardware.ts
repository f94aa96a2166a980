/** The hardware that the bench runs on, as far as figures depend on it. */
import { availableParallelism, cpus, loadavg, platform } from 'node:os'

export interface Hardware {
  readonly processor: string
  readonly cores: number
  readonly platform: string
  readonly node: string
  /** The load of the last minute, before and after: other work makes figures smaller and noisier. */
  readonly loadBefore: number
  readonly loadAfter: number
}

/** Call it before the bench; what it gives describes the hardware after. */
export function observeHardware(): () => Hardware {
  const loadBefore = loadavg()[0]
  return () => ({
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: platform(),
    node: process.versions.node,
    loadBefore,
    loadAfter: loadavg()[0],
  })
}
