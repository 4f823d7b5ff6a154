import type { IDrawing } from '../../models/graph';
import type { IPoint } from '../../models/layered';
import { inView, type ISize, type IViewport, NEAR } from './viewport';

/** Colours of the theme, read once per painting. */
interface IPalette {
  edge: string;
  chosen: string;
  box: string;
  border: string;
  inside: string;
  text: string;
}

/** Paint the edges, and from afar the solids too, on the canvas. */
export function paint(canvas: HTMLCanvasElement, drawing: IDrawing, view: IViewport, size: ISize, selected: string): void {
  const pen = canvas.getContext('2d');
  if (!pen) {
    return;
  }
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(size.width * ratio));
  canvas.height = Math.max(1, Math.round(size.height * ratio));
  const scale = view.zoom * ratio;
  pen.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
  const palette = Private.palette(canvas);
  Private.paintInsides(pen, drawing, view, size, palette);
  Private.paintEdges(pen, drawing, view, size, palette, selected);
  if (view.zoom < NEAR) {
    Private.paintBoxes(pen, drawing, view, size, palette, selected);
  }
}

namespace Private {
  export function palette(canvas: HTMLCanvasElement): IPalette {
    const style = getComputedStyle(canvas);
    const read = (name: string): string => style.getPropertyValue(name).trim();
    return {
      edge: read('--jp-orch-edge'),
      chosen: read('--jp-brand-color1'),
      box: read('--jp-layout-color1'),
      border: read('--jp-orch-node-border'),
      inside: read('--jp-layout-color2'),
      text: read('--jp-ui-font-color1')
    };
  }

  export function paintInsides(pen: CanvasRenderingContext2D, drawing: IDrawing, view: IViewport, size: ISize, palette: IPalette): void {
    pen.lineWidth = 1 / view.zoom;
    for (const one of inView(drawing, view, size)) {
      if (one.open) {
        pen.beginPath();
        pen.roundRect(one.x, one.y, one.width, one.height, 6);
        pen.globalAlpha = 0.55;
        pen.fillStyle = palette.inside;
        pen.fill();
        pen.globalAlpha = 1;
        pen.strokeStyle = palette.border;
        pen.stroke();
      }
    }
  }

  export function paintEdges(
    pen: CanvasRenderingContext2D,
    drawing: IDrawing,
    view: IViewport,
    size: ISize,
    palette: IPalette,
    selected: string
  ): void {
    const right = view.x + size.width / view.zoom;
    const bottom = view.y + size.height / view.zoom;
    const heads = view.zoom >= 0.25;
    const chosen: (readonly IPoint[])[] = [];
    pen.strokeStyle = palette.edge;
    pen.fillStyle = palette.edge;
    pen.lineWidth = Math.max(1.4, 0.8 / view.zoom);
    pen.beginPath();
    for (const { from, to, points } of drawing.edges) {
      const first = points[0];
      const last = points[points.length - 1];
      if (first.y > bottom || last.y < view.y || outside(points, view.x, right)) {
        continue;
      }
      if (selected && (from === selected || to === selected)) {
        chosen.push(points);
      } else {
        trace(pen, points);
      }
    }
    pen.stroke();
    if (heads) {
      drawing.edges.forEach(({ points }) => head(pen, points[points.length - 1], view, right, bottom));
    }
    pen.strokeStyle = palette.chosen;
    pen.fillStyle = palette.chosen;
    pen.lineWidth = Math.max(2.2, 1.6 / view.zoom);
    pen.beginPath();
    chosen.forEach(points => trace(pen, points));
    pen.stroke();
    if (heads) {
      chosen.forEach(points => head(pen, points[points.length - 1], view, right, bottom));
    }
  }

  export function paintBoxes(
    pen: CanvasRenderingContext2D,
    drawing: IDrawing,
    view: IViewport,
    size: ISize,
    palette: IPalette,
    selected: string
  ): void {
    pen.font = `${Math.min(13 / view.zoom, 30)}px ${getComputedStyle(pen.canvas).fontFamily}`;
    pen.textBaseline = 'middle';
    const lettered = view.zoom > 0.2;
    for (const one of inView(drawing, view, size)) {
      if (one.open) {
        continue;
      }
      const isChosen = one.solid.handle === selected;
      pen.fillStyle = palette.box;
      pen.strokeStyle = isChosen ? palette.chosen : palette.border;
      pen.lineWidth = (isChosen ? 3 : 1) / view.zoom;
      pen.fillRect(one.x, one.y, one.width, one.height);
      pen.strokeRect(one.x, one.y, one.width, one.height);
      if (lettered) {
        pen.save();
        pen.beginPath();
        pen.rect(one.x, one.y, one.width - 6, one.height);
        pen.clip();
        pen.fillStyle = palette.text;
        pen.fillText(one.solid.name, one.x + 8, one.y + one.height / 2);
        pen.restore();
      }
    }
  }

  function outside(points: readonly IPoint[], left: number, right: number): boolean {
    return points.every(point => point.x < left) || points.every(point => point.x > right);
  }

  /** A smooth line through the points that leaves and enters boxes vertically. */
  function trace(pen: CanvasRenderingContext2D, points: readonly IPoint[]): void {
    pen.moveTo(points[0].x, points[0].y);
    for (let i = 1; i < points.length; i++) {
      const a = points[i - 1];
      const b = points[i];
      const middle = (a.y + b.y) / 2;
      pen.bezierCurveTo(a.x, middle, b.x, middle, b.x, b.y);
    }
  }

  function head(pen: CanvasRenderingContext2D, tip: IPoint, view: IViewport, right: number, bottom: number): void {
    if (tip.x < view.x || tip.x > right || tip.y < view.y || tip.y > bottom + 10) {
      return;
    }
    pen.beginPath();
    pen.moveTo(tip.x, tip.y);
    pen.lineTo(tip.x - 4, tip.y - 7);
    pen.lineTo(tip.x + 4, tip.y - 7);
    pen.fill();
  }
}
