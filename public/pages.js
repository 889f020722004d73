// What makes the account's pages better where scripts run. Every page works without.
(() => {
  /** How the reader's browser writes dates, where it is set to the language of the page. */
  const { lang } = document.documentElement;
  // A tag that is none, as `en-US@posix` from some systems, would be refused wherever it is used.
  const isKnown = (tag) => {
    try {
      return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
    } catch {
      return false;
    }
  };
  const own = navigator.languages.find((one) => one.split('-')[0] === lang && one.includes('-') && isKnown(one));
  const language = own ?? (lang === 'en' ? 'en-GB' : lang);
  const STYLES = {
    day: { dateStyle: 'medium' },
    minute: { dateStyle: 'medium', timeStyle: 'short' },
    clock: { timeStyle: 'short' },
    exact: { dateStyle: 'long', timeStyle: 'long' },
  };

  /** Moments in the reader's own zone; the exact one stays on hover. */
  function localTimes(root) {
    for (const time of root.querySelectorAll('time[data-to]')) {
      const moment = new Date(time.dateTime);
      time.textContent = moment.toLocaleString(language, STYLES[time.dataset.to]);
      time.title = moment.toLocaleString(language, { dateStyle: 'long', timeStyle: 'long' });
    }
  }

  /** Where the reader is: by whose clocks the days end that they choose. */
  function zones(root) {
    for (const field of root.querySelectorAll('input[data-zone]'))
      field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  const midnight = (moment) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());

  function dayHeading(moment) {
    const ago = (midnight(new Date()) - midnight(moment)) / 86_400_000;
    const year = moment.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' };
    const day = moment.toLocaleDateString(language, { weekday: 'long', day: 'numeric', month: 'long', ...year });
    if (ago !== 0 && ago !== 1) return day;
    const near = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-ago, 'day');
    return `${near.charAt(0).toLocaleUpperCase(language)}${near.slice(1)}, ${day}`;
  }

  /** What happened under the days of the reader's own zone: once, for what is moved loses the focus. */
  function localDays(root) {
    for (const days of root.querySelectorAll('[data-days=""]')) {
      days.dataset.days = 'local';
      const [heading, list] = [days.querySelector('.day'), days.querySelector('.log')];
      const parts = [];
      let last = '';
      for (const event of days.querySelectorAll(':scope > .log > li')) {
        const text = dayHeading(new Date(event.querySelector('time').dateTime));
        if (text !== last) parts.push(Object.assign(heading.cloneNode(), { textContent: text }), list.cloneNode());
        last = text;
        parts.at(-1).append(event);
      }
      days.replaceChildren(...parts);
    }
  }

  /** The box that selects a page's rows follows them, and they follow it. */
  function selection({ target }) {
    const form = target.closest?.('form.selectable');
    if (!form || target.type !== 'checkbox') return;
    const rows = [...form.querySelectorAll('tbody input[type=checkbox]')];
    const all = form.querySelector('thead input[type=checkbox]');
    if (target === all) for (const row of rows) row.checked = all.checked;
    count(form, rows, all);
  }

  function count(form, rows, all) {
    const picked = ticked(form).length;
    const here = rows.filter((row) => row.checked).length;
    if (all) {
      all.checked = here > 0 && here === rows.length;
      all.indeterminate = here > 0 && here < rows.length;
    }
    const said = form.querySelector('[data-picked]');
    if (said) said.textContent = `${picked.toLocaleString(lang)} ${said.dataset.picked}`;
  }

  const ticked = (form) => [...form.querySelectorAll('tbody input:checked, .kept input:checked')];

  /** Who was ticked stays so when the list is narrowed to others: one can be searched for after the other. */
  let kept = [];

  function keepTicked() {
    const form = document.querySelector('form.selectable');
    if (form) kept = ticked(form).map(({ value }) => value);
  }

  function tickAgain() {
    const form = document.querySelector('form.selectable');
    if (!form || kept.length === 0) return;
    const elsewhere = document.createElement('div');
    elsewhere.className = 'kept';
    elsewhere.setAttribute('aria-hidden', 'true');
    for (const value of kept) {
      const row = form.querySelector(`tbody input[value="${CSS.escape(value)}"]`);
      const box = row ?? document.createElement('input');
      if (!row) {
        Object.assign(box, { type: 'checkbox', name: 'member', value, tabIndex: -1 });
        elsewhere.append(box);
      }
      box.checked = true;
    }
    form.querySelector('.kept')?.remove();
    form.prepend(elsewhere);
    selection({ target: form.querySelector('tbody input') });
  }

  /** The button that selects nobody goes with its bar: the focus goes to where selecting begins. */
  function cleared({ target }) {
    if (!target.matches('form.selectable')) return;
    const rows = [...target.querySelectorAll('tbody input[type=checkbox]')];
    const all = target.querySelector('thead input[type=checkbox]');
    kept = [];
    target.querySelector('.kept')?.remove();
    // A form is reset after it has said that it will be.
    setTimeout(() => {
      count(target, rows, all);
      rows[0]?.focus();
    });
  }

  /** Buttons that copy are there where somebody can copy by them. */
  function copyButtons(root) {
    if (!navigator.clipboard) return;
    for (const button of root.querySelectorAll('button[data-copy][hidden]')) button.hidden = false;
  }

  async function copy({ target }) {
    const button = target.closest?.('button[data-copy]');
    if (!button) return;
    const from = document.getElementById(button.dataset.copy);
    from.select?.();
    await navigator.clipboard.writeText(from.value ?? from.textContent);
    button.focus();
    const said = Object.assign(document.createElement('div'), {
      className: 'toast',
      textContent: button.dataset.done,
    });
    document.querySelector('#toast')?.replaceChildren(said);
    setTimeout(() => said.remove(), 4000);
  }

  /** An open menu closes where somebody clicks elsewhere, or presses Escape. */
  function closeMenus(event) {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (event.type === 'click' && menu.contains(event.target)) continue;
      if (event.type === 'keydown' && event.key !== 'Escape') continue;
      menu.open = false;
      if (event.type === 'keydown') menu.querySelector('summary').focus();
    }
  }

  /** A form that changes something is sent once, however often its button is pressed. */
  function sendOnce(event) {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 5000);
  }

  /** Of what is entered by Tab, and stands half outside of a strip that scrolls sideways, browsers show no more. */
  function showWhole({ target }) {
    if (!target.matches(':focus-visible') || !target.closest('.side, .tabs, .filter-set, .bulk-actions')) return;
    (target.closest('.filter') ?? target).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** What a request is about to replace, where the focus is in it. */
  let replaced;

  /** Where the focus is gone with it, it goes to what came instead. htmx keeps it on what has an id. */
  function keepFocus() {
    const place = replaced?.isConnected ? replaced : document.getElementById(replaced?.id);
    replaced = undefined;
    if (!place || document.activeElement !== document.body) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }

  /** Nothing came, or nothing that could be shown: the page stays as it is, with what was typed, and says so until something comes. */
  function sayFailed() {
    const toast = document.getElementById('toast');
    if (toast.querySelector('.failed')) return;
    const words = Object.assign(document.createElement('p'), { className: 'toast danger failed' });
    words.append(Object.assign(document.createElement('span'), { textContent: toast.dataset.failed }));
    toast.replaceChildren(words);
    toast.scrollIntoView({ block: 'nearest' });
  }

  /** What came isn't a page of ours any more: somebody has to sign in again, or it isn't there. Then the browser goes there. */
  function receive(event) {
    const { xhr, target } = event.detail;
    if (xhr.status >= 500 || xhr.status === 429) return sayFailed();
    document.querySelector('#toast .failed')?.remove();
    if (xhr.responseText.includes('<body class="app"')) {
      replaced = target.contains(document.activeElement) ? target : undefined;
      return;
    }
    event.detail.shouldSwap = false;
    location.assign(event.detail.requestConfig.verb === 'get' ? xhr.responseURL : location.href);
  }

  function readable(root) {
    localTimes(root);
    copyButtons(root);
    localDays(document);
    zones(root);
  }

  readable(document);
  document.addEventListener('htmx:beforeSwap', receive);
  for (const kind of ['sendError', 'timeout']) document.addEventListener(`htmx:${kind}`, sayFailed);
  document.addEventListener('htmx:afterSettle', ({ target }) => readable(target));
  document.addEventListener('htmx:afterSettle', keepFocus);
  document.addEventListener('submit', sendOnce);
  window.addEventListener('pageshow', () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
  document.addEventListener('htmx:beforeSwap', keepTicked);
  document.addEventListener('htmx:afterSettle', tickAgain);
  document.addEventListener('change', selection);
  document.addEventListener('reset', cleared);
  document.addEventListener('focusin', showWhole);
  document.addEventListener('click', closeMenus);
  document.addEventListener('click', copy);
  document.addEventListener('keydown', closeMenus);
})();
