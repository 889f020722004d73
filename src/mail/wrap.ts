/** Columns. Below the 78 that RFC 5322 2.1.1 asks for, with room for the marks of an answer. */
const WIDTH = 72;

/** A paragraph in lines that fit. What has no spaces, as a link, stays whole. @param prefix before each line */
export function wrap(text: string, prefix = ''): string {
  const most = WIDTH - prefix.length;
  return text
    .split('\n')
    .flatMap((paragraph) => linesOf(paragraph, most))
    .map((line) => (prefix + line).trimEnd())
    .join('\n');
}

function linesOf(paragraph: string, most: number): string[] {
  const lines = [''];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1) as string;
    if (line === '') lines[lines.length - 1] = word;
    else if ([...line].length + 1 + [...word].length <= most) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
