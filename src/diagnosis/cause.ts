/** Why a deep network can be worse, what it is called, and what it is known by. */

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
  'optimisation-failure',
  'under-capacity',
  'overfitting',
  'useless-depth',
] as const

export type Cause = (typeof causes)[number]

export type Verdict = Cause | 'healthy' | 'undecided'

interface CauseFacts {
  readonly title: string
  /** Who described it. */
  readonly papers: readonly string[]
  /** What to try against it. */
  readonly cures: readonly string[]
}

const papers = {
  poole: 'Poole et al. 2016, Exponential expressivity in deep neural networks through transient chaos',
  schoenholz: 'Schoenholz et al. 2017, Deep information propagation',
  he2015: 'He et al. 2015, Deep residual learning for image recognition',
  heInit: 'He et al. 2015, Delving deep into rectifiers',
  glorot: 'Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks',
  hanin: 'Hanin & Rolnick 2018, How to start training: the effect of initialization and architecture',
  lu: 'Lu et al. 2019, Dying ReLU and initialization',
  hochreiter: 'Hochreiter 1991; Bengio et al. 1994, Learning long-term dependencies with gradient descent is difficult',
  yang: 'Yang et al. 2019, A mean field theory of batch normalization',
  balduzzi: 'Balduzzi et al. 2017, The shattered gradients problem',
  cohen: 'Cohen et al. 2021, Gradient descent on neural networks typically occurs at the edge of stability',
  zhang: 'Zhang et al. 2017, Understanding deep learning requires rethinking generalization',
  veit: 'Veit et al. 2016, Residual networks behave like ensembles of relatively shallow networks',
  gromov: 'Gromov et al. 2024, The unreasonable ineffectiveness of the deeper layers',
  higham: 'Higham 2002, Accuracy and stability of numerical algorithms',
} as const

const residual = 'residual links with a multiplier of 1/depth'

export const causeFacts = {
  'saturated-units': {
    title: 'Saturated units',
    papers: [papers.glorot],
    cures: ['smaller initial weights and biases', 'batch or layer normalisation before the activation', 'ReLU'],
  },
  'dead-units': {
    title: 'Dead units',
    papers: [papers.lu],
    cures: ['biases of 0 at first', 'a leaky ReLU', 'batch normalisation before the activation'],
  },
  'exploding-signal': {
    title: 'Exploding signal',
    papers: [papers.heInit, papers.hanin],
    cures: ["He's initialisation (variance 2/fan-in with ReLU)", residual, 'normalisation'],
  },
  'vanishing-signal': {
    title: 'Vanishing signal',
    papers: [papers.heInit, papers.hanin],
    cures: ["He's initialisation (variance 2/fan-in with ReLU)", 'normalisation', residual],
  },
  'chaotic-signal': {
    title: 'Chaotic signal',
    papers: [papers.poole, papers.schoenholz],
    cures: ['initial weights at the edge of chaos', 'orthogonal initial weights', residual],
  },
  'correlation-collapse': {
    title: 'Correlation collapse',
    papers: [papers.schoenholz, papers.poole],
    cures: [residual, 'orthogonal initial weights with tanh at the edge of chaos', 'fewer layers'],
  },
  'vanishing-gradient': {
    title: 'Vanishing gradient',
    papers: [papers.hochreiter, papers.glorot],
    cures: [residual, 'ReLU, or tanh at the edge of chaos, instead of a sigmoid', 'normalisation'],
  },
  'exploding-gradient': {
    title: 'Exploding gradient',
    papers: [papers.yang, papers.balduzzi],
    cures: [residual, 'gradient clipping', 'a smaller rate'],
  },
  'numerical-error': {
    title: 'Numerical error',
    papers: [papers.higham],
    cures: ['float64', 'smaller initial biases or inputs', 'standardised inputs'],
  },
  'unstable-step': {
    title: 'Unstable step',
    papers: [papers.cohen],
    cures: ['a smaller rate', 'a warm-up', 'gradient clipping'],
  },
  'optimisation-failure': {
    title: 'Optimisation failure (degradation)',
    papers: [papers.he2015],
    cures: ['residual links', 'identity layers added to the trained shallow network', 'fewer layers'],
  },
  'under-capacity': {
    title: 'Too little capacity',
    papers: [papers.zhang],
    cures: ['wider layers'],
  },
  overfitting: {
    title: 'Overfitting',
    papers: [papers.zhang],
    cures: ['more training samples', 'augmentation', 'weight decay', 'dropout', 'stopping early'],
  },
  'useless-depth': {
    title: 'Useless depth',
    papers: [papers.veit, papers.gromov],
    cures: ['fewer layers', 'larger multipliers, where it has residual links'],
  },
} as const satisfies Record<Cause, CauseFacts>
