import { classHighlighter, highlightTree } from '@lezer/highlight';
import { parser } from '@lezer/python';
import { button, element } from './dom.ts';

/** A program with line numbers and highlighting. The text is untrusted, so it becomes text nodes only. */
export function programListing(code: string, id: string, label = 'Program'): HTMLElement {
  const listing = element('ol', { class: 'program', tabindex: '0', 'aria-label': label });
  let line = newLine(listing, id);
  const put = (text: string, classes: string): void => {
    text.split('\n').forEach((part, index) => {
      if (index > 0) line = newLine(listing, id);
      if (part !== '') line.append(classes === '' ? part : element('span', { class: classes }, part));
    });
  };
  let last = 0;
  highlightTree(parser.parse(code), classHighlighter, (from, to, classes) => {
    put(code.slice(last, from), '');
    put(code.slice(from, to), classes);
    last = to;
  });
  put(code.slice(last), '');
  return listing;
}

function newLine(listing: HTMLElement, id: string): HTMLElement {
  const code = element('code');
  listing.append(element('li', { id: `${id}-${listing.childElementCount + 1}`, tabindex: '-1' }, code));
  return code;
}

/** Feedback whose line numbers link to the program's lines. */
export function feedbackText(feedback: string, id: string, label: string): HTMLElement {
  const text = element('pre', { class: 'feedback', role: 'group', tabindex: '0', 'aria-label': label });
  for (const part of feedback.split(/(\bline \d+\b)/)) {
    const number = /^line (\d+)$/.exec(part)?.[1];
    const target = (): HTMLElement | null => document.getElementById(`${id}-${number ?? ''}`);
    text.append(
      number === undefined
        ? part
        : button(part, () => {
            target()?.focus();
            target()?.scrollIntoView({ block: 'nearest' });
          }),
    );
  }
  return text;
}
