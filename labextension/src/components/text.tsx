/* eslint-disable no-control-regex */

/** Characters that turn the reading direction, have no width, or steer a terminal: they could make one name look like another. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text with its invisible characters written out, e.g. `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, one => `⟨U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** A name that user code or another person chose. */
export function Name({ text, className }: { text: string; className?: string }): JSX.Element {
  const shown = visible(text);
  return (
    <bdi className={`jp-orch-Name ${className ?? ''}`} title={shown}>
      {shown}
    </bdi>
  );
}

/** The address when it is one of the web or mail kind, else null. */
export function safeUrl(text: string): string | null {
  try {
    const url = new URL(text);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Text that becomes a link only when it is a harmless address. */
export function MaybeLink({ text }: { text: string }): JSX.Element {
  const url = safeUrl(text);
  return url ? (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {visible(text)}
    </a>
  ) : (
    <span>{visible(text)}</span>
  );
}
