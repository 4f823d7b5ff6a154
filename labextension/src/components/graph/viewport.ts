import type { IDrawing, IDrawnSolid } from '../../models/graph';
import type { IPoint } from '../../models/layered';

/** What part of the drawing is seen: the point in the upper left corner, and how large things are. */
export interface IViewport extends IPoint {
  zoom: number;
}

/** Size of the window on the drawing, in CSS pixels. */
export interface ISize {
  width: number;
  height: number;
}

export const LEAST_ZOOM = 0.02;
export const MOST_ZOOM = 2;
/** Below this, solids are drawn as plain boxes on the canvas. */
export const NEAR = 0.45;
const READABLE = 0.8;
const LEAST_READABLE = 0.6;
const EDGE = 24;

/** Everything in view, centred, never larger than life. */
export function fit(drawing: IDrawing, size: ISize): IViewport {
  const zoom = clampZoom(
    Math.min(1, (size.width - 2 * EDGE) / Math.max(drawing.width, 1), (size.height - 2 * EDGE) / Math.max(drawing.height, 1))
  );
  return {
    zoom,
    x: (drawing.width - size.width / zoom) / 2,
    y: Math.min(-EDGE / zoom, (drawing.height - size.height / zoom) / 2)
  };
}

/** As much as can be read, from the top: the whole drawing when it is small. */
export function readable(drawing: IDrawing, size: ISize): IViewport {
  const whole = fit(drawing, size);
  const zoom = Math.max(whole.zoom, LEAST_READABLE);
  return zoom === whole.zoom ? whole : { zoom, x: (drawing.width - size.width / zoom) / 2, y: -EDGE / zoom };
}

/** Zoom by a factor while the point under the pointer stays where it is. */
export function zoomAt(view: IViewport, factor: number, pointer: IPoint): IViewport {
  const zoom = clampZoom(view.zoom * factor);
  return {
    zoom,
    x: view.x + pointer.x / view.zoom - pointer.x / zoom,
    y: view.y + pointer.y / view.zoom - pointer.y / zoom
  };
}

/** The nearest viewport that shows a solid whole. */
export function reveal(view: IViewport, size: ISize, box: { x: number; y: number; width: number; height: number }): IViewport {
  const margin = EDGE / view.zoom;
  return {
    zoom: view.zoom,
    x: nearest(view.x, size.width / view.zoom, box.x - margin, box.x + box.width + margin),
    y: nearest(view.y, size.height / view.zoom, box.y - margin, box.y + box.height + margin)
  };
}

/** A solid in the middle, near enough to be read. */
export function centre(view: IViewport, size: ISize, box: { x: number; y: number; width: number; height: number }): IViewport {
  const zoom = Math.max(view.zoom, READABLE);
  return {
    zoom,
    x: box.x + box.width / 2 - size.width / zoom / 2,
    y: box.y + box.height / 2 - size.height / zoom / 2
  };
}

/** The nearest viewport that does not lose the drawing out of sight. */
export function within(view: IViewport, drawing: IDrawing, size: ISize): IViewport {
  const keep = 4 * EDGE / view.zoom;
  const clamp = (at: number, length: number, whole: number): number => Math.min(Math.max(at, keep - length), whole - keep);
  return {
    zoom: view.zoom,
    x: clamp(view.x, size.width / view.zoom, Math.max(drawing.width, 2 * keep)),
    y: clamp(view.y, size.height / view.zoom, Math.max(drawing.height, 2 * keep))
  };
}

/** Solids that touch the window. */
export function inView(drawing: IDrawing, view: IViewport, size: ISize): IDrawnSolid[] {
  const right = view.x + size.width / view.zoom;
  const bottom = view.y + size.height / view.zoom;
  return drawing.solids.filter(
    one => one.x < right && one.y < bottom && one.x + one.width > view.x && one.y + one.height > view.y
  );
}

function clampZoom(zoom: number): number {
  return Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
}

function nearest(from: number, length: number, low: number, high: number): number {
  if (high - low > length || low < from) {
    return low;
  }
  return high > from + length ? high - length : from;
}
