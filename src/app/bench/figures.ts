/** A line through points in the order of x. */
export interface Series {
  name: string;
  points: readonly (readonly [number, number])[];
}

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 56;
const TOP = 32;
const RIGHT = 150;
const BOTTOM = 44;
/** Distinct in both themes and for people with colour blindness (Okabe and Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999', '#8a6d00'];

/** A line chart as an SVG document, with a legend and a mark per point. The y axis begins at 0, the x axis at the least x. */
export function linePlot(title: string, xName: string, yName: string, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([x]) => x);
  const [least, most] = [Math.min(...xs, 0), Math.max(...xs, 1)];
  const top = Math.max(...points.map(([, y]) => y), 0.01) * 1.1;
  const x = (value: number): string =>
    (LEFT + ((value - least) / (most - least)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="18" font-size="14">${escaped(title)}</text>`,
    ...ticks.flatMap((share) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share * top)}" y2="${y(share * top)}" stroke="#dddddd"/>`,
      `<text x="${LEFT - 6}" y="${y(share * top)}" text-anchor="end" dominant-baseline="middle">${rounded(share * top)}</text>`,
      `<text x="${x(least + share * (most - least))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${rounded(least + share * (most - least))}</text>`,
    ]),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(xName)}</text>`,
    `<text x="14" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 ${HEIGHT / 2})">${escaped(yName)}</text>`,
    ...series.flatMap(({ name, points: line }, at) => {
      const colour = COLOURS[at % COLOURS.length] ?? '#000000';
      const places = line.map(([px, py]) => `${x(px)},${y(py)}`);
      const row = TOP + 8 + at * 18;
      return [
        `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...line.map(([px, py]) => `<circle cx="${x(px)}" cy="${y(py)}" r="3" fill="${colour}"/>`),
        `<rect x="${WIDTH - RIGHT + 12}" y="${row - 5}" width="10" height="10" fill="${colour}"/>`,
        `<text x="${WIDTH - RIGHT + 28}" y="${row}" dominant-baseline="middle">${escaped(name)}</text>`,
      ];
    }),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function rounded(value: number): string {
  return Number(value.toPrecision(2)).toString();
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** A table in GitHub's Markdown. No cell may hold a `|`. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
