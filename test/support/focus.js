// Loaded into a page. What can have the focus, in the order of the page; where it is; and what would keep a person from seeing it there.
(() => {
  const SELECTOR =
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex^="-"])';

  /** Of radio buttons with one name the chosen one, or the first and the last, are reached by Tab; the others by arrows. */
  function reached(element) {
    if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.type !== 'radio') return true;
    const group = [...element.form.querySelectorAll('input[type=radio]')].filter(({ name }) => name === element.name);
    return element.checked || (group[0] === element && !group.some(({ checked }) => checked));
  }

  const nameOf = (element) =>
    `<${element.localName}> ${(element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent).trim().replace(/\s+/g, ' ')}`;

  /** Who draws the outline: what has the focus itself, or the pill around it. */
  function outlined(element) {
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) return at;
    }
    return undefined;
  }

  /** What cuts the outline off, on a side where it is more than a hair. */
  function cutBy(element) {
    const { outlineOffset, outlineWidth } = getComputedStyle(element);
    const reach = Number.parseFloat(outlineOffset) + Number.parseFloat(outlineWidth) - 1;
    const own = element.getBoundingClientRect();
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const margin = style.overflowX === 'clip' ? Number.parseFloat(style.overflowClipMargin) || 0 : 0;
      const box = at.getBoundingClientRect();
      const sides = [box.left - (own.left - reach), own.right + reach - box.right];
      if (style.overflowY !== 'visible') sides.push(box.top - (own.top - reach), own.bottom + reach - box.bottom);
      if (sides.some((beyond) => beyond - margin > 0.5)) return at;
    }
    return undefined;
  }

  /** What lies on top of it wherever one looks. */
  function coveredBy(element) {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const points = [0.1, 0.5, 0.9].map((part) => [left + (right - left) * part, (top + bottom) / 2]);
    const over = points.map(([x, y]) => document.elementFromPoint(x, y));
    const isOwn = (one) =>
      one &&
      (element.contains(one) ||
        one.contains(element) ||
        [...(element.labels ?? [])].some((label) => label.contains(one)));
    return over.some(isOwn) ? undefined : (over[1] ?? document.documentElement);
  }

  globalThis.theFocus = {
    /** Every stop of the page. */
    stops: () => {
      globalThis.theFocus.all = [...document.querySelectorAll(SELECTOR)].filter(reached);
      return globalThis.theFocus.all.map(nameOf);
    },
    /** Which stop it is at, and what is wrong with how it shows. */
    at: () => {
      const element = document.activeElement;
      if (!element || element === document.body) return { stop: -1, name: '', fault: 'the focus is nowhere' };
      const name = nameOf(element);
      const drawn = outlined(element);
      const cut = drawn && cutBy(drawn);
      const cover = coveredBy(element);
      const fault = !drawn
        ? `${name} has no outline`
        : cut
          ? `the outline of ${name} is cut off by <${cut.localName} class="${cut.className}">`
          : cover
            ? `${name} is behind <${cover.localName} class="${cover.className}">`
            : undefined;
      return { stop: globalThis.theFocus.all?.indexOf(element) ?? -1, name, fault };
    },
  };
})();
