// The page of a batch: one click for all rows, and a count of the places that are left.
(() => {
  const form = document.querySelector('form[data-batch]');

  if (!form) {
    return;
  }

  const places = form.dataset.places === undefined ? null : Number(form.dataset.places);
  const counter = document.querySelector('[data-batch-counter]');
  const picked = value => form.querySelectorAll(`[data-outcome="${CSS.escape(value)}"]:checked`).length;

  function count() {
    document.querySelectorAll('[data-batch-count]').forEach(output => {
      output.textContent = picked(output.dataset.batchCount);
    });

    if (places !== null && counter) {
      const left = places - picked(form.dataset.select);

      counter.textContent = left;
      counter.classList.toggle('text-danger', left < 0);
    }
  }

  document.querySelectorAll('[data-choose-all]').forEach(button => {
    button.hidden = false;
    button.addEventListener('click', () => {
      form.querySelectorAll(`[data-outcome="${CSS.escape(button.dataset.chooseAll)}"]`).forEach(box => {
        box.checked = true;
      });
      count();
    });
  });

  document.querySelectorAll('[data-choose-none]').forEach(button => {
    button.hidden = false;
    button.addEventListener('click', () => {
      form.querySelectorAll('[data-outcome]').forEach(box => {
        box.checked = false;
      });
      count();
    });
  });

  form.addEventListener('change', count);
  count();
})();
