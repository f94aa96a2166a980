/** What a network learns from: samples and what they should give. */

/**
 * Samples of one set, row after row. `inputs` holds `count * size(shape)` values, bytes for images (0..255) and
 * floats for the rest; `labels` holds one class number per sample.
 */
export interface Samples {
  readonly count: number
  readonly inputs: Uint8Array | Float32Array
  readonly labels: Uint8Array | Uint16Array
}

export interface Dataset {
  readonly name: string
  /** Sizes of one sample: [features] or [channels, height, width]. */
  readonly shape: readonly number[]
  readonly classes: number
  readonly train: Samples
  readonly test: Samples
}
