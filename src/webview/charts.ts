import uPlot from 'uplot';
import { element, table } from './dom.ts';

/** A line over rounds or steps. `low` and `high` are the bounds of its interval. Null marks a missing value. */
export interface Line {
  name: string;
  values: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
}

const HEIGHT = 220;
/** Colours that every theme defines. High contrast themes have no orange. */
const COLOURS = [
  '--vscode-charts-blue',
  '--vscode-charts-yellow',
  '--vscode-charts-green',
  '--vscode-charts-purple',
];
/** Distance between lines with intervals, as a share of the axis. */
const APART = 0.012;
/** Half width of an interval's end marks, in CSS pixels. */
const CAP = 5;

/** A chart with its numbers as a table below. It follows the theme and the width of the page. */
export function chart(
  title: string,
  axis: string,
  x: readonly number[],
  lines: readonly Line[],
  show: (value: number) => string,
): HTMLElement {
  const figure = element('figure', { role: 'group', 'aria-label': title });
  const canvas = element('div', { 'aria-hidden': 'true', class: 'chart' });
  const cell = (line: Line, index: number): string => {
    const value = line.values[index];
    if (value === null || value === undefined) return '-';
    const low = line.low?.[index];
    const high = line.high?.[index];
    return typeof low === 'number' && typeof high === 'number'
      ? `${show(value)} (${show(low)} to ${show(high)})`
      : show(value);
  };
  const rows = x.map((at, index) => [String(at), ...lines.map((line) => cell(line, index))]);
  figure.append(
    element('figcaption', {}, title),
    ...(lines.length > 1 ? [legend(lines)] : []),
    canvas,
    element(
      'details',
      {},
      element('summary', {}, 'As a table'),
      table(title, [axis, ...lines.map(({ name }) => name)], rows),
    ),
  );
  draw(canvas, axis, x, lines, show);
  return figure;
}

/** Draws while the canvas is on the page, and removes the observers afterwards. */
function draw(
  canvas: HTMLElement,
  axis: string,
  x: readonly number[],
  lines: readonly Line[],
  show: (value: number) => string,
): void {
  let plot: uPlot | undefined;
  const make = (): void => {
    plot?.destroy();
    plot = undefined;
    if (!canvas.isConnected) {
      sizes.disconnect();
      themes.disconnect();
    } else if (canvas.clientWidth > 0) {
      plot = new uPlot(options(canvas.clientWidth, axis, x, lines, show), data(x, lines), canvas);
    }
  };
  // The observer fires too when the canvas leaves the page.
  const sizes = new ResizeObserver(make);
  // VS Code changes the class of the body with the theme.
  const themes = new MutationObserver(make);
  sizes.observe(canvas);
  themes.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

/** x positions of a line's points. Lines with intervals are shifted a little, so that the intervals do not overlap. */
function places(x: readonly number[], lines: readonly Line[], index: number): number[] {
  const span = Math.max(1, (x.at(-1) ?? 0) - (x[0] ?? 0));
  const apart = lines[index]?.low === undefined ? 0 : APART * span;
  return x.map((at) => at + (index - (lines.length - 1) / 2) * apart);
}

function data(x: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  return uPlot.join(lines.map(({ values }, index) => [places(x, lines, index), values]));
}

function options(
  width: number,
  axis: string,
  x: readonly number[],
  lines: readonly Line[],
  show: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(document.body);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  const text = colour('--vscode-foreground');
  const grid = { stroke: `color-mix(in srgb, ${text} 14%, transparent)`, width: 1 };
  const font = `12px ${colour('--vscode-font-family')}`;
  const strokes = lines.map((_, index) => colour(COLOURS[index % COLOURS.length] ?? '--vscode-foreground'));
  const first = x[0] ?? 0;
  const last = x.at(-1) ?? 1;
  const margin = Math.max(0.5, last - first) * 0.05;
  const highest = Math.max(
    0,
    ...lines.flatMap(({ values, high }) => [...values, ...(high ?? [])]).filter((value) => value !== null),
  );
  return {
    width,
    height: HEIGHT,
    // The axis starts at 0, so that a small change looks small.
    scales: {
      x: { time: false, range: [first - margin, last + margin] },
      y: { range: [0, highest > 0 ? highest * 1.1 : 1] },
    },
    legend: { show: false },
    cursor: { show: false },
    series: [
      { label: axis },
      ...lines.map(({ name, values }, index): uPlot.Series => ({
        label: name,
        stroke: strokes[index] ?? text,
        width: 2,
        points: { show: values.length <= 50, size: 7, fill: strokes[index] ?? text },
        // Dashes distinguish lines without colour.
        ...(index === 0 ? {} : { dash: [6, 3 * index] }),
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          lines.forEach((line, index) => {
            intervals(plot, line, places(x, lines, index), strokes[index] ?? text);
          });
        },
      ],
    },
    axes: [
      {
        stroke: text,
        grid,
        ticks: grid,
        font,
        size: 28,
        label: axis,
        labelFont: font,
        labelSize: 18,
        labelGap: 0,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      },
      { stroke: text, grid, ticks: grid, font, size: 64, values: (_plot, splits) => splits.map(show) },
    ],
  };
}

/** Draws the interval of each point as a bar with end marks. */
function intervals(plot: uPlot, { low, high }: Line, x: readonly number[], stroke: string): void {
  const { ctx } = plot;
  const cap = CAP * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  x.forEach((at, index) => {
    const from = low?.[index];
    const to = high?.[index];
    if (typeof from !== 'number' || typeof to !== 'number') return;
    const across = plot.valToPos(at, 'x', true);
    const ends = [plot.valToPos(from, 'y', true), plot.valToPos(to, 'y', true)] as const;
    ctx.beginPath();
    ctx.moveTo(across, ends[0]);
    ctx.lineTo(across, ends[1]);
    for (const y of ends) {
      ctx.moveTo(across - cap, y);
      ctx.lineTo(across + cap, y);
    }
    ctx.stroke();
  });
  ctx.restore();
}

/** The colour and dash of each line. */
function legend(lines: readonly Line[]): HTMLElement {
  return element(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    ...lines.map(({ name }, index) => element('li', { class: `line-${index}` }, name)),
  );
}
