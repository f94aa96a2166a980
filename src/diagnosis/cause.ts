/** Names of the causes for which a deep network can train worse than a shallow network. */

/**
 * All causes in the order of the causal chain, from single mechanisms to broad umbrella causes. If several causes hold
 * and no rank rule applies, the cause that comes first in `causes` is the first finding.
 */
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
