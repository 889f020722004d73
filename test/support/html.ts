import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:standard'],
  rules: {
    // How EJS leaves lines and quotes is nobody's trouble.
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    'attribute-boolean-style': 'off',
    'doctype-style': 'off',
    'void-style': 'off',
    // A button in a form sends it unless it says otherwise: these all do.
    'no-implicit-button-type': 'off',
    // A picker's button and `selectedcontent` are newer than the validator's table of elements.
    'element-permitted-content': 'off',
    'no-unknown-elements': ['error', { exclude: ['selectedcontent'] }],
  },
});

/** What is wrong with a page's HTML, by line. */
export async function htmlFaults(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}\n${html.split('\n')[line - 1]}`),
  );
}
