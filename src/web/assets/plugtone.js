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
      const text = since.format(Math.min(0, Math.trunc(age / size)), unit);
      if (time.textContent !== text) time.textContent = text;
    }
  }
  setInterval(refreshTimes, 5000);

  // ---- Live: one stream per page. `live:device`, `live:journey` and `live:again` (after a gap) reach the body as events.
  const url = document.body.dataset.live;
  const sign = document.getElementById('connection');
  if (url) {
    let wasOpen = false;
    const stream = new EventSource(url);
    const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
    for (const name of ['device', 'journey'])
      stream.addEventListener(name, (event) => tell(name, JSON.parse(event.data)));
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
})();
