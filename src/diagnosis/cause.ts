/** Names of the causes for which a network can train badly. */

/**
 * All causes in the order of the causal chain, from the setup of the training over single mechanisms to broad umbrella
 * causes. If several causes hold and no rank rule applies, the cause that comes first in `causes` is the first finding.
 */
export const causes = [
  'unscaled-data',
  'output-cannot-reach-targets',
  'no-nonlinearity',
  'unbalanced-classes',
  'saturated-units',
  'dead-units',
  'exploding-signal',
  'vanishing-signal',
  'chaotic-signal',
  'vanishing-gradient',
  'correlation-collapse',
  'exploding-gradient',
  'numerical-error',
  'over-regularized',
  'unstable-step',
  'step-too-small',
  'too-few-steps',
  'optimization-failure',
  'under-capacity',
  'overfitting',
  'useless-depth',
] as const

export type Cause = (typeof causes)[number]

export type Verdict = Cause | 'healthy' | 'undecided'

/** Whether a verdict names nothing that makes the network train badly. Layers without an effect do no harm. */
export const isHarmless = (verdict: Verdict): boolean => verdict === 'healthy' || verdict === 'useless-depth'
