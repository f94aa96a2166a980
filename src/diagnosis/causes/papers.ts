/** Papers that describe the causes. */
export const papers = {
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
