import uPlot from 'uplot';
import { element, table } from './dom.ts';

/** A line over rounds or steps; `low` and `high` are its interval. Missing values are null. */
export interface Line {
  name: string;
  values: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
}

const HEIGHT = 220;
/** Colours that every theme defines. */
const COLOURS = [
  '--vscode-charts-blue',
  '--vscode-charts-yellow',
  '--vscode-charts-green',
  '--vscode-charts-purple',
];

/** A chart with the same numbers as a table below it. It follows the theme and the width of the page. */
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

function draw(
  canvas: HTMLElement,
  axis: string,
  x: readonly number[],
  lines: readonly Line[],
  show: (value: number) => string,
): void {
  let plot: uPlot | undefined;
  const make = (): void => {
    if (canvas.clientWidth === 0) return;
    plot?.destroy();
    plot = new uPlot(options(canvas.clientWidth, axis, lines, show), data(x, lines), canvas);
  };
  new ResizeObserver(make).observe(canvas);
  // Another theme is another class of the body.
  const themes = new MutationObserver(make);
  themes.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

function data(x: readonly number[], lines: readonly Line[]): uPlot.AlignedData {
  const series = lines.flatMap(({ values, low, high }) => [
    values,
    ...(low === undefined || high === undefined ? [] : [low, high]),
  ]);
  return [[...x], ...series];
}

function options(
  width: number,
  axis: string,
  lines: readonly Line[],
  show: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(document.body);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  const text = colour('--vscode-foreground');
  const grid = { stroke: colour('--vscode-widget-border'), width: 1 };
  const font = `12px ${colour('--vscode-font-family')}`;
  const series: uPlot.Series[] = [{ label: axis }];
  const bands: uPlot.Band[] = [];
  lines.forEach((line, index) => {
    const stroke = colour(COLOURS[index % COLOURS.length] ?? '--vscode-foreground');
    // Lines are told apart by their dashes, too.
    const dash = index === 0 ? {} : { dash: [6, 3 * index] };
    series.push({ label: line.name, stroke, width: 2, points: { show: true, size: 7 }, ...dash });
    if (line.low === undefined || line.high === undefined) return;
    const edge = { stroke: 'transparent', points: { show: false } };
    series.push({ ...edge, label: `${line.name}, low` }, { ...edge, label: `${line.name}, high` });
    bands.push({
      series: [series.length - 1, series.length - 2],
      fill: `color-mix(in srgb, ${stroke} 18%, transparent)`,
    });
  });
  return {
    width,
    height: HEIGHT,
    // From nothing, so that a small change does not look like a large one.
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    legend: { show: false },
    cursor: { show: false },
    series,
    bands,
    axes: [
      {
        stroke: text,
        grid,
        font,
        label: axis,
        labelFont: font,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      },
      { stroke: text, grid, font, size: 70, values: (_plot, splits) => splits.map(show) },
    ],
  };
}

/** Which colour and dash stands for which line. */
export function legend(names: readonly string[]): HTMLElement {
  return element(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    ...names.map((name, index) => element('li', { class: `line-${index}` }, name)),
  );
}
