/** The fields of initializers that may have one value for each iteration of a repeat. */
import type { Initializer, Varying } from './network.ts'

type InitializerOf<K extends Initializer['kind']> = Extract<Initializer, { kind: K }>

type VaryingFields = Readonly<Record<string, Varying>>

const varyingFields: { readonly [K in Initializer['kind']]: (init: InitializerOf<K>) => VaryingFields } = {
  gaussian: ({ sw2, sb2 }) => ({ sw2, sb2 }),
  he: ({ gain }) => ({ gain }),
  glorot: ({ gain }) => ({ gain }),
  lecun: ({ gain }) => ({ gain }),
  orthogonal: ({ gain, sb2 }) => ({ gain, sb2 }),
  deltaOrthogonal: ({ gain, sb2 }) => ({ gain, sb2 }),
  fanInUniform: ({ gain }) => ({ gain }),
  varianceScaling: ({ scale }) => ({ scale }),
  uniform: ({ from, to }) => ({ from, to }),
  constant: ({ value, biasValue }) => ({ value, biasValue }),
  hardtMa: () => ({}),
  normal: ({ deviation }) => ({ deviation }),
  identity: ({ gain }) => ({ gain }),
  zeros: () => ({}),
  sparse: ({ deviation }) => ({ deviation }),
}

function fieldsOf<K extends Initializer['kind']>(kind: K, init: InitializerOf<K>): VaryingFields {
  return varyingFields[kind](init)
}

/** The names and values of the initializer's fields that may vary between the iterations of a repeat. */
export const varyingOf = (init: Initializer): readonly (readonly [string, Varying])[] =>
  Object.entries(fieldsOf(init.kind, init))

/** The initializer without the fields that may vary between the iterations of a repeat. */
export function withoutVarying(init: Initializer): object {
  const varying = fieldsOf(init.kind, init)
  return Object.fromEntries(Object.entries(init).filter(([name]) => !(name in varying)))
}
