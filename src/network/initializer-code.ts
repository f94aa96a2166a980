/** Prints initializers as code. */
import { type Code, call, object } from './code-layout.ts'
import type { Initializer } from './network.ts'
import { numbers, optionsOf, quoted, shortest, varied, word } from './option-code.ts'

/** The call that makes the initializer, such as `he()` or `gaussian({ sw2: 1.5 })`. */
export function initializerCode(init: Initializer): Code {
  switch (init.kind) {
    case 'gaussian':
      return call('gaussian', [object([...varied('sw2', init.sw2), ...varied('sb2', init.sb2, 0)])])
    case 'he':
      if (init.fan === 'in') return call('he', shortest([init.gain], [1]))
      return call('he', [numbers(init.gain), quoted(init.fan)])
    case 'glorot':
    case 'lecun':
    case 'fanInUniform':
      return call(init.kind, shortest([init.gain], [1]))
    case 'identity':
      return call('identityInit', shortest([init.gain], [1]))
    case 'orthogonal':
    case 'deltaOrthogonal':
      return call(init.kind, shortest([init.gain, init.sb2], [1, 0]))
    case 'varianceScaling': {
      const { scale, mode, distribution } = init
      const own = [...word('mode', mode, 'fanIn'), ...word('distribution', distribution, 'truncated')]
      return call('varianceScaling', optionsOf([...varied('scale', scale, 1), ...own]))
    }
    case 'uniform': {
      const { from, to, biases } = init
      return call(
        'uniform',
        optionsOf([...varied('from', from, -1), ...varied('to', to, 1), ...word('biases', biases, 'same')]),
      )
    }
    case 'constant':
      return call('constant', shortest([init.value, init.biasValue], [Number.NaN, 0]))
    case 'normal':
      return call('normal', shortest([init.deviation], [1]))
    case 'sparse':
      return call(
        'sparse',
        optionsOf([...varied('incoming', init.incoming, 15), ...varied('deviation', init.deviation, 1)]),
      )
    case 'hardtMa':
    case 'zeros':
      return call(init.kind, [])
  }
}
