/** Describes the hardware on which the bench runs, because the figures depend on the hardware. */
import { availableParallelism, cpus, loadavg, platform } from 'node:os'

export interface Hardware {
  readonly processor: string
  readonly cores: number
  readonly platform: string
  readonly node: string
  /** The load average of the minute before the bench. Other work makes figures worse and noisier. */
  readonly loadBefore: number
  /** The load average of the last minute of the bench. */
  readonly loadAfter: number
}

/** Call this function before the bench, and call the returned function after the bench for the description. */
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
