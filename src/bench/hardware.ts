/** Describes the hardware on which the bench runs, because the figures depend on the hardware. */
import { availableParallelism, cpus, loadavg, platform } from 'node:os'

export interface Hardware {
  readonly processor: string
  readonly cores: number
  readonly platform: string
  readonly node: string
  /**
   * The load average of the machine in the minute before the bench. Other work on the machine makes the figures of the
   * bench worse and noisier.
   */
  readonly loadBefore: number
  /** The load average of the machine in the last minute of the bench. */
  readonly loadAfter: number
}

/** Reads the load before the bench, and returns a function that describes the hardware after the bench. */
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
