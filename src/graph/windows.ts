/** The attributes of operations in which a square window moves over images. */
import { createWindow, type Window, windowsAlong } from '../blueprint/window.ts'
import { assertInvariant } from '../support/errors.ts'
import type { Attributes } from './value.ts'

export interface Geometry extends Window {
  readonly height: number
  readonly width: number
  /** True if positions beyond the border wrap around to the opposite side of the image, false if they are zeros. */
  readonly circular: boolean
  /** height * width */
  readonly positions: number
  readonly outputHeight: number
  readonly outputWidth: number
  readonly outputPositions: number
}

/** Returns the attributes of an operation whose window moves over images of the given size. */
export function windowAttributes(
  window: Window,
  { height, width, circular = false }: { height: number; width: number; circular?: boolean },
): Attributes {
  return { ...window, height, width, circular }
}

/** Reads the attributes that `windowAttributes` made. Throws an `internal` error if an attribute is missing. */
export function geometryOf(attributes: Attributes): Geometry {
  const number = (name: string): number => {
    const value = attributes[name]
    assertInvariant(typeof value === 'number', `a window has no ${name}`)
    return value
  }
  const [height, width] = [number('height'), number('width')]
  const window: Window = {
    kernel: number('kernel'),
    stride: number('stride'),
    before: number('before'),
    after: number('after'),
  }
  const [outputHeight, outputWidth] = [windowsAlong(window, height), windowsAlong(window, width)]
  return {
    ...window,
    height,
    width,
    circular: attributes.circular === true,
    positions: height * width,
    outputHeight,
    outputWidth,
    outputPositions: outputHeight * outputWidth,
  }
}

/** Returns a window of one position that visits every `stride`-th position. */
export const strideWindow = (stride: number): Window => createWindow(1, stride, false)
