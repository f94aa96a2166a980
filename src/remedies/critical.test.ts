import { describe, expect, it } from 'vitest'
import { images, networkOf, points, taskOf } from '../../test/support/remedy-tasks.ts'
import { fanInUniform, gaussian, glorot, he, orthogonal } from '../network/initializers.ts'
import { chain, dense, relu, sigmoid, softplus, tanh } from '../network/layers.ts'
import type { ActivationLayer } from '../network/network.ts'
import { whyNotCritical } from './critical-weights.ts'
import { ownFixedPoint } from './own-fixed-point.ts'
import { remedies } from './table.ts'

const of = (name: ActivationLayer['function']): ActivationLayer => ({ kind: 'activation', function: name })

describe('The fixed point of an initializer and an activation', () => {
  it('is the one of mean-field theory', () => {
    const close = (q: number, chi: number) => ({ q: expect.closeTo(q, 5), chi: expect.closeTo(chi, 5) })
    expect(ownFixedPoint(gaussian({ sw2: 2, sb2: 0.05 }), of('tanh'))).toEqual(close(0.721762, 1.047666))
    expect(ownFixedPoint(orthogonal(Math.SQRT2, 0.05), of('tanh'))).toEqual(close(0.721762, 1.047666))
    expect(ownFixedPoint(glorot(), of('sigmoid'))).toEqual(close(0.264687, 0.055721))
    expect(ownFixedPoint(he(), of('relu'))).toEqual(close(1, 1))
  })

  it('is unknown for weights that do not depend on the fans, and where the signal vanishes', () => {
    expect(ownFixedPoint(fanInUniform(), of('tanh'))).toBeUndefined()
    expect(ownFixedPoint(he([1, 2]), of('tanh'))).toBeUndefined()
    expect(ownFixedPoint(gaussian({ sw2: 0.5 }), of('tanh'))).toBeUndefined()
  })
})

describe('Critical weights', () => {
  const words = (text: string): string | undefined => remedies['critical weights'].apply(taskOf(text))?.words

  it('have the critical variances of the activation', () => {
    expect(words('mlp:activation=tanh')).toMatchInlineSnapshot(
      `"draw the weights at the critical point of tanh (weights of variance 1.76/fanIn, biases of variance 0.05)"`,
    )
    expect(words('mlp:activation=erf')).toMatchInlineSnapshot(
      `"draw the weights at the critical point of erf (weights of variance 1.38/fanIn, biases of variance 0.05)"`,
    )
    expect(words('residual-mlp:activation=gelu')).toMatchInlineSnapshot(
      `"draw the weights at the critical point of gelu (weights of variance 1.97/fanIn, biases of variance 0.214)"`,
    )
    expect(words('mlp:activation=silu')).toMatchInlineSnapshot(
      `"draw the weights at the critical point of silu (weights of variance 1.98/fanIn, biases of variance 0.68)"`,
    )
  })

  it('keep orthogonal weights orthogonal', () => {
    const treatment = remedies['critical weights'].apply(taskOf('mlp:activation=tanh,init=orthogonal'))
    expect(treatment?.network).toMatchObject({
      layers: [{ init: { kind: 'orthogonal', gain: Math.sqrt(1.760955), sb2: 0.05 } }, {}, {}, {}],
    })
  })

  it('do not exist at the critical point, for rectifiers, and for softplus', () => {
    expect(words('mlp:activation=tanh,sw2=1.7609546,sb2=0.05')).toBeUndefined()
    expect(remedies['critical weights'].apply(taskOf('vanilla-cnn:depth=3', images))).toBeUndefined()
    for (const text of ['mlp', 'mlp:activation=softplus', 'linear']) expect(words(text), text).toBeUndefined()
    expect(whyNotCritical(chain(dense(4), softplus(), dense(3)))).toMatchInlineSnapshot(
      `"softplus has no critical point at any variance."`,
    )
    expect(whyNotCritical(chain(dense(4), tanh(), dense(4), relu(), dense(3)))).toMatchInlineSnapshot(
      `"The critical weights of relu are He's weights."`,
    )
    expect(whyNotCritical(chain(dense(3), sigmoid()))).toMatchInlineSnapshot(`"The network has no hidden activation."`)
    expect(whyNotCritical(networkOf('mlp:activation=tanh', points))).toBeUndefined()
  })
})

describe('Critical tanh', () => {
  it('keeps the variance of the pre-activations, and does not replace tanh', () => {
    expect(remedies['critical tanh'].apply(taskOf('mlp:activation=sigmoid'))?.words).toMatchInlineSnapshot(
      `"replace the hidden activations by tanh at its critical point, with weights of variance 1.41/fanIn and biases of variance 0.00928"`,
    )
    expect(remedies['critical tanh'].apply(taskOf('mlp:activation=sigmoid,init=pytorch'))?.words).toMatchInlineSnapshot(
      `"replace the hidden activations by tanh at its critical point, with weights of variance 1.76/fanIn and biases of variance 0.05"`,
    )
    expect(remedies['critical tanh'].apply(taskOf('mlp:activation=tanh'))).toBeUndefined()
  })
})
