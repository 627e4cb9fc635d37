// Long forms: files that are read here, faults as one types, previews that grow old.
(() => {
  // ---- A list from a spreadsheet: Excel writes UTF-8, UTF-16 or Windows-1252, and a browser would take all for UTF-8.
  function decode(bytes) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder('windows-1252').decode(bytes);
    }
  }
  document.addEventListener('change', async (event) => {
    const [file] = event.target.dataset?.reads ? event.target.files : [];
    if (!file) return;
    const area = document.getElementById(event.target.dataset.reads);
    area.value = decode(new Uint8Array(await file.arrayBuffer()));
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });

  // ---- A fault belongs to its field, for screen readers and colours.
  document.addEventListener('htmx:after:swap', () => {
    for (const check of document.querySelectorAll('[data-check]')) {
      const field = document.getElementById(check.dataset.check);
      const isWrong = check.matches('.error') && check.textContent.trim() !== '';
      if (isWrong) field?.setAttribute('aria-invalid', 'true');
      else field?.removeAttribute('aria-invalid');
      field?.closest('.field').classList.toggle('wrong', isWrong);
    }
  });

  // ---- What was previewed is not what is typed now.
  document.addEventListener('input', (event) => {
    const id = event.target.form?.dataset.previews;
    const preview = id && document.getElementById(id);
    if (preview && !preview.contains(event.target)) preview.replaceChildren();
  });

  // ---- A choice is saved when it is another one.
  function isAsBefore(field) {
    return field.matches('select')
      ? [...field.options].every((option) => option.selected === option.defaultSelected)
      : field.value === field.defaultValue;
  }
  function showChange(form) {
    const isSame = [...form.elements].every((field) => !field.matches('select, input') || isAsBefore(field));
    form.querySelector('button').disabled = isSame;
  }
  for (const form of document.querySelectorAll('form[data-until-changed]')) {
    showChange(form);
    form.addEventListener('input', () => showChange(form));
  }

  // ---- Revert asks nothing: that is what it is for.
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('[data-revert]')) return;
    for (const form of document.querySelectorAll('form[data-unsaved]')) form.dataset.unsaved = '';
  });
})();
