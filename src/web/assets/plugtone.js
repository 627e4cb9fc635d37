// What the pages do beyond htmx: live updates, keys, small comforts. Everything works, less quickly, without it.
(() => {
  const lang = document.documentElement.lang;

  // ---- Times stay true: relative words are made anew.
  const since = new Intl.RelativeTimeFormat(lang === 'en' ? 'en-GB' : lang, { numeric: 'auto' });
  const steps = [
    ['day', 864e5],
    ['hour', 36e5],
    ['minute', 6e4],
    ['second', 1e3],
  ];
  function refreshTimes() {
    for (const time of document.querySelectorAll('time[data-relative]')) {
      const age = Date.parse(time.dateTime) - Date.now();
      const [unit, size] = steps.find(([, step]) => Math.abs(age) >= step) ?? steps[3];
      // What is past was not later than now by either clock; what is to come is not over before we are told.
      const bound = time.dataset.relative === 'until' ? Math.max : Math.min;
      const text = since.format(bound(0, Math.trunc(age / size)), unit);
      if (time.textContent !== text) time.textContent = text;
    }
  }
  setInterval(refreshTimes, 5000);

  // ---- Live: one stream per page. `live:device`, `live:journey`, `live:internet`, `live:other-servers` and `live:again` (after a gap) reach the body as events.
  const url = document.body.dataset.live;
  const sign = document.getElementById('connection');
  if (url) {
    let wasOpen = false;
    const stream = new EventSource(url);
    const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
    for (const name of ['device', 'journey', 'internet', 'other-servers'])
      stream.addEventListener(name, (event) => tell(name, JSON.parse(event.data)));
    // A page about one phone hears of that phone, a moment later so that a burst is asked for once.
    const mine = soon(200, () => tell('mine'));
    const isMine = ({ mac }) => document.querySelector('[data-live-mac]')?.dataset.liveMac === mac;
    for (const name of ['device', 'journey'])
      document.body.addEventListener(`live:${name}`, (event) => isMine(event.detail) && mine());
    document.body.addEventListener('live:again', mine);
    stream.addEventListener('missed', () => tell('again'));
    stream.onopen = () => {
      document.body.dataset.liveOpen = '';
      sign.textContent = '';
      if (wasOpen) tell('again');
      wasOpen = true;
    };
    stream.onerror = () => {
      delete document.body.dataset.liveOpen;
      sign.textContent = sign.dataset.lost;
    };
    addEventListener('pagehide', () => stream.close());
  }

  // ---- A part that is made anew moves nothing under a resting hand: the page scrolls along.
  let anchor;
  document.addEventListener('htmx:before:swap', () => {
    const element = [...document.querySelectorAll('[data-steady] :is(:focus, :hover)')].at(-1);
    anchor = element && { element, top: element.getBoundingClientRect().top };
  });
  document.addEventListener('htmx:after:swap', () => {
    if (anchor?.element.isConnected) scrollBy(0, anchor.element.getBoundingClientRect().top - anchor.top);
    anchor = undefined;
  });

  // ---- Notices go by themselves, unless they say that something went wrong.
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node.matches?.('.notice.done'))
          setTimeout(() => node.matches(':hover, :focus-within') || node.remove(), 6000);
  }).observe(document.getElementById('notices'), { childList: true });

  // ---- Clicks on what has no request of its own.
  document.addEventListener('click', (event) => {
    const hit = event.target.closest?.('[data-dismiss], [data-open], [data-close], [data-copy]');
    for (const menu of document.querySelectorAll('details[data-menu][open]'))
      if (!menu.contains(event.target)) menu.open = false;
    if (!hit) return;
    if (hit.dataset.dismiss !== undefined) hit.closest('[data-notice]').remove();
    if (hit.dataset.open !== undefined) document.getElementById(hit.dataset.open).showModal();
    if (hit.dataset.close !== undefined) hit.closest('dialog').close();
    if (hit.dataset.copy !== undefined) copy(hit);
  });

  // The clipboard API wants HTTPS; on a LAN there is none.
  function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    const text = field.value ?? field.textContent;
    const area = document.createElement('textarea');
    area.value = text;
    (button.closest('dialog') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    button.focus();
    if (done && button.dataset.copied) button.querySelector('span').textContent = button.dataset.copied;
  }

  // ---- One dialog for all: opens when something is put into it. Notices come into it, or its backdrop would hide them.
  const dialog = document.getElementById('dialog');
  const notices = document.getElementById('notices');
  document.addEventListener('htmx:after:swap', () => {
    if (dialog.firstElementChild && !dialog.open) {
      dialog.showModal();
      dialog.append(notices);
    }
  });
  dialog.addEventListener('close', () => {
    document.body.append(notices);
    dialog.replaceChildren();
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.addEventListener('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.closest?.('[data-closes]') && ctx.response.status < 400) dialog.close();
  });

  // ---- A refusal by the API's words is said, not put into the page.
  document.addEventListener('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    if (!ctx.response.headers.get('content-type')?.startsWith('application/problem')) return;
    const text = document.createElement('p');
    text.textContent = JSON.parse(ctx.text).detail;
    Object.assign(ctx, {
      target: notices,
      swap: 'beforeend',
      text: `<div class="notice error" data-notice>${text.outerHTML}</div>`,
    });
  });

  // ---- What is typed and not saved is not lost by a slip.
  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (form?.dataset.unsaved !== undefined) form.dataset.unsaved = 'yes';
  });
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.unsaved) event.target.dataset.unsaved = '';
  });
  addEventListener('beforeunload', (event) => {
    if (document.querySelector('form[data-unsaved="yes"]')) event.preventDefault();
  });

  // ---- Forms that send themselves, and fields that empty others.
  document.addEventListener('change', (event) => {
    event.target.closest?.('form[data-autosubmit]')?.requestSubmit();
    const other = document.getElementById(event.target.dataset?.clears);
    if (other) other.value = '';
  });

  // ---- The number of waiting phones, on every page.
  const waitingCount = document.getElementById('waiting-count');
  const countSoon = soon(500, async () => {
    const response = await fetch('/waiting-count');
    if (!response.ok) return;
    const count = await response.text();
    waitingCount.querySelector('[data-count]').textContent = count;
    waitingCount.classList.toggle('none', count === '0');
    const here = document.querySelector('[data-takes-new] [data-waiting-count]');
    if (here) here.textContent = `(${count})`;
  });
  if (waitingCount) for (const name of ['device', 'again']) document.body.addEventListener(`live:${name}`, countSoon);

  /** Runs once at the end of each span in which it was asked for; never twice at a time. */
  function soon(ms, work) {
    let timer;
    let isRunning = false;
    return function ask() {
      if (timer) return;
      timer = setTimeout(async () => {
        timer = undefined;
        if (isRunning) return ask();
        isRunning = true;
        try {
          await work();
        } catch {
          // The stream says when the connection is gone, and asks for all again.
        }
        isRunning = false;
      }, ms);
    };
  }

  // ---- Keys: / searches, Escape closes menus.
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches?.('input, textarea, select');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector('[data-search]');
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === 'Escape') {
      const menu = event.target.closest?.('details[data-menu][open]');
      if (menu) {
        menu.open = false;
        menu.querySelector('summary').focus();
      }
    }
  });

  const lists = document.querySelector('[data-live-phones]');
  if (lists) followPhones(lists);

  // ---- The list of phones: rows follow what happens, and nothing moves under the finger.
  function followPhones(lists) {
    const waitingRows = document.getElementById('waiting-rows');
    const bulk = document.getElementById('bulk');
    const changed = new Set();
    const fresh = new Set();
    const cells = new WeakMap();
    const rowOf = (mac) => document.getElementById(`p-${mac}`);
    const rows = () => [...lists.querySelectorAll('tr[data-mac]')];

    const updateSoon = soon(120, update);
    const note = ({ mac, state }) => {
      if (rowOf(mac)) changed.add(mac);
      else if (state === 'pending' && 'takesNew' in lists.dataset) fresh.add(mac);
      else return;
      updateSoon();
    };
    document.body.addEventListener('live:device', (event) => note(event.detail));
    document.body.addEventListener('live:journey', (event) => note({ mac: event.detail.mac }));
    // Something was missed: all rows are asked for, and new phones come with the next load.
    document.body.addEventListener('live:again', () => {
      for (const row of rows()) changed.add(row.dataset.mac);
      updateSoon();
    });

    async function update() {
      const isIn = (group) => [...changed].filter((mac) => rowOf(mac)?.dataset.group === group);
      const waiting = isIn('waiting');
      const phones = isIn('phones');
      // A new row would push what a hand is about to touch: it waits until the hand rests.
      const coming = isHandMoving() ? [] : [...fresh].slice(-50);
      changed.clear();
      for (const mac of coming) fresh.delete(mac);
      if (fresh.size > 0) setTimeout(updateSoon, 400);
      if (waiting.length + phones.length + coming.length === 0) return;
      const offered = [...lists.querySelectorAll('[data-offered]')].map((field) => field.value);
      const query = new URLSearchParams({ waiting, phones, new: coming, offered });
      const response = await fetch(`/phones/rows?${query}`, { headers: { 'HX-Request': 'true' } });
      if (!response.ok) return;
      const template = document.createElement('template');
      template.innerHTML = await response.text();
      for (const row of [...template.content.children]) {
        const shown = document.getElementById(row.id);
        if (shown) refresh(shown, row);
        else if (row.dataset.group === 'waiting') insert(row);
      }
      showSelection();
      showSortIn();
    }

    function refresh(shown, row) {
      const stateChanged = shown.dataset.state !== row.dataset.state;
      const hadFocus = shown.contains(document.activeElement);
      shown.dataset.state = row.dataset.state;
      if (stateChanged && shown.children.length !== row.children.length) shown.replaceChildren(...row.children);
      for (const [index, cell] of [...row.children].entries()) {
        const old = shown.children[index];
        const html = cell.innerHTML;
        if (cells.get(old) === html) continue;
        // What somebody types into, or has ticked, is left alone while it still means something.
        const isTouched = old.contains(document.activeElement) || old.querySelector('input:checked') || isTyped(old);
        if (isTouched && !stateChanged) continue;
        cells.set(old, html);
        old.innerHTML = html;
        htmx.process(old);
      }
      if (hadFocus && !shown.contains(document.activeElement)) shown.focus({ preventScroll: true });
    }

    function isTyped(cell) {
      const field = cell.querySelector('input[data-offered]');
      return field !== null && field.value !== field.defaultValue;
    }

    function insert(row) {
      const anchor = waitingRows.querySelector('tr:hover') ?? document.activeElement?.closest?.('tr[data-mac]');
      const before = anchor?.getBoundingClientRect().top;
      waitingRows.prepend(row);
      htmx.process(row);
      // What is under a resting hand stays there: the page scrolls along.
      if (anchor) scrollBy(0, anchor.getBoundingClientRect().top - before);
    }

    function showSortIn() {
      const link = lists.querySelector('[data-sort-in]');
      if (link) link.hidden = !waitingRows.querySelector('tr[data-state="approved"], tr[data-state="blocked"]');
    }

    let lastMove = 0;
    lists.addEventListener('pointermove', () => (lastMove = Date.now()), { passive: true });
    lists.addEventListener('pointerdown', () => (lastMove = Date.now()), { passive: true });
    lists.addEventListener('pointerleave', () => (lastMove = 0), { passive: true });
    const isHandMoving = () => Date.now() - lastMove < 800;

    // ---- Selecting: a tick, Shift for a range, or dragging over the boxes.
    const boxes = () => [...lists.querySelectorAll('input[data-pick]')];
    let last;
    let drag;
    lists.addEventListener('click', (event) => {
      const box = event.target.closest('input[data-pick]');
      if (!box) return;
      const all = boxes();
      if (event.shiftKey && last && all.includes(last)) pickRange(all, last, box, box.checked);
      last = box;
      showSelection();
    });
    lists.addEventListener('change', (event) => {
      if (!event.target.matches('[data-pick-all]')) return;
      for (const box of event.target.closest('table').querySelectorAll('[data-pick]'))
        box.checked = event.target.checked;
      showSelection();
    });
    lists.addEventListener('pointerdown', (event) => {
      const box = event.target.closest('.pick-box')?.querySelector('[data-pick]');
      if (box && event.pointerType === 'mouse') drag = { box, value: !box.checked, hasMoved: false };
    });
    lists.addEventListener('pointerover', (event) => {
      const box = drag && event.target.closest('tr')?.querySelector('[data-pick]');
      if (!box || (box === drag.box && !drag.hasMoved)) return;
      drag.hasMoved = true;
      event.preventDefault();
      getSelection().removeAllRanges();
      pickRange(boxes(), drag.box, box, drag.value);
      showSelection();
    });
    addEventListener('pointerup', () => {
      drag = undefined;
    });

    function pickRange(all, from, to, value) {
      const [first, second] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
      for (const box of all.slice(first, second + 1)) box.checked = value;
    }

    function showSelection() {
      const picked = boxes().filter((box) => box.checked);
      const count = bulk.querySelector('[data-bulk-count]');
      if (!count) return;
      const { none, one, many } = count.dataset;
      count.textContent = picked.length === 0 ? none : picked.length === 1 ? one : many.replace('#', picked.length);
      const states = new Set(picked.map((box) => box.closest('tr').dataset.state));
      for (const button of bulk.querySelectorAll('[data-bulk-button]')) {
        const wanted = button.dataset.bulkButton;
        button.disabled = picked.length === 0 || (wanted !== '' && !states.has(wanted));
      }
      for (const row of rows()) row.classList.toggle('picked', row.querySelector('[data-pick]')?.checked === true);
    }
    showSelection();

    // ---- Keys: arrows walk, Enter opens, Space selects.
    document.addEventListener('keydown', (event) => {
      if (event.target.matches('textarea, select, a, button, summary') || event.target.closest('dialog')) return;
      const isField = event.target.matches('input');
      const here = event.target.closest('tr[data-mac]');
      const all = rows();
      const index = all.indexOf(here);
      const go = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[event.key];
      if (go !== undefined && !(isField && !event.key.startsWith('Arrow')) && !(isField && !here)) {
        const row = all[Math.max(0, Math.min(go, all.length - 1))];
        if (!row) return;
        event.preventDefault();
        // From an extension's field to the next one; else from row to row.
        const field = isField && event.target.name === 'extension' && row.querySelector('input[name="extension"]');
        (field || row).focus();
        if (field) field.select();
      }
      if (!here || isField) return;
      if (event.key === 'Enter') location.href = here.dataset.href;
      if (event.key === ' ') {
        event.preventDefault();
        here.querySelector('[data-pick]')?.click();
      }
    });
  }
})();
