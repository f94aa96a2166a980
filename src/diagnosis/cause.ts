/** The names of the causes for which a deep network can be worse. */

/** In the order of the chain from mechanism to umbrella: where several hold and nothing else decides, the earlier is first. */
export const causes = [
  'saturated-units',
  'dead-units',
  'exploding-signal',
  'vanishing-signal',
  'chaotic-signal',
  'vanishing-gradient',
  'correlation-collapse',
  'exploding-gradient',
  'numerical-error',
  'unstable-step',
  'optimization-failure',
  'under-capacity',
  'overfitting',
  'useless-depth',
] as const

export type Cause = (typeof causes)[number]

export type Verdict = Cause | 'healthy' | 'undecided'
