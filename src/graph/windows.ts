/** The attributes of operations in which a square window moves over images. */
import { createWindow, type Window, windowsAlong } from '../blueprint/window.ts'
import { assertInvariant } from '../support/errors.ts'
import type { Attributes } from './value.ts'

export interface Geometry extends Window {
  readonly height: number
  readonly width: number
  /** What lies beyond the border is the other side; otherwise zeros. */
  readonly circular: boolean
  /** height * width */
  readonly positions: number
  readonly outputHeight: number
  readonly outputWidth: number
  readonly outputPositions: number
}

/** The attributes for a window that moves over images of this size. */
export function windowAttributes(
  window: Window,
  { height, width, circular = false }: { height: number; width: number; circular?: boolean },
): Attributes {
  return { ...window, height, width, circular }
}

/** What the attributes of `windowAttributes` say; throws an internal error where one is missing. */
export function geometryOf(attributes: Attributes): Geometry {
  const number = (name: string): number => {
    const value = attributes[name]
    assertInvariant(typeof value === 'number', `a window has a ${name}`)
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

/** Of every `stride`-th position: a window of one position. */
export const strideWindow = (stride: number): Window => createWindow(1, stride, false)
