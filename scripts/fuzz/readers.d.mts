import type { Arbitrary } from 'fast-check'

export interface Reader {
  readonly corpus: readonly Uint8Array[]
  readonly structured?: Arbitrary<Uint8Array>
  read(bytes: Uint8Array): unknown
}

export function createReaders(
  load: (module: string) => Promise<unknown>,
  folder: string,
): Promise<Record<string, Reader>>
export function isRefusal(error: unknown): boolean
