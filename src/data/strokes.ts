/** The ten made-up signs of `glyphs` as pen strokes. */
import { cos, sin } from '../support/numbers.ts'

/**
 * Points of one pen stroke as x0, y0, x1, y1 and so on, in the square from -1 to 1. The x axis points right, and the y
 * axis points down.
 */
export type Stroke = readonly number[]

type Point = readonly [x: number, y: number]

/**
 * Largest distance between neighboring points of a stroke. With points close together, bending the plane also bends the
 * straight lines of a sign.
 */
const POINT_DISTANCE = 0.3

/** Returns the polyline through the corners, with extra points in between. */
function line(...corners: readonly Point[]): Stroke {
  const points: number[] = [...corners[0]]
  for (let index = 1; index < corners.length; index++) {
    const [fromX, fromY] = corners[index - 1]
    const [toX, toY] = corners[index]
    const length = Math.sqrt((toX - fromX) * (toX - fromX) + (toY - fromY) * (toY - fromY))
    const pieces = Math.ceil(length / POINT_DISTANCE)
    for (let piece = 1; piece <= pieces; piece++) {
      const share = piece / pieces
      points.push(fromX + (toX - fromX) * share, fromY + (toY - fromY) * share)
    }
  }
  return points
}

/** Returns the arc of an ellipse between two angles, in quarter-turns clockwise from the right. */
function arc(center: Point, radii: Point, from: number, to: number): Stroke {
  const points: number[] = []
  const pieces = Math.ceil((Math.abs(to - from) * Math.max(...radii) * Math.PI) / 2 / POINT_DISTANCE)
  for (let piece = 0; piece <= pieces; piece++) {
    const angle = ((from + ((to - from) * piece) / pieces) * Math.PI) / 2
    points.push(center[0] + radii[0] * cos(angle), center[1] + radii[1] * sin(angle))
  }
  return points
}

function mirrored(strokes: readonly Stroke[]): readonly Stroke[] {
  return strokes.map((stroke) => stroke.map((value, index) => (index % 2 === 0 ? -value : value)))
}

const BOLT = [line([-0.65, 0.85], [-0.65, -0.85], [0.65, 0.85], [0.65, -0.85])]
const FLAG = [line([-0.5, 0.95], [-0.5, -0.95]), arc([-0.5, -0.4], [1.1, 0.55], -1, 1)]

/**
 * The name and the strokes of each class of `glyphs`. Some signs differ by one gap or one bar, and some signs are
 * mirror images of each other.
 */
export const SIGNS: readonly { readonly name: string; readonly strokes: readonly Stroke[] }[] = [
  { name: 'ring', strokes: [arc([0, 0], [0.75, 0.85], 0, 4)] },
  { name: 'open ring', strokes: [arc([0, 0], [0.75, 0.85], 0.5, 3.5)] },
  { name: 'gate', strokes: [line([-0.65, 0.85], [-0.65, -0.85], [0.65, -0.85], [0.65, 0.85])] },
  {
    name: 'ladder',
    strokes: [line([-0.65, 0.85], [-0.65, -0.85]), line([0.65, 0.85], [0.65, -0.85]), line([-0.65, 0], [0.65, 0])],
  },
  { name: 'cross', strokes: [line([0, -0.9], [0, 0.9]), line([-0.75, 0], [0.75, 0])] },
  { name: 'fork', strokes: [line([-0.7, -0.85], [0, 0], [0.7, -0.85]), line([0, 0], [0, 0.9])] },
  { name: 'bolt', strokes: BOLT },
  { name: 'mirrored bolt', strokes: mirrored(BOLT) },
  { name: 'flag', strokes: FLAG },
  { name: 'mirrored flag', strokes: mirrored(FLAG) },
]
