import { memo } from 'react';

/** A run of text in one look. */
export interface IAnsiPart {
  text: string;
  className: string;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
/** More changes of colour than this are not shown. */
const MOST_PARTS = 5000;

/** Split terminal output at its colour codes; every other control sequence is dropped, and a link keeps only its text. */
export function ansiParts(text: string): IAnsiPart[] {
  // eslint-disable-next-line no-control-regex
  const sequence = /\u001b\[([0-9;:]*)m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\^_]|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u007f]/g;
  const parts: IAnsiPart[] = [];
  const look: Private.ILook = { fg: '', bg: '', bold: false, underline: false };
  let from = 0;
  const push = (to: number): void => {
    if (to > from) {
      const className = parts.length < MOST_PARTS ? Private.classOf(look) : '';
      const last = parts[parts.length - 1];
      const piece = text.slice(from, to);
      if (last && last.className === className) {
        last.text += piece;
      } else {
        parts.push({ text: piece, className });
      }
    }
  };
  for (const match of text.matchAll(sequence)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) {
      Private.change(look, match[1]);
    }
  }
  push(text.length);
  return parts;
}

/** Terminal output with its colours. */
export const AnsiText = memo(function AnsiText({ text }: { text: string }): JSX.Element {
  return (
    <>
      {ansiParts(text).map((part, i) =>
        part.className ? (
          <span key={i} className={part.className}>
            {part.text}
          </span>
        ) : (
          part.text
        )
      )}
    </>
  );
});

namespace Private {
  export interface ILook {
    fg: string;
    bg: string;
    bold: boolean;
    underline: boolean;
  }

  export function classOf({ fg, bg, bold, underline }: ILook): string {
    const classes = [fg && `ansi-${fg}-fg`, bg && `ansi-${bg}-bg`, bold && 'ansi-bold', underline && 'ansi-underline'];
    return classes.filter(Boolean).join(' ');
  }

  export function change(look: ILook, codes: string): void {
    const numbers = codes.split(/[;:]/).map(Number);
    for (let i = 0; i < numbers.length; i++) {
      const code = numbers[i];
      if (code === 0) {
        Object.assign(look, { fg: '', bg: '', bold: false, underline: false });
      } else if (code === 1 || code === 22) {
        look.bold = code === 1;
      } else if (code === 4 || code === 24) {
        look.underline = code === 4;
      } else if (code === 39) {
        look.fg = '';
      } else if (code === 49) {
        look.bg = '';
      } else if (code === 38 || code === 48) {
        // Colours out of 256 or 16 million are not ours to show: step over their numbers.
        i += numbers[i + 1] === 5 ? 2 : 4;
      } else if (code >= 30 && code <= 37) {
        look.fg = COLOURS[code - 30];
      } else if (code >= 40 && code <= 47) {
        look.bg = COLOURS[code - 40];
      } else if (code >= 90 && code <= 97) {
        look.fg = `${COLOURS[code - 90]}-intense`;
      } else if (code >= 100 && code <= 107) {
        look.bg = `${COLOURS[code - 100]}-intense`;
      }
    }
  }
}
